"""Projects, in and out."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from optsvc.api.schemas.common import IdOut, In, Metadata, MetadataOut, Name, Out, Time, seconds
from optsvc.services.projects import ProjectChanges
from optsvc.storage.models import Project
from optsvc.storage.projects import Counts

ProjectReference = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9\-_.]{1,32}$", strict=True),
    Field(description="1 to 32 of `a-z`, `0-9`, `-`, `_`, `.`; unique in the client.", examples=["cakes"]),
]


class ProjectIn(In):
    """A place for experiments and runs that belong together."""

    id: ProjectReference
    name: Name = Field(examples=["Cakes"])
    metadata: Metadata | None = None


class ProjectUpdateIn(In):
    """Changes to a project: only the keys that are sent change."""

    name: Name = Field(default="", validate_default=False)
    metadata: Metadata | None = Field(None, description="Replaces what was there; null clears it.")
    deleted: bool = Field(False, description="Whether it is archived.", strict=True)

    def changes(self) -> ProjectChanges:
        """Only the keys that were sent."""
        sent = self.model_fields_set
        changes: ProjectChanges = {}
        if "name" in sent:
            changes["name"] = self.name
        if "metadata" in sent:
            changes["metadata"] = self.metadata
        if "deleted" in sent:
            changes["deleted"] = self.deleted
        return changes


class ProjectOut(Out):
    """A place for experiments and runs that belong together."""

    object: Literal["project"]
    id: str = Field(description="Its id, chosen by you; unique in the client.")
    client: IdOut = Field(description="Id of the client that it belongs to.")
    user: IdOut | None = Field(description="Id of its creator; null if that is nobody.")
    name: str = Field(description="For people.")
    created: Time
    updated: Time
    metadata: MetadataOut
    deleted: bool = Field(description="Whether it is archived.")
    experiment_count: int = Field(description="All of them, deleted ones too.")
    training_run_count: int = Field(description="Without deleted ones.")

    @classmethod
    def of(cls, row: Project, counts: Counts) -> Self:
        """The stored project as the contract writes it."""
        return cls(
            object="project",
            id=row.reference,
            client=str(row.client_id),
            user=None if row.user_id is None else str(row.user_id),
            name=row.name,
            created=seconds(row.created),
            updated=seconds(row.updated),
            metadata=row.user_metadata,
            deleted=row.deleted,
            experiment_count=counts.experiments,
            training_run_count=counts.training_runs,
        )
