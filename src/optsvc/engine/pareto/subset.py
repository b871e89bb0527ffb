"""A few points that stand for a front: each the one that adds most to the hypervolume of those before it.

The greedy choice reaches at least 63 % of the best possible hypervolume, since what a point adds only falls
[Nemhauser1978]_. Everything is minimized.

.. [Nemhauser1978] G. Nemhauser, L. Wolsey and M. Fisher. An analysis of approximations for maximizing submodular set
   functions. Mathematical Programming, 1978.
"""

import numpy as np

from optsvc.engine.backend import HostArray, IntArray


def greedy_subset(front: HostArray, reference: HostArray, count: int) -> IntArray:
    """Which points to keep.

    What no chosen point dominates is kept as boxes. A new one cuts a corner off some of them, and what another point
    would add falls by its overlap with these corners.

    Args:
        front: Shape ``(f, m)``, all better than the reference everywhere.
        reference: Shape ``(m,)``, finite.
        count: How many, at most ``f``.

    Returns:
        Their rows, shape ``(count,)``, ascending.
    """
    lower, upper = front.min(axis=0, keepdims=True), reference[None].copy()
    gains = np.prod(reference - front, axis=1)
    chosen: list[int] = []
    for _ in range(count):
        gains[chosen] = -np.inf
        best = int(np.argmax(gains))
        chosen.append(best)
        hit = (front[best] < upper).all(axis=1)
        corner, end = np.maximum(lower[hit], front[best]), upper[hit]
        overlaps = np.maximum(end - np.maximum(corner, front[:, None]), 0.0)
        gains -= np.prod(overlaps, axis=2).sum(axis=1)
        rest = [(lower[~hit], upper[~hit]), *_around(lower[hit], corner, end)]
        lower, upper = (np.concatenate(parts) for parts in zip(*rest, strict=True))
    return np.sort(np.array(chosen, dtype=np.int64))


def _around(lower: HostArray, corner: HostArray, upper: HostArray) -> list[tuple[HostArray, HostArray]]:
    """What is left of boxes without their upper corners, as disjoint boxes: for each axis a slice below the corner."""
    slices = []
    for axis in range(lower.shape[1]):
        begin, end = np.hstack([corner[:, :axis], lower[:, axis:]]), upper.copy()
        end[:, axis] = corner[:, axis]
        some = corner[:, axis] > lower[:, axis]
        slices.append((begin[some], end[some]))
    return slices
