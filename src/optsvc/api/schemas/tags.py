"""Tags, in and out."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from optsvc.api.schemas.common import IdIn, IdOut, In, Name, Out
from optsvc.storage.models import Tag


class TagIn(In):
    """A label for runs."""

    name: Name = Field(examples=["baseline"])
    color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", strict=True)] = Field(
        examples=["#FFA500"], description="As in CSS: `#` and six hexadecimal digits."
    )


class RunTagIn(In):
    """A tag to put on a run."""

    id: IdIn = Field(description="Of the tag.")


class TagOut(Out):
    """A label for runs."""

    object: Literal["tag"]
    id: IdOut
    client: IdOut = Field(description="Id of the client that it belongs to.")
    name: str = Field(description="For people.")
    color: str = Field(description="As in CSS: `#` and six hexadecimal digits.")

    @classmethod
    def of(cls, row: Tag) -> Self:
        """The stored tag as the contract writes it."""
        return cls(object="tag", id=str(row.id), client=str(row.client_id), name=row.name, color=row.color)
