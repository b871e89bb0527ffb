"""Expected improvement over the best that meets all constraints, averaged over worlds."""

import numpy as np

from optsvc.engine.acquisition.expected_improvement import LogExpectedImprovement
from optsvc.engine.acquisition.worlds import Worlds

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
