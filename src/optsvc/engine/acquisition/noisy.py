"""What the past leaves uncertain, and the expected improvement over it.

The true values at noisy observations and at points still being evaluated are unknown; they are drawn jointly from the
posterior, and the improvement is computed exactly in each draw [Letham2019]_. So a pending point is integrated out
[Snoek2012]_: near it little is left to learn, and nothing was made up about its result. Failed points are treated in
the same way, since evaluating there again would bring nothing.

.. [Letham2019] B. Letham et al. Constrained Bayesian optimization with noisy experiments. Bayesian Analysis, 2019.
   arXiv:1706.07094.
.. [Snoek2012] J. Snoek, H. Larochelle and R. Adams. Practical Bayesian optimization of machine learning algorithms.
   NeurIPS, 2012. arXiv:1206.2944.
"""

from dataclasses import replace

import numpy as np
from scipy.special import ndtri

from optsvc.engine.acquisition.expected_improvement import LogExpectedImprovement
from optsvc.engine.backend import Array, HostArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.points.sobol import sobol_points
from optsvc.engine.surrogates.gp import Posterior


def expected_improvement(
    posterior: Posterior,
    pending: HostArray,
    failed: HostArray,
    *,
    noisy: bool,
    rng: np.random.Generator,
    defaults: EngineDefaults,
) -> LogExpectedImprovement:
    """The acquisition function given what is pending and what failed.

    Args:
        posterior: Given the observations, ``n`` rows.
        pending: Features of pending points, shape ``(r, d)``.
        failed: Features of failed points, shape ``(r', d)``.
        noisy: Whether observed values differ from the true ones by more than nothing.
        rng: Source of the samples.
        defaults: Sizes and tolerances.
    """
    backend = posterior.backend
    mean, variance = (backend.to_host(a) for a in posterior.predict(posterior.features))
    doubtful = np.full(len(mean), noisy)
    doubtful &= np.sqrt(variance) > defaults.reference_min_stddev * np.sqrt(posterior.signal_variance)
    best = float(mean.min())
    candidates = np.vstack([failed, backend.to_host(posterior.features)[doubtful]])
    reference = np.vstack([_most_promising(posterior, candidates, best, defaults), pending])
    extended = _extend(posterior, backend.to_device(reference), defaults) if len(reference) else None
    if extended is None:
        return LogExpectedImprovement(posterior, posterior.weights[:, None], backend.xp.full(1, best))
    certain = float(mean[~doubtful].min(initial=np.inf))
    return _sampled(posterior, extended, len(reference), certain, rng, defaults)


def _most_promising(posterior: Posterior, features: HostArray, best: float, defaults: EngineDefaults) -> HostArray:
    """The rows that are likeliest to hold a value better than `best`; the others cannot be the incumbent."""
    if len(features) <= defaults.reference_points:
        return features
    mean, variance = (posterior.backend.to_host(a) for a in posterior.predict(posterior.backend.to_device(features)))
    order = np.argsort((mean - best) / np.sqrt(variance), kind="stable")
    return features[np.sort(order[: defaults.reference_points])]


def _extend(posterior: Posterior, reference: Array, defaults: EngineDefaults) -> Posterior | None:
    """The process with rows for the true values at the reference points; None if their covariance cannot be factored.

    The Cholesky factor of ``[[C, K_R], [K_Rᵀ, K_RR]]`` is ``[[L, 0], [K_RᵀL⁻ᵀ, L_R]]``, ``L_R`` the factor of the
    posterior covariance at the reference points. Its weights are left for `_sampled` to make.
    """
    backend, xp = posterior.backend, posterior.backend.xp
    n, r = len(posterior.features), len(reference)
    T = backend.solve_lower(posterior.factor, posterior.kernel.value(posterior.features, reference))
    covariance = posterior.kernel.value(reference, reference) - T.T @ T
    diagonal = xp.arange(r)
    for jitter in (defaults.reference_jitter, *(j for j in defaults.jitter_ladder if j > defaults.reference_jitter)):
        raised = covariance.copy()
        raised[diagonal, diagonal] += jitter * posterior.signal_variance
        factor = backend.cholesky(raised)
        if factor is not None:
            break
    else:
        return None
    joint = xp.zeros((n + r, n + r))
    joint[:n, :n], joint[n:, :n], joint[n:, n:] = posterior.factor, T.T, factor
    return replace(posterior, features=xp.concatenate([posterior.features, reference]), factor=joint)


def _sampled(
    posterior: Posterior,
    extended: Posterior,
    r: int,
    certain: float,
    rng: np.random.Generator,
    defaults: EngineDefaults,
) -> LogExpectedImprovement:
    """Improvement averaged over joint samples of the values at the last `r` rows of `extended`.

    In each, the value to improve on is the least of them or of `certain`, the least value known without doubt.

    ``L⁻¹`` times the residuals of a sample is ``[L_n⁻¹(t - c), ξ]`` with standard normal ``ξ``: the samples come out of
    the factor, and their weights take one solve.
    """
    backend, xp = posterior.backend, posterior.backend.xp
    n = len(posterior.features)
    samples = defaults.fantasy_samples if n <= defaults.large_rows else defaults.fantasy_samples_large
    normals = backend.to_device(ndtri(sobol_points(samples, r, rng)).T)
    whitened = xp.concatenate([xp.repeat(posterior.whitened[:, None], samples, axis=1), normals])
    values = posterior.mean + extended.factor[n:] @ whitened
    incumbents = xp.minimum(values.min(axis=0), certain)
    return LogExpectedImprovement(extended, backend.solve_upper(extended.factor, whitened), incumbents)
