"""Hyperparameters of the Gaussian process and what is believed of them before any data.

All are handled as logarithms, and so are the prior densities: a density stated for ``l`` and one stated for ``log l``
have different modes, and the fit climbs in logarithms.
"""

from dataclasses import dataclass

import numpy as np

from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import EngineDefaults


@dataclass(frozen=True, slots=True)
class Prior:
    """Independent priors on ``θ = (log l_1, …, log l_p, log s², log τ²)``.

    Length scales: log density ``a log l - b l``, a gamma distribution with mode ``a/b`` in logarithms: it prefers
    functions that vary within the box. Signal and noise variance: log-normal.

    Args:
        dimension: ``p``, how many length scales.
        known_noise: Whether every observation came with its standard deviation; what noise is left is then small.
        defaults: The numbers.
    """

    dimension: int
    known_noise: bool
    defaults: EngineDefaults

    @property
    def mode(self) -> HostArray:
        """Shape ``(p + 2,)``."""
        length = np.log(self.defaults.length_scale_shape / self.defaults.length_scale_rate)
        return np.concatenate([np.full(self.dimension, length), [0.0, self._noise[0]]])

    @property
    def bounds(self) -> HostArray:
        """Lower and upper bound of each hyperparameter, shape ``(p + 2, 2)``."""
        rows = [self.defaults.length_scale_bounds] * self.dimension
        bounds = [*rows, self.defaults.signal_variance_bounds, self.defaults.noise_variance_bounds]
        return np.log(np.array(bounds, dtype=np.float64))

    def sample(self, rng: np.random.Generator) -> HostArray:
        """One draw within the bounds, shape ``(p + 2,)``."""
        shape, rate = self.defaults.length_scale_shape, self.defaults.length_scale_rate
        scales = np.log(rng.gamma(shape, 1.0 / rate, size=self.dimension))
        mean, variance = self._noise
        rest = rng.normal([0.0, mean], np.sqrt([self.defaults.signal_log_variance, variance]))
        lower, upper = self.bounds.T
        draw: HostArray = np.clip(np.concatenate([scales, rest]), lower, upper)
        return draw

    def log_density(self, theta: HostArray) -> tuple[float, HostArray]:
        """Log density up to a constant, and its gradient ``(p + 2,)``."""
        terms, gradient = self.log_densities(theta)
        return float(terms.sum()), gradient

    def log_densities(self, theta: HostArray) -> tuple[HostArray, HostArray]:
        """What each of the hyperparameters ``(…, p + 2)`` adds to the log density, and the slopes of that."""
        shape, rate = self.defaults.length_scale_shape, self.defaults.length_scale_rate
        logs, rest = theta[..., :-2], theta[..., -2:]
        scales = np.exp(logs)
        mean, variance = self._noise
        off = rest - np.array([0.0, mean])
        slope = -off / np.array([self.defaults.signal_log_variance, variance])
        terms = np.concatenate([shape * logs - rate * scales, 0.5 * off * slope], axis=-1)
        return terms, np.concatenate([shape - rate * scales, slope], axis=-1)

    @property
    def _noise(self) -> tuple[float, float]:
        if self.known_noise:
            return self.defaults.known_noise_log_mean, self.defaults.known_noise_log_variance
        return self.defaults.noise_log_mean, self.defaults.noise_log_variance
