"""Expected hypervolume improvement in logarithms, averaged over equally likely worlds.

The improvement is what a point adds to the hypervolume that the front dominates. Over the disjoint boxes of the region
that the front leaves free, and with predictions that are independent from objective to objective, its expectation is
``Σ_boxes Π_m (ψ_m(upper_m) - ψ_m(lower_m))``, where ``ψ_m(a) = E[max(a - f_m(x), 0)]`` [Emmerich2011]_. As in one
objective, logarithms keep a direction to climb far from the front [Ament2023]_, and what is uncertain of the past is
sampled: each world has its own front, and so its own boxes [Daulton2021]_. Of one objective, this is the logarithm of
the expected improvement.

.. [Emmerich2011] M. Emmerich, A. Deutz and J. Klinkenberg. Hypervolume-based expected improvement: monotonicity
   properties and exact computation. IEEE Congress on Evolutionary Computation, 2011.
.. [Ament2023] S. Ament et al. Unexpected improvements to expected improvement for Bayesian optimization. NeurIPS, 2023.
   arXiv:2310.20708.
.. [Daulton2021] S. Daulton, M. Balandat and E. Bakshy. Parallel Bayesian optimization of multiple noisy objectives with
   expected hypervolume improvement. NeurIPS, 2021. arXiv:2105.08195.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optsvc.engine.acquisition.expected_improvement import log_h, log_h_slope
from optsvc.engine.acquisition.exponential import log_f, log_f_slopes
from optsvc.engine.backend import Array, Backend, HostArray, IntArray
from optsvc.engine.pareto.boxes import Boxes
from optsvc.engine.surrogates.gp import Posterior

_BLOCK = 2**15
"""So many numbers, boxes times candidates, are computed at a time: more fall out of the processor's caches."""
_LEAST_SIDE = 1e-15
"""Sides of boxes count as at least this, relative to what lies below: a narrower one is lost in rounding."""


@dataclass(frozen=True, slots=True)
class _Sides:
    """The sides that the boxes of all worlds have along one objective; many boxes share one.

    Args:
        levels: Where sides begin and end in each world, shape ``(l, 1)``.
        worlds: The world of each level, shape ``(l,)``.
        upper: The level at which each side ends, shape ``(i,)``.
        bounded: Which sides do not begin at minus infinity, shape ``(j,)``.
        lower: The level at which each of these begins, shape ``(j,)``.
        of: The side of each box, shape ``(b,)``.
    """

    levels: Array
    worlds: IntArray
    upper: IntArray
    bounded: IntArray
    lower: IntArray
    of: IntArray


@dataclass(frozen=True, slots=True)
class _Improvement:
    """``log (ψ(upper) - ψ(lower))`` along one objective, and what its slopes are made of.

    Args:
        value: For a standard deviation of 1, shape ``(i, q)``.
        z: Of the levels, shape ``(l, q)``.
        log_f_z: Of the levels: ``log_h``, or ``log_f`` of an objective modelled in its logarithm, shape ``(l, q)``.
        ratio: ``log ψ(lower)/ψ(upper)`` of the bounded sides, shape ``(j, q)``, < 0.
        exponents: ``κδ`` of an objective modelled in its logarithm, shape ``(q,)``.
    """

    value: Array
    z: Array
    log_f_z: Array
    ratio: Array
    exponents: Array | None


