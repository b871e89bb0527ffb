"""What was observed, in the engine's terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from optsvc.domain.observation import Observation
from optsvc.engine.backend import HostArray
from optsvc.engine.encoding import Encoder
from optsvc.engine.problem import Problem


@dataclass(frozen=True, slots=True)
class EncodedHistory:
    """What was observed, as arrays, in an order that does not depend on how the observations were handed over.

    Args:
        points: Unit coordinates of the points with a value of every metric, shape ``(n, p)``.
        values: Values of the problem's ``m`` metrics, each in its own units, shape ``(n, m)``.
        stddevs: Their standard deviations, NaN where not known, shape ``(n, m)``.
        failed: Unit coordinates of the other points, shape ``(k, p)``.
    """

    points: HostArray
    values: HostArray
    stddevs: HostArray
    failed: HostArray

    @classmethod
    def of(cls, problem: Problem, history: Sequence[Observation], encoder: Encoder) -> Self:
        """The history of an experiment."""
        metrics = problem.metrics
        evaluations = [[observation.evaluation(metric) for metric in metrics] for observation in history]
        points = encoder.encode([observation.assignments for observation in history])
        has_values = np.array([None not in row for row in evaluations], dtype=bool)
        told = [[e for e in row if e is not None] for row in evaluations if None not in row]
        values = np.array([[e.value for e in row] for row in told], dtype=np.float64).reshape(-1, len(metrics))
        stddevs = np.array([[e.stddev for e in row] for row in told], dtype=np.float64).reshape(-1, len(metrics))
        succeeded = points[has_values]
        order = np.lexsort((*np.nan_to_num(stddevs, nan=-1.0).T[::-1], *values.T[::-1], *succeeded.T[::-1]))
        return cls(succeeded[order], values[order], stddevs[order], sorted_rows(points[~has_values]))

    @property
    def measured_noise(self) -> bool:
        """Whether noise is a fact, not a guess: standard deviations were reported, or repeats came out differently."""
        again = (self.points[1:] == self.points[:-1]).all(axis=1)
        return bool((self.stddevs > 0.0).any() or (self.values[1:] != self.values[:-1])[again].any())

    def without_repeats(self) -> tuple[HostArray, HostArray]:
        """Distinct points ``(k, p)``, and the means of the values at each ``(k, m)``: equal points are in a row."""
        new = np.append(True, (self.points[1:] != self.points[:-1]).any(axis=1))
        starts = np.flatnonzero(new)
        counts = np.diff(np.append(starts, len(new)))
        # Each value is divided before the sum, which then cannot overflow.
        shares = self.values / np.repeat(counts, counts)[:, None]
        return self.points[starts], np.add.reduceat(shares, starts, axis=0)


def sorted_rows(points: HostArray) -> HostArray:
    """The rows ``(n, p)`` in lexicographic order."""
    return points[np.lexsort(points.T[::-1])] if points.size else points
