"""What was observed, as columns: of 100,000 observations a few megabytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric, Objective

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """All observations of an experiment, oldest first; columns of shape ``(n,)``.

    Args:
        ids: Of the observations, ascending.
        failed: Which failed.
        full: Which were full evaluations.
        values: Of each metric by name, in its own units, NaN where there is none.
    """

    ids: IntArray
    failed: BoolArray
    full: BoolArray
    values: Mapping[str | None, FloatArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def counting(self, definition: Definition) -> BoolArray:
        """Which may be the best: full evaluations with a value of every metric that reach all thresholds."""
        counts = self.full & ~self.failed
        for metric in definition.metrics:
            counts &= self.reaching(metric)
        return counts

    def reaching(self, metric: Metric) -> BoolArray:
        """Where there is a value of a metric that reaches its threshold, or any without one."""
        least = -np.inf if metric.threshold is None else gain(metric.threshold, metric)
        return self.gains(metric) >= least

    def gains(self, metric: Metric) -> FloatArray:
        """The values of a metric, signed so that more is better."""
        values = self.values[metric.name]
        return values if metric.objective is Objective.MAXIMIZE else -values


def gain(value: float, metric: Metric) -> float:
    """A value of a metric, signed so that more is better."""
    return value if metric.objective is Objective.MAXIMIZE else -value


def improvements(gains: FloatArray, counts: BoolArray) -> IntArray:
    """The places of the observations that were the best so far, oldest first: the last one is the best."""
    reached = np.where(counts, gains, -np.inf)
    before = np.concatenate([[-np.inf], np.maximum.accumulate(reached)[:-1]]) if len(reached) else reached
    return np.flatnonzero(counts & (reached > before))
