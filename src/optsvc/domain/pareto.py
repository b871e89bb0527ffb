"""Points that no other point dominates, quickly even where that is all of ten thousand: more is better.

By halves [Kung1975]_: nothing beats what comes before it in lexicographic order, so of the second half those are left
that nothing in the first beats. The first number is settled by that and need not be looked at again; for the others
the two are divided in the same way by the next number, and so on.

.. [Kung1975] H. Kung, F. Luccio and F. Preparata. On finding the maxima of a set of vectors. Journal of the ACM, 1975.
"""

import math
from collections.abc import Sequence
from operator import itemgetter
from typing import TypeAlias

Gains: TypeAlias = tuple[float, ...]
"""What an observation reaches in each metric; more is better."""


def undominated(points: Sequence[Gains]) -> list[Gains]:
    """Those that no other one is at least as good as in every metric, in any order.

    Args:
        points: Distinct, best first in lexicographic order, all of one length >= 1.
    """
    if len(points) < 2:
        return list(points)
    middle = len(points) // 2
    first = undominated(points[:middle])
    return first + _unbeaten(undominated(points[middle:]), first, 1)


def _unbeaten(points: list[Gains], rivals: list[Gains], metric: int) -> list[Gains]:
    """The points that no rival is at least as good as in `metric` and all after it."""
    if not points or not rivals:
        return points
    left = len(points[0]) - metric
    if left == 0:
        return []
    if left == 1:
        best = max(rival[metric] for rival in rivals)
        return [point for point in points if point[metric] > best]
    if left == 2:
        return _swept(points, rivals, metric)
    pivot = sorted(rival[metric] for rival in rivals)[len(rivals) // 2]
    above = _unbeaten(
        [point for point in points if point[metric] > pivot],
        [rival for rival in rivals if rival[metric] > pivot],
        metric,
    )
    below = _unbeaten(
        [point for point in points if point[metric] <= pivot],
        [rival for rival in rivals if rival[metric] >= pivot],
        metric + 1,
    )
    return above + _unbeaten(below, [rival for rival in rivals if rival[metric] < pivot], metric)


def _swept(points: list[Gains], rivals: list[Gains], metric: int) -> list[Gains]:
    """`_unbeaten` of two metrics: downwards in the one, with the best that the rivals passed reach in the other."""
    key = itemgetter(metric)
    ordered = sorted(rivals, key=key, reverse=True)
    best, passed = -math.inf, 0
    kept = []
    for point in sorted(points, key=key, reverse=True):
        while passed < len(ordered) and ordered[passed][metric] >= point[metric]:
            best = max(best, ordered[passed][metric + 1])
            passed += 1
        if point[metric + 1] > best:
            kept.append(point)
    return kept
