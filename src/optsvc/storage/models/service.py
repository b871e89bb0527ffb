"""What the service keeps for itself."""

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from optsvc.storage.models.base import Base, Row


class IdempotencyKey(Row, Base):
    """The first answer to a write, kept so that its repetition gets the same one and does nothing."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("token_id", "key"), Index("ix_idempotency_keys_created", "created"))

    token_id: Mapped[int] = mapped_column(ForeignKey("tokens.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[bytes]
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)


class AuditEntry(Row, Base):
    """A change: who made it, what it was, when, and from where. Kept when the token is gone."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_client_id_id", "client_id", "id"),)

    token_id: Mapped[int | None]
    client_id: Mapped[int | None]
    user_id: Mapped[int | None]
    method: Mapped[str] = mapped_column(String(10))
    path: Mapped[str] = mapped_column(Text)
    status: Mapped[int]
    address: Mapped[str | None] = mapped_column(String(45))
