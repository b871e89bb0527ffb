"""From metric values to standardized targets of the model, and back.

The metric is turned into a loss (less is better) once, here. Losses in practice are skewed: a few terrible values carry
the variance. So the bad side is capped, and a Yeo-Johnson power transformation [YeoJohnson2000]_ brings the rest near a
normal distribution, as HEBO does [CowenRivers2022]_.

.. [YeoJohnson2000] I. Yeo and R. Johnson. A new family of power transformations. Biometrika, 2000.
.. [CowenRivers2022] A. Cowen-Rivers et al. HEBO: pushing the limits of sample-efficient hyperparameter optimisation.
   JAIR, 2022. arXiv:2012.03826.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from optsvc.domain.metrics import Objective
from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import EngineDefaults

_FARTHEST = 1e6
"""So many standard deviations off, a value is out of reach."""
_STEEPEST = 1e150
"""No slope is steeper: products with standard deviations stay finite."""
_LARGEST_LOGARITHM = 709.0
_ROUNDING = 1e-13
"""Values that differ by less than this share of the largest are one value, written with rounding errors."""


def yeo_johnson(y: HostArray, power: float) -> HostArray:
    """The Yeo-Johnson transformation ``ψ(y; λ)``, any shape; the identity for ``λ = 1``."""
    positive, negative = np.maximum(y, 0.0), np.minimum(y, 0.0)
    # expm1(λ log1p(y))/λ is ((1+y)^λ - 1)/λ without cancellation near zero.
    up = np.log1p(positive)
    down = -np.log1p(-negative)
    if power != 0.0:
        up = np.expm1(power * up) / power
    if power != 2.0:
        down = -np.expm1((power - 2.0) * down) / (2.0 - power)
    return up + down


def inverse_yeo_johnson(t: HostArray, power: float) -> HostArray:
    """The inverse of `yeo_johnson`; ``t`` must lie in its range."""
    positive, negative = np.maximum(t, 0.0), np.minimum(t, 0.0)
    up, down = positive, -negative
    if power != 0.0:
        up = np.log1p(power * positive) / power
    if power != 2.0:
        down = np.log1p(-(2.0 - power) * negative) / (2.0 - power)
    return np.expm1(up) - np.expm1(down)


def yeo_johnson_slope(y: HostArray, power: float) -> HostArray:
    """``dψ/dy``, > 0."""
    return np.exp((power - 1.0) * np.sign(y) * np.log1p(np.abs(y)))


@dataclass(frozen=True, slots=True)
class OutputTransform:
    """A monotone map from metric values to targets with mean 0 and variance 1, of which less is better.

    Built by `fit`. Outside the fitted losses it goes on linearly with the slope that it has at its ends, so that every
    prediction can be mapped back.
    """

    sign: float
    exponent: int
    """Losses are first multiplied by ``2**-exponent``, which is exact, so that squares neither over- nor underflow."""
    cap: float
    center: float
    scale: float
    power: float
    warped_center: float
    warped_scale: float
    low: float
    high: float
    logarithm: bool = False
    """Whether all of it is of the logarithms of the values, which are positive."""

    @classmethod
    def fit(
        cls,
        values: HostArray,
        objective: Objective,
        defaults: EngineDefaults,
        *,
        kept: float | None = None,
        warp: bool = True,
        logarithm: bool = False,
    ) -> Self | None:
        """The transformation for metric values.

        Args:
            values: Shape ``(n,)``.
            objective: Which way they are better.
            defaults: The numbers.
            kept: A value, a threshold, that values on both sides of it must be told apart from: no cap below it.
            warp: Whether distances between values may change. Where distances of several metrics are weighed against
                each other they must not.
            logarithm: Whether to take logarithms first, of values and of `kept`, which must be positive.

        Returns:
            None if all values are the same.
        """
        sign = -1.0 if objective is Objective.MAXIMIZE else 1.0
        if logarithm:
            values, kept = np.log(values), None if kept is None else math.log(kept)
        exponent = _exponent(values)
        losses = sign * np.ldexp(values, -exponent)
        cap = np.inf
        if len(losses) >= defaults.cap_min_count:
            lower, upper = np.quantile(losses, [0.25, 0.75])
            if upper > lower:
                reach = defaults.cap_interquartile_ranges * (upper - lower)
                cap = float(upper + reach)
                if kept is not None:
                    cap = max(cap, min(sign * _scaled(kept, -exponent), float(losses.max())) + float(reach))
                losses = np.minimum(losses, cap)
                again = _exponent(losses)
                losses, cap, exponent = np.ldexp(losses, -again), math.ldexp(cap, -again), exponent + again
        center, scale = float(losses.mean()), float(losses.std())
        if scale <= _ROUNDING * float(np.abs(losses).max()):
            return None
        standard = (losses - center) / scale
        power = _best_power(standard, defaults) if warp else 1.0
        warped = yeo_johnson(standard, power)
        return cls(
            sign=sign,
            exponent=exponent,
            cap=cap,
            center=center,
            scale=scale,
            power=power,
            warped_center=float(warped.mean()),
            warped_scale=float(warped.std()),
            low=float(standard.min()),
            high=float(standard.max()),
            logarithm=logarithm,
        )

    @property
    def rate(self) -> float:
        """The ``κ`` for which the loss is ``(e^{κt} - 1)/κ`` of its target ``t``, but for shift and scale.

        Zero where the loss is linear in the target; of no meaning after a warp.
        """
        return math.ldexp(self.sign * self.scale * self.warped_scale, self.exponent) if self.logarithm else 0.0

    def targets(self, values: HostArray) -> HostArray:
        """Targets ``(n,)`` of the values that the transformation was fitted to."""
        return (yeo_johnson(self._standard(values), self.power) - self.warped_center) / self.warped_scale

    def target_of(self, value: float) -> float:
        """The target of any value, by the inverse of `to_metric`; finite, however far it is from those observed."""
        standard = float(np.clip(self._standard(np.array([value])), -_FARTHEST, _FARTHEST)[0])
        inside = np.clip(np.array([standard]), self.low, self.high)
        warped = float(yeo_johnson(inside, self.power)[0])
        beyond = (standard - float(inside[0])) * float(yeo_johnson_slope(inside, self.power)[0])
        return (warped + beyond - self.warped_center) / self.warped_scale

    def slopes(self, values: HostArray) -> HostArray:
        """``|d target / d value|`` at those values, times ``2**exponent``."""
        slopes = yeo_johnson_slope(self._standard(values), self.power) / (self.scale * self.warped_scale)
        return slopes / np.maximum(values, slopes / _STEEPEST) if self.logarithm else slopes

    def target_variances(self, values: HostArray, stddevs: HostArray, defaults: EngineDefaults) -> HostArray:
        """Variances ``(n,)`` of the targets from standard deviations of the values, by the delta method.

        Zero where the standard deviation is not known (NaN).
        """
        with np.errstate(over="ignore"):  # whatever is too large is cut off below
            scaled = np.ldexp(np.nan_to_num(stddevs, nan=0.0), -self.exponent)
        deviation = np.minimum(self.slopes(values) * np.minimum(scaled, 1e100), 1e100)
        bounded = np.clip(deviation**2, defaults.measured_variance_floor, defaults.measured_variance_cap)
        return np.where(np.isnan(stddevs), 0.0, bounded)

    def to_metric(self, target: HostArray) -> HostArray:
        """Metric values of targets, any shape, in the metric's own units and direction."""
        warped = target * self.warped_scale + self.warped_center
        ends = np.array([self.low, self.high])
        low, high = yeo_johnson(ends, self.power)
        slope_low, slope_high = yeo_johnson_slope(ends, self.power)
        inside = inverse_yeo_johnson(np.clip(warped, low, high), self.power)
        standard = inside + np.minimum(warped - low, 0.0) / slope_low + np.maximum(warped - high, 0.0) / slope_high
        # The largest doubles stay finite: what lies beyond them is reported as the largest.
        loss = standard * self.scale + self.center
        if self.logarithm:
            logarithms = np.ldexp(self.sign * loss, self.exponent)
            return np.asarray(np.exp(np.clip(logarithms, -_LARGEST_LOGARITHM, _LARGEST_LOGARITHM)))
        limit = math.ldexp(0.999, 1023 - self.exponent) if self.exponent > 0 else np.inf
        values: HostArray = np.ldexp(self.sign * np.clip(loss, -limit, limit), self.exponent)
        return values

    def moments(self, mean: float, variance: float, points: int) -> tuple[float, float]:
        """Mean and standard deviation, in the metric's units, of a target distributed as ``N(mean, variance)``.

        By Gauss-Hermite quadrature with `points` nodes. Values farther beyond the observed ones than these are apart
        count as that far: a strong warp would otherwise let the tail of the distribution speak for all of it.
        """
        center, spread = self.moments_each(np.array([mean]), np.array([variance]), points)
        return float(center[0]), float(spread[0])

    def moments_each(self, mean: HostArray, variance: HostArray, points: int) -> tuple[HostArray, HostArray]:
        """`moments` of many targets, shape ``(m,)``."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(points)
        weights = weights / weights.sum()
        values = self.to_metric(self._clip(mean[:, None] + np.sqrt(variance)[:, None] * nodes))
        # Scaling by a power of two is exact and keeps the squares finite.
        exponents = np.frexp(np.abs(values).max(axis=1))[1]
        scaled = np.ldexp(values, -exponents[:, None])
        center = scaled @ weights
        spread = np.sqrt((scaled - center[:, None]) ** 2 @ weights)
        with np.errstate(over="ignore"):
            spread = np.minimum(np.ldexp(spread, exponents), math.ldexp(0.999, 1023))
        return np.ldexp(center, exponents), spread

    def _clip(self, target: HostArray) -> HostArray:
        ends = np.array([self.low, self.high])
        low, high = yeo_johnson(ends, self.power)
        slope_low, slope_high = yeo_johnson_slope(ends, self.power) * (self.high - self.low)
        bounds = np.array([low - slope_low, high + slope_high])
        return np.clip(target, *((bounds - self.warped_center) / self.warped_scale))

    def _standard(self, values: HostArray) -> HostArray:
        if self.logarithm:
            values = np.log(values)
        with np.errstate(over="ignore"):  # only a value on the capped side can overflow
            losses = self.sign * np.ldexp(values, -self.exponent)
        return (np.minimum(losses, self.cap) - self.center) / self.scale


def _scaled(value: float, exponent: int) -> float:
    """``value 2**exponent``, infinite where that is too large."""
    with np.errstate(over="ignore"):
        return float(np.ldexp(value, exponent))


def _exponent(values: HostArray) -> int:
    return math.frexp(float(np.abs(values).max()))[1]


def _best_power(standard: HostArray, defaults: EngineDefaults) -> float:
    """The likeliest ``λ`` on a fixed grid; 1 (no warp) if the best would squash the values."""
    powers = np.linspace(*defaults.warp_bounds, defaults.warp_steps)
    jacobian = float((np.sign(standard) * np.log1p(np.abs(standard))).sum())
    best, best_score = 1.0, -np.inf
    for power in powers.tolist():
        spread = float(yeo_johnson(standard, power).std())
        if not math.isfinite(spread) or spread < defaults.warp_min_stddev:
            continue
        score = -len(standard) * math.log(spread) + (power - 1.0) * jacobian
        if score > best_score:
            best, best_score = power, score
    return best
