"""Notes about projects, in and out."""

from typing import Literal, Self

from pydantic import Field

from optsvc.api.schemas.common import IdOut, In, Out, Time, seconds
from optsvc.storage.models import Note, Project


class NoteIn(In):
    """A text about a project."""

    contents: str = Field(max_length=2**20, strict=True)


class NoteOut(Out):
    """A text about a project."""

    object: Literal["project_note"]
    client: IdOut
    project: str
    user: IdOut | None
    created: Time
    contents: str

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
