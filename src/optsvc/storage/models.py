"""The tables. JSONB only where the shape is the user's: search spaces, assignments, metadata, provenance."""

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Base of all tables. Relationships raise when touched unloaded: an N+1 query is an exception."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads this as a plain class attribute
        datetime: DateTime(timezone=True),
        int: BigInteger,
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


class _Row:
    """What every table with an identity has."""

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    created: Mapped[datetime] = mapped_column(default=now)


class Organization(_Row, Base):
    """A customer; owns clients."""

    __tablename__ = "organizations"

    name: Mapped[str] = mapped_column(String(100))


class Client(_Row, Base):
    """A team of an organization; owns experiments; the word is the REST contract's."""

    __tablename__ = "clients"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))


class User(_Row, Base):
    """A person."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str | None] = mapped_column(String(320), unique=True)


class Token(_Row, Base):
    """A key to the API. Only a digest is kept; the secret is shown once, when it is made."""

    __tablename__ = "tokens"

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    digest: Mapped[bytes] = mapped_column(unique=True)
    hint: Mapped[str] = mapped_column(String(16))
    expires: Mapped[datetime | None]

    client: Mapped[Client] = relationship(lazy="raise")


class Experiment(_Row, Base):
    """A search space, a metric, a budget, and where their computation stands.

    Three versions say what there is to compute. `data_version` moves with every change to what the model must know;
    `wanted_version` is the newest one that somebody wants a computation for; `computed_version` the newest one done.
    """

    __tablename__ = "experiments"
    __table_args__ = (
        Index("ix_experiments_client_id_id", "client_id", "id"),
        Index("ix_experiments_client_id_updated_id", "client_id", "updated", "id"),
        Index("ix_experiments_stale", "updated", postgresql_where=text("computed_version < wanted_version")),
    )

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    deleted: Mapped[bool] = mapped_column(default=False)
    updated: Mapped[datetime] = mapped_column(default=now)
    parameters: Mapped[list[dict[str, Any]]]
    metrics: Mapped[list[dict[str, Any]]]
    observation_budget: Mapped[int | None]
    parallel_bandwidth: Mapped[int | None]
    user_metadata: Mapped[dict[str, Any] | None] = mapped_column("metadata", JSONB(none_as_null=True))

    seed_key: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    issued: Mapped[int] = mapped_column(default=0)
    data_version: Mapped[int] = mapped_column(default=0)
    wanted_version: Mapped[int] = mapped_column(default=0)
    computed_version: Mapped[int] = mapped_column(default=0)
    engine_state: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class Proposal(_Row, Base):
    """A point that the workers prepared and nobody holds yet, marked with the data version it was computed from."""

    __tablename__ = "proposals"
    __table_args__ = (Index("ix_proposals_experiment_id_data_version", "experiment_id", "data_version"),)

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id"))
    data_version: Mapped[int]
    assignments: Mapped[dict[str, Any]]
    provenance: Mapped[dict[str, Any]]


class Suggestion(_Row, Base):
    """A point that was handed out."""

    __tablename__ = "suggestions"
    __table_args__ = (
        Index("ix_suggestions_experiment_id_id", "experiment_id", "id"),
        Index("ix_suggestions_open", "experiment_id", "id", postgresql_where=text("NOT closed AND NOT deleted")),
    )

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id"))
    assignments: Mapped[dict[str, Any]]
    closed: Mapped[bool] = mapped_column(default=False)
    deleted: Mapped[bool] = mapped_column(default=False)
    user_metadata: Mapped[dict[str, Any] | None] = mapped_column("metadata", JSONB(none_as_null=True))
    provenance: Mapped[dict[str, Any]]


class Observation(_Row, Base):
    """What came back from an evaluation."""

    __tablename__ = "observations"
    __table_args__ = (
        Index("ix_observations_experiment_id_id", "experiment_id", "id"),
        Index("ix_observations_suggestion_id", "suggestion_id"),
    )

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id"))
    suggestion_id: Mapped[int | None] = mapped_column(ForeignKey("suggestions.id"))
    assignments: Mapped[dict[str, Any]]
    failed: Mapped[bool]
    deleted: Mapped[bool] = mapped_column(default=False)
    user_metadata: Mapped[dict[str, Any] | None] = mapped_column("metadata", JSONB(none_as_null=True))

    values: Mapped[list["MetricEvaluation"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="MetricEvaluation.metric"
    )


class MetricEvaluation(Base):
    """The value of one metric in one observation. The unnamed metric is stored as the empty name."""

    __tablename__ = "metric_evaluations"
    __table_args__ = (
        Index(
            "ix_metric_evaluations_experiment_id_metric_value",
            "experiment_id",
            "metric",
            "value",
            "observation_id",
        ),
    )

    observation_id: Mapped[int] = mapped_column(ForeignKey("observations.id"), primary_key=True)
    metric: Mapped[str] = mapped_column(String(100), primary_key=True)
    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiments.id"))
    value: Mapped[float]
    stddev: Mapped[float | None]


class IdempotencyKey(_Row, Base):
    """The first answer to a write, kept so that its repetition gets the same one and does nothing."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("client_id", "key"), Index("ix_idempotency_keys_created", "created"))

    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    key: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[bytes]
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
