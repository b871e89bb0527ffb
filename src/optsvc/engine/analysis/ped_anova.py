"""How much each parameter matters for being among the best: PED-ANOVA [Watanabe2023]_.

Along each axis the density of the best points is compared with that of all: where they differ, the parameter decides
who is among the best. The measure is Pearson's divergence ``∫ (p_best/p_all - 1)² p_all``. Both densities have the same
kernels, those of the best points' bandwidth, so that smoothing alone makes no difference between them.

A few points differ from all even where they are chosen at random, and the more so the more categories there are. What
random choices of as many points give on average, known in closed form, is subtracted; this the paper does not do.

A parameter with conditions is judged where it exists, and matters as often as it exists.

.. [Watanabe2023] S. Watanabe, A. Bansal and F. Hutter. PED-ANOVA: efficiently quantifying hyperparameter importance in
   arbitrary subspaces. IJCAI, 2023. arXiv:2304.10255.
"""

import numpy as np
from scipy.special import ndtr

from optsvc.engine.axes import Axis, CategoricalAxis, LevelledAxis
from optsvc.engine.backend import BoolArray, HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import INACTIVE, Encoder


def among_best(points: HostArray, losses: HostArray, encoder: Encoder) -> tuple[HostArray, BoolArray] | None:
    """The importance of each axis for being among the best.

    Args:
        points: Unit coordinates, shape ``(n, p)``.
        losses: Of which less is better, shape ``(n,)``; only their order counts.
        encoder: Of the space.

    Returns:
        Shares ``(p,)``, together 1, and which points ``(n,)`` are the best, all with an equal value among them. None
        where nothing can be told: there are too few values, too many are equal, or the best lie where all do.
    """
    n = len(losses)
    if n < DEFAULTS.best_least_values or not encoder.dimension:
        return None
    count = max(int(np.ceil(DEFAULTS.best_share * n)), DEFAULTS.best_least)
    best: BoolArray = losses <= np.partition(losses, count - 1)[count - 1]
    if best.mean() > 0.5:
        return None
    excess = np.zeros(encoder.dimension)
    for j, axis in enumerate(encoder.axes):
        exists = points[:, j] >= 0.0 if isinstance(axis, CategoricalAxis) else points[:, j] != INACTIVE
        if best[exists].sum() >= 2 and not best[exists].all():
            masses = _masses(axis, np.clip(points[exists, j], 0.0, 1.0), best[exists])
            excess[j] = exists.mean() * excess_divergence(masses, best[exists])
    return (excess / excess.sum(), best) if excess.any() else None


def excess_divergence(masses: HostArray, best: BoolArray) -> float:
    """Pearson's divergence of the best from all, less what random choices of as many give on average; at least 0.

    A mean of ``k`` of ``n`` numbers with variance ``V``, drawn without putting back, has the variance
    ``V (n - k) / (k (n - 1))``.

    Args:
        masses: What the kernel around each point has in each cell, shape ``(n, c)``.
        best: Which points are the best, shape ``(n,)``.
    """
    n, k = len(best), int(best.sum())
    everywhere = masses.mean(axis=0)
    cells = everywhere > 0.0
    masses, everywhere = masses[:, cells], everywhere[cells]
    divergence = ((masses[best].mean(axis=0) - everywhere) ** 2 / everywhere).sum()
    by_chance = (masses.var(axis=0) * (n - k) / (k * (n - 1)) / everywhere).sum()
    return max(float(divergence - by_chance), 0.0)


def _masses(axis: Axis, coordinates: HostArray, best: BoolArray) -> HostArray:
    """What the kernel around each coordinate ``(n,)`` has in each cell of an axis, shape ``(n, c)``."""
    if isinstance(axis, CategoricalAxis):
        return np.eye(axis.levels)[axis.index(coordinates)]
    if isinstance(axis, LevelledAxis) and axis.levels <= DEFAULTS.best_cells:
        borders = np.append(axis.cells(np.arange(axis.levels))[0], 1.0)
    else:
        borders = np.linspace(0.0, 1.0, DEFAULTS.best_cells + 1)
    return kernel_masses(coordinates, borders, bandwidth(coordinates[best]))


def bandwidth(coordinates: HostArray) -> float:
    """The standard deviation of normal kernels by Scott's rule, within bounds; of coordinates ``(k,)``, k >= 2."""
    scott = 1.06 * float(coordinates.std(ddof=1)) * len(coordinates) ** -0.2
    return float(np.clip(scott, *DEFAULTS.best_width_bounds))


def kernel_masses(coordinates: HostArray, borders: HostArray, width: float) -> HostArray:
    """The mass in each cell of normal kernels that are truncated to the unit interval.

    Args:
        coordinates: Their centres, within the unit interval, shape ``(n,)``.
        borders: Of the cells, ascending, from 0 to 1, shape ``(c + 1,)``.
        width: Their standard deviation.

    Returns:
        Shape ``(n, c)``; each row sums to 1.
    """
    below = ndtr((borders - coordinates[:, None]) / width)
    out: HostArray = np.diff(below, axis=1) / (below[:, -1:] - below[:, :1])
    return out
