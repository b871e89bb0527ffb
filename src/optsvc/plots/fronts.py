"""The Pareto front of many observations."""

import numpy as np

from optsvc.domain.pareto import undominated
from optsvc.plots.table import BoolArray, FloatArray, IntArray

_RIVALS = 512


def pareto_front(gains: FloatArray, counts: BoolArray) -> IntArray:
    """The places of those that no other one is at least as good as in every metric, and better in one; equals all.

    Args:
        gains: Of each observation in each metric, more is better, shape ``(n, m)``.
        counts: Which of them compete, shape ``(n,)``.

    Returns:
        In the order of the first metric, the least first.
    """
    places = np.flatnonzero(counts)
    rows = gains[places]
    if not len(rows):
        return places
    order = np.lexsort(rows.T[::-1])[::-1]
    places, rows = places[order], rows[order]
    if rows.shape[1] == 2:
        first = np.searchsorted(-rows[:, 0], -rows[:, 0], side="left")  # of its equals in the first metric
        ahead = np.concatenate([[-np.inf], np.maximum.accumulate(rows[:, 1])])[first]
        kept: BoolArray = (rows[:, 1] == rows[first, 1]) & (rows[:, 1] > ahead)
        return places[kept][::-1]
    candidates = _survivors(rows)
    front = set(undominated(list(dict.fromkeys(map(tuple, rows[candidates].tolist())))))
    return places[[place for place in candidates.tolist() if tuple(rows[place].tolist()) in front]][::-1]


def _survivors(rows: FloatArray) -> IntArray:
    """Those that a few good ones leave over: most of many observations are dominated by many others."""
    ranks = np.argsort(np.argsort(rows, axis=0, kind="stable"), axis=0, kind="stable").sum(axis=1)
    left = np.arange(len(rows))
    for rival in rows[np.argsort(-ranks, kind="stable")[:_RIVALS]]:
        held = (rows[left] > rival).any(axis=1) | (rows[left] == rival).all(axis=1)
        left = left[held]
    return left
