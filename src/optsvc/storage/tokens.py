"""Queries for tokens."""

from collections.abc import Sequence

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from optsvc.storage.models import Client, Token, User


class TokenRepository:
    """All tokens; only the sign-in and the command line look here."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def with_digest(self, digest: bytes) -> Token | None:
        """The token whose secret has this digest, if its user and its client are still there."""
        return self.session.scalar(_in_use().where(Token.digest == digest))

    def first(self) -> Token | None:
        """The oldest whose user and client are still there."""
        return self.session.scalar(_in_use().order_by(Token.id).limit(1))

    def any(self) -> bool:
        """Whether there is one at all."""
        return self.session.scalar(select(Token.id).limit(1)) is not None

    def all(self) -> Sequence[Token]:
        """All, oldest first."""
        return self.session.scalars(select(Token).order_by(Token.id)).all()

    def delete(self, token_id: int) -> bool:
        """Remove a token for good; answers whether there was one."""
        return self.session.scalar(delete(Token).where(Token.id == token_id).returning(Token.id)) is not None


def _in_use() -> Select[Token]:
    return (
        select(Token)
        .outerjoin(User, User.id == Token.user_id)
        .outerjoin(Client, Client.id == Token.client_id)
        .where(User.deleted.is_not(True), Client.deleted.is_not(True))
    )
