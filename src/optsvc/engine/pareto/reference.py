"""The reference point: from where on a value counts as an improvement at all. Everything is minimized."""

import numpy as np

from optsvc.engine.backend import HostArray


def extent(front: HostArray, values: HostArray) -> HostArray:
    """The front's range in each objective, shape ``(m,)``; of all values if the front has none there, or 1.

    Args:
        front: Shape ``(f, m)``, ``f`` >= 1.
        values: All points, shape ``(n, m)``.
    """
    ranges = np.ptp(front, axis=0)
    ranges = np.where(ranges > 0.0, ranges, np.ptp(values, axis=0))
    return np.where(ranges > 0.0, ranges, 1.0)


def reference_point(front: HostArray, values: HostArray, thresholds: HostArray, margin: float) -> HostArray:
    """Each objective's threshold; without one, a little worse than the worst on the front.

    The little is a share of `extent`. Without it the ends of the front would count for nothing.

    Args:
        front: The feasible non-dominated points, shape ``(f, m)``, ``f`` >= 1.
        values: All points, shape ``(n, m)``.
        thresholds: Shape ``(m,)``, NaN where there is none.
        margin: How much is a little.

    Returns:
        Shape ``(m,)``.
    """
    worst = front.max(axis=0) + margin * extent(front, values)
    return np.where(np.isnan(thresholds), worst, thresholds)
