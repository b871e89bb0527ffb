"""What the user believes of where good values lie: priors on parameters.

They act at two places. Evenly spread points are drawn through them, mixed with a uniform share so that nothing is ruled
out. And the acquisition function gains ``(β/n) log π(x)`` [Hvarfner2022]_: with the number ``n`` of observations the
belief fades, and a wrong one costs a limited number of evaluations.

.. [Hvarfner2022] C. Hvarfner et al. πBO: augmenting acquisition functions with user beliefs for Bayesian optimization.
   ICLR, 2022. arXiv:2204.11051.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from optsvc.domain.space import DoubleParameter, NormalPrior
from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import INACTIVE, Encoder

_EDGE = 1e-6
"""A beta density may be infinite at the very ends."""


class Belief:
    """A density on the unit coordinate of one parameter, zero outside the unit interval.

    Args:
        parameter: One with a prior, on a linear scale.
    """

    def __init__(self, parameter: DoubleParameter) -> None:
        prior, span = parameter.prior, parameter.high - parameter.low
        self._density: Any
        self._slope: Callable[[HostArray], HostArray]
        if prior is None:
            raise TypeError(f"parameter {parameter.name!r} has no prior")
        if isinstance(prior, NormalPrior):
            mean, scale = (prior.mean - parameter.low) / span, prior.scale / span
            self._density = stats.truncnorm(-mean / scale, (1.0 - mean) / scale, loc=mean, scale=scale)
            self._slope = lambda u: (mean - u) / scale**2
            mode = mean
        else:
            self._density = stats.beta(prior.shape_a, prior.shape_b)
            self._slope = lambda u: (prior.shape_a - 1.0) / u - (prior.shape_b - 1.0) / (1.0 - u)
            excess = prior.shape_a + prior.shape_b - 2.0
            mode = (prior.shape_a - 1.0) / excess if excess > 0.0 else 0.0
        ends = np.clip(np.array([0.0, 1.0, mode]), _EDGE, 1.0 - _EDGE)
        self._floor = float(self._density.logpdf(ends).max()) + math.log(DEFAULTS.prior_floor)

    def stretch(self, shares: HostArray) -> HostArray:
        """Evenly spread numbers in [0, 1] to coordinates distributed as the belief, mixed with a uniform share."""
        uniform = DEFAULTS.prior_uniform_share
        believed = self._density.ppf(np.clip((shares - uniform) / (1.0 - uniform), 0.0, 1.0))
        out: HostArray = np.where(shares < uniform, shares / uniform, np.clip(believed, 0.0, 1.0))
        return out

    def log_mixed_density(self, coordinates: HostArray) -> HostArray:
        """Log density of what `stretch` makes of uniform numbers, any shape."""
        uniform = DEFAULTS.prior_uniform_share
        believed = math.log(1.0 - uniform) + self.log_density(coordinates)[0]
        return np.logaddexp(math.log(uniform), believed)

    def log_density(self, coordinates: HostArray) -> tuple[HostArray, HostArray]:
        """Log density, relative to a uniform one and not below a floor, and its derivative; any shape."""
        u = np.clip(coordinates, _EDGE, 1.0 - _EDGE)
        value = self._density.logpdf(u)
        held = (value > self._floor) & (u == coordinates)
        return np.maximum(value, self._floor), np.where(held, self._slope(u), 0.0)


class Beliefs:
    """All the priors of a space.

    Args:
        encoder: The space.
    """

    def __init__(self, encoder: Encoder) -> None:
        believed = {p.name: p for p in encoder.space.parameters if isinstance(p, DoubleParameter) and p.prior}
        self._by_axis = {j: Belief(believed[axis.name]) for j, axis in enumerate(encoder.axes) if axis.name in believed}

    def __bool__(self) -> bool:
        return bool(self._by_axis)

    def stretch(self, points: HostArray) -> HostArray:
        """Evenly spread points ``(n, p)`` of the cube, distributed as the beliefs along the axes that have one."""
        out = points.copy()
        for j, belief in self._by_axis.items():
            out[:, j] = belief.stretch(points[:, j])
        return out

    def log_mixed_densities(self, points: HostArray) -> HostArray:
        """Log density of each coordinate of stretched uniform points, shape ``(n, p)``; 0 along other axes."""
        out = np.zeros(points.shape)
        for j, belief in self._by_axis.items():
            out[:, j] = belief.log_mixed_density(points[:, j])
        return out

    def log_density(self, points: HostArray) -> tuple[HostArray, HostArray]:
        """Sum of the log densities ``(n,)`` at points ``(n, p)``, and its gradient; an inactive axis adds nothing."""
        total, gradient = np.zeros(len(points)), np.zeros(points.shape)
        for j, belief in self._by_axis.items():
            active = points[:, j] != INACTIVE
            value, slope = belief.log_density(points[:, j])
            total += np.where(active, value, 0.0)
            gradient[:, j] = np.where(active, slope, 0.0)
        return total, gradient


class BeliefTerm:
    """What beliefs add to an acquisition function.

    Args:
        beliefs: Of the space.
        weight: ``β/n``.
    """

    def __init__(self, beliefs: Beliefs, weight: float) -> None:
        self._beliefs = beliefs
        self._weight = weight

    def value(self, points: HostArray) -> HostArray:
        """Shape ``(n,)`` at points ``(n, p)``."""
        return self._weight * self._beliefs.log_density(points)[0]

    def value_and_gradient(self, points: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in unit coordinates, shape ``(n, p)``."""
        value, gradient = self._beliefs.log_density(points)
        return self._weight * value, self._weight * gradient
