"""Fits of many Gaussian processes at once: `surrogates.likelihood`, with a leading axis.

Letters as there; ``b`` problems, ``r`` fits under way (several starts for each problem). Whatever differs in size is
padded (see `padding`). The optimizer and its state stay on the host: the device is sent hyperparameters and answers
values and slopes.
"""

from collections.abc import Sequence

import numpy as np

from optsvc.engine.backend import Array, Backend, HostArray, IntArray
from optsvc.engine.batch.padding import COLUMNS, ROWS, Memory, bucket, diagonal, mask, stack
from optsvc.engine.candidates.local_search import Patience, minimize_in_box
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.surrogates.gp import TrainingData
from optsvc.engine.surrogates.kernels import matern52
from optsvc.engine.surrogates.likelihood import REJECTED
from optsvc.engine.surrogates.priors import Prior, bounds, log_densities

_BUFFERS = 9
"""How many ``(n, n)`` matrices one likelihood holds at a time, with what the libraries take for themselves."""


class LikelihoodBatch:
    """Negative log posteriors of the hyperparameters of ``b`` problems.

    Hyperparameters are padded to ``(log l_1, …, log l_p, log s², log τ², log a²)`` with the largest ``p``; what
    a problem has no use for is without effect.

    Args:
        data: Of each problem.
        priors: Of the hyperparameters of each, with the same defaults.
        jitter: Added to the diagonals, in units of ``s² + a²``.
        backend: What computes.
        memory: What there is.
    """

    def __init__(
        self, data: Sequence[TrainingData], priors: Sequence[Prior], jitter: float, backend: Backend, memory: Memory
    ) -> None:
        counts = [len(part.targets) for part in data]
        n = bucket(max(counts), ROWS)
        d = bucket(max(len(part.groups) for part in data), COLUMNS)
        self.p = max(prior.dimension for prior in priors)
        self._sizes = [prior.dimension for prior in priors]
        self._jitter, self._backend, self._memory = jitter, backend, memory
        self._used = np.hstack([mask(self._sizes, self.p), np.ones((len(priors), 3), dtype=bool)])
        self._rates = stack([prior.rates for prior in priors], (self.p,))
        self._noise = np.array([prior.noise for prior in priors])
        self._defaults = priors[0].defaults
        self._groups = stack([part.groups.astype(np.float64) for part in data], (d,)).astype(np.int64)
        self._counts = np.array(counts, dtype=np.float64)
        # Distances do not depend on the origin: from the centre of the cube, padding is zero.
        self._features = backend.to_device(stack([part.features - 0.5 for part in data], (n, d)))
        self._targets = backend.to_device(stack([part.targets for part in data], (n,)))
        self._variances = backend.to_device(stack([part.variances for part in data], (n,)))
        self._real = backend.to_device(mask(counts, n).astype(np.float64))
        self._ends = np.array([[part.targets.min(), part.targets.max()] for part in data])
        self._bytes_each = _BUFFERS * 8 * n * n

    def pad(self, thetas: Sequence[HostArray]) -> HostArray:
        """Hyperparameters of the problems as rows ``(b, p + 3)``."""
        out = np.zeros((len(thetas), self.p + 3))
        for row, theta in zip(out, thetas, strict=True):
            row[: len(theta) - 3], row[self.p :] = theta[:-3], theta[-3:]
        return out

    def unpad(self, theta: HostArray, problem: int) -> HostArray:
        """The hyperparameters of one problem in a row ``(p + 3,)``."""
        return np.concatenate([theta[: self._sizes[problem]], theta[self.p :]])

    def value_and_gradient(self, theta: HostArray, owners: IntArray) -> tuple[HostArray, HostArray]:
        """`surrogates.likelihood.NegativeLogPosterior` for many.

        Args:
            theta: Padded hyperparameters, shape ``(r, p + 3)``.
            owners: The problem that each row is of, shape ``(r,)``.

        Returns:
            Values ``(r,)`` and gradients ``(r, p + 3)``; a huge value and no slope where the covariance is not positive
            definite, whatever happens to the others.
        """
        values, gradients = np.empty(len(theta)), np.empty(theta.shape)
        parts = self._memory.in_parts(
            len(theta), self._bytes_each, lambda part: self._evaluate(theta[part], owners[part])
        )
        for part, (value, gradient) in parts:
            values[part], gradients[part] = value, gradient
        return values, gradients

    def _evaluate(self, theta: HostArray, owners: IntArray) -> tuple[HostArray, HostArray]:
        backend, xp, p = self._backend, self._backend.xp, self.p
        groups = self._groups[owners]
        scale = backend.to_device(np.exp(-np.take_along_axis(theta[:, :p], groups, axis=1)))
        joint, noise, additive = (backend.to_device(np.exp(column)) for column in theta[:, p:].T)
        features, targets, real = self._features[owners] * scale[:, None, :], self._targets[owners], self._real[owners]
        K, P, _ = self._matern(features, joint, real)
        alone = [self._alone(features, groups, owners, j, additive) for j in range(p)]
        K_alone = xp.zeros_like(K)
        for part, share in alone:
            K_alone += self._matern(part, share, real)[0]
        diag = diagonal(K, backend)
        C = K + K_alone
        added = noise[:, None] + self._jitter * (joint + additive)[:, None] + self._variances[owners]
        C[diag] += xp.where(real > 0.0, added, 1.0)
        factors, good = backend.cholesky_many(C)
        del C
        root = backend.inverses_of_lower(factors)
        log_determinant = xp.log(factors[diag]).sum(axis=1)
        del factors
        inverse = xp.swapaxes(root, 1, 2) @ root
        del root
        row_sums = (inverse @ real[:, :, None])[:, :, 0]
        low, high = (backend.to_device(end) for end in self._ends[owners].T)
        mean = xp.clip((row_sums * targets).sum(axis=1) / (row_sums * real).sum(axis=1), low, high)
        residual = (targets - mean[:, None]) * real
        alpha = (inverse @ residual[:, :, None])[:, :, 0]
        likelihood = -0.5 * (residual * alpha).sum(axis=1) - log_determinant
        V = alpha[:, :, None] * alpha[:, None, :] - inverse
        trace = (V[diag] * real).sum(axis=1)
        by_joint = 0.5 * ((V * K).sum(axis=(1, 2)) + self._jitter * joint * trace)
        by_additive = 0.5 * ((V * K_alone).sum(axis=(1, 2)) + self._jitter * additive * trace)
        del K, K_alone
        W = V * P
        W[diag] = 0.0
        pairs = (W.sum(axis=2)[:, :, None] * features * features - features * (W @ features)).sum(axis=1)
        gradient = np.empty(theta.shape)
        flat = (np.arange(len(theta))[:, None] * p + groups).ravel()
        slopes = np.bincount(flat, backend.to_host(pairs).ravel(), minlength=len(theta) * p)
        gradient[:, :p] = slopes.reshape(len(theta), p)
        for j, (part, share) in enumerate(alone):  # computed again: together they would take much memory
            _, P, distance = self._matern(part, share, real)
            gradient[:, j] += backend.to_host(0.5 * (V * P * distance).sum(axis=(1, 2)))
        gradient[:, p] = backend.to_host(by_joint)
        gradient[:, p + 1] = backend.to_host(0.5 * noise * trace)
        gradient[:, p + 2] = backend.to_host(by_additive)
        value = backend.to_host(likelihood) - 0.5 * self._counts[owners] * np.log(2.0 * np.pi)
        return self._with_priors(theta, owners, value, gradient, good)

    def _alone(
        self, features: Array, groups: IntArray, owners: IntArray, parameter: int, additive: Array
    ) -> tuple[Array, Array]:
        """The features of one parameter, and the variance of what it does alone; zero where there is no such one."""
        sizes = np.array(self._sizes)[owners]
        share = additive * self._backend.to_device(np.where(parameter < sizes, 1.0 / sizes, 0.0))
        return features * self._backend.to_device((groups == parameter).astype(np.float64))[:, None, :], share

    def _matern(self, features: Array, variance: Array, real: Array) -> tuple[Array, Array, Array]:
        """Covariances of scaled features, what their derivatives are made of, and distances; padded rows have none."""
        xp = self._backend.xp
        squares = (features * features).sum(axis=2)
        distance = squares[:, :, None] + squares[:, None, :] - 2.0 * (features @ xp.swapaxes(features, 1, 2))
        distance = xp.maximum(distance, 0.0)
        distance[diagonal(distance, self._backend)] = 0.0
        K, P = matern52(distance, variance[:, None, None], self._backend)
        pairs = real[:, :, None] * real[:, None, :]
        return K * pairs, P * pairs, distance

    def _with_priors(
        self, theta: HostArray, owners: IntArray, value: HostArray, gradient: HostArray, good: Array
    ) -> tuple[HostArray, HostArray]:
        terms, slopes = log_densities(theta, self._rates[owners], self._noise[owners], self._defaults)
        used = self._used[owners]
        value = value + (terms * used).sum(axis=1)
        gradient = gradient + slopes * used
        return np.where(good, -value, REJECTED), np.where(good[:, None], -gradient, 0.0)


