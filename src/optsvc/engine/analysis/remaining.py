"""What may still be gained by going on, as a model of one objective sees it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optsvc.domain.space import SearchSpace
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.readings import bounded, loss_limit, sign
from optsvc.engine.analysis.truth import Modelled, noise_stddev
from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.problem import Seed
from optsvc.engine.randomness import Stage, experiment_generator

Score = Callable[[HostArray], HostArray]
"""From legal points ``(m, p)`` to what is minimized, ``(m,)``."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """What may still be gained, in the objective's own units.

    Args:
        regret_bound: How much better than the best observed point some point may plausibly be.
        expected_gain: What a single further result is expected to improve the best by.
        noise_stddev: What a single result differs from the truth, as a standard deviation, near the best point.
    """

    regret_bound: float
    expected_gain: float
    noise_stddev: float


def remaining(fitted: FittedMetric, constraints: Sequence[FittedMetric], space: SearchSpace, seed: Seed) -> Remaining:
    """What may still be gained.

    The bound is the least upper confidence bound of the observed points, less the least lower one of all points
    [Makarova2022]_, with ``β = 2 log(p n² π² / (6 δ)) / 5`` and ``δ = 0.1``.

    Args:
        fitted: The model of the objective.
        constraints: The models of the constraints; points that are sure to miss one do not count.
        space: The search space.
        seed: The key of the experiment.

    .. [Makarova2022] A. Makarova et al. Automatic termination for hyperparameter optimization. AutoML, 2022.
    """
    sampler = SpaceSampler.of(space)
    transform = fitted.model.transform
    n, p = len(fitted.history.points), sampler.encoder.dimension
    beta = 2.0 * math.log(p * n * n * math.pi**2 / (6.0 * DEFAULTS.regret_failure)) / 5.0
    observed = fitted.history.points
    mean, variance = fitted.targets(observed)
    likely = _p_met(constraints, observed) >= 0.5
    if not likely.any():
        likely[:] = True
    upper = float((mean + np.sqrt(beta * variance))[likely].min())
    best = float(mean[likely].min())

    def lower(points: HostArray) -> HostArray:
        means, variances = fitted.targets(points)
        plausible = _p_met(constraints, points) >= DEFAULTS.regret_least_chance
        return np.where(plausible, means - np.sqrt(beta * variances), np.inf)

    def negative_gain(points: HostArray) -> HostArray:
        means, variances = fitted.targets(points)
        return -_gains(fitted, best, means, variances) * _p_met(constraints, points)

    rng = experiment_generator(seed, Stage.REMAINING)
    spread = sampler.evenly(DEFAULTS.regret_points, rng)
    leaders = sampler.repair(observed[np.argsort(mean, kind="stable")[: DEFAULTS.regret_leaders]])
    starts = np.vstack([spread, leaders])
    least = min(_lowest(lower, starts, sampler, rng), upper)
    ends = bounded(sign(fitted.metric) * transform.to_metric(np.array([upper, least, best])))
    return Remaining(
        regret_bound=float(ends[0] - ends[1]),
        expected_gain=max(0.0, -_lowest(negative_gain, starts, sampler, rng)),
        noise_stddev=noise_stddev(fitted, float(ends[2])),
    )


def _p_met(constraints: Sequence[FittedMetric], points: HostArray) -> HostArray:
    """The probability that points ``(m, p)`` reach all thresholds, shape ``(m,)``."""
    out = np.ones(len(points))
    for fitted in constraints:
        out *= Modelled(fitted, points).p_at_most(loss_limit(fitted.metric))
    return out


def _gains(fitted: FittedMetric, best: float, mean: HostArray, variance: HostArray) -> HostArray:
    """Expected improvement ``(m,)`` on a target `best`, in the metric's own units, by Gauss-Hermite quadrature."""
    transform = fitted.model.transform
    nodes, weights = np.polynomial.hermite_e.hermegauss(DEFAULTS.quadrature_points)
    targets = np.minimum(mean[:, None] + np.sqrt(variance)[:, None] * nodes, best)
    best_value, values = (bounded(transform.to_metric(some)) for some in (np.array([[best]]), targets))
    gains = sign(fitted.metric) * (best_value - values)
    expected: HostArray = gains @ (weights / weights.sum())
    return expected


def _lowest(score: Score, starts: HostArray, sampler: SpaceSampler, rng: np.random.Generator) -> float:
    """About the least score of all legal points: the best of the starts, moved at random by less and less."""
    values = score(starts)
    for step in DEFAULTS.regret_steps:
        order = np.argsort(values, kind="stable")[: DEFAULTS.regret_leaders]
        leaders, values = starts[order], values[order]
        moved = np.repeat(leaders, DEFAULTS.regret_moves, axis=0)
        moves = step * rng.standard_normal(moved.shape)
        moved = np.where(sampler.encoder.categorical | (moved < -1.0), moved, np.clip(moved + moves, 0.0, 1.0))
        moved = sampler.repair(moved)
        starts, values = np.vstack([leaders, moved]), np.concatenate([values, score(moved)])
    return float(values.min())
