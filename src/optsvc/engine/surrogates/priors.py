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
    """Independent priors on ``θ = (log l_1, …, log l_p, log s², log τ², log a²)``.

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
        """Shape ``(p + 3,)``."""
        variance = self.defaults.signal_log_mean
        return np.concatenate(
            [np.log(self.defaults.length_scale_shape / self.rates), [variance, self.noise[0], variance]]
        )

    @property
    def bounds(self) -> HostArray:
        """Lower and upper bound of each hyperparameter, shape ``(p + 3, 2)``."""
        return bounds(self.dimension, self.defaults)

    def sample(self, rng: np.random.Generator) -> HostArray:
        """One draw within the bounds, shape ``(p + 3,)``."""
        scales = np.log(rng.gamma(self.defaults.length_scale_shape, 1.0 / self.rates))
        mean, variance = self.noise
        signal_mean, signal_variance = self.defaults.signal_log_mean, self.defaults.signal_log_variance
        rest = rng.normal([signal_mean, mean, signal_mean], np.sqrt([signal_variance, variance, signal_variance]))
        lower, upper = self.bounds.T
        draw: HostArray = np.clip(np.concatenate([scales, rest]), lower, upper)
        return draw

    def log_density(self, theta: HostArray) -> tuple[float, HostArray]:
        """Log density up to a constant, and its gradient ``(p + 3,)``."""
        terms, gradient = log_densities(theta, self.rates, self.noise, self.defaults)
        return float(terms.sum()), gradient


def bounds(dimension: int, defaults: EngineDefaults) -> HostArray:
    """Lower and upper bound of the hyperparameters of so many length scales, shape ``(p + 3, 2)``."""
    rows = [defaults.length_scale_bounds] * dimension
    signal, noise = defaults.signal_variance_bounds, defaults.noise_variance_bounds
    return np.log(np.array([*rows, signal, noise, signal], dtype=np.float64))


def log_densities(
    theta: HostArray, rates: HostArray, noise: HostArray, defaults: EngineDefaults
) -> tuple[HostArray, HostArray]:
    """What each hyperparameter adds to the log density of a `Prior`, and the slopes of that.

    Args:
        theta: Hyperparameters, shape ``(…, p + 3)``.
        rates: Of the prior of each row, shape ``(…, p)``.
        noise: Of the prior of each row, shape ``(…, 2)``.
        defaults: The numbers.

    Returns:
        Both of shape ``(…, p + 3)``.
    """
    logs, log_signals, log_noise = theta[..., :-3], theta[..., [-3, -1]], theta[..., -2:-1]
    scales = rates * np.exp(logs)
    off = log_signals - defaults.signal_log_mean
    by_signals = -off / defaults.signal_log_variance
    off_noise = log_noise - noise[..., :1]
    by_noise = -off_noise / noise[..., 1:]
    shape, signals = defaults.length_scale_shape, 0.5 * off * by_signals
    terms = [shape * logs - scales, signals[..., :1], 0.5 * off_noise * by_noise, signals[..., 1:]]
    slopes = [shape - scales, by_signals[..., :1], by_noise, by_signals[..., 1:]]
    return np.concatenate(terms, axis=-1), np.concatenate(slopes, axis=-1)
