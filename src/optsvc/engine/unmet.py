"""Constraints of which nothing is known but that they are missed: all their values are equal.

Such a metric has no model, as nothing says where it would be different. But nothing that was observed is feasible.
"""

from dataclasses import dataclass

import numpy as np

from optsvc.domain.metrics import Metric
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.history import EncodedHistory
from optsvc.engine.problem import Problem
from optsvc.engine.ranking import as_loss
from optsvc.engine.surrogates.outputs import OutputTransform


@dataclass(frozen=True, slots=True)
class Unmet:
    """A constraint, and the value that it always had.

    Args:
        metric: What must reach its threshold.
        value: In its own units.
    """

    metric: Metric
    value: float

    def __str__(self) -> str:
        name, threshold = self.metric.name, self.metric.threshold
        return f"So far {name} is always {self.value:.6g} and misses its threshold, {threshold:.6g}."


def unmet_constraints(problem: Problem, history: EncodedHistory, defaults: EngineDefaults) -> tuple[Unmet, ...]:
    """The constraints all of whose values are equal and miss the threshold; none before there are values."""
    found = []
    for metric, values in zip(problem.metrics, history.values.T, strict=True):
        if metric not in problem.constraints or metric.threshold is None or not len(values):
            continue
        missed = as_loss(metric, values) > as_loss(metric, np.array([metric.threshold]))
        if missed.all() and OutputTransform.fit(values, metric.objective, defaults, warp=False) is None:
            found.append(Unmet(metric, float(values[0])))
    return tuple(found)
