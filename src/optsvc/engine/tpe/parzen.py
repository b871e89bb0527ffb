"""Parzen estimates of a density over a mixed space with conditions.

``p(x) = Σ_i w_i Π_j κ_j(x_j | x_ij) + w_0 Π_j π_j(x_j)``: one product kernel for each of ``n`` points, so that what
goes together stays together, and a prior component that rules nothing out.

==================  ==============================================================================
axis                kernel
==================  ==============================================================================
continuous          normal density truncated to the unit interval
int, grid           the mass that this density has on the cell of the level
categorical         ``(1[same] + a) / (1 + k a)`` for ``k`` categories, ``a`` one over the number of components
==================  ==============================================================================

The prior ``π_j`` is uniform, or what the user believes. Where a point lacks a parameter, its kernel knows nothing of it
and has the prior there; where ``x`` lacks it, the factor is 1. So for every combination of the conditionals the density
of what exists integrates to the probability of that combination: the density is one of conditionals times one of
parameters given these, and no branch is out of reach.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from optsvc.engine.axes import CategoricalAxis, LevelledAxis
from optsvc.engine.backend import BoolArray, HostArray, IntArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.encoding import INACTIVE
from optsvc.engine.points.sobol import sobol_points
from optsvc.engine.points.spread import SpaceSampler

_LEAST_MASS = 1e-300
"""Keeps logarithms finite; next to the prior component it is nothing."""
_HALF_LOG_TWO_PI = 0.5 * np.log(2.0 * np.pi)


@dataclass(frozen=True, slots=True)
class Parzen:
    """A density over the legal points of a space.

    With regard to the unit interval along continuous axes, a probability along those with finitely many levels.

    Args:
        sampler: The space.
        centers: Unit coordinates of the points, clipped to the unit interval, shape ``(n, p)``.
        known: Where a point has the parameter, and its value is still one of the space, shape ``(n, p)``.
        widths: Standard deviations of the normal kernels, shape ``(p,)``.
        log_weights: Of the kernels and, last, of the prior component; their exponentials sum to 1. Shape ``(n + 1,)``.
        believes: Whether the prior is what the user believes, or uniform.
        cells: Numeric axes with more levels than this are treated as continuous.
    """

    sampler: SpaceSampler
    centers: HostArray
    known: BoolArray
    widths: HostArray
    log_weights: HostArray
    believes: bool
    cells: int

    @classmethod
    def of(
        cls, points: HostArray, weights: HostArray, sampler: SpaceSampler, defaults: EngineDefaults, *, believes: bool
    ) -> Self:
        """The estimate from points ``(n, p)``, n >= 0, with weights ``(n,)``; the prior component weighs 1."""
        encoder = sampler.encoder
        known = np.where(encoder.categorical, points >= 0.0, points != INACTIVE)
        return cls(
            sampler=sampler,
            centers=np.clip(points, 0.0, 1.0),
            known=known,
            widths=bandwidths(known, defaults),
            log_weights=np.log(np.append(weights, 1.0) / (weights.sum() + 1.0)),
            believes=believes,
            cells=defaults.tpe_cells,
        )

    def log_density(self, points: HostArray) -> HostArray:
        """Shape ``(m,)`` at legal points ``(m, p)``."""
        encoder = self.sampler.encoder
        exists = points != INACTIVE
        prior = np.where(exists, self._log_prior(points), 0.0)
        total = prior @ (~self.known).T + self._log_normal(np.where(exists, points, 0.0), exists)
        for j, axis in encoder.levelled.items():
            if self._has_cells(axis):
                levels, places = np.unique(axis.index(np.clip(points[:, j], 0.0, 1.0)), return_inverse=True)
                if isinstance(axis, CategoricalAxis):
                    table = self._log_same(j, axis, levels)
                else:
                    table = self._log_cell_mass(j, *axis.cells(levels))
                total += np.where(exists[:, j : j + 1] & self.known[:, j], table[places], 0.0)
        components = np.column_stack([total, prior.sum(axis=1)]) + self.log_weights
        out: HostArray = logsumexp(components, axis=1)
        return out

    def draw(self, count: int, rng: np.random.Generator) -> HostArray:
        """Points ``(count, p)`` drawn from the density, evenly spread, then moved to legal ones."""
        encoder = self.sampler.encoder
        uniform = sobol_points(count, encoder.dimension + 1, rng)
        shares = np.cumsum(np.exp(self.log_weights))
        rows = np.searchsorted(shares / shares[-1], uniform[:, 0], side="right")
        of_prior = rows == len(self.centers)
        rows, uniform = rows[~of_prior], uniform[~of_prior, 1:]
        out = self.sampler.beliefs.stretch(uniform) if self.believes else uniform.copy()
        for j, axis in enumerate(encoder.axes):
            known = self.known[rows, j]
            center, share = self.centers[rows[known], j], uniform[known, j]
            if isinstance(axis, CategoricalAxis):
                spread = self._elsewhere(axis)
                out[known, j] = np.where(share < spread, share / spread, center)
            else:
                low, high = ndtr(-center / self.widths[j]), ndtr((1.0 - center) / self.widths[j])
                out[known, j] = np.clip(center + self.widths[j] * ndtri(low + share * (high - low)), 0.0, 1.0)
        drawn = self.sampler.randomly(int(of_prior.sum()), rng)
        return np.vstack([self.sampler.repair(out), drawn])

    def _has_cells(self, axis: LevelledAxis) -> bool:
        return isinstance(axis, CategoricalAxis) or axis.levels <= self.cells

    def _elsewhere(self, axis: CategoricalAxis) -> float:
        """Which part of a categorical kernel is spread over all categories."""
        return axis.levels / (len(self.centers) + 1.0 + axis.levels)

    def _log_prior(self, points: HostArray) -> HostArray:
        """Of each coordinate by itself, shape ``(m, p)``."""
        out = self.sampler.beliefs.log_mixed_densities(points) if self.believes else np.zeros(points.shape)
        for j, axis in self.sampler.encoder.levelled.items():
            if self._has_cells(axis):
                low, high = axis.cells(axis.index(np.clip(points[:, j], 0.0, 1.0)))
                out[:, j] = np.log(high - low)
        return out

    def _log_normal(self, points: HostArray, exists: BoolArray) -> HostArray:
        """Sum over the continuous axes of the log kernels, shape ``(m, n)``; as matrix products, nothing ``m n p``."""
        levelled = self.sampler.encoder.levelled
        smooth = np.array([j not in levelled or not self._has_cells(levelled[j]) for j in range(len(self.widths))])
        live = self.known & smooth
        precision = np.where(live, self.widths**-2.0, 0.0)
        linear = precision * self.centers
        constant = -0.5 * linear * self.centers - _HALF_LOG_TWO_PI - np.log(self.widths) - self._log_inside()
        out: HostArray = points @ linear.T - 0.5 * points**2 @ precision.T + exists @ np.where(live, constant, 0.0).T
        return out

    def _log_inside(self) -> HostArray:
        """Log of the mass that the normal kernels have in the unit interval before truncation, shape ``(n, p)``."""
        out: HostArray = np.log(ndtr((1.0 - self.centers) / self.widths) - ndtr(-self.centers / self.widths))
        return out

    def _log_cell_mass(self, j: int, low: HostArray, high: HostArray) -> HostArray:
        """Log kernels of cells ``(l,)`` along axis ``j``, shape ``(l, n)``."""
        center, width = self.centers[:, j], self.widths[j]
        ends = np.stack([low[:, None] - center, high[:, None] - center]) / width
        # In the upper tail a difference of numbers near 1 would be all rounding: mirror it.
        near, far = np.where(ends[0] > 0.0, -ends[::-1], ends)
        out: HostArray = np.log(np.maximum(ndtr(far) - ndtr(near), _LEAST_MASS)) - self._log_inside()[:, j]
        return out

    def _log_same(self, j: int, axis: CategoricalAxis, levels: IntArray) -> HostArray:
        """Log kernels of categories ``(l,)`` along axis ``j``, shape ``(l, n)``."""
        spread = self._elsewhere(axis)
        same = axis.index(self.centers[:, j]) == levels[:, None]
        out: HostArray = np.log(spread / axis.levels + (1.0 - spread) * same)
        return out


def bandwidths(known: BoolArray, defaults: EngineDefaults) -> HostArray:
    """Standard deviations of the normal kernels, by Scott's rule, shape ``(p,)``.

    There is no floor: the prior component and the evenly drawn candidates keep the search from repeating itself.

    Args:
        known: Which points have which parameter, shape ``(n, p)``.
        defaults: The width of a single kernel.
    """
    counts = np.maximum(known.sum(axis=0), 1.0)
    out: HostArray = defaults.tpe_width * counts ** (-1.0 / (known.shape[1] + 4.0))
    return out
