"""Which points have been spoken for: observed or pending."""

import numpy as np

from optsvc.engine.backend import BoolArray, HostArray

_BLOCK = 64


def conflicts(points: HostArray, taken: HostArray, separation: float) -> BoolArray:
    """Whether each point coincides with a taken one.

    Args:
        points: Snapped unit coordinates, shape ``(m, p)``.
        taken: Unit coordinates, shape ``(n, p)``.
        separation: Points are the same if no coordinate differs by this much.

    Returns:
        Shape ``(m,)``.
    """
    out = np.zeros(len(points), dtype=bool)
    if len(taken) == 0:
        return out
    for start in range(0, len(points), _BLOCK):
        block = points[start : start + _BLOCK, None, :]
        out[start : start + _BLOCK] = (np.abs(block - taken).max(axis=2, initial=0.0) < separation).any(axis=1)
    return out


def first_free(points: HostArray, taken: HostArray, separation: float) -> int | None:
    """Index of the first point that coincides with no taken one; None if all do. Lazy: usually looks at one block."""
    for start in range(0, len(points), _BLOCK):
        free = np.flatnonzero(~conflicts(points[start : start + _BLOCK], taken, separation))
        if len(free):
            return start + int(free[0])
    return None
