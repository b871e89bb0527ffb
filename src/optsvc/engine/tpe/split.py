"""Which observations are good."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from optsvc.engine.backend import HostArray, IntArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.history import EncodedHistory
from optsvc.engine.problem import Problem
from optsvc.engine.ranking import losses_of


@dataclass(frozen=True, slots=True)
class Split:
    """The observed points, parted by their values.

    Args:
        good: The points with the best values, shape ``(g, p)``, best first.
        bad: The others, shape ``(b, p)``, best first.
        worst_good: The value, in the metric's own units, that a good point at least has; None with several metrics.
    """

    good: HostArray
    bad: HostArray
    worst_good: float | None

    @classmethod
    def of(cls, history: EncodedHistory, problem: Problem, rng: np.random.Generator, defaults: EngineDefaults) -> Self:
        """The split of at least one observation.

        Args:
            history: What was observed. Repeats of a point count as one, with their mean value: else a point would be
                good that was lucky once.
            problem: What makes one point better than another.
            rng: Decides between equal values.
            defaults: The share of good points and their greatest number.
        """
        points, values = history.without_repeats()
        losses = losses_of(problem, values)
        order = np.lexsort((rng.permutation(len(losses)), losses))
        count = min(math.ceil(defaults.tpe_share * len(losses)), defaults.tpe_most_good)
        good, bad = order[:count], order[count:]
        bar = float(values[good[-1], 0]) if problem.only_metric else None
        return cls(points[good], points[bad], bar)

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
