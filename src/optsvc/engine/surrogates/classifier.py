"""Where evaluations succeed: Gaussian process classification by Laplace's approximation.

A latent process ``f ~ GP(m, k)`` of the same covariance as the regression gives the probability of success through the
logistic function. Its posterior is not normal; it is replaced by the normal distribution at its mode, found by Newton's
method, algorithm 3.1 of [RasmussenWilliams2006]_. The gradient of the approximate evidence counts how the mode moves
with the hyperparameters, their algorithm 5.1, but takes one matrix product for all length scales.

Notation: ``n`` evaluations, labels ``t`` in {0, 1}; ``p = logistic(f)`` at the mode, ``h = p (1 - p)``;
``B = I + h^½ K h^½ = L Lᵀ``; ``R = h^½ B⁻¹ h^½``; ``a = K⁻¹ (f - m)``, which is ``t - p`` at the mode.

.. [RasmussenWilliams2006] C. Rasmussen and C. Williams. Gaussian Processes for Machine Learning. MIT Press, 2006.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optsvc.engine.backend import Array, Backend, HostArray, IntArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.surrogates.kernels import matern52, matern52_value, squared_distance
from optsvc.engine.surrogates.multistart import best_of_starts

_NEWTON_STEPS = 50
_CONVERGED = 1e-10
_LEAST_CURVATURE = 1e-12
_REJECTED = 1e25


@dataclass(frozen=True, slots=True)
class LabelledData:
    """Which evaluations succeeded.

    Args:
        features: Shape ``(n, d)``.
        groups: The parameter of each feature column, shape ``(d,)``.
        labels: 1 where it did, 0 where it failed, shape ``(n,)``.
    """

    features: HostArray
    groups: IntArray
    labels: HostArray

    @property
    def offset(self) -> float:
        """``m``: the log odds of success over all evaluations, with half a success and half a failure more."""
        succeeded = float(self.labels.sum())
        return float(np.log((succeeded + 0.5) / (len(self.labels) - succeeded + 0.5)))

    def take(self, rows: IntArray) -> "LabelledData":
        """Some of the rows."""
        return LabelledData(self.features[rows], self.groups, self.labels[rows])


@dataclass(frozen=True, slots=True)
class ClassifierPrior:
    """Independent normal priors on ``θ = (log l_1, …, log l_p, log s²)``.

    The one on length scales is wide and grows with the root of their number, so that few labels explain little.

    Args:
        dimension: ``p``, how many length scales.
        defaults: The numbers.
    """

    dimension: int
    defaults: EngineDefaults

    @property
    def mode(self) -> HostArray:
        """Shape ``(p + 1,)``."""
        length = np.log(self.defaults.wide_length_scale * np.sqrt(self.dimension))
        return np.append(np.full(self.dimension, length), self.defaults.success_signal_log_mean)

    @property
    def bounds(self) -> HostArray:
        """Lower and upper bound of each hyperparameter, shape ``(p + 1, 2)``."""
        rows = [self.defaults.length_scale_bounds] * self.dimension
        return np.log(np.array([*rows, self.defaults.success_signal_bounds], dtype=np.float64))

    def log_density(self, theta: HostArray) -> tuple[float, HostArray]:
        """Log density up to a constant, and its gradient ``(p + 1,)``."""
        defaults = self.defaults
        variances = np.append(np.full(self.dimension, defaults.wide_log_variance), defaults.success_signal_log_variance)
        gap = theta - self.mode
        return -0.5 * float((gap * gap / variances).sum()), -gap / variances


@dataclass(frozen=True, slots=True)
class _Mode:
    """The mode of the latent values, and what was computed on the way."""

    latent: Array
    weights: Array
    probability: Array
    root: Array
    factor: Array
    objective: float


def log_evidence(
    theta: HostArray, data: LabelledData, backend: Backend, latent: Array | None = None
) -> tuple[float, HostArray, Array]:
    """Laplace's approximation of the log evidence, and its gradient.

    Args:
        theta: Hyperparameters, shape ``(p + 1,)``.
        data: What is explained.
        backend: What computes.
        latent: Where Newton's method starts, shape ``(n,)``.

    Returns:
        The value, its gradient ``(p + 1,)``, and the mode of the latent values ``(n,)``.
    """
    xp = backend.xp
    n, p = len(data.labels), len(theta) - 1
    w = np.exp(-2.0 * theta[:p])[data.groups]
    features, labels = backend.to_device(data.features), backend.to_device(data.labels)
    distance = squared_distance(features, features, backend.to_device(w), backend)
    diagonal = xp.arange(n)
    distance[diagonal, diagonal] = 0.0
    K, P = matern52(distance, float(np.exp(theta[p])), backend)
    mode = _find_mode(K, labels, data.offset, backend, latent)
    half = backend.solve_lower(mode.factor, mode.root[:, None] * xp.eye(n))
    R = half.T @ half
    probability = mode.probability
    curvature_slope = -probability * (1.0 - probability) * (1.0 - 2.0 * probability)
    spread = K[diagonal, diagonal] - ((half @ K) ** 2).sum(axis=0)
    s = 0.5 * spread * curvature_slope
    u = s - R @ (K @ s)
    error = labels - probability
    V = mode.weights[:, None] * mode.weights - R + u[:, None] * error + error[:, None] * u
    W = V * P
    W[diagonal, diagonal] = 0.0
    pairs = W.sum(axis=1) @ (features * features) - (features * (W @ features)).sum(axis=0)
    gradient = np.empty_like(theta)
    gradient[:p] = np.bincount(data.groups, backend.to_host(pairs) * w, minlength=p)
    gradient[p] = 0.5 * float((V * K).sum())
    value = mode.objective - float(xp.log(mode.factor[diagonal, diagonal]).sum())
    return value, gradient, mode.latent


def _find_mode(K: Array, labels: Array, offset: float, backend: Backend, start: Array | None) -> _Mode:
    """Newton's method; the objective is concave, so there is one mode. A step that overshoots is halved."""
    xp = backend.xp
    n = len(labels)
    identity = xp.eye(n)
    latent = xp.full(n, offset) if start is None else start
    weights: Array | None = None
    last = -np.inf
    for _ in range(_NEWTON_STEPS):
        probability = _logistic(latent, backend)
        curvature = xp.maximum(probability * (1.0 - probability), _LEAST_CURVATURE)
        root = xp.sqrt(curvature)
        factor = backend.cholesky(identity + root[:, None] * K * root)
        b = curvature * (latent - offset) + labels - probability
        inner = backend.solve_upper(factor, backend.solve_lower(factor, root * (K @ b)))
        full = b - root * inner
        step, previous = 1.0, weights
        while True:
            weights = full if previous is None else previous + step * (full - previous)
            latent = offset + K @ weights
            objective = float(
                -0.5 * weights @ (latent - offset) - xp.logaddexp(0.0, (1.0 - 2.0 * labels) * latent).sum()
            )
            if objective >= last - _CONVERGED or step < 1e-3 or previous is None:
                break
            step *= 0.5
        if abs(objective - last) < _CONVERGED:
            break
        last = objective
    probability = _logistic(latent, backend)
    root = xp.sqrt(xp.maximum(probability * (1.0 - probability), _LEAST_CURVATURE))
    factor = backend.cholesky(identity + root[:, None] * K * root)
    return _Mode(latent, weights, probability, root, factor, objective)


