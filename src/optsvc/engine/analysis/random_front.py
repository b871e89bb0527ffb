"""Where the Pareto front of a random search with as many evaluations would lie.

A front means something only beside what no effort would have found. The models' means stand for the truth; random
searches are drawn from random legal points, a probability of success decides which of them fail, and every result has
noise as the model has found it. Each search attains a part of the plane; where 5 %, half and 95 % of the searches get
to is a confidence region of their fronts [LopezIbanez2010]_.

.. [LopezIbanez2010] M. López-Ibáñez, L. Paquete and T. Stützle. Exploratory analysis of stochastic local search
   algorithms in biobjective optimization. Experimental Methods for the Analysis of Optimization Algorithms, 2010.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from optsvc.domain.metrics import Metric
from optsvc.domain.observation import Observation
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.readings import bounded, loss_limit, sign
from optsvc.engine.backend import NUMPY, HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.history import EncodedHistory
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.problem import EngineState, Problem, Seed
from optsvc.engine.randomness import Stage, experiment_generator
from optsvc.engine.success_model import fit_success


@dataclass(frozen=True, slots=True)
class RandomFront:
    """Where the fronts of random searches lie. The lists from `at` on are equally long.

    Args:
        metrics: The names of the two metrics.
        objective: Which way the second one is better, ``minimize`` or ``maximize``.
        evaluations: How many each search had: as many as were observed, up to a limit.
        searches: How many searches were drawn.
        at: Values of the first metric, ascending, in its own units.
        lucky: The value of the second metric that 5 % of the searches reach, or better, with a value of the first one
            at least as good as `at`; None where fewer get there at all.
        median: The same of half of the searches.
        unlucky: The same of 95 % of them.
    """

    metrics: tuple[str | None, str | None]
    objective: str
    evaluations: int
    searches: int
    at: tuple[float, ...]
    lucky: tuple[float | None, ...]
    median: tuple[float | None, ...]
    unlucky: tuple[float | None, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        return asdict(self)


def random_front(
    problem: Problem,
    history: Sequence[Observation],
    *,
    seed: Seed,
    metrics: tuple[Metric, Metric],
    state: EngineState | None = None,
) -> RandomFront | None:
    """Where the front of two metrics would lie after as many random evaluations.

    Results count that reach the thresholds of all metrics that have one, as in the best observations.

    Args:
        problem: The search space and the metrics.
        history: What has been observed, in any order.
        seed: The key of the experiment; its ordinal does not matter.
        metrics: Two of the problem's.
        state: What `suggest` has left from the same observations; it spares the fits.

    Returns:
        None if a metric of the problem has no model, or no search finds anything that counts.
    """
    fits = [FittedMetric.fit(problem, history, metric, seed=seed, state=state) for metric in problem.metrics]
    models = [fitted for fitted in fits if fitted is not None]
    if len(models) < len(fits):
        return None
    rng = experiment_generator(seed, Stage.RANDOM_FRONT)
    evaluations = min(len(history), DEFAULTS.random_front_evaluations)
    world = _World(problem, history, models, rng, state)
    places = [problem.metrics.index(metric) for metric in metrics]
    searches = [world.search(evaluations, rng)[:, places] for _ in range(DEFAULTS.random_front_searches)]
    found = [losses for losses in searches if len(losses)]
    if not found:
        return None
    signs = [sign(metric) for metric in metrics]
    at = _grid(found)
    reached = np.sort([_attained(losses, at) for losses in searches], axis=0)
    order = np.argsort(signs[0] * at)
    return RandomFront(
        metrics=(metrics[0].name, metrics[1].name),
        objective=metrics[1].objective.value,
        evaluations=evaluations,
        searches=len(searches),
        at=tuple((signs[0] * at)[order].tolist()),
        **{
            name: _told(signs[1] * _quantile(reached, share)[order])
            for name, share in (("lucky", 0.05), ("median", 0.5), ("unlucky", 0.95))
        },
    )


class _World:
    """Random points with the models' means as the truth."""

    def __init__(
        self,
        problem: Problem,
        history: Sequence[Observation],
        models: Sequence[FittedMetric],
        rng: np.random.Generator,
        state: EngineState | None,
    ) -> None:
        encoder = models[0].encoder
        self._models = models
        self._limits = np.array([loss_limit(metric) for metric in problem.metrics])
        points = SpaceSampler(encoder).randomly(DEFAULTS.random_front_points, rng)
        blocks = np.array_split(points, DEFAULTS.random_front_blocks)
        self._targets = [np.concatenate([fitted.targets(block)[0] for block in blocks]) for fitted in models]
        self._p_success = _p_success(problem, history, encoder, points, state)

    def search(self, evaluations: int, rng: np.random.Generator) -> HostArray:
        """The losses ``(k, m)`` of those of so many random evaluations that count."""
        drawn = rng.integers(len(self._p_success), size=evaluations)
        succeeded = drawn[rng.random(evaluations) < self._p_success[drawn]]
        columns = [
            _results(fitted, targets[succeeded], rng)
            for fitted, targets in zip(self._models, self._targets, strict=True)
        ]
        losses = np.column_stack(columns)
        counts: HostArray = losses[(losses <= self._limits).all(axis=1)]
        return counts


def _results(fitted: FittedMetric, targets: HostArray, rng: np.random.Generator) -> HostArray:
    """Losses ``(k,)`` as they would be reported where the truth is in these targets."""
    model = fitted.model
    noisy = targets + np.sqrt(model.posterior.noise_variance) * rng.standard_normal(len(targets))
    values = model.transform.to_metric(noisy)
    reported = fitted.history.stddevs[np.isfinite(fitted.history.stddevs)]
    if len(reported):
        values = values + float(np.median(reported)) * rng.standard_normal(len(values))
    return bounded(sign(fitted.metric) * values)


def _p_success(
    problem: Problem,
    history: Sequence[Observation],
    encoder: Encoder,
    points: HostArray,
    state: EngineState | None,
) -> HostArray:
    encoded = EncodedHistory.of(problem, history, encoder)
    found = fit_success(encoded, len(history), encoder, state=state, defaults=DEFAULTS, backend=NUMPY)
    if found is None:
        return np.ones(len(points))
    p_success: HostArray = np.exp(found[0].log_probability(encoder.features(points)))
    return p_success


def _grid(searches: Sequence[HostArray]) -> HostArray:
    """Losses of the first metric between the ends of the searches' fronts, ascending."""
    low = min(float(losses[:, 0].min()) for losses in searches)
    ends = [losses[np.argmin(losses[:, 1]), 0] for losses in searches]
    return np.linspace(low, float(np.max(ends)), DEFAULTS.random_front_grid)


def _attained(losses: HostArray, at: HostArray) -> HostArray:
    """The best loss of the second metric with one of the first of at most `at` ``(g,)``; infinite without any."""
    order = np.argsort(losses[:, 0], kind="stable")
    best = np.concatenate([[np.inf], np.minimum.accumulate(losses[order, 1])])
    reached: HostArray = best[np.searchsorted(losses[order, 0], at, side="right")]
    return reached


def _quantile(ascending: HostArray, share: float) -> HostArray:
    """What this share of the searches ``(b, g)`` reaches, shape ``(g,)``; infinite where fewer get there."""
    reached: HostArray = ascending[int(np.ceil(share * len(ascending))) - 1]
    return reached


def _told(values: HostArray) -> tuple[float | None, ...]:
    return tuple(value if np.isfinite(value) else None for value in values.tolist())
