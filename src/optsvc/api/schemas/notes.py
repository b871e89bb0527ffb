"""Notes about projects, in and out."""

from typing import Literal, Self

from pydantic import Field

from optsvc.api.schemas.common import IdOut, In, Out, Time, seconds
from optsvc.storage.models import Note, Project


class NoteIn(In):
    """A text about a project."""

    contents: str = Field(max_length=2**20, strict=True, description="The whole text.")


class NoteOut(Out):
    """A text about a project."""

    object: Literal["project_note"]
    client: IdOut = Field(description="Id of the client that the project belongs to.")
    project: str = Field(description="Id of the project.")
    user: IdOut | None = Field(description="Id of who wrote it; null if that is nobody.")
    created: Time
    contents: str = Field(description="The whole text.")

    @classmethod
    def of(cls, project: Project, row: Note) -> Self:
        """The stored note as the contract writes it."""
        return cls(
            object="project_note",
            client=str(project.client_id),
            project=project.reference,
            user=None if row.user_id is None else str(row.user_id),
            created=seconds(row.created),
            contents=row.contents,
        )
