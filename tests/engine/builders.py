"""Short ways to write down problems and observations."""

from collections.abc import Callable

import numpy as np

from optsvc.domain.metrics import Metric, Objective
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.domain.space import Assignments, CategoricalParameter, DoubleParameter, IntParameter, SearchSpace
from optsvc.engine import Problem, Seed, space_filling
from optsvc.engine.backend import HostArray

MIXED = SearchSpace(
    (
        DoubleParameter("a", -2.0, 3.0),
        DoubleParameter("b", 1e-5, 10.0, log=True),
        IntParameter("c", 1, 6),
        CategoricalParameter("d", ("red", "green", "blue")),
        DoubleParameter("e", 0.1, 0.8, grid=(0.1, 0.2, 0.4, 0.8)),
    )
)


def box(dimension: int) -> SearchSpace:
    return SearchSpace(tuple(DoubleParameter(f"x{j:03d}", 0.0, 1.0) for j in range(dimension)))


def problem(space: SearchSpace, objective: Objective = Objective.MINIMIZE, budget: int | None = None) -> Problem:
    return Problem(space, (Metric(objective=objective),), budget=budget)


def observed(assignments: Assignments, value: float, stddev: float | None = None) -> Observation:
    return Observation(assignments, (MetricEvaluation(None, value, stddev),))


def failed(assignments: Assignments) -> Observation:
    return Observation(assignments, failed=True)


def history(space: SearchSpace, count: int, value: Callable[[Assignments], float], key: int = 1) -> list[Observation]:
    """Values of a function at `count` space-filling points."""
    points = space_filling(problem(space), [], [], seed=Seed(key, 0), count=count)
    return [observed(p.assignments, value(p.assignments)) for p in points]


def numeric_gradient(function: Callable[[HostArray], float], x: HostArray, step: float = 1e-5) -> HostArray:
    """Central differences."""
    return np.array([(function(x + e) - function(x - e)) / (2.0 * step) for e in step * np.eye(len(x))])
