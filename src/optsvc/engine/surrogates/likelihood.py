"""Which hyperparameters of the Gaussian process the data make likely; notation as in `gp`, and ``h = n(n-1)/2`` pairs.

Distances in each parameter do not depend on the hyperparameters: they are computed once, and the kernel's values once
for each pair. Where a symmetric matrix is held as its values at the pairs ``i < j``, shape ``(h,)``, half the sum over
all ``i, j`` is the sum of these and half the trace.
"""

from collections.abc import Sequence

import numpy as np

from optsvc.engine.backend import Array, Backend, HostArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.surrogates.gp import TrainingData, constant_mean
from optsvc.engine.surrogates.kernels import BLOCK, matern52, matern52_of_root
from optsvc.engine.surrogates.multistart import best_of_starts
from optsvc.engine.surrogates.priors import Prior

REJECTED = 1e25
"""Objective value where the covariance is not positive definite: the line search backs off."""


class NegativeLogPosterior:
    """What the fit minimizes: ``-log p(t|θ) - log p(θ)``, with the constant mean at its best value for ``θ``.

    With ``V = aaᵀ - C⁻¹`` the slope along ``log l_g`` is ``½ Σ_ij V_ij (P + P_g)_ij D_g,ij``, ``P`` and ``P_g`` those
    of the kernel's joint part and of what the parameter does alone (`kernels.matern52`), ``D_g`` the scaled squared
    distance in that parameter, which is zero on the diagonal [RasmussenWilliams2006]_.

    It holds about ``3 p h`` numbers: 11 MB for 300 observations, which a fit takes at most, of ten parameters.

    Args:
        data: What is fitted.
        prior: Of the hyperparameters.
        jitter: Added to the diagonal, in units of ``s² + a²``.
        backend: What computes.

    .. [RasmussenWilliams2006] C. Rasmussen and C. Williams. Gaussian Processes for Machine Learning. MIT Press, 2006.
    """

    def __init__(self, data: TrainingData, prior: Prior, jitter: float, backend: Backend) -> None:
        xp = backend.xp
        self._prior, self._jitter, self._backend = prior, jitter, backend
        self._targets, self._variances = backend.to_device(data.targets), backend.to_device(data.variances)
        self._rows, self._columns = xp.triu_indices(len(data.targets), 1)
        features, p = backend.to_device(data.features).T, prior.dimension
        ends = np.searchsorted(data.groups, np.arange(p + 1))
        self._squares = xp.empty((p, len(self._rows)))
        for g in range(p):
            of_one = features[int(ends[g]) : int(ends[g + 1])]
            self._squares[g] = ((of_one[:, self._rows] - of_one[:, self._columns]) ** 2).sum(axis=0)
        self._roots = xp.sqrt(5.0 * self._squares)

    def __call__(self, theta: HostArray) -> tuple[float, HostArray]:
        """The value at ``(log l_1, …, log l_p, log s², log τ², log a²)``, shape ``(p + 3,)``, and the gradient there.

        A huge value and no slope where ``C`` is not positive definite. Here ``w``, as the length scales, is ``(p,)``.
        """
        backend, xp, n, p = self._backend, self._backend.xp, len(self._targets), self._prior.dimension
        joint, noise, additive = (float(x) for x in np.exp(theta[p:]))
        variance = joint + additive
        w = backend.to_device(np.exp(-2.0 * theta[:p]))
        K, P = matern52(w @ self._squares, joint, backend)
        K_alone, slopes = self._alone(w, additive / p)
        C = self._symmetric(K + K_alone, variance * (1.0 + self._jitter) + noise + self._variances)
        L = backend.cholesky(C)
        if L is None:
            return REJECTED, np.zeros_like(theta)
        inverse = backend.inverse_from_factor(L)
        residual = self._targets - constant_mean(self._targets, inverse.sum(axis=1), backend)
        alpha = inverse @ residual
        diagonal = xp.arange(n)
        log_likelihood = -0.5 * residual @ alpha - xp.log(L[diagonal, diagonal]).sum() - 0.5 * n * np.log(2.0 * np.pi)
        V = alpha[self._rows] * alpha[self._columns] - inverse[self._rows, self._columns]
        trace = 0.5 * float(alpha @ alpha - inverse[diagonal, diagonal].sum())
        gradient = np.empty_like(theta)
        gradient[:p] = backend.to_host(w * (self._squares @ (V * P)) + slopes @ V)
        gradient[p] = float(V @ K) + joint * (1.0 + self._jitter) * trace
        gradient[p + 1] = noise * trace
        gradient[p + 2] = float(V @ K_alone) + additive * (1.0 + self._jitter) * trace
        log_prior, prior_gradient = self._prior.log_density(theta)
        return -(float(log_likelihood) + log_prior), -(gradient + prior_gradient)

    def _alone(self, w: Array, share: float) -> tuple[Array, Array]:
        """What the parameters do alone: their covariances' sum ``(h,)``, and ``P_g ∘ D_g`` of each, ``(p, h)``."""
        xp = self._backend.xp
        covariances, slopes = xp.zeros(self._squares.shape[1]), xp.empty_like(self._squares)
        scales = xp.sqrt(w)[:, None]
        size = max(1, BLOCK // max(self._squares.shape[1], 1))
        for first in range(0, len(slopes), size):
            some = slice(first, first + size)
            K, P = matern52_of_root(self._roots[some] * scales[some], share, self._backend)
            covariances += K.sum(axis=0)
            slopes[some] = P * self._squares[some] * w[some, None]
        return covariances, slopes

    def _symmetric(self, pairs: Array, diagonal: Array) -> Array:
        """The matrix ``(n, n)`` of the values ``(h,)`` of its pairs."""
        xp, n = self._backend.xp, len(diagonal)
        out = xp.empty((n, n))
        out[self._rows, self._columns] = out[self._columns, self._rows] = pairs
        out[xp.arange(n), xp.arange(n)] = diagonal
        return out


def fit(
    data: TrainingData, prior: Prior, starts: Sequence[HostArray], defaults: EngineDefaults, backend: Backend
) -> HostArray:
    """The most probable hyperparameters, by L-BFGS-B from each start.

    Args:
        data: What is fitted.
        prior: Of the hyperparameters.
        starts: Hyperparameters to start from, each ``(p + 3,)``, at least one.
        defaults: Iterations and tolerances.
        backend: What computes.

    Returns:
        Shape ``(p + 3,)``; the first of several equals.
    """
    objective = NegativeLogPosterior(data, prior, defaults.base_jitter, backend)
    return best_of_starts(
        objective,
        starts,
        prior.bounds,
        iterations=defaults.fit_iterations,
        memory=defaults.fit_memory,
        value_tolerance=defaults.fit_value_tolerance,
        gradient_tolerance=defaults.fit_gradient_tolerance,
    )
