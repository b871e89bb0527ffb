"""Reading what charts are drawn from: few columns of all observations, everything of those that are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from optsvc.domain.experiment import Definition
from optsvc.domain.space import Assignments
from optsvc.plots.fronts import pareto_front
from optsvc.plots.table import FloatArray, IntArray, Table, improvements
from optsvc.plots.thinning import MOST_MARKS, Thinned, thin
from optsvc.plots.timeline import Evaluation
from optsvc.storage.models import Experiment
from optsvc.storage.outlines import courses, details, outline, packed_values


@dataclass(frozen=True, slots=True)
class Sample:
    """The observations that are drawn, oldest first.

    Args:
        table: All of them.
        thinned: Which are drawn.
        assignments: Their points, in the parameters of now.
        metadata: What their users noted.
        created: When they arrived.
    """

    table: Table
    thinned: Thinned
    assignments: Sequence[Assignments]
    metadata: Sequence[dict[str, Any]]
    created: Sequence[datetime]

    @property
    def places(self) -> IntArray:
        """Which they are."""
        return self.thinned.places


def table(session: Session, experiment: Experiment, definition: Definition) -> Table:
    """All observations, with the values of all metrics."""
    full = definition.full_task
    packed = outline(session, experiment, None if full is None else full.name)
    ids = np.frombuffer(packed.ids, ">i8").astype(np.int64)
    return Table(
        ids=ids,
        failed=np.frombuffer(packed.failed, np.bool_),
        full=np.frombuffer(packed.full, np.bool_),
        values={metric.name: _values(session, experiment, metric.name, ids) for metric in definition.metrics},
    )


def _values(session: Session, experiment: Experiment, metric: str | None, ids: IntArray) -> FloatArray:
    """The values of a metric at these observations, NaN where there is none."""
    packed = packed_values(session, experiment, metric)
    observed, values = np.frombuffer(packed.ids, ">i8").astype(np.int64), np.frombuffer(packed.values, ">f8")
    column = np.full(len(ids), np.nan)
    places = np.searchsorted(ids, observed)
    there = places < len(ids)
    there[there] = ids[places[there]] == observed[there]  # others are of deleted observations
    column[places[there]] = values[there]
    return column


def sample(session: Session, experiment: Experiment, definition: Definition) -> Sample:
    """The observations to draw: the best and the Pareto front among them, the failures, the newest."""
    everything = table(session, experiment, definition)
    thinned = thin(everything.failed, best_places(everything, definition))
    rows = details(session, experiment, everything.ids[thinned.places].tolist())
    return Sample(
        table=everything,
        thinned=thinned,
        assignments=[definition.space.as_of_now(row.assignments) for row in rows],
        metadata=[row.metadata or {} for row in rows],
        created=[row.created for row in rows],
    )


def evaluations(session: Session, experiment: Experiment) -> tuple[list[Evaluation], int]:
    """The newest evaluations, oldest first, and how many there are in all."""
    found, total = courses(session, experiment, MOST_MARKS)
    return [
        Evaluation(
            suggestion=None if one.suggestion is None else str(one.suggestion),
            observation=None if one.observation is None else str(one.observation),
            start=one.start,
            end=one.end,
            failed=one.failed,
        )
        for one in found
    ], total


def best_places(table: Table, definition: Definition) -> IntArray:
    """The places of the best observation, or of the Pareto front; none where nothing is optimized."""
    optimized, counts = definition.optimized, table.counting(definition)
    if not optimized:
        return np.empty(0, dtype=np.int64)
    if len(optimized) == 1:
        return improvements(table.gains(optimized[0]), counts)[-1:]
    return pareto_front(np.column_stack([table.gains(metric) for metric in optimized]), counts)
