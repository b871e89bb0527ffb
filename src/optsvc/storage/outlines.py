"""Observations for charts: few columns of all of them, in steady memory, and the rest of those that are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, and_, any_, false, func, literal, null, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute, Session

from optsvc.storage.models import Experiment, MetricEvaluation, Observation, Suggestion


@dataclass(frozen=True, slots=True)
class Outline:
    """All observations that are not deleted, oldest first, as columns: the bytes of their numbers, big-endian.

    Args:
        ids: Of 8 bytes each.
        failed: Of one byte each.
        full: Whether it was of the task asked for, of one byte each.
    """

    ids: bytes
    failed: bytes
    full: bytes


@dataclass(frozen=True, slots=True)
class PackedValues:
    """All values of a metric, those of deleted observations too, in the same form, by the ids of the observations.

    Args:
        ids: Of the observations, of 8 bytes each.
        values: Doubles.
    """

    ids: bytes
    values: bytes


def outline(session: Session, experiment: Experiment, task: str | None) -> Outline:
    """A few columns of all observations.

    PostgreSQL packs them, since reading 100,000 rows one by one takes seconds.

    Args:
        session: The transaction to work in.
        experiment: That the caller is known to see.
        task: The task of a full evaluation; None if there is only that.
    """
    full = literal(True) if task is None else func.coalesce(Observation.task == task, false())
    columns = [func.int8send(Observation.id), func.boolsend(Observation.failed), func.boolsend(full)]
    statement = select(*(_packed(column, Observation.id) for column in columns)).where(
        Observation.experiment_id == experiment.id, ~Observation.deleted
    )
    row = session.execute(statement).one()
    return Outline(row[0], row[1], row[2])


def packed_values(session: Session, experiment: Experiment, metric: str | None) -> PackedValues:
    """The values of a metric, packed likewise; `metric` is None for the one without a name."""
    columns = [func.int8send(MetricEvaluation.observation_id), func.float8send(MetricEvaluation.value)]
    statement = select(*(_packed(column, MetricEvaluation.observation_id) for column in columns)).where(
        MetricEvaluation.experiment_id == experiment.id, MetricEvaluation.metric == (metric or "")
    )
    row = session.execute(statement).one()
    return PackedValues(row[0], row[1])


def _packed(column: ColumnElement[bytes], order: InstrumentedAttribute[int]) -> ColumnElement[bytes]:
    nothing = literal(b"")
    return func.coalesce(func.string_agg(column, aggregate_order_by(nothing, order)), nothing)


@dataclass(frozen=True, slots=True)
class Course:
    """When something was evaluated: as suggested, as observed without a suggestion, or both."""

    suggestion: int | None
    observation: int | None
    start: datetime
    end: datetime | None
    failed: bool


def courses(session: Session, experiment: Experiment, limit: int) -> tuple[list[Course], int]:
    """Of the newest evaluations, oldest first, and how many there are in all.

    An evaluation is a suggestion that is open or was observed, or an observation without one.
    """
    observed = and_(Observation.suggestion_id == Suggestion.id, ~Observation.deleted)
    failed = func.coalesce(Observation.failed, false())
    suggested = (
        select(Suggestion.id, Observation.id, Suggestion.created, Observation.created, failed)
        .outerjoin(Observation, observed)
        .where(
            Suggestion.experiment_id == experiment.id,
            ~Suggestion.deleted,
            or_(~Suggestion.closed, Observation.id.is_not(None)),
        )
    )
    alone = select(null(), Observation.id, Observation.created, Observation.created, failed).where(
        Observation.experiment_id == experiment.id, ~Observation.deleted, Observation.suggestion_id.is_(None)
    )
    every = suggested.union_all(alone).subquery()
    total = session.scalar(select(func.count()).select_from(every)) or 0
    start = every.c[2]
    rows = session.execute(select(every).order_by(start.desc(), every.c[0], every.c[1]).limit(limit)).all()
    return [Course(*row) for row in reversed(rows)], total


@dataclass(frozen=True, slots=True)
class Detail:
    """What is known of one observation besides its values: its point, its metadata, and when it arrived."""

    assignments: dict[str, Any]
    metadata: dict[str, Any] | None
    created: datetime


def details(session: Session, experiment: Experiment, ids: Sequence[int]) -> list[Detail]:
    """Of these observations, by id."""
    rows = session.execute(
        select(Observation.assignments, Observation.user_metadata, Observation.created)
        .where(
            Observation.experiment_id == experiment.id,
            Observation.id == any_(literal(list(ids), ARRAY(BigInteger))),
        )
        .order_by(Observation.id)
    )
    return [Detail(*row) for row in rows]
