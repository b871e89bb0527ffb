"""The reference point: from where on a value counts as an improvement at all. Everything is minimized."""

import numpy as np

from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import EngineDefaults


def reference_point(front: HostArray, values: HostArray, thresholds: HostArray, defaults: EngineDefaults) -> HostArray:
    """Each objective's threshold; without one, a little worse than the worst on the front.

    The little is a share of the front's range, or of that of all values if the front has none, or 1. Without it the
    ends of the front would count for nothing.

    Args:
        front: The feasible non-dominated points, shape ``(f, m)``, ``f`` >= 1.
        values: All points, shape ``(n, m)``.
        thresholds: Shape ``(m,)``, NaN where there is none.
        defaults: How much is a little.

    Returns:
        Shape ``(m,)``.
    """
    margin = defaults.reference_margin * np.ptp(front, axis=0)
    margin = np.where(margin > 0.0, margin, defaults.reference_margin * np.ptp(values, axis=0))
    margin = np.where(margin > 0.0, margin, 1.0)
    return np.where(np.isnan(thresholds), front.max(axis=0) + margin, thresholds)
