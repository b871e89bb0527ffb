"""A problem with several metrics: a function on its own axes, and how to move it for a seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from benchmarks.peers import CONSTRAINTS, MORE_OBJECTIVES, NO_OBJECTIVE, OBJECTIVES
from benchmarks.protocols import Array
from benchmarks.several import axes
from benchmarks.several.measures import Coverage, FeasibleRegret, Hypervolume, Solutions
from benchmarks.several.moves import Move, draw
from benchmarks.several.references import Reference, load
from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.space import Assignments, Parameter, SearchSpace, Value

Function = Callable[[Array], Array]
"""From points ``(n, d)`` in the parameters' own units, categories as indices, to metrics ``(n, m)`` in their own."""

Mask = npt.NDArray[np.bool_]


def _nowhere(points: Array) -> Mask:
    return np.zeros(len(points), dtype=bool)


@dataclass(frozen=True)
class MovedProblem:
    """A function of several metrics, in one version for each seed.

    Args:
        name: Short, ends with the number of parameters.
        group: What it stands for.
        parameters: Its axes.
        metrics: What is optimized, then the constraints.
        function: Their true values.
        folded: The axes on which an optimum at the lower bound is to come to lie inside.
        noise: Standard deviation on each metric.
        fails: Where evaluations fail.
        solutions: How many different optima are sought.
        pareto_set: Points of the Pareto set, ``(n, d)``, where it has a closed form; else it is searched for.
        optima: The points that solve a multisolution problem, ``(solutions, d)``.
    """

    name: str
    group: str
    parameters: tuple[Parameter, ...]
    metrics: tuple[Metric, ...]
    function: Function
    folded: tuple[int, ...] = ()
    noise: tuple[float, ...] = ()
    fails: Callable[[Array], Mask] = _nowhere
    solutions: int = 1
    pareto_set: Callable[[], Array] | None = None
    optima: tuple[tuple[float, ...], ...] = ()

    @property
    def objectives(self) -> int:
        """How many metrics are optimized."""
        return sum(metric.strategy is Strategy.OPTIMIZE for metric in self.metrics)

    @property
    def needs(self) -> frozenset[str]:
        """What a peer must be able to do; see `benchmarks.peers`."""
        asked = {
            CONSTRAINTS: self.objectives < len(self.metrics),
            OBJECTIVES: self.objectives >= 2,
            MORE_OBJECTIVES: self.objectives > 2,
            NO_OBJECTIVE: self.objectives == 0,
        }
        return frozenset(need for need, is_asked in asked.items() if is_asked)

    def instance(self, seed: int) -> "MovedInstance":
        """The function on axes moved as `seed` draws."""
        rng = np.random.default_rng([seed, *self.name.encode()])
        moves = tuple(draw(p, rng, folded=j in self.folded) for j, p in enumerate(self.parameters))
        return MovedInstance(self, moves)

    def losses(self, points: Array) -> Array:
        """What is optimized, ``(n, objectives)``, turned so that less is better."""
        return self.function(points)[:, : self.objectives] * self._signs[: self.objectives]

    def violations(self, points: Array) -> Array:
        """By how much each constraint misses its threshold, ``(n, constraints)``; infinite where evaluations fail."""
        return np.where(self.fails(points)[:, np.newaxis], np.inf, self.missed(self.function(points)))

    def missed(self, values: Array) -> Array:
        """By how much metrics ``(n, m)`` miss the thresholds of the constraints; not positive where they reach them."""
        thresholds = np.array([metric.threshold for metric in self.metrics[self.objectives :]], dtype=float)
        return np.asarray((values[:, self.objectives :] - thresholds) * self._signs[self.objectives :])

    def feasible(self, points: Array) -> Mask:
        """Where evaluations succeed and reach all thresholds."""
        return np.asarray((self.violations(points) <= 0).all(axis=1) & ~self.fails(points))

    def own(self, unit: Array) -> Array:
        """Points ``(n, d)`` in the parameters' own units, of unit coordinates (of categories: indices)."""
        columns = [axes.own(p, unit[:, j]) for j, p in enumerate(self.parameters)]
        return np.stack(columns, axis=1)

    def unit(self, points: Array) -> Array:
        """The unit coordinates of points in the parameters' own units."""
        columns = [axes.unit(p, points[:, j]) for j, p in enumerate(self.parameters)]
        return np.stack(columns, axis=1)

    def uniform(self, count: int, rng: np.random.Generator) -> Array:
        """Uniform draws in unit coordinates, whole numbers and categories among those that there are."""
        return np.stack([axes.drawn(p, rng.random(count)) for p in self.parameters], axis=1)

    @cached_property
    def reference(self) -> Reference:
        """What it is measured against, from its file."""
        return load(self.name)

    @cached_property
    def _signs(self) -> Array:
        return np.array([1.0 if metric.objective is Objective.MINIMIZE else -1.0 for metric in self.metrics])


@dataclass(frozen=True)
class MovedInstance:
    """One version.

    Args:
        problem: Of what.
        moves: Of each axis.
    """

    problem: MovedProblem
    moves: tuple[Move, ...]
    crashes: float = 0.0
    parallel: int = 1

    @property
    def space(self) -> SearchSpace:
        """Where it is searched."""
        return SearchSpace(self.problem.parameters)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What an evaluation reports."""
        return self.problem.metrics

    @property
    def solutions(self) -> int:
        """How many different optima are asked for."""
        return self.problem.solutions

    @property
    def stddevs(self) -> tuple[float, ...]:
        """Of the noise on each metric."""
        return self.problem.noise or (0.0,) * len(self.metrics)

    def evaluate(self, assignments: Mapping[str, Value]) -> tuple[Sequence[float], bool]:
        """The true value of each metric, and whether the evaluation succeeds."""
        point = self.points(self.encode(assignments)[np.newaxis])
        return self.problem.function(point)[0].tolist(), not self.problem.fails(point)[0]

    def points(self, unit: Array) -> Array:
        """Where the function is evaluated, ``(n, d)`` in own units, of a peer's unit coordinates."""
        moved = np.stack([move.forward(unit[:, j]) for j, move in enumerate(self.moves)], axis=1)
        return self.problem.own(moved)

    def sources(self, points: Array) -> Array:
        """A peer's unit coordinates, of points of the function."""
        unit = self.problem.unit(points)
        return np.stack([move.backward(unit[:, j]) for j, move in enumerate(self.moves)], axis=1)

    def encode(self, assignments: Mapping[str, Value]) -> Array:
        """A peer's unit coordinates ``(d,)``."""
        values = [axes.number(p, assignments[p.name]) for p in self.problem.parameters]
        return self.problem.unit(np.array([values]))[0]

    def decode(self, unit: Array) -> Assignments:
        """The assignments of a peer's unit coordinates ``(d,)``."""
        own = self.problem.own(unit[np.newaxis])[0]
        return {p.name: axes.value(p, float(value)) for p, value in zip(self.problem.parameters, own, strict=True)}

    def measure(self) -> Hypervolume | FeasibleRegret | Coverage | Solutions:
        """A new one, of an optimization of this: what the number of objectives and of solutions asks for."""
        if self.problem.objectives >= 2:
            return Hypervolume(self)
        if self.problem.objectives == 0:
            return Coverage(self)
        return Solutions(self) if self.solutions > 1 else FeasibleRegret(self)
