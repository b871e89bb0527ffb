"""Short ways to write down experiments with several metrics."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.domain.space import Assignments, SearchSpace
from optsvc.engine import Problem, Seed, space_filling

SEED = Seed(1, 0)


def loss(name: str) -> Metric:
    return Metric(name, Objective.MINIMIZE)


def gain(name: str) -> Metric:
    return Metric(name, Objective.MAXIMIZE)


def limit(name: str, threshold: float, objective: Objective = Objective.MINIMIZE) -> Metric:
    return Metric(name, objective, Strategy.CONSTRAINT, threshold)


def measured(assignments: Assignments, values: Mapping[str, float], stddev: float | None = None) -> Observation:
    return Observation(assignments, tuple(MetricEvaluation(n, v, stddev) for n, v in values.items()))


def points(space: SearchSpace, count: int, key: int = 1) -> list[Assignments]:
    problem = Problem(space, (loss("any"),))
    return [p.assignments for p in space_filling(problem, [], [], seed=Seed(key, 0), count=count)]


def runs(
    space: SearchSpace,
    count: int,
    functions: Mapping[str, Callable[[Assignments], float]],
    *,
    noise: float = 0.0,
    stddev: float | None = None,
) -> list[Observation]:
    """Values of functions at evenly spread points."""
    rng = np.random.default_rng(7)
    return [
        measured(a, {name: f(a) + noise * float(rng.standard_normal()) for name, f in functions.items()}, stddev)
        for a in points(space, count)
    ]


def shuffled(history: Sequence[Observation]) -> tuple[list[Observation], list[int]]:
    """The history in another order, and where each of its rows came from."""
    order = np.random.default_rng(3).permutation(len(history)).tolist()
    return [history[i] for i in order], order
