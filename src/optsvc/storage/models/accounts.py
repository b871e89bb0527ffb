"""Who may use the service: organizations, their clients (teams), users, and the tokens that they hold."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from optsvc.storage.models.base import Base, Row, now


class Organization(Row, Base):
    """A customer; owns clients."""

    __tablename__ = "organizations"

    name: Mapped[str] = mapped_column(String(100))


class Client(Row, Base):
    """A team of an organization; owns experiments, projects and runs. The word is the REST contract's.

    With `sees_others` off, members see only what they made themselves; admins and owners still see all. A deleted one
    is as if it were not there, with all that it owns.
    """

    __tablename__ = "clients"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    sees_others: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    deleted: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class User(Row, Base):
    """A person."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str | None] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    deleted: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class Membership(Base):
    """A user's place in an organization; an owner has all rights on all its clients."""

    __tablename__ = "memberships"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    owner: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=now)

    organization: Mapped[Organization] = relationship(lazy="raise")
    user: Mapped[User] = relationship(lazy="raise")


class Permission(Base):
    """What a user may do in a client: ``read``, ``write`` or ``admin``, each with the ones before it."""

    __tablename__ = "permissions"

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(10))
    created: Mapped[datetime] = mapped_column(default=now)

    client: Mapped[Client] = relationship(lazy="raise")
    user: Mapped[User] = relationship(lazy="raise")


class Token(Row, Base):
    """A key to the API. Only a digest is kept; the secret is shown once, when it is made.

    `kind` is ``client-api``, ``client-dev``, ``user`` or ``guest``; a guest's token shows one experiment or one run.
    """

    __tablename__ = "tokens"
    __table_args__ = (Index("ix_tokens_user_id_client_id", "user_id", "client_id"),)

    kind: Mapped[str] = mapped_column(String(20), default="client-api", server_default="client-api")
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    experiment_id: Mapped[int | None] = mapped_column(ForeignKey("experiments.id"))
    training_run_id: Mapped[int | None] = mapped_column(ForeignKey("training_runs.id"))
    name: Mapped[str] = mapped_column(String(100))
    read_only: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    digest: Mapped[bytes] = mapped_column(unique=True)
    hint: Mapped[str] = mapped_column(String(16))
    expires: Mapped[datetime | None]
    lease_length_s: Mapped[int | None]

    client: Mapped[Client | None] = relationship(lazy="raise")
