"""Which part of the space of two losses a front attains."""

from collections.abc import Sequence

import numpy as np

from benchmarks.protocols import Array


def attained(fronts: Sequence[Array], xs: Array) -> Array:
    """The least second loss among points whose first loss is at most so much; infinite if there is none.

    Args:
        fronts: Of each optimization, shape ``(n, 2)``.
        xs: First losses.

    Returns:
        Shape ``(fronts, xs)``; a row never rises.
    """
    out = np.full((len(fronts), len(xs)), np.inf)
    for row, front in zip(out, fronts, strict=True):
        for x, y in front:
            row[xs >= x] = np.minimum(row[xs >= x], y)
    return out
