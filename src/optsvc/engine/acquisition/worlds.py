"""What the past leaves uncertain, drawn: equally likely worlds.

The true values at noisy observations and at points still being evaluated are unknown; they are drawn jointly from the
posterior of each metric, and an acquisition function is computed exactly in each world [Letham2019]_. So a pending
point is integrated out [Snoek2012]_: near it little is left to learn, and nothing was made up about its result. Failed
points are treated in the same way, since evaluating there again would bring nothing.

.. [Letham2019] B. Letham et al. Constrained Bayesian optimization with noisy experiments. Bayesian Analysis, 2019.
   arXiv:1706.07094.
.. [Snoek2012] J. Snoek, H. Larochelle and R. Adams. Practical Bayesian optimization of machine learning algorithms.
   NeurIPS, 2012. arXiv:1206.2944.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import log_ndtr, ndtri

from optsvc.engine.backend import Array, BoolArray, HostArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.points.sobol import sobol_points
from optsvc.engine.surrogates.gp import Posterior

_ROUNDING = 1e-9
"""Of a target: a value that equals its bar keeps to it."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One metric, as far as the past is concerned; less is better.

    Args:
        posterior: Given the observations; all aspects have the same rows.
        noisy: Whether observed values differ from the true ones by more than nothing.
        bar: What the value must not exceed; infinite if it is optimized.
    """

    posterior: Posterior
    noisy: bool
    bar: float = np.inf


@dataclass(frozen=True, slots=True)
class Worlds:
    """The same points in ``s`` worlds, with the values that ``m`` metrics have there.

    In world ``s`` the prediction of a metric at ``x`` is normal with mean ``c + k(x)ᵀ weights_s``; all worlds share the
    variance, that of its posterior.

    Args:
        posteriors: Of each metric, given the true values at the points that were drawn as well; their own weights are
            not used.
        weights: Of each metric, one column for each world, shape ``(rows, s)``.
        values: Targets at the points that may be the best so far, shape ``(m, k, s)``.
        feasible: Where these points meet all constraints, shape ``(k, s)``.
        pending: How many of these points, the last ones, are still being evaluated.
    """

    posteriors: tuple[Posterior, ...]
    weights: tuple[Array, ...]
    values: HostArray
    feasible: BoolArray
    pending: int = 0


def imagine(
    aspects: Sequence[Aspect],
    pending: HostArray,
    failed: HostArray,
    *,
    rng: np.random.Generator,
    defaults: EngineDefaults,
) -> Worlds:
    """Draws worlds; a single one where nothing is uncertain.

    Args:
        aspects: Of all metrics.
        pending: Features of pending points, shape ``(r, d)``.
        failed: Features of failed points, shape ``(r', d)``.
        rng: Source of the samples.
        defaults: Sizes and tolerances.
    """
    backend = aspects[0].posterior.backend
    features = backend.to_host(aspects[0].posterior.features)
    known = _Guess.at(features, aspects)
    doubtful = known.doubtful(aspects, defaults)
    candidates = np.vstack([failed, features[doubtful]])
    reference = np.vstack([_most_promising(candidates, known, aspects, defaults), pending])
    extended = [_extend(a.posterior, backend.to_device(reference), defaults) for a in aspects] if len(reference) else []
    posteriors = tuple(posterior for posterior in extended if posterior is not None)
    if len(posteriors) < len(aspects):
        posteriors, values = tuple(aspect.posterior for aspect in aspects), known.mean[:, :, None]
        return Worlds(posteriors, tuple(p.weights[:, None] for p in posteriors), values, _feasible(values, aspects))
    n, r = len(features), len(reference)
    samples = defaults.fantasy_samples if n <= defaults.large_rows else defaults.fantasy_samples_large
    normals = ndtri(sobol_points(samples, r * len(aspects), rng)).T.reshape(len(aspects), r, samples)
    drawn = [_drawn(a.posterior, p, normal) for a, p, normal in zip(aspects, posteriors, normals, strict=True)]
    certain = np.repeat(known.mean[:, ~doubtful, None], samples, axis=2)
    values = np.concatenate([certain, np.stack([values for values, _ in drawn])], axis=1)
    weights = tuple(weights for _, weights in drawn)
    return Worlds(posteriors, weights, values, _feasible(values, aspects), len(pending))


@dataclass(frozen=True, slots=True)
class _Guess:
    """Means and variances of all metrics at some points, each ``(m, k)``."""

    mean: HostArray
    variance: HostArray

    @classmethod
    def at(cls, features: HostArray, aspects: Sequence[Aspect]) -> "_Guess":
        moments = []
        for aspect in aspects:
            backend = aspect.posterior.backend
            moments.append([backend.to_host(a) for a in aspect.posterior.predict(backend.to_device(features))])
        mean, variance = np.swapaxes(np.array(moments), 0, 1)
        return cls(mean, variance)

    def doubtful(self, aspects: Sequence[Aspect], defaults: EngineDefaults) -> BoolArray:
        """Which points ``(k,)``, all observed, have a true value that is not known well."""
        least = [defaults.reference_min_stddev * np.sqrt(aspect.posterior.signal_variance) for aspect in aspects]
        noisy = np.array([aspect.noisy for aspect in aspects])
        return np.asarray((noisy[:, None] & (np.sqrt(self.variance) > np.array(least)[:, None])).any(axis=0))


def _feasible(values: HostArray, aspects: Sequence[Aspect]) -> BoolArray:
    """Which values ``(m, k, s)`` keep to the bars, shape ``(k, s)``."""
    bars = np.array([aspect.bar for aspect in aspects])
    return np.asarray((values <= bars[:, None, None] + _ROUNDING).all(axis=0))


def _most_promising(
    features: HostArray, known: _Guess, aspects: Sequence[Aspect], defaults: EngineDefaults
) -> HostArray:
    """The rows that are likeliest to be better than what is known; the others cannot be the best so far."""
    if len(features) <= defaults.reference_points:
        return features
    guess = _Guess.at(features, aspects)
    stddev = np.sqrt(guess.variance)
    goals = [j for j, aspect in enumerate(aspects) if np.isinf(aspect.bar)]
    if len(aspects) == 1:
        promise = (known.mean.min() - guess.mean[0]) / stddev[0]
    else:
        promise = np.zeros(len(features))
        for j, aspect in enumerate(aspects):
            promise += log_ndtr((aspect.bar - guess.mean[j]) / stddev[j])
        hopes = (guess.mean - stddev)[goals]
        beaten = np.array([(known.mean[goals] <= hopes[:, i, None]).all(axis=0).sum() for i in range(len(features))])
        promise -= np.log1p(beaten)
    order = np.argsort(-promise, kind="stable")
    return features[np.sort(order[: defaults.reference_points])]


def _extend(posterior: Posterior, reference: Array, defaults: EngineDefaults) -> Posterior | None:
    """The process with rows for the true values at the reference points; None if their covariance cannot be factored.

    The Cholesky factor of ``[[C, K_R], [K_Rᵀ, K_RR]]`` is ``[[L, 0], [K_RᵀL⁻ᵀ, L_R]]``, ``L_R`` the factor of the
    posterior covariance at the reference points. Its weights are left for `_drawn` to make.
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


def _drawn(posterior: Posterior, extended: Posterior, normals: HostArray) -> tuple[HostArray, Array]:
    """Values ``(r, s)`` at the last rows of `extended`, and the weights ``(n + r, s)`` of the worlds where they hold.

    ``L⁻¹`` times the residuals of a world is ``[L_n⁻¹(t - c), ξ]`` with standard normal ``ξ`` ``(r, s)``: the values
    come out of the factor, and their weights take one solve.
    """
    backend, xp = posterior.backend, posterior.backend.xp
    n, samples = len(posterior.features), normals.shape[1]
    whitened = xp.concatenate([xp.repeat(posterior.whitened[:, None], samples, axis=1), backend.to_device(normals)])
    values = posterior.mean + extended.factor[n:] @ whitened
    return backend.to_host(values), backend.solve_upper(extended.factor, whitened)
