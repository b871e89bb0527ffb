"""Which observations are good."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from optsvc.domain.metrics import Objective
from optsvc.engine.backend import HostArray, IntArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.model import EncodedHistory


@dataclass(frozen=True, slots=True)
class Split:
    """The observed points, parted by their values.

    Args:
        good: The points with the best values, shape ``(g, p)``, best first.
        bad: The others, shape ``(b, p)``, best first.
        worst_good: The value, in the metric's own units, that a good point at least has.
    """

    good: HostArray
    bad: HostArray
    worst_good: float

    @classmethod
    def of(
        cls, history: EncodedHistory, objective: Objective, rng: np.random.Generator, defaults: EngineDefaults
    ) -> Self:
        """The split of at least one observation.

        Args:
            history: What was observed. Repeats of a point count as one, with their mean value: else a point would be
                good that was lucky once.
            objective: Which way values are better.
            rng: Decides between equal values.
            defaults: The share of good points and their greatest number.
        """
        points, values = _without_repeats(history)
        losses = -values if objective is Objective.MAXIMIZE else values
        order = np.lexsort((rng.permutation(len(losses)), losses))
        count = min(math.ceil(defaults.tpe_share * len(losses)), defaults.tpe_most_good)
        good, bad = order[:count], order[count:]
        return cls(points[good], points[bad], float(values[good[-1]]))

    @property
    def share(self) -> float:
        """Which part of the points is good."""
        return len(self.good) / (len(self.good) + len(self.bad))


def thinned(count: int, defaults: EngineDefaults) -> tuple[IntArray, HostArray]:
    """Which of many ranked kernels to keep, and their weights, which sum to `count`.

    The first few and some at evenly spaced ranks, each of which stands for its neighbours; all if they are few.
    """
    if count <= defaults.tpe_kernels:
        return np.arange(count), np.ones(count)
    first, spread = defaults.tpe_best_kernels, defaults.tpe_spread_kernels
    spaced = np.linspace(first, count - 1, spread).round().astype(np.int64)
    weights = np.append(np.ones(first), np.full(spread, (count - first) / spread))
    return np.append(np.arange(first), spaced), weights


def _without_repeats(history: EncodedHistory) -> tuple[HostArray, HostArray]:
    """Distinct points ``(m, p)`` and the mean of the values of each ``(m,)``; the history has equal points in a row."""
    new = np.append(True, (history.points[1:] != history.points[:-1]).any(axis=1))
    starts = np.flatnonzero(new)
    counts = np.diff(np.append(starts, len(new)))
    # Each value is divided before the sum, which then cannot overflow.
    return history.points[starts], np.add.reduceat(history.values / np.repeat(counts, counts), starts)
