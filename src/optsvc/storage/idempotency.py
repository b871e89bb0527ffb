"""The first answers to writes that carry an idempotency key."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from optsvc.storage.models import IdempotencyKey


class IdempotencyRepository:
    """Keys of one token."""

    def __init__(self, session: Session, token_id: int) -> None:
        self.session = session
        self.token_id = token_id

    def find(self, key: str) -> IdempotencyKey | None:
        """What was answered the first time."""
        return self.session.scalar(
            select(IdempotencyKey).where(IdempotencyKey.token_id == self.token_id, IdempotencyKey.key == key)
        )

    def add(self, key: str, *, fingerprint: bytes, status: int, body: str) -> None:
        """Keep an answer; it becomes visible with the write itself, or not at all.

        Raises:
            sqlalchemy.exc.IntegrityError: Another request with this key was faster; ours must be rolled back.
        """
        self.session.add(
            IdempotencyKey(token_id=self.token_id, key=key, fingerprint=fingerprint, status=status, body=body)
        )
        self.session.flush()


def forget(session: Session, *, older_than: datetime) -> None:
    """Remove the keys of all tokens from before this moment."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created < older_than))
