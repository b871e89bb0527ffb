"""Queries for observations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Double,
    Select,
    String,
    and_,
    any_,
    case,
    cast,
    collate,
    func,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session, selectinload

from optsvc.domain import observation as domain
from optsvc.domain.errors import InvalidRequest
from optsvc.domain.space import CategoricalParameter, Parameter
from optsvc.storage.models import Experiment, MetricEvaluation, Observation
from optsvc.storage.pages import Key, Page, PageQuery, fetch_page, walk

_WITH_VALUES = selectinload(Observation.values)
_NO_FORECASTS: Mapping[int, domain.Forecast] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ObservationSort:
    """What a list of observations is sorted by. An observation without it counts as larger than any.

    Args:
        by: ``timestamp``, ``task``, ``value`` or ``stddev`` of a metric, or ``parameter``.
        metric: The metric; None for the one without a name.
        parameter: The parameter.
    """

    by: Literal["timestamp", "task", "value", "stddev", "parameter"]
    metric: str | None = None
    parameter: Parameter | None = None


class ObservationRepository:
    """Observations of one experiment that the caller is known to see."""

    def __init__(self, session: Session, experiment: Experiment) -> None:
        self.session = session
        self.experiment = experiment

    def get(self, observation_id: int) -> Observation | None:
        """The observation, unless it is deleted."""
        return self.session.scalar(
            select(Observation)
            .where(
                Observation.id == observation_id,
                Observation.experiment_id == self.experiment.id,
                ~Observation.deleted,
            )
            .options(_WITH_VALUES)
        )

    def page(
        self, query: PageQuery, *, deleted: bool = False, sort: ObservationSort | None = None
    ) -> Page[Observation]:
        """A page of observations, by id unless `sort` says otherwise: either the deleted ones or the others."""
        statement = (
            select(Observation)
            .where(Observation.experiment_id == self.experiment.id, Observation.deleted == deleted)
            .options(_WITH_VALUES)
        )
        if sort is None:
            return fetch_page(self.session, statement, [Observation.id], query)
        if sort.by == "timestamp":
            return fetch_page(self.session, statement, [Observation.created, Observation.id], query)
        return _page_by_value(self.session, statement, _sorted_by(sort), query)

    def walk(self) -> Iterator[list[Observation]]:
        """All that are not deleted, in the order in which they arrived, in chunks."""
        statement = (
            select(Observation)
            .where(Observation.experiment_id == self.experiment.id, ~Observation.deleted)
            .options(_WITH_VALUES)
        )
        return walk(self.session, statement, Observation.id)

    def metadata_keys(self) -> Sequence[str]:
        """The keys in the metadata of those that are not deleted, sorted."""
        keys = select(func.jsonb_object_keys(Observation.user_metadata)).where(
            Observation.experiment_id == self.experiment.id, ~Observation.deleted
        )
        return sorted(self.session.scalars(keys.distinct()))

    def count(self) -> int:
        """How many are not deleted."""
        return (
            self.session.scalar(
                select(func.count()).where(Observation.experiment_id == self.experiment.id, ~Observation.deleted)
            )
            or 0
        )

    def history(self, *, up_to: int | None = None) -> Sequence[Observation]:
        """All that are not deleted, in the order in which they arrived; with `up_to`, none after that id."""
        statement = select(Observation).where(Observation.experiment_id == self.experiment.id, ~Observation.deleted)
        if up_to is not None:
            statement = statement.where(Observation.id <= up_to)
        return self.session.scalars(statement.order_by(Observation.id).options(_WITH_VALUES)).all()

    def these(self, ids: Sequence[int]) -> Sequence[Observation]:
        """Those of these ids, oldest first, with their values."""
        statement = select(Observation).where(
            Observation.experiment_id == self.experiment.id,
            Observation.id == any_(literal(list(ids), ARRAY(BigInteger))),
            ~Observation.deleted,
        )
        return self.session.scalars(statement.order_by(Observation.id).options(_WITH_VALUES)).all()

    def success_count(self) -> int:
        """How many neither failed nor are deleted."""
        return (
            self.session.scalar(
                select(func.count()).where(
                    Observation.experiment_id == self.experiment.id, ~Observation.deleted, ~Observation.failed
                )
            )
            or 0
        )

    def delete_all(self) -> int:
        """Delete all; answers how many."""
        statement = update(Observation).where(Observation.experiment_id == self.experiment.id, ~Observation.deleted)
        return len(self.session.scalars(statement.values(deleted=True).returning(Observation.id)).all())


def _sorted_by(sort: ObservationSort) -> ColumnElement[Any]:
    """The value that an observation is sorted by, null if it has none."""
    if sort.by == "task":
        return collate(cast(Observation.task, String), "C")
    if sort.parameter is None:
        value = MetricEvaluation.value if sort.by == "value" else MetricEvaluation.stddev
        return (
            select(value)
            .where(
                MetricEvaluation.observation_id == Observation.id,
                MetricEvaluation.metric == (sort.metric or ""),
            )
            .scalar_subquery()
        )
    parameter, stored = sort.parameter, Observation.assignments[sort.parameter.name]
    found: ColumnElement[Any]
    if isinstance(parameter, CategoricalParameter):
        found = collate(func.coalesce(stored.as_string(), parameter.default), "C")
    else:
        default = None if parameter.default is None else float(parameter.default)
        found = func.coalesce(cast(stored.as_string(), Double), literal(default, Double))
    exists = [Observation.assignments[name].as_string().in_(values) for name, values in parameter.conditions]
    return case((and_(true(), *exists), found), else_=None)


def _page_by_value(
    session: Session, statement: Select[Observation], value: ColumnElement[Any], query: PageQuery
) -> Page[Observation]:
    """A page by a value that may be null, and id. A null counts as larger than anything, in markers and in the list."""
    nothing: float | str = 0.0 if value.type.python_type is float else ""

    def spread(key: Key | None) -> Key | None:
        if key is None:
            return None
        if len(key) != 2:
            raise InvalidRequest("the paging marker does not belong to this list and sort order")
        return key[0] is None, nothing if key[0] is None else key[0], key[1]

    def joined(key: Key | None) -> Key | None:
        return None if key is None else (None if key[0] else key[1], key[2])

    page = fetch_page(
        session,
        statement,
        [value.is_(None), func.coalesce(value, literal(nothing, value.type)), Observation.id],
        replace(query, before=spread(query.before), after=spread(query.after)),
    )
    return replace(page, before=joined(page.before), after=joined(page.after))


def to_domain(row: Observation, forecasts: Mapping[int, domain.Forecast] = _NO_FORECASTS) -> domain.Observation:
    """The observation as the rules and the engine know it; `forecasts` are by the ids of suggestions."""
    return domain.Observation(
        assignments=row.assignments,
        values=tuple(domain.MetricEvaluation(e.metric or None, e.value, e.stddev) for e in row.values),
        failed=row.failed,
        forecast=None if row.suggestion_id is None else forecasts.get(row.suggestion_id),
    )
