"""Expected improvement in logarithms, averaged over equally likely worlds.

Plain expected improvement and its slope underflow to zero far from the incumbent; its logarithm keeps a direction to
climb everywhere [Ament2023]_. Where the past itself is uncertain (noise, pending points), the improvement is averaged
over samples of that past, each of which leaves a Gaussian process with its own weights and a common covariance
[Letham2019]_; with nothing uncertain there is one sample, and this is the classic function.

.. [Ament2023] S. Ament et al. Unexpected improvements to expected improvement for Bayesian optimization. NeurIPS, 2023.
   arXiv:2310.20708.
.. [Letham2019] B. Letham et al. Constrained Bayesian optimization with noisy experiments. Bayesian Analysis, 2019.
   arXiv:1706.07094.
"""

import math

from optsvc.engine.backend import Array, Backend, HostArray
from optsvc.engine.surrogates.gp import Posterior

_LOG_ROOT_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_TAIL = -1.0
"""Below this, the sum in `log_h` cancels and the scaled complementary error function takes over."""
_FAR_TAIL = -1e6
_SLOPE_TAIL = -1e4


def log_h(z: Array, backend: Backend) -> Array:
    """``log(φ(z) + z Φ(z))``, the log of the expected improvement of a standard normal, to full relative precision.

    Args:
        z: Any shape, finite.
        backend: What computes.
    """
    xp = backend.xp
    near = xp.maximum(z, _TAIL)
    direct = xp.log(xp.exp(-0.5 * near * near - _LOG_ROOT_TWO_PI) + near * backend.ndtr(near))
    size = xp.maximum(-z, -_TAIL)
    # φ(z) + zΦ(z) = φ(z) (1 - √(π/2) |z| erfcx(|z|/√2)) for z < 0; the bracket tends to 1/z².
    ratio = math.sqrt(0.5 * math.pi) * size * backend.erfcx(size / math.sqrt(2.0))
    bracket = xp.where(z < _FAR_TAIL, -2.0 * xp.log(size), xp.log1p(-xp.minimum(ratio, 1.0 - 1e-16)))
    return xp.where(z > _TAIL, direct, -0.5 * size * size - _LOG_ROOT_TWO_PI + bracket)


def log_h_slope(z: Array, value: Array, backend: Backend) -> Array:
    """``d log_h / dz = Φ(z)/h(z)``; `value` is ``log_h(z)``."""
    xp = backend.xp
    size = xp.maximum(-z, 1.0)
    far = size + 2.0 / size
    near = xp.exp(backend.log_ndtr(xp.maximum(z, _SLOPE_TAIL)) - xp.where(z < _SLOPE_TAIL, 0.0, value))
    return xp.where(z < _SLOPE_TAIL, far, near)


class LogExpectedImprovement:
    """``log (1/s) Σ_s E[max(incumbent_s - f_s(x), 0)]`` over ``s`` samples of what is not known of the past.

    In sample ``s`` the prediction at ``x`` is normal with mean ``c + k(x)ᵀ weights_s`` and a variance that all samples
    share, that of `posterior`.

    Args:
        posterior: The process; its own weights are not used. ``n`` rows.
        weights: One column for each sample, shape ``(n, s)``.
        incumbents: The value to improve on, in each sample, shape ``(s,)``.
    """

    def __init__(self, posterior: Posterior, weights: Array, incumbents: Array) -> None:
        self.posterior = posterior
        self.weights = weights
        self.incumbents = incumbents
        self._backend = posterior.backend

    def value(self, features: HostArray) -> HostArray:
        """The acquisition ``(q,)`` at candidates ``(q, d)``; finite."""
        device = self._backend.to_device(features)
        K = self.posterior.kernel.value(device, self.posterior.features)
        T = self._backend.solve_lower(self.posterior.factor, K.T)
        log_improvement, *_ = self._improvement(K, self._stddev((T * T).sum(axis=0)))
        return self._backend.to_host(self._mean_over_samples(log_improvement))

    def value_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in the features, shape ``(q, d)``.

        Let ``b_s`` be the derivative by the mean of sample ``s``, ``e`` that by the standard deviation ``δ``, and
        ``A = K C⁻¹``. Every term is a slope of the kernel times a weight per observation, so
        one matrix of weights ``e/δ A - Σ_s b_s weights_sᵀ`` carries the whole gradient.
        """
        xp, backend, posterior = self._backend.xp, self._backend, self.posterior
        device = backend.to_device(features)
        K, slopes = posterior.kernel.value_and_slopes(device, posterior.features)
        T = backend.solve_lower(posterior.factor, K.T)
        A = backend.solve_upper(posterior.factor, T).T
        stddev = self._stddev((T * T).sum(axis=0))
        log_improvement, z, log_h_z = self._improvement(K, stddev)
        value = self._mean_over_samples(log_improvement)
        share = xp.exp(log_improvement - value[:, None]) / len(self.incumbents)
        slope = log_h_slope(z, log_h_z, backend)
        by_mean = -share * slope / stddev[:, None]
        by_stddev = (share * (1.0 - z * slope)).sum(axis=1) / stddev
        weights = (by_stddev / stddev)[:, None] * A - by_mean @ self.weights.T
        gradient = posterior.kernel.gradient(weights, slopes, device, posterior.features)
        return backend.to_host(value), backend.to_host(gradient)

    def _stddev(self, explained: Array) -> Array:
        signal = self.posterior.signal_variance
        return self._backend.xp.sqrt(
            self._backend.xp.maximum(signal - explained, self.posterior.variance_floor * signal)
        )

    def _improvement(self, K: Array, stddev: Array) -> tuple[Array, Array, Array]:
        mean = self.posterior.mean + K @ self.weights
        z = (self.incumbents - mean) / stddev[:, None]
        log_h_z = log_h(z, self._backend)
        return log_h_z + self._backend.xp.log(stddev)[:, None], z, log_h_z

    def _mean_over_samples(self, log_improvement: Array) -> Array:
        xp = self._backend.xp
        top = log_improvement.max(axis=1)
        return top + xp.log(xp.exp(log_improvement - top[:, None]).mean(axis=1))
