"""The probability that a metric reaches its threshold [Gardner2014]_.

.. [Gardner2014] J. Gardner et al. Bayesian optimization with inequality constraints. ICML, 2014.
"""

import math

from optsvc.engine.backend import HostArray
from optsvc.engine.surrogates.gp import Posterior

_LOG_ROOT_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_FAR_TAIL = -1e4
"""From here on ``φ(z)/Φ(z)`` is ``-z`` to all digits, and its logarithm has none left."""


class LogFeasibility:
    """``log P(f(x) <= bar)``; finite however small the probability.

    Args:
        posterior: Of the metric, as a target.
        bar: In the same units.
    """

    def __init__(self, posterior: Posterior, bar: float) -> None:
        self._posterior = posterior
        self._bar = bar

    def value(self, features: HostArray) -> HostArray:
        """Shape ``(q,)`` at features ``(q, d)``."""
        backend = self._posterior.backend
        mean, variance = self._posterior.predict(backend.to_device(features))
        return backend.to_host(backend.log_ndtr((self._bar - mean) / backend.xp.sqrt(variance)))

    def value_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in the features, shape ``(q, d)``.

        With ``z = (bar - m)/δ`` for mean ``m`` and standard deviation ``δ``, and ``h = φ(z)/Φ(z)``, the derivatives by
        ``m`` and ``δ`` are ``-h/δ`` and ``-h z/δ``. The rest is as in `LogExpectedImprovement.value_and_gradient`.
        """
        posterior, backend, xp = self._posterior, self._posterior.backend, self._posterior.backend.xp
        device = backend.to_device(features)
        K, slopes = posterior.kernel.value_and_slopes(device, posterior.features)
        T = backend.solve_lower(posterior.factor, K.T)
        A = backend.solve_upper(posterior.factor, T).T
        signal = posterior.signal_variance
        stddev = xp.sqrt(xp.maximum(signal - (T * T).sum(axis=0), posterior.variance_floor * signal))
        z = (self._bar - posterior.mean - K @ posterior.weights) / stddev
        value = backend.log_ndtr(z)
        near = xp.maximum(z, _FAR_TAIL)
        hazard = xp.exp(-0.5 * near * near - _LOG_ROOT_TWO_PI - backend.log_ndtr(near))
        hazard = xp.where(z < _FAR_TAIL, -z, hazard)
        by_mean, by_stddev = -hazard / stddev, -hazard * z / stddev
        weights = (by_stddev / stddev)[:, None] * A - by_mean[:, None] * posterior.weights
        gradient = posterior.kernel.gradient(weights, slopes, device, posterior.features)
        return backend.to_host(value), backend.to_host(gradient)
