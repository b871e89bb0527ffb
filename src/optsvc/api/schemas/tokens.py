"""Tokens, as they are shown: never whole."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from optsvc.api.schemas.common import IdOut, Out, Time, seconds
from optsvc.domain.rights import TokenKind
from optsvc.storage.models import Token


class TokenOut(Out):
    """A token; its secret is whole only in the answer that made it, and masked ever after."""

    object: Literal["token"]
    id: IdOut = Field(description="Its own id, by which it can be changed without knowing the secret.")
    name: str = Field(description="What it is for, for people.")
    token: str = Field(description="The secret: whole in the answer that made it, masked ever after.")
    token_type: TokenKind = Field(
        description="What kind: of a program, of a program for development, of a sign-in, of a guest."
    )
    client: IdOut | None = Field(
        description="Id of the client that it reaches; null for a sign-in, which reaches all of its user."
    )
    user: IdOut | None = Field(description="Id of the user in whose name it acts; null if that is nobody.")
    organization: IdOut | None = Field(description="Id of the client's organization; null without a client.")
    development: bool = Field(description="Whether it sees development experiments only.")
    all_experiments: bool = Field(description="Whether it reaches more than one object.")
    experiment: IdOut | None = Field(description="Id of the one experiment that it shows; null otherwise.")
    training_run: IdOut | None = Field(description="Id of the one run that it shows; null otherwise.")
    permissions: Literal["read", "write"] = Field(description="The most that it may do.")
    scope: Literal["all_endpoints", "shared_experiment"] = Field(description="Which endpoints it reaches.")
    expires: Time | None = Field(description="When it ends, in seconds since 1970 UTC; null: never.")
    lease_length: int | None = Field(
        description="How long it lasts after it was renewed, in seconds; null: it does not end."
    )

    @classmethod
    def of(cls, row: Token, secret: str | None = None) -> Self:
        """The stored token as the contract writes it."""
        kind = TokenKind(row.kind)
        return cls(
            object="token",
            id=str(row.id),
            name=row.name,
            token=secret or row.hint,
            token_type=kind,
            client=_id(row.client_id),
            user=_id(row.user_id),
            organization=_id(row.client.organization_id if row.client else None),
            development=kind is TokenKind.DEVELOPMENT,
            all_experiments=kind is not TokenKind.GUEST,
            experiment=_id(row.experiment_id),
            training_run=_id(row.training_run_id),
            permissions="read" if row.read_only or kind is TokenKind.GUEST else "write",
            scope="shared_experiment" if kind is TokenKind.GUEST else "all_endpoints",
            expires=None if row.expires is None else seconds(row.expires),
            lease_length=row.lease_length_s,
        )


def _id(number: int | None) -> str | None:
    return None if number is None else str(number)


class TokenUpdateIn(BaseModel):
    """A change to a token; unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    token: Literal["rotate"] | None = Field(None, description="`rotate`: a new value; the old one is refused at once.")
    lasts_forever: bool | None = Field(
        None, strict=True, description="`true`: never expires, which a sign-in cannot; `false`: as `expires`."
    )
    expires: Literal["renew"] | None = Field(None, description="`renew`: lasts for another of its terms.")
