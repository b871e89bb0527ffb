"""Which observations a model sees when there are more than it can take."""

import numpy as np

from optsvc.engine.backend import HostArray, IntArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.surrogates.gp import TrainingData


def rows_to_fit(targets: HostArray, defaults: EngineDefaults) -> IntArray:
    """The rows to fit hyperparameters on: the best, and the rest at evenly spaced ranks."""
    order = np.argsort(targets, kind="stable")
    if len(order) <= defaults.fit_rows:
        return np.sort(order)
    best, rest = order[: defaults.fit_best_rows], order[defaults.fit_best_rows :]
    spaced = np.linspace(0, len(rest) - 1, defaults.fit_rows - defaults.fit_best_rows).round().astype(np.int64)
    return np.sort(np.concatenate([best, rest[spaced]]))


def local_rows(data: TrainingData, theta: HostArray, defaults: EngineDefaults) -> IntArray:
    """The rows that matter for the next point: near the best one, the best, and some that stand for the rest.

    Distances are measured in the length scales of `theta`. The rest is chosen by farthest-point traversal.
    """
    scaled = (data.features - 0.5) * np.exp(-theta[:-3])[data.groups]
    order = np.argsort(data.targets, kind="stable")
    from_best = ((scaled - scaled[order[0]]) ** 2).sum(axis=1)
    nearest = np.argsort(from_best, kind="stable")[: defaults.local_nearest_rows]
    chosen = np.union1d(nearest, order[: defaults.local_best_rows])
    gaps = np.full(len(scaled), np.inf)
    for row in chosen:
        gaps = np.minimum(gaps, ((scaled - scaled[row]) ** 2).sum(axis=1))
    spread = []
    for _ in range(defaults.local_spread_rows):
        row = int(np.argmax(gaps))
        spread.append(row)
        gaps = np.minimum(gaps, ((scaled - scaled[row]) ** 2).sum(axis=1))
    return np.union1d(chosen, np.array(spread))
