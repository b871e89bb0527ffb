"""What an experiment has reported, as one table in the order of its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import Observation
from optsvc.engine.backend import BoolArray, HostArray, IntArray
from optsvc.engine.encoding import Encoder
from optsvc.engine.problem import Problem

_LARGEST = 2.0**1020


@dataclass(frozen=True, slots=True)
class Readings:
    """The observations that have a value of every metric, in the order of the history, and where the others were.

    Letters: ``n`` observations with values, ``m`` metrics, ``p`` parameters.

    Args:
        metrics: The metrics that count, in the order of the problem.
        rows: Which observations of the history these are, shape ``(n,)``, ascending.
        points: Their unit coordinates, shape ``(n, p)``.
        losses: Their values, signed so that less is better, shape ``(n, m)``.
        stddevs: Of the values, NaN where not known, shape ``(n, m)``.
        every_point: Unit coordinates of the whole history, failures included.
        failed: Which observations of the history lack a value.
    """

    metrics: tuple[Metric, ...]
    rows: IntArray
    points: HostArray
    losses: HostArray
    stddevs: HostArray
    every_point: HostArray
    failed: BoolArray

    @classmethod
    def of(cls, problem: Problem, history: Sequence[Observation], encoder: Encoder) -> Self:
        """The table of a history."""
        reported = [[observation.evaluation(metric) for metric in problem.metrics] for observation in history]
        complete = np.array([None not in row for row in reported], dtype=bool)
        kept = [[e for e in row if e is not None] for row, whole in zip(reported, complete, strict=True) if whole]
        shape = (len(kept), len(problem.metrics))
        signs = np.array([sign(metric) for metric in problem.metrics])
        values = np.array([[e.value for e in row] for row in kept], dtype=np.float64).reshape(shape)
        stddevs = np.array([[np.nan if e.stddev is None else e.stddev for e in row] for row in kept], dtype=np.float64)
        points = encoder.encode([observation.assignments for observation in history])
        return cls(
            metrics=problem.metrics,
            rows=np.flatnonzero(complete),
            points=points[complete],
            losses=bounded(signs * values),
            stddevs=stddevs.reshape(shape),
            every_point=points,
            failed=~complete,
        )

    @property
    def objectives(self) -> list[int]:
        """The columns of the metrics that are optimized."""
        return [j for j, metric in enumerate(self.metrics) if metric.strategy is not Strategy.CONSTRAINT]

    @property
    def constraints(self) -> list[int]:
        """The columns of the metrics that must reach their thresholds."""
        return [j for j, metric in enumerate(self.metrics) if metric.strategy is Strategy.CONSTRAINT]

    @property
    def met(self) -> BoolArray:
        """Whether each value of a constraint reaches its threshold, shape ``(n, number of constraints)``."""
        limits = np.array([loss_limit(self.metrics[j]) for j in self.constraints])
        reached: BoolArray = self.losses[:, self.constraints] <= limits
        return reached

    @property
    def satisfying(self) -> BoolArray:
        """Which of the ``n`` rows reach the thresholds of all constraints."""
        every: BoolArray = np.logical_and.reduce(self.met, axis=1)
        return every

    def values(self, column: int) -> HostArray:
        """The values of one metric ``(n,)``, in its own units."""
        return sign(self.metrics[column]) * self.losses[:, column]


def sign(metric: Metric) -> float:
    """What turns a value into a loss, of which less is better, and back."""
    return -1.0 if metric.objective is Objective.MAXIMIZE else 1.0


def bounded(values: HostArray) -> HostArray:
    """The values, any shape, those near the largest doubles brought in a little: then no difference overflows."""
    return np.clip(values, -_LARGEST, _LARGEST)


def loss_limit(metric: Metric) -> float:
    """The largest loss that a constraint allows; infinite without a threshold."""
    return np.inf if metric.threshold is None else sign(metric) * metric.threshold
