"""Expected gains over the best so far that meets all constraints, averaged over worlds."""

import numpy as np

from optsvc.engine.acquisition.expected_improvement import LogExpectedImprovement
from optsvc.engine.acquisition.hypervolume import LogExpectedHypervolumeImprovement
from optsvc.engine.acquisition.worlds import Worlds
from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.pareto.boxes import free_boxes

_ROOM = 3.0


def expected_improvement(worlds: Worlds) -> LogExpectedImprovement:
    """The acquisition function of one objective, the first metric of the worlds.

    Where nothing meets the constraints in a world, any value is an improvement: on one that is above all by some
    standard deviations of the objective.
    """
    posterior, values = worlds.posteriors[0], worlds.values[0]
    room = _ROOM * np.sqrt(posterior.signal_variance)
    best = np.where(worlds.feasible, values, np.inf).min(axis=0)
    incumbents = np.where(np.isfinite(best), best, values.max(axis=0) + room)
    return LogExpectedImprovement(posterior, worlds.weights[0], posterior.backend.to_device(incumbents))


def expected_hypervolume_improvement(
    worlds: Worlds, reference: HostArray, rates: HostArray
) -> LogExpectedHypervolumeImprovement:
    """The acquisition function of several objectives, the first metrics of the worlds.

    Args:
        worlds: The past.
        reference: The target of each objective from which on a value counts, shape ``(k,)``.
        rates: See `LogExpectedHypervolumeImprovement`, shape ``(k,)``.
    """
    count = len(reference)
    fronts = [worlds.values[:count, feasible, s].T for s, feasible in enumerate(worlds.feasible.T)]
    boxes = [free_boxes(front, reference, DEFAULTS) for front in fronts]
    return LogExpectedHypervolumeImprovement(worlds.posteriors[:count], worlds.weights[:count], boxes, rates)