def _logistic(x: Array, backend: Backend) -> Array:
    """``1/(1 + exp(-x))`` without overflow."""
    xp = backend.xp
    return xp.exp(-xp.logaddexp(0.0, -x))


def fit_classifier(
    data: LabelledData, prior: ClassifierPrior, starts: Sequence[HostArray], defaults: EngineDefaults, backend: Backend
) -> HostArray:
    """The most probable hyperparameters ``(p + 1,)``, by L-BFGS-B from each start."""
    latent: Array | None = None

    def objective(theta: HostArray) -> tuple[float, HostArray]:
        nonlocal latent
        value, gradient, latent = log_evidence(theta, data, backend, latent)
        log_prior, prior_gradient = prior.log_density(theta)
        return -(value + log_prior), -(gradient + prior_gradient)

    return best_of_starts(
        objective,
        starts,
        prior.bounds,
        iterations=defaults.success_fit_iterations,
        memory=defaults.fit_memory,
        value_tolerance=1e-5,
        gradient_tolerance=1e-2,
    )


@dataclass(frozen=True, slots=True)
class Classifier:
    """The probability of success, given what succeeded and what failed, at fixed hyperparameters.

    Args:
        features: Shape ``(n, d)``.
        weights: ``a``, shape ``(n,)``.
        half: ``L⁻¹ h^½``, shape ``(n, n)``.
        offset: ``m``.
        signal_variance: ``s²``.
        inverse_squared_scale: Shape ``(d,)``.
        backend: What computes.
    """

    features: Array
    weights: Array
    half: Array
    offset: float
    signal_variance: float
    inverse_squared_scale: Array
    backend: Backend

    @classmethod
    def of(cls, data: LabelledData, theta: HostArray, backend: Backend) -> "Classifier":
        """Given the data, at the hyperparameters `theta` ``(p + 1,)``."""
        w = backend.to_device(np.exp(-2.0 * theta[:-1])[data.groups])
        features, signal = backend.to_device(data.features), float(np.exp(theta[-1]))
        distance = squared_distance(features, features, w, backend)
        K = matern52_value(distance, signal, backend)
        mode = _find_mode(K, backend.to_device(data.labels), data.offset, backend, None)
        half = backend.solve_lower(mode.factor, mode.root[:, None] * backend.xp.eye(len(features)))
        return cls(features, mode.weights, half, data.offset, signal, w, backend)

    def log_probability(self, features: HostArray) -> HostArray:
        """Log probability of success ``(q,)`` at features ``(q, d)``, averaged over what is not known of it."""
        K = self._covariance(features)[0]
        mean, variance = self._latent(K)
        return self.backend.to_host(self._averaged(mean, variance)[0])

    def log_probability_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """`log_probability`, and its gradient in the features, shape ``(q, d)``."""
        xp, device = self.backend.xp, self.backend.to_device(features)
        K, P = self._covariance(features)
        mean, variance = self._latent(K)
        value, shrink = self._averaged(mean, variance)
        slope = 1.0 - xp.exp(value)
        # z = mean / sqrt(1 + π variance / 8): derivatives by mean and variance.
        by_mean = slope * shrink
        by_variance = -slope * mean * (np.pi / 16.0) * shrink**3
        A = (K @ self.half.T) @ self.half
        G = P * (2.0 * by_variance[:, None] * A - by_mean[:, None] * self.weights)
        gradient = (G.sum(axis=1)[:, None] * device - G @ self.features) * self.inverse_squared_scale
        return self.backend.to_host(value), self.backend.to_host(gradient)

    def _covariance(self, features: HostArray) -> tuple[Array, Array]:
        device = self.backend.to_device(features)
        distance = squared_distance(device, self.features, self.inverse_squared_scale, self.backend)
        return matern52(distance, self.signal_variance, self.backend)

    def _latent(self, K: Array) -> tuple[Array, Array]:
        explained = K @ self.half.T
        variance = self.signal_variance - (explained * explained).sum(axis=1)
        return self.offset + K @ self.weights, self.backend.xp.maximum(variance, 0.0)

    def _averaged(self, mean: Array, variance: Array) -> tuple[Array, Array]:
        """MacKay's approximation of the logistic function averaged over a normal latent value, and its factor."""
        xp = self.backend.xp
        shrink = 1.0 / xp.sqrt(1.0 + np.pi * variance / 8.0)
        return -xp.logaddexp(0.0, -mean * shrink), shrink
