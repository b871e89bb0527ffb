"""Projects and what is kept with them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from optsvc.storage.models.base import NULLABLE_JSON, Base, Row, now


class Project(Row, Base):
    """Experiments and runs that belong together. Users know it by its `reference`, which they choose."""

    __tablename__ = "projects"
    __table_args__ = (
        UniqueConstraint("client_id", "reference"),
        Index("ix_projects_client_id_updated_id", "client_id", "updated", "id"),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    reference: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(100))
    updated: Mapped[datetime] = mapped_column(default=now)
    deleted: Mapped[bool] = mapped_column(default=False)
    user_metadata: Mapped[dict[str, Any] | None] = mapped_column("metadata", NULLABLE_JSON)


class Note(Row, Base):
    """A text about a project; the newest one counts."""

    __tablename__ = "notes"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    contents: Mapped[str] = mapped_column(Text)


class Tag(Row, Base):
    """A label for runs of a client."""

    __tablename__ = "tags"
    __table_args__ = (UniqueConstraint("client_id", "name"),)

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    name: Mapped[str] = mapped_column(String(100))
    color: Mapped[str] = mapped_column(String(7))


class WebData(Row, Base):
    """What the dashboard keeps for its users: saved views of a project."""

    __tablename__ = "web_data"
    __table_args__ = (Index("ix_web_data_project_id_kind", "project_id", "kind"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(50))
    display_name: Mapped[str] = mapped_column(String(100))
    updated: Mapped[datetime] = mapped_column(default=now)
    payload: Mapped[dict[str, Any]]
