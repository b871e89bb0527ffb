"""The valleys of what is expected of a metric: several solutions are the lowest points of as many of them."""

from collections.abc import Callable

import numpy as np

from optsvc.engine.backend import HostArray, IntArray

_ALONG = np.arange(1, 8)[:, None] / 8
"""Where on the way from one point to another is looked, shape ``(k, 1)``."""

Mean = Callable[[HostArray], HostArray]
"""The expected targets ``(m,)`` at features ``(m, d)``."""


def valleys(mean: Mean, features: HostArray, means: HostArray, wanted: int) -> IntArray:
    """The lowest point of each valley, the deepest valley first.

    The best point is the lowest of its valley. To the valley belongs every point from which the straight way to it, in
    features, never rises. The best of the remaining points is the lowest of the next valley, and so on.

    Args:
        mean: What is expected.
        features: Of the points, shape ``(n, d)``.
        means: What is expected at them, shape ``(n,)``.
        wanted: How many valleys at most.

    Returns:
        Rows, at least one if there are points.
    """
    rest = np.argsort(means, kind="stable")
    lowest: list[int] = []
    while rest.size and len(lowest) < wanted:
        row, rest = int(rest[0]), rest[1:]
        lowest.append(row)
        rest = rest[highest_between(mean, features[row], features[rest]) > means[rest]]
    return np.array(lowest, dtype=np.intp)


def highest_between(mean: Mean, start: HostArray, ends: HostArray) -> HostArray:
    """The most that is expected on the straight way from a point to each of others, ends excluded.

    Args:
        mean: What is expected.
        start: Features of the point, shape ``(d,)``.
        ends: Features of the others, shape ``(m, d)``.

    Returns:
        Shape ``(m,)``.
    """
    ways = start + _ALONG * (ends - start)[:, None, :]
    highest: HostArray = mean(ways.reshape(-1, len(start))).reshape(len(ends), len(_ALONG)).max(axis=1)
    return highest