class LogExpectedHypervolumeImprovement:
    """``log (1/s) Σ_s E[hypervolume that x adds in world s]``.

    In world ``s`` the prediction of objective ``m`` at ``x`` is normal with mean ``c_m + k_m(x)ᵀ weights_ms`` and a
    variance that all worlds share, that of the objective's posterior; everything is minimized.

    Args:
        posteriors: One for each objective; their own weights are not used. ``n_m`` rows.
        weights: For each objective a column for each world, shape ``(n_m, s)``.
        boxes: Of each world, the region that its front leaves free; at least one box in each.
        rates: Of each objective the ``κ`` for which volume is measured in ``(e^{κt} - 1)/κ`` of its target ``t``, shape
            ``(m,)``: in the value itself, if its logarithm is modelled. Zero, the target itself, by default.
    """

    def __init__(
        self,
        posteriors: Sequence[Posterior],
        weights: Sequence[Array],
        boxes: Sequence[Boxes],
        rates: HostArray | None = None,
    ) -> None:
        self.posteriors = tuple(posteriors)
        self._rates = [0.0] * len(posteriors) if rates is None else rates.tolist()
        self.weights = tuple(weights)
        self._backend = posteriors[0].backend
        self._worlds = len(boxes)
        lower, upper = (np.concatenate([getattr(one, end) for one in boxes]) for end in ("lower", "upper"))
        world = np.repeat(np.arange(len(boxes)), [len(one.lower) for one in boxes])
        solid = (lower < upper).all(axis=1)
        lower, upper, world = lower[solid], upper[solid], world[solid]
        self._sides = [_sides(lower[:, m], upper[:, m], world, self._backend) for m in range(len(posteriors))]
        self._boxes = len(world)
        self._in_world = self._backend.to_device((np.arange(len(boxes))[:, None] == world).astype(np.float64))

    def value(self, features: HostArray) -> HostArray:
        """The acquisition ``(q,)`` at candidates ``(q, d)``; finite."""
        backend = self._backend
        device = backend.to_device(features)
        predictions = []
        for posterior, weights in zip(self.posteriors, self.weights, strict=True):
            K = posterior.kernel.value(device, posterior.features)
            T = backend.solve_lower(posterior.factor, K.T)
            predictions.append((_means(posterior, weights, K), _stddev(posterior, T)))
        size = max(1, _BLOCK // self._boxes)
        values = [
            self._improvement([(mean[:, q : q + size], stddev[q : q + size]) for mean, stddev in predictions])[0]
            for q in range(0, len(features), size)
        ]
        return backend.to_host(backend.xp.concatenate(values))

    def value_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in the features, shape ``(q, d)``.

        Let ``b_s`` be the derivative by an objective's mean in world ``s``, ``e`` that by its standard deviation ``δ``,
        and ``A = K C⁻¹``. As in one objective, one matrix of weights ``e/δ A - Σ_s b_s weights_sᵀ`` for each carries
        the whole gradient.
        """
        backend = self._backend
        device = backend.to_device(features)
        predictions, parts = [], []
        for posterior, weights in zip(self.posteriors, self.weights, strict=True):
            K, slopes = posterior.kernel.value_and_slopes(device, posterior.features)
            T = backend.solve_lower(posterior.factor, K.T)
            predictions.append((_means(posterior, weights, K), _stddev(posterior, T)))
            parts.append((slopes, backend.solve_upper(posterior.factor, T).T))
        value, shares, improvements = self._improvement(predictions)
        gradient = backend.xp.zeros(features.shape)
        for m, (posterior, (slopes, A)) in enumerate(zip(self.posteriors, parts, strict=True)):
            stddev = predictions[m][1]
            by_mean, by_stddev = _slopes(improvements[m], self._sides[m], backend)
            of = self._sides[m].of
            by_means = self._in_world @ (shares * by_mean[of]) / stddev
            by_stddevs = (shares * by_stddev[of]).sum(axis=0) / stddev
            weights = (by_stddevs / stddev)[:, None] * A - by_means.T @ self.weights[m].T
            gradient += posterior.kernel.gradient(weights, slopes, device, posterior.features)
        return backend.to_host(value), backend.to_host(gradient)

    def _improvement(self, predictions: Sequence[tuple[Array, Array]]) -> tuple[Array, Array, list[_Improvement]]:
        """The value ``(q,)``, what each box has of it ``(b, q)``, and what the objectives contribute."""
        xp = self._backend.xp
        found = [
            _improvement(mean, stddev, sides, rate, self._backend)
            for (mean, stddev), sides, rate in zip(predictions, self._sides, self._rates, strict=True)
        ]
        terms = found[0].value[self._sides[0].of]
        for one, sides in zip(found[1:], self._sides[1:], strict=True):
            terms += one.value[sides.of]
        top = terms.max(axis=0)
        shares = xp.exp(terms - top)
        total = shares.sum(axis=0)
        scale = sum(xp.log(stddev) for _, stddev in predictions)
        return top + xp.log(total / self._worlds) + scale, shares / total, found


def _sides(lower: HostArray, upper: HostArray, world: IntArray, backend: Backend) -> _Sides:
    """The sides of boxes ``(b,)`` that belong to worlds ``(b,)``."""
    sides, of = np.unique(np.stack([world, lower, upper], axis=1), axis=0, return_inverse=True)
    bounded = np.flatnonzero(np.isfinite(sides[:, 1]))
    ends = np.concatenate([sides[:, [0, 2]], sides[bounded][:, [0, 1]]])
    levels, level_of = np.unique(ends, axis=0, return_inverse=True)
    return _Sides(
        levels=backend.to_device(levels[:, 1:]),
        worlds=levels[:, 0].astype(np.int64),
        upper=level_of[: len(sides)],
        bounded=bounded,
        lower=level_of[len(sides) :],
        of=of,
    )


def _means(posterior: Posterior, weights: Array, K: Array) -> Array:
    """Predicted means ``(s, q)`` in all worlds."""
    return posterior.mean + (K @ weights).T


def _stddev(posterior: Posterior, T: Array) -> Array:
    """Predicted standard deviations ``(q,)``; `T` is ``L⁻¹ Kᵀ``."""
    xp, signal = posterior.backend.xp, posterior.signal_variance
    return xp.sqrt(xp.maximum(signal - (T * T).sum(axis=0), posterior.variance_floor * signal))


def _improvement(mean: Array, stddev: Array, sides: _Sides, rate: float, backend: Backend) -> _Improvement:
    """Of means ``(s, q)`` and standard deviations ``(q,)``, in `LogExpectedHypervolumeImprovement`'s rate."""
    xp = backend.xp
    z = (sides.levels - mean[sides.worlds]) / stddev
    exponents = rate * stddev if rate else None
    log_f_z = log_h(z, backend) if exponents is None else log_f(z, exponents, backend)
    log_psi = log_f_z + rate * sides.levels
    value = log_psi[sides.upper]
    ratio = xp.minimum(log_psi[sides.lower] - value[sides.bounded], -_LEAST_SIDE)
    value[sides.bounded] += xp.log(-xp.expm1(ratio))
    return _Improvement(value, z, log_f_z, ratio, exponents)


def _slopes(improvement: _Improvement, sides: _Sides, backend: Backend) -> tuple[Array, Array]:
    """The derivatives of an improvement by mean and by standard deviation, times that deviation, each ``(i, q)``.

    With ``r = ψ(lower)/ψ(upper)`` both are ``(g(upper) - r g(lower)) / (1 - r)``, where ``g`` is ``-Φ/h`` and ``φ/h``;
    of an objective modelled in its logarithm, with the derivatives of its own ``ψ``.
    """
    xp = backend.xp
    z, log_f_z, exponents = improvement.z, improvement.log_f_z, improvement.exponents
    if exponents is None:
        slope, by_exponent = log_h_slope(z, log_f_z, backend), 0.0
    else:
        slope, by_exponent = log_f_slopes(z, exponents, log_f_z, backend)
        by_exponent = exponents * by_exponent
    r, gap = xp.exp(improvement.ratio), -xp.expm1(improvement.ratio)
    found = []
    for g in (-slope, 1.0 - z * slope + by_exponent):
        whole = g[sides.upper]
        whole[sides.bounded] = (whole[sides.bounded] - r * g[sides.lower]) / gap
        found.append(whole)
    return found[0], found[1]
