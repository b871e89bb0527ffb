"""Which points no other point dominates: everything is minimized."""

import numpy as np

from optsvc.engine.backend import BoolArray, HostArray, IntArray

_BLOCK = 512


def nondominated(values: HostArray) -> BoolArray:
    """The points that no other one is at least as good as in every objective, and better in one; equals all.

    Args:
        values: Shape ``(n, m)``, no NaN.

    Returns:
        Shape ``(n,)``.
    """
    rows, of = _distinct(values)
    return _first_is_least(rows)[of] if rows.shape[1] == 2 else _in_blocks(rows)[of]


def _distinct(values: HostArray) -> tuple[HostArray, IntArray]:
    """The distinct rows in lexicographic order, and which of them each row is."""
    order = np.lexsort(values.T[::-1])
    ordered = values[order]
    new = np.ones(len(values), dtype=bool)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    of = np.empty(len(values), dtype=np.int64)
    of[order] = np.cumsum(new) - 1
    return ordered[new], of


def _first_is_least(rows: HostArray) -> BoolArray:
    """Of two objectives: a row is dominated exactly if one before it is no worse in the second."""
    least = np.minimum.accumulate(rows[:, 1])
    return np.concatenate([[True], rows[1:, 1] < least[:-1]])[: len(rows)]


def _in_blocks(rows: HostArray) -> BoolArray:
    """Only what comes before a row can dominate it, and that is no worse in the first objective anyway."""
    others = np.ascontiguousarray(rows[:, 1:])
    kept = np.zeros(len(rows), dtype=bool)
    for start in range(0, len(rows), _BLOCK):
        block = np.arange(start, min(start + _BLOCK, len(rows)))
        block = block[~_covered(others[block], others[:start][kept[:start]])]
        if len(block):
            earlier = np.tri(len(block), k=-1, dtype=bool)
            kept[block] = ~(_no_worse(others[block], others[block]) & earlier).any(axis=1)
    return kept


def _covered(rows: HostArray, front: HostArray) -> BoolArray:
    """Which ``(a,)`` of `rows` are no better anywhere than some row of `front`."""
    covered = np.zeros(len(rows), dtype=bool)
    for start in range(0, len(front), _BLOCK):
        left = np.flatnonzero(~covered)
        covered[left] = _no_worse(rows[left], front[start : start + _BLOCK]).any(axis=1)
    return covered


def _no_worse(rows: HostArray, rivals: HostArray) -> BoolArray:
    """Whether a rival ``(b, k)`` is no worse than a row ``(a, k)`` in any column, shape ``(a, b)``."""
    found = np.ones((len(rows), len(rivals)), dtype=bool)
    for row, rival in zip(rows.T, rivals.T, strict=True):
        found &= rival <= row[:, None]
    return found
