"""Hyperparameters of the Gaussian process and what is believed of them before any data.

All are handled as logarithms, and so are the prior densities: a density stated for ``l`` and one stated for ``log l``
have different modes, and the fit climbs in logarithms.
"""

from dataclasses import dataclass

import numpy as np

from optsvc.engine.backend import BoolArray, HostArray
from optsvc.engine.defaults import EngineDefaults


@dataclass(frozen=True, slots=True)
class Prior:
    """Independent priors on ``θ = (log l_1, …, log l_p, log s², log τ²)``.

    Length scales: log density ``a log l - b l``, a gamma distribution with mode ``a/b`` in logarithms. Along numbers it
    prefers functions that vary within the box. Two different categories are at distance 1, however many there are: a
    length scale below that would let nothing seen in one say anything of another, so ``b`` is smaller there. Signal and
    noise variance: log-normal.

    Args:
        categorical: Which of the ``p`` length scales are those of categories, shape ``(p,)``.
        known_noise: Whether every observation came with its standard deviation; what noise is left is then small.
        defaults: The numbers.
    """

    categorical: BoolArray
    known_noise: bool
    defaults: EngineDefaults

    @property
    def dimension(self) -> int:
        """``p``, how many length scales."""
        return len(self.categorical)

    @property
    def rates(self) -> HostArray:
        """``b`` of each length scale, shape ``(p,)``."""
        return np.where(self.categorical, self.defaults.length_scale_rate_categories, self.defaults.length_scale_rate)

    @property
    def noise(self) -> HostArray:
        """Mean and variance of ``log τ²``, shape ``(2,)``."""
        if self.known_noise:
            return np.array([self.defaults.known_noise_log_mean, self.defaults.known_noise_log_variance])
        return np.array([self.defaults.noise_log_mean, self.defaults.noise_log_variance])

    @property
    def mode(self) -> HostArray:
        """Shape ``(p + 2,)``."""
        return np.concatenate([np.log(self.defaults.length_scale_shape / self.rates), [0.0, self.noise[0]]])

    @property
    def bounds(self) -> HostArray:
        """Lower and upper bound of each hyperparameter, shape ``(p + 2, 2)``."""
        return bounds(self.dimension, self.defaults)

    def sample(self, rng: np.random.Generator) -> HostArray:
        """One draw within the bounds, shape ``(p + 2,)``."""
        scales = np.log(rng.gamma(self.defaults.length_scale_shape, 1.0 / self.rates))
        mean, variance = self.noise
        rest = rng.normal([0.0, mean], np.sqrt([self.defaults.signal_log_variance, variance]))
        lower, upper = self.bounds.T
        draw: HostArray = np.clip(np.concatenate([scales, rest]), lower, upper)
        return draw

    def log_density(self, theta: HostArray) -> tuple[float, HostArray]:
        """Log density up to a constant, and its gradient ``(p + 2,)``."""
        terms, gradient = log_densities(theta, self.rates, self.noise, self.defaults)
        return float(terms.sum()), gradient


def bounds(dimension: int, defaults: EngineDefaults) -> HostArray:
    """Lower and upper bound of the hyperparameters of so many length scales, shape ``(p + 2, 2)``."""
    rows = [defaults.length_scale_bounds] * dimension
    return np.log(np.array([*rows, defaults.signal_variance_bounds, defaults.noise_variance_bounds], dtype=np.float64))


def log_densities(
    theta: HostArray, rates: HostArray, noise: HostArray, defaults: EngineDefaults
) -> tuple[HostArray, HostArray]:
    """What each hyperparameter adds to the log density of a `Prior`, and the slopes of that.

    Args:
        theta: Hyperparameters, shape ``(…, p + 2)``.
        rates: Of the prior of each row, shape ``(…, p)``.
        noise: Of the prior of each row, shape ``(…, 2)``.
        defaults: The numbers.

    Returns:
        Both of shape ``(…, p + 2)``.
    """
    logs, log_signal, log_noise = theta[..., :-2], theta[..., -2:-1], theta[..., -1:]
    scales = rates * np.exp(logs)
    by_signal = -log_signal / defaults.signal_log_variance
    off = log_noise - noise[..., :1]
    by_noise = -off / noise[..., 1:]
    shape = defaults.length_scale_shape
    terms = np.concatenate([shape * logs - scales, 0.5 * log_signal * by_signal, 0.5 * off * by_noise], axis=-1)
    return terms, np.concatenate([shape - scales, by_signal, by_noise], axis=-1)
