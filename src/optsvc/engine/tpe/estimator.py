"""The tree-structured Parzen estimator [Bergstra2011]_, multivariate [Watanabe2023]_.

The observed points are split into good and bad ones. With the densities ``l`` of the good and ``g`` of the bad, and
``c`` the share of the good, a point is good with probability ``c l / (c l + (1 - c) g)``: expected improvement grows
with ``l / g``. Only ranks matter, so outliers and the scale of the values cannot upset it, and it costs milliseconds
however many values there are.

.. [Bergstra2011] J. Bergstra et al. Algorithms for hyper-parameter optimization. NeurIPS, 2011.
.. [Watanabe2023] S. Watanabe. Tree-structured Parzen estimator: understanding its algorithm components and their roles
   for better empirical performance. 2023. arXiv:2304.11127.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS, EngineDefaults
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.tpe.parzen import Parzen
from optsvc.engine.tpe.split import Split, thinned


@dataclass(frozen=True, slots=True)
class Tpe:
    """The two densities.

    Args:
        split: The points that they are made from.
        good: ``l``.
        bad: ``g``.
    """

    split: Split
    good: Parzen
    bad: Parzen

    @classmethod
    def of(cls, split: Split, avoided: HostArray, sampler: SpaceSampler, defaults: EngineDefaults = DEFAULTS) -> Self:
        """The densities of a split.

        The user's beliefs say where good points lie, and nothing of bad ones.

        Args:
            split: Of the observed points.
            avoided: More points to count among the bad, pending ones for instance, shape ``(k, p)``.
            sampler: The space.
            defaults: The numbers.
        """
        kept, weights = thinned(len(split.bad), defaults)
        bad = np.vstack([split.bad[kept], avoided])
        weights = np.append(weights, np.ones(len(avoided)))
        good = Parzen.of(split.good, np.ones(len(split.good)), sampler, defaults, believes=True)
        return cls(split, good, Parzen.of(bad, weights, sampler, defaults, believes=False))

    def value(self, points: HostArray) -> HostArray:
        """``log l - log g``, shape ``(m,)``, at legal points ``(m, p)``."""
        return self.good.log_density(points) - self.bad.log_density(points)

    def log_probability(self, points: HostArray) -> HostArray:
        """Log probability that points ``(m, p)`` are as good as `Split.worst_good`, shape ``(m,)``."""
        share = self.split.share
        odds = math.log(share) - math.log1p(-share) if share < 1.0 else np.inf
        return -np.logaddexp(0.0, -(odds + self.value(points)))
