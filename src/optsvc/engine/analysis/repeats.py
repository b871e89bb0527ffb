"""What to evaluate again to find out which of several noisy designs is the best [Chen2000]_.

.. [Chen2000] C. Chen, J. Lin, E. Yücesan and S. Chick. Simulation budget allocation for further enhancing the
   efficiency of ordinal optimization. Discrete Event Dynamic Systems, 2000.
"""

import numpy as np

from optsvc.engine.backend import HostArray, IntArray
from optsvc.engine.defaults import DEFAULTS


def most_starving(means: HostArray, stddevs: HostArray, noise: float, count: int) -> IntArray:
    """Which designs to evaluate next, one after the other, to tell the best of them from the others.

    In the best allocation the numbers of evaluations are as ``N_i : N_j = (δ_j / δ_i)²`` for all but the best, ``δ``
    the gaps to the best mean, and ``N_b² = Σ N_i²`` for the best. What a model knows of a design counts as so many
    evaluations as would leave that standard deviation.

    Args:
        means: Of the designs, less is better, shape ``(k,)``.
        stddevs: Of these means, > 0, shape ``(k,)``.
        noise: Standard deviation of a single evaluation, > 0.
        count: How many evaluations to hand out.

    Returns:
        Indexes, shape ``(count,)``: each time that of the design farthest behind its share.
    """
    wanted = allocation(means, noise)
    evaluations = (noise / stddevs) ** 2
    chosen = []
    for _ in range(count):
        behind = int(np.argmin(evaluations / wanted))
        evaluations[behind] += 1.0
        chosen.append(behind)
    return np.array(chosen, dtype=np.int64)


def allocation(means: HostArray, noise: float) -> HostArray:
    """The best share of evaluations for each design, shape ``(k,)``, together 1; see `most_starving`."""
    if len(means) == 1:
        return np.ones(1)
    best = int(np.argmin(means))
    # Closer than this, telling two designs apart is worth nothing.
    gaps = np.maximum(means - means[best], DEFAULTS.repeat_least_gap * noise)
    shares = (noise / gaps) ** 2
    shares[best] = 0.0
    shares[best] = np.sqrt((shares**2).sum())
    total: HostArray = shares / shares.sum()
    return total
