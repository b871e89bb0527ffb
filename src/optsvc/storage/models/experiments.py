"""Experiments, the points they hand out, and what comes back."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from optsvc.storage.models.base import NULLABLE_JSON, Base, Row, now

_EMPTY_LIST = text("'[]'::jsonb")


class Experiment(Row, Base):
    """A search space, metrics, a budget, and where their computation stands.

    Versions say what there is to compute. `data_version` moves with every change to what the model must know;
    `wanted_version` is the newest one that somebody wants a computation for; `computed_version` the newest one done;
    `failed_version` the newest one that the engine could make nothing of. Importances have two such marks of their own.
    """

    __tablename__ = "experiments"
    __table_args__ = (
        Index("ix_experiments_client_id_id", "client_id", "id"),
        Index("ix_experiments_client_id_updated_id", "client_id", "updated", "id"),
        Index("ix_experiments_project_id_id", "project_id", "id"),
        Index("ix_experiments_stale", "updated", postgresql_where=text("computed_version < wanted_version")),
        Index("ix_experiments_importances", "id", postgresql_where=text("importances_computed < importances_wanted")),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    name: Mapped[str] = mapped_column(String(100))
    type: Mapped[str] = mapped_column(String(10), default="offline", server_default="offline")
    deleted: Mapped[bool] = mapped_column(default=False)
    development: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    runs_only: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    updated: Mapped[datetime] = mapped_column(default=now)
    parameters: Mapped[list[dict[str, Any]]]
    conditionals: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default=_EMPTY_LIST)
    linear_constraints: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default=_EMPTY_LIST)
    metrics: Mapped[list[dict[str, Any]]]
    tasks: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default=_EMPTY_LIST)
    num_solutions: Mapped[int | None]
    observation_budget: Mapped[int | None]
    parallel_bandwidth: Mapped[int | None]
    user_metadata: Mapped[dict[str, Any] | None] = mapped_column("metadata", NULLABLE_JSON)

    seed_key: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    issued: Mapped[int] = mapped_column(default=0)
    data_version: Mapped[int] = mapped_column(default=0)
    wanted_version: Mapped[int] = mapped_column(default=0)
    computed_version: Mapped[int] = mapped_column(default=0)
    failed_version: Mapped[int] = mapped_column(default=-1, server_default=text("-1"))
    importances_wanted: Mapped[int] = mapped_column(default=-1, server_default=text("-1"))
    importances_computed: Mapped[int] = mapped_column(default=-1, server_default=text("-1"))
    engine_state: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)


class Proposal(Row, Base):
    """A point that the workers prepared and nobody holds yet, marked with the data version it was computed from.

    `inputs` is what, together with the provenance, computes it again.
    """

    __tablename__ = "proposals"
    __table_args__ = (Index("ix_proposals_experiment_id_data_version", "experiment_id", "data_version"),)

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id"))
    data_version: Mapped[int]
    assignments: Mapped[dict[str, Any]]
    provenance: Mapped[dict[str, Any]]
    inputs: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)


class Suggestion(Row, Base):
    """A point that was handed out. Its `inputs`, absent if no engine made it, are those of its `Proposal`."""

    __tablename__ = "suggestions"
    __table_args__ = (
        Index("ix_suggestions_experiment_id_id", "experiment_id", "id"),
        Index("ix_suggestions_open", "experiment_id", "id", postgresql_where=text("NOT closed AND NOT deleted")),
    )

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id"))
    assignments: Mapped[dict[str, Any]]
    task: Mapped[str | None] = mapped_column(String(100))
    closed: Mapped[bool] = mapped_column(default=False)
    deleted: Mapped[bool] = mapped_column(default=False)
    user_metadata: Mapped[dict[str, Any] | None] = mapped_column("metadata", NULLABLE_JSON)
    provenance: Mapped[dict[str, Any]]
    inputs: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)


class QueuedSuggestion(Row, Base):
    """A point that the user wants evaluated before any of the optimizer's. Gone once it was handed out."""

    __tablename__ = "queued_suggestions"
    __table_args__ = (Index("ix_queued_suggestions_experiment_id_id", "experiment_id", "id"),)

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id"))
    assignments: Mapped[dict[str, Any]]
    task: Mapped[str | None] = mapped_column(String(100))


class Observation(Row, Base):
    """What came back from an evaluation."""

    __tablename__ = "observations"
    __table_args__ = (
        Index("ix_observations_experiment_id_deleted_id", "experiment_id", "deleted", "id"),
        Index("ix_observations_suggestion_id", "suggestion_id"),
    )

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id"))
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestions.id"))
    assignments: Mapped[dict[str, Any]]
    task: Mapped[str | None] = mapped_column(String(100))
    failed: Mapped[bool]
    deleted: Mapped[bool] = mapped_column(default=False)
    user_metadata: Mapped[dict[str, Any] | None] = mapped_column("metadata", NULLABLE_JSON)

    values: Mapped[list["MetricEvaluation"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="MetricEvaluation.metric"
    )


class MetricEvaluation(Base):
    """The value of one metric in one observation. The unnamed metric is stored as the empty name."""

    __tablename__ = "metric_evaluations"
    __table_args__ = (
        Index("ix_metric_evaluations_experiment_id_metric_value", "experiment_id", "metric", "value", "observation_id"),
    )

    observation_id: Mapped[int] = mapped_column(ForeignKey("observations.id"), primary_key=True)
    metric: Mapped[str] = mapped_column(String(100), primary_key=True)
    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id"))
    value: Mapped[float]
    stddev: Mapped[float | None]


class MetricImportances(Base):
    """How much each parameter matters for a metric, as computed last, and from which data."""

    __tablename__ = "metric_importances"

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id"), primary_key=True)
    metric: Mapped[str] = mapped_column(String(100), primary_key=True)
    data_version: Mapped[int]
    observation_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    importances: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Analysis(Base):
    """What was computed last of one kind of analysis with certain options, and from which data.

    `failed_version` and `error` tell of the newest data from which nothing could be computed; a result from older data
    stays beside them. The digest is of the options and of the engine's version: another engine begins anew.
    """

    __tablename__ = "analyses"

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(50), primary_key=True)
    digest: Mapped[str] = mapped_column(String(32), primary_key=True)
    options: Mapped[dict[str, Any]]
    updated: Mapped[datetime] = mapped_column(default=now)
    data_version: Mapped[int] = mapped_column(default=-1)
    observation_count: Mapped[int] = mapped_column(default=0)
    computed: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(NULLABLE_JSON)
    failed_version: Mapped[int] = mapped_column(default=-1)
    error: Mapped[str | None]
