"""The exact Gaussian process: likelihood, fit, posterior.

Notation, kept by the whole file: ``n`` observations, ``d`` feature columns, ``p`` parameters, ``m`` candidates;
``s²`` and ``a²`` the variances of the kernel's two parts, ``τ²`` that of the noise, ``v`` what is known of the
measurement variance beyond it; ``C = K + diag(τ² + v)`` the covariance of the targets, ``L`` its lower Cholesky factor,
``c`` the constant mean, ``a = C⁻¹(t - c)``, ``w`` the inverse squared length scale of each feature column. The formulas
are those of [RasmussenWilliams2006]_, chapters 2 and 5.

.. [RasmussenWilliams2006] C. Rasmussen and C. Williams. Gaussian Processes for Machine Learning. MIT Press, 2006.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, minimize

from optsvc.engine.backend import Array, Backend, HostArray, IntArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.surrogates.kernels import Kernel, matern52
from optsvc.engine.surrogates.priors import Prior

REJECTED = 1e25
"""Objective value where the covariance is not positive definite: the line search backs off."""


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What the process is conditioned on.

    Args:
        features: Shape ``(n, d)``.
        groups: The parameter of each feature column, shape ``(d,)``.
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


def negative_log_posterior(
    theta: HostArray, data: TrainingData, prior: Prior, jitter: float, backend: Backend
) -> tuple[float, HostArray]:
    """What the fit minimizes: ``-log p(t|θ) - log p(θ)``, with the constant mean at its best value for ``θ``.

    The gradient needs no ``(n, n, d)`` tensor: with ``V = aaᵀ - C⁻¹`` and ``W = V ∘ P``, the sum over all pairs of
    ``W_ij (Φ_if - Φ_jf)²`` is ``2 (rᵀΦ_f² - Φ_fᵀWΦ_f)``, ``r`` the row sums of ``W``: one matrix product. For what a
    parameter does alone, ``∂K/∂log l = P ∘ D``.

    Args:
        theta: ``(log l_1, …, log l_p, log s², log τ², log a²)``, shape ``(p + 3,)``.
        data: What is fitted.
        prior: Of ``theta``.
        jitter: Added to the diagonal, in units of ``s² + a²``.
        backend: What computes.

    Returns:
        The value and its gradient ``(p + 3,)``; a huge value and no slope where ``C`` is not positive definite.
    """
    xp = backend.xp
    n, p = len(data.targets), len(theta) - 3
    features, targets = backend.to_device(data.features), backend.to_device(data.targets)
    kernel, noise = kernel_of(theta, data.groups, backend)
    diagonal = xp.arange(n)
    K, P = matern52(kernel.distance(features, features), kernel.joint_variance, backend)
    K_alone, slopes = xp.zeros((n, n)), []
    for some in kernel.alone(features, features):
        parts, P_alone = matern52(some.distance, kernel.variance_alone, backend)
        K_alone += parts.sum(axis=0)
        slopes.append((some.parameters, P_alone * some.distance))
    C = K + K_alone
    C[diagonal, diagonal] += noise + jitter * kernel.variance + backend.to_device(data.variances)
    L = backend.cholesky(C)
    if L is None:
        return REJECTED, np.zeros_like(theta)
    inverse = backend.inverse_from_factor(L)
    residual = targets - _constant_mean(targets, inverse.sum(axis=1), backend)
    alpha = inverse @ residual
    log_likelihood = -0.5 * residual @ alpha - xp.log(L[diagonal, diagonal]).sum() - 0.5 * n * np.log(2.0 * np.pi)
    V = alpha[:, None] * alpha - inverse
    trace = V[diagonal, diagonal].sum()
    W = V * P
    # A point is at distance zero from itself at every length scale: leaving out the diagonal changes nothing but
    # rounding, which is what counts for reported points far outside the bounds.
    W[diagonal, diagonal] = 0.0
    pairs = W.sum(axis=1) @ (features * features) - (features * (W @ features)).sum(axis=0)
    gradient = np.empty_like(theta)
    gradient[:p] = np.bincount(data.groups, backend.to_host(pairs * kernel.inverse_squared_scale), minlength=p)
    for parameters, slope in slopes:
        gradient[parameters] += 0.5 * backend.to_host(xp.tensordot(slope, V))
    gradient[p] = 0.5 * float((V * K).sum() + jitter * kernel.joint_variance * trace)
    gradient[p + 1] = 0.5 * noise * float(trace)
    gradient[p + 2] = 0.5 * float((V * K_alone).sum() + jitter * kernel.additive_variance * trace)
    log_prior, prior_gradient = prior.log_density(theta)
    return -(float(log_likelihood) + log_prior), -(gradient + prior_gradient)


def kernel_of(theta: HostArray, groups: IntArray, backend: Backend) -> tuple[Kernel, float]:
    """The kernel and the noise variance of hyperparameters ``(p + 3,)``."""
    joint, noise, additive = (float(x) for x in np.exp(theta[-3:]))
    w = backend.to_device(np.exp(-2.0 * theta[:-3])[groups])
    return Kernel(w, groups, joint, additive, backend), noise


def fit(
    data: TrainingData, prior: Prior, starts: Sequence[HostArray], defaults: EngineDefaults, backend: Backend
) -> HostArray:
    """The most probable hyperparameters, by L-BFGS-B from each start.

    Args:
        data: What is fitted.
        prior: Of the hyperparameters.
        starts: Hyperparameters to start from, each ``(p + 3,)``, at least one; the surface has several valleys.
        defaults: Iterations and tolerances.
        backend: What computes.

    Returns:
        Shape ``(p + 3,)``; the first of several equals.
    """
    lower, upper = prior.bounds.T
    best_value, best = np.inf, starts[0]
    for start in starts:
        result = minimize(
            negative_log_posterior,
            np.clip(start, lower, upper),
            (data, prior, defaults.base_jitter, backend),
            "L-BFGS-B",
            True,
            bounds=Bounds(lower, upper),
            options={
                "maxiter": defaults.fit_iterations,
                "maxcor": defaults.fit_memory,
                "ftol": defaults.fit_value_tolerance,
                "gtol": defaults.fit_gradient_tolerance,
            },
        )
        if result.fun < best_value:
            best_value, best = float(result.fun), result.x
    return best


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
    mean = _constant_mean(targets, ones, backend)
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


def _constant_mean(targets: Array, row_sums: Array, backend: Backend) -> float:
    """The most likely ``c``: ``1ᵀC⁻¹t / 1ᵀC⁻¹1``, kept within the targets; `row_sums` is ``C⁻¹1``."""
    xp = backend.xp
    return float(xp.clip(row_sums @ targets / row_sums.sum(), targets.min(), targets.max()))
