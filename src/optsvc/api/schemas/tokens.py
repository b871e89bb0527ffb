"""Tokens, as they are shown: never whole."""

from typing import Literal, Self

from optsvc.api.schemas.common import IdOut, Out, Time, seconds
from optsvc.storage.models import Token


class TokenOut(Out):
    """The token that a request was made with."""

    object: Literal["token"]
    token: str
    token_type: Literal["client-api"]
    client: IdOut
    user: IdOut | None
    organization: IdOut
    development: bool
    all_experiments: bool
    experiment: None
    training_run: None
    permissions: Literal["write"]
    scope: Literal["all_endpoints"]
    expires: Time | None
    lease_length: None

    @classmethod
    def of(cls, row: Token) -> Self:
        """The stored token as the contract writes it, its secret masked."""
        return cls(
            object="token",
            token=row.hint,
            token_type="client-api",  # noqa: S106  a kind, not a password
            client=str(row.client_id),
            user=None if row.user_id is None else str(row.user_id),
            organization=str(row.client.organization_id),
            development=False,
            all_experiments=True,
            experiment=None,
            training_run=None,
            permissions="write",
            scope="all_endpoints",
            expires=None if row.expires is None else seconds(row.expires),
            lease_length=None,
        )