def fit_many(
    data: Sequence[TrainingData],
    priors: Sequence[Prior],
    starts: Sequence[Sequence[HostArray]],
    defaults: EngineDefaults,
    backend: Backend,
    memory: Memory,
) -> list[HostArray]:
    """The most probable hyperparameters of each problem, from all its starts, all problems and starts at once.

    Args:
        data: What is fitted; one bucket of rows wastes least.
        priors: Of the hyperparameters.
        starts: Where to start, for each problem at least one.
        defaults: Iterations and tolerances.
        backend: What computes.
        memory: What there is.

    Returns:
        For each problem ``(p + 3,)``; the first of several equals.
    """
    batch = LikelihoodBatch(data, priors, defaults.base_jitter, backend, memory)
    owners = np.repeat(np.arange(len(data)), [len(own) for own in starts])
    rows = np.vstack([batch.pad(own) for own in starts])
    lower, upper = bounds(batch.p, defaults).T
    patience = Patience(
        iterations=defaults.fit_iterations,
        memory=defaults.fit_memory,
        gradient_tolerance=defaults.fit_gradient_tolerance,
        value_tolerance=defaults.fit_value_tolerance,
        longest_step=defaults.fit_longest_step,
    )
    thetas, values = minimize_in_box(
        lambda theta, among: batch.value_and_gradient(theta, owners[among]),
        np.clip(rows, lower, upper),
        np.ones(rows.shape),
        (lower, upper),
        patience,
    )
    best = [np.flatnonzero(owners == problem) for problem in range(len(data))]
    return [batch.unpad(thetas[own[np.argmin(values[own])]], problem) for problem, own in enumerate(best)]
