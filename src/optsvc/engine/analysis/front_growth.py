"""How the Pareto front has grown: the hypervolume after each observation, against one reference point for all.

What a hypervolume is depends on its reference point [Ishibuchi2018]_, so the whole curve has one, told with it.

.. [Ishibuchi2018] H. Ishibuchi et al. How to specify a reference point in hypervolume calculation for fair performance
   comparison. Evolutionary Computation, 2018.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optsvc.domain.observation import Observation
from optsvc.engine.analysis.readings import Readings, loss_limit, sign
from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.pareto.hypervolume import hypervolume_trace
from optsvc.engine.pareto.reference import reference_point
from optsvc.engine.problem import Problem


@dataclass(frozen=True, slots=True)
class FrontGrowth:
    """The hypervolume after each observation.

    Args:
        metrics: The names of the objectives.
        ideal: The best value of each among all that reach the thresholds of constraints, in its own units.
        reference: The reference point, in the same units: the threshold of an objective; without one, its worst value
            and a tenth of the range more.
        volumes: After each observation of the history, from 0 to 1: the dominated share of the box between the two.
        front: The places in the history of those on the front now.
    """

    metrics: tuple[str | None, ...]
    ideal: tuple[float, ...]
    reference: tuple[float, ...]
    volumes: tuple[float, ...]
    front: tuple[int, ...]


def front_growth(problem: Problem, history: Sequence[Observation]) -> FrontGrowth | None:
    """How the Pareto front has grown.

    Args:
        problem: The metrics; those that are optimized, at least one, make the front.
        history: What has been observed, **oldest first**.

    Returns:
        None if no observation reaches the thresholds of all constraints.
    """
    readings = Readings.of(problem, history, Encoder(problem.space, DEFAULTS.relaxed_levels))
    valid = readings.satisfying
    if not valid.any():
        return None
    losses, rows = readings.losses[valid][:, readings.objectives], readings.rows[valid]
    metrics = [readings.metrics[j] for j in readings.objectives]
    limits = np.array([loss_limit(metric) for metric in metrics])
    ideal = losses.min(axis=0)
    reference = reference_point(losses, losses, np.where(np.isfinite(limits), limits, np.nan), DEFAULTS.shown_margin)
    signs = np.array([sign(metric) for metric in metrics])
    gains = np.zeros(len(history))
    gains[rows] = np.diff(_volumes(losses, ideal, reference), prepend=0.0)
    return FrontGrowth(
        metrics=tuple(metric.name for metric in metrics),
        ideal=tuple((signs * ideal).tolist()),
        reference=tuple((signs * reference).tolist()),
        volumes=tuple(np.minimum(np.cumsum(gains), 1.0).tolist()),
        front=tuple(rows[nondominated(losses)].tolist()),
    )


def _volumes(losses: HostArray, ideal: HostArray, reference: HostArray) -> HostArray:
    """After each row ``(n, m)``, in a box of volume 1: in mixed units they could overflow."""
    width = reference - ideal
    if not (width > 0.0).all():  # a threshold that nothing reaches
        return np.zeros(len(losses))
    return hypervolume_trace((losses - ideal) / width, np.ones(len(width)))
