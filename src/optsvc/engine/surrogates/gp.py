"""The exact Gaussian process given its hyperparameters, which `likelihood` finds.

Notation, kept by `likelihood` too: ``n`` observations, ``d`` feature columns, ``p`` parameters, ``m`` candidates;
``s²`` and ``a²`` the variances of the kernel's two parts, ``τ²`` that of the noise, ``v`` what is known of the
measurement variance beyond it; ``C = K + diag(τ² + v)`` the covariance of the targets, ``L`` its lower Cholesky factor,
``c`` the constant mean, ``a = C⁻¹(t - c)``, ``w`` the inverse squared length scale of each feature column. The formulas
are those of [RasmussenWilliams2006]_, chapters 2 and 5.

.. [RasmussenWilliams2006] C. Rasmussen and C. Williams. Gaussian Processes for Machine Learning. MIT Press, 2006.
"""

from dataclasses import dataclass

import numpy as np

from optsvc.engine.backend import Array, Backend, HostArray, IntArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.surrogates.kernels import Kernel


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What the process is conditioned on.

    Args:
        features: Shape ``(n, d)``.
        groups: The parameter of each feature column, ascending, shape ``(d,)``.
        targets: Standardized values ``t``, shape ``(n,)``.
        variances: Known measurement variances ``v`` of the targets, shape ``(n,)``, zero if not known.
    """

    features: HostArray
    groups: IntArray
    targets: HostArray
    variances: HostArray

    def take(self, rows: IntArray) -> "TrainingData":
        """Some of the rows."""
        return TrainingData(self.features[rows], self.groups, self.targets[rows], self.variances[rows])


def kernel_of(theta: HostArray, groups: IntArray, backend: Backend) -> tuple[Kernel, float]:
    """The kernel and the noise variance of hyperparameters ``(p + 3,)``."""
    joint, noise, additive = (float(x) for x in np.exp(theta[-3:]))
    w = backend.to_device(np.exp(-2.0 * theta[:-3])[groups])
    return Kernel(w, groups, joint, additive, backend), noise


@dataclass(frozen=True, slots=True)
class Posterior:
    """The process given the data, at fixed hyperparameters.

    Args:
        features: Shape ``(n, d)``.
        factor: ``L``, shape ``(n, n)``.
        whitened: ``L⁻¹(t - c)``, shape ``(n,)``.
        weights: ``a``, shape ``(n,)``.
        mean: ``c``.
        kernel: The covariance function.
        noise_variance: ``τ²``.
        jitter: What had to be added to the diagonal, in units of `signal_variance`.
        variance_floor: Predicted variances are at least this, in units of `signal_variance`.
        backend: What computes.
    """

    features: Array
    factor: Array
    whitened: Array
    weights: Array
    mean: float
    kernel: Kernel
    noise_variance: float
    jitter: float
    variance_floor: float
    backend: Backend

    @property
    def signal_variance(self) -> float:
        """Prior variance of the noise-free function."""
        return self.kernel.variance

    def predict(self, features: Array) -> tuple[Array, Array]:
        """Mean and variance ``(m,)`` of the noise-free function at features ``(m, d)``."""
        K = self.kernel.value(features, self.features)
        T = self.backend.solve_lower(self.factor, K.T)
        variance = self.signal_variance - (T * T).sum(axis=0)
        floor = self.variance_floor * self.signal_variance
        return self.mean + K @ self.weights, self.backend.xp.maximum(variance, floor)

    def leave_one_out(self, targets: HostArray) -> tuple[HostArray, HostArray]:
        """Mean and variance ``(n,)`` of each target, noise included, given all the others.

        At fixed hyperparameters and constant mean, from the one factor: ``v_i = 1/[C⁻¹]_ii`` and ``t_i - a_i v_i``.
        """
        inverse = self.backend.inverse_from_factor(self.factor)
        diagonal = self.backend.xp.arange(len(targets))
        variance = 1.0 / inverse[diagonal, diagonal]
        return targets - self.backend.to_host(self.weights * variance), self.backend.to_host(variance)


def condition(data: TrainingData, theta: HostArray, defaults: EngineDefaults, backend: Backend) -> Posterior | None:
    """The posterior at the hyperparameters `theta` ``(p + 3,)``.

    Returns:
        None if the covariance cannot be factored even with the largest jitter.
    """
    xp = backend.xp
    n = len(data.targets)
    kernel, noise = kernel_of(theta, data.groups, backend)
    features, targets = backend.to_device(data.features), backend.to_device(data.targets)
    diagonal = xp.arange(n)
    K = kernel.value(features, features)
    for jitter in defaults.jitter_ladder:
        C = K.copy()
        C[diagonal, diagonal] += noise + jitter * kernel.variance + backend.to_device(data.variances)
        L = backend.cholesky(C)
        if L is not None:
            break
    else:
        return None
    ones = backend.solve_upper(L, backend.solve_lower(L, xp.ones(n)))
    mean = constant_mean(targets, ones, backend)
    whitened = backend.solve_lower(L, targets - mean)
    return Posterior(
        features=features,
        factor=L,
        whitened=whitened,
        weights=backend.solve_upper(L, whitened),
        mean=mean,
        kernel=kernel,
        noise_variance=noise,
        jitter=jitter,
        variance_floor=defaults.variance_floor,
        backend=backend,
    )


def constant_mean(targets: Array, row_sums: Array, backend: Backend) -> float:
    """The most likely ``c``: ``1ᵀC⁻¹t / 1ᵀC⁻¹1``, kept within the targets; `row_sums` is ``C⁻¹1``."""
    xp = backend.xp
    return float(xp.clip(row_sums @ targets / row_sums.sum(), targets.min(), targets.max()))
