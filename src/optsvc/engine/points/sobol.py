"""Shifted Sobol points: evenly spread, different for each experiment, the same for ever.

SciPy supplies the unscrambled sequence (fixed direction numbers); the shift is ours, drawn from the seed, so that a
change in how SciPy scrambles cannot change a stored experiment.
"""

from functools import lru_cache

import numpy as np
from scipy.stats import qmc

from optsvc.engine.backend import HostArray

_BITS = 30
_PERIOD = 2 ** (_BITS - 1)


@lru_cache(maxsize=32)
def _integers(count: int, dimensions: int, first: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
    # The sequence's own point 0 is skipped: SciPy would warn when it is drawn with a count that is no power of two.
    sequence = qmc.Sobol(dimensions, scramble=False, bits=_BITS).fast_forward(first % _PERIOD + 1)
    table = np.round(sequence.random(count) * 2.0**_BITS).astype(np.uint32)
    table.flags.writeable = False
    return table


def sobol_points(count: int, dimensions: int, rng: np.random.Generator, first: int = 0) -> HostArray:
    """Consecutive points of a digitally shifted Sobol sequence.

    Args:
        count: How many points, >= 1.
        dimensions: Coordinates per point, >= 1.
        rng: Source of the shift; equal generators give parts of one sequence.
        first: Index of the first point.

    Returns:
        Shape ``(count, dimensions)``, strictly inside the unit cube.
    """
    shift = rng.integers(0, 2**_BITS, size=dimensions, dtype=np.uint32)
    shifted = _integers(count, dimensions, first) ^ shift
    return (shifted.astype(np.float64) + 0.5) / 2.0**_BITS
