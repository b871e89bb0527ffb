"""Web data, in and out."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field

from optsvc.api.schemas.common import Id, IdOut, In, Key, Name, Out, Time, seconds
from optsvc.services.web_data import Parent, WebDataChanges
from optsvc.storage.models import Project, WebData

DEEPEST = 50
"""Levels of a payload: more than any view needs, fewer than a JSON library gives up at."""

ParentType = Annotated[Literal["project"], Field(description="There are data of projects only.")]
Kind = Annotated[Key, Field(max_length=50)]
_TYPE = "What sort of data it is; a name that the dashboard chooses."


def _not_too_deep(payload: dict[str, Any]) -> dict[str, Any]:
    level: list[Any] = [payload]
    for _ in range(DEEPEST):
        level = [part for node in level for part in (node.values() if isinstance(node, dict) else node)]
        level = [part for part in level if isinstance(part, dict | list)]
        if not level:
            return payload
    raise ValueError(f"must not be nested more than {DEEPEST} levels deep")


Payload = Annotated[
    dict[str, Any],
    AfterValidator(_not_too_deep),
    Field(
        description=f"Any object, at most {DEEPEST} levels deep; kept as it is.",
        examples=[{"columns": ["name", "accuracy"], "sort": "-accuracy"}],
    ),
]


class ParentIn(In):
    """The project that web data belong to."""

    client: Id = Field(description="The client that the project belongs to.")
    project: Key = Field(max_length=32, description="Id of the project.", examples=["cakes"])

    def to_service(self) -> Parent:
        """As the services take it."""
        return Parent(self.client, self.project)


class WebDataIn(In):
    """Something that a dashboard keeps, such as a saved view of a project."""

    parent_resource_type: ParentType
    parent_resource_id: ParentIn
    web_data_type: Kind = Field(description=_TYPE, examples=["run_view"])
    display_name: Name = Field(examples=["Best first"])
    payload: Payload


class WebDataChangesIn(In):
    """What to change. The parent and the type cannot change: where they are named, they must be the right ones."""

    id: Id = Field(description="What to change.")
    parent_resource_type: ParentType | None = None
    parent_resource_id: ParentIn | None = None
    web_data_type: Kind | None = Field(None, description=_TYPE)
    display_name: Annotated[Name, Field(examples=["Worst first"])] = ""
    payload: Annotated[Payload, Field(default_factory=dict)]

    def changes(self) -> WebDataChanges:
        """What the body names."""
        changes: WebDataChanges = {}
        if "display_name" in self.model_fields_set:
            changes["display_name"] = self.display_name
        if "payload" in self.model_fields_set:
            changes["payload"] = self.payload
        return changes


class ParentOut(Out):
    """The project that web data belong to."""

    client: IdOut
    project: str = Field(description="Id of the project.")


class WebDataOut(Out):
    """Something that a dashboard keeps."""

    object: Literal["web_data"]
    id: IdOut
    created: Time
    created_by: IdOut | None = Field(description="The user who made it.")
    updated: Time
    display_name: str = Field(description="What people call it.")
    parent_resource_type: ParentType
    parent_resource_id: ParentOut
    web_data_type: str = Field(description=_TYPE)
    payload: dict[str, Any] = Field(description="What is kept, as it was sent.")

    @classmethod
    def of(cls, project: Project, row: WebData) -> Self:
        """The stored data as the contract writes them."""
        return cls(
            object="web_data",
            id=str(row.id),
            created=seconds(row.created),
            created_by=None if row.user_id is None else str(row.user_id),
            updated=seconds(row.updated),
            display_name=row.display_name,
            parent_resource_type="project",
            parent_resource_id=ParentOut(client=str(project.client_id), project=project.reference),
            web_data_type=row.kind,
            payload=row.payload,
        )
