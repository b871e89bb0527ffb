"""Training runs and what is logged with them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from optsvc.storage.models.base import NULLABLE_JSON, Base, Row, now

EMPTY = text("'{}'::jsonb")


class TrainingRun(Row, Base):
    """One execution of a program, with what it was given and what it reported.

    A run of an experiment becomes an observation when it finishes.
    """

    __tablename__ = "training_runs"
    __table_args__ = (
        Index("ix_training_runs_client_id_id", "client_id", "id"),
        Index("ix_training_runs_project_id_id", "project_id", "id"),
        Index("ix_training_runs_experiment_id_id", "experiment_id", "id"),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    experiment_id: Mapped[int | None] = mapped_column(ForeignKey("experiments.id"))
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestions.id"), index=True)
    observation_id: Mapped[int | None] = mapped_column(ForeignKey("observations.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="active")
    updated: Mapped[datetime] = mapped_column(default=now)
    completed: Mapped[datetime | None]
    deleted: Mapped[bool] = mapped_column(default=False)
    favorite: Mapped[bool] = mapped_column(default=False)
    checkpoint_count: Mapped[int] = mapped_column(default=0)
    model_type: Mapped[str | None] = mapped_column(Text)
    source_code_content: Mapped[str | None] = mapped_column(Text)
    source_code_hash: Mapped[str | None] = mapped_column(Text)
    assignments: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=EMPTY)
    assignments_meta: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=EMPTY)
    assignments_sources: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=EMPTY)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=EMPTY)
    logs: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=EMPTY)
    datasets: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=EMPTY)
    user_metadata: Mapped[dict[str, Any] | None] = mapped_column("metadata", NULLABLE_JSON)
    dev_metadata: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=EMPTY)
    sys_metadata: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=EMPTY)


class Checkpoint(Row, Base):
    """Values of metrics in the middle of a run: a point of its training curves."""

    __tablename__ = "checkpoints"
    __table_args__ = (Index("ix_checkpoints_training_run_id_id", "training_run_id", "id"),)

    training_run_id: Mapped[int] = mapped_column(ForeignKey("training_runs.id"))
    values: Mapped[list[dict[str, Any]]]
    user_metadata: Mapped[dict[str, Any] | None] = mapped_column("metadata", NULLABLE_JSON)


class RunTag(Base):
    """A tag on a run."""

    __tablename__ = "training_run_tags"

    training_run_id: Mapped[int] = mapped_column(ForeignKey("training_runs.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True, index=True)


class File(Row, Base):
    """An image or artefact of a run. Its bytes are in the file store under `key`, once they were sent."""

    __tablename__ = "files"
    __table_args__ = (UniqueConstraint("key"),)

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"), index=True)
    training_run_id: Mapped[int] = mapped_column(ForeignKey("training_runs.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str | None] = mapped_column(String(100))
    filename: Mapped[str | None] = mapped_column(String(100))
    content_length: Mapped[int]
    content_type: Mapped[str] = mapped_column(String(100))
    content_md5: Mapped[str] = mapped_column(String(24))
