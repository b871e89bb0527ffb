"""How good the results on a problem with several metrics are, by the true values of what succeeded.

All are regrets: 1 before there is anything, 0 at the best known. A trace of each is kept.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.problems.instance import add_step
from benchmarks.protocols import Array
from benchmarks.several.references import CORNER
from optsvc.domain.space import Value
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.pareto.hypervolume import hypervolume

if TYPE_CHECKING:
    from benchmarks.several.problem import MovedInstance

_SAMPLE = 512
_DRAWS = 4096
_FILL_AT = (20, 40, 60, 100)


class _Feasible:
    """Keeps the trace; what the regret is, those below say."""

    def __init__(self, instance: "MovedInstance") -> None:
        self._instance = instance
        self._steps: list[list[float]] = []
        self._regret = 1.0
        self._told = self._feasible = 0

    def add(
        self,
        evaluation: int,
        assignments: Mapping[str, Value],
        values: Sequence[float],
        reported: Sequence[float],  # noqa: ARG002 - the truth is measured
    ) -> None:
        """Take a success that came back; `evaluation` counts from 1."""
        row = np.array([values])
        self._told += 1
        if (self._instance.problem.missed(row) > 0).any():
            return
        self._feasible += 1
        unit = self._instance.encode(assignments)
        losses = self._instance.problem.losses(self._instance.points(unit[np.newaxis]))[0]
        regret = float(f"{self._after(evaluation, unit, losses):.4g}")
        if regret < self._regret:
            self._regret = regret
            add_step(self._steps, evaluation, regret)

    def summary(self) -> dict[str, Any]:
        """The steps ``[evaluation, regret]``, and the share of successes that reach all thresholds."""
        return {"regret": self._steps, "feasible": round(self._feasible / max(self._told, 1), 4)}

    def _after(self, evaluation: int, unit: Array, losses: Array) -> float:
        """The regret after one more feasible point, given by its unit coordinates and its losses."""
        raise NotImplementedError


class FeasibleRegret(_Feasible):
    """Of the best feasible point: 0 at the optimum, 1 at the median of feasible uniform draws."""

    def _after(self, evaluation: int, unit: Array, losses: Array) -> float:  # noqa: ARG002
        return float(self._instance.problem.reference.normalized(losses)[0])


class Hypervolume(_Feasible):
    """1 less the hypervolume of the feasible points, as a share of that of the reference front.

    Losses are normalized by the reference front to 0…1, and the reference point is `CORNER` in each of them.
    """

    def __init__(self, instance: "MovedInstance") -> None:
        super().__init__(instance)
        self._front = np.empty((0, instance.problem.objectives))

    def _after(self, evaluation: int, unit: Array, losses: Array) -> float:  # noqa: ARG002
        reference = self._instance.problem.reference
        candidates = np.vstack([self._front, reference.normalized(losses)])
        self._front = np.unique(candidates[nondominated(candidates)], axis=0)
        corner = np.full(self._front.shape[1], CORNER)
        return 1 - hypervolume(self._front, corner) / reference.hypervolume

    def summary(self) -> dict[str, Any]:
        """The steps, and the front at the end, normalized."""
        return {**super().summary(), "front": [[float(f"{value:.4g}") for value in row] for row in self._front]}


class Coverage(_Feasible):
    """The share of a sample of the feasible set that is farther than a radius from every feasible point evaluated.

    Distances are Euclidean in the unit cube of the peer; the radius is 0.1 times the square root of the number of
    parameters. ``fill`` is the greatest distance from the sample, the diagonal of the cube while there is no point.
    """

    def __init__(self, instance: "MovedInstance") -> None:
        super().__init__(instance)
        self._diagonal = float(np.sqrt(len(instance.moves)))
        self._sample = _feasible_sample(instance)
        self._nearest = np.full(len(self._sample), self._diagonal)
        self._fills: list[list[float]] = []

    def _after(self, evaluation: int, unit: Array, losses: Array) -> float:  # noqa: ARG002
        self._nearest = np.minimum(self._nearest, np.linalg.norm(self._sample - unit, axis=1))
        add_step(self._fills, evaluation, float(self._nearest.max()))
        return float((self._nearest > 0.1 * self._diagonal).mean())

    def summary(self) -> dict[str, Any]:
        """The steps, and the fill distance after some evaluations."""
        at = {str(n): [value for step, value in self._fills if step <= n] for n in _FILL_AT}
        return {**super().summary(), "fill": {n: min([*known, self._diagonal]) for n, known in at.items()}}


class Solutions(_Feasible):
    """The share of the known optima that have not been found.

    One is found by a point that is nearer to it than to any other optimum, nearer than `NEAR` in the unit cube, and at
    most `DEEP` above it, in units of the span from the best optimum to the median of uniform draws.
    """

    NEAR = 0.15
    DEEP = 0.01

    def __init__(self, instance: "MovedInstance") -> None:
        super().__init__(instance)
        reference = instance.problem.reference
        self._optima = instance.sources(reference.points)
        self._values = reference.normalized(instance.problem.losses(reference.points))[:, 0]
        self._found = np.zeros(len(self._optima), dtype=bool)

    def _after(self, evaluation: int, unit: Array, losses: Array) -> float:  # noqa: ARG002
        distances = np.linalg.norm(self._optima - unit, axis=1)
        nearest = int(distances.argmin())
        height = self._instance.problem.reference.normalized(losses)[0] - self._values[nearest]
        self._found[nearest] |= bool(distances[nearest] < self.NEAR and height <= self.DEEP)
        return float(1 - self._found.mean())


def _feasible_sample(instance: "MovedInstance") -> Array:
    """Uniform draws from the feasible set, in the unit coordinates of the peer; the same for all peers."""
    rng = np.random.default_rng([*instance.problem.name.encode()])
    found = np.empty((0, len(instance.moves)))
    while len(found) < _SAMPLE:
        unit = instance.problem.uniform(_DRAWS, rng)
        found = np.vstack([found, unit[instance.problem.feasible(instance.points(unit))]])
    return found[:_SAMPLE]
