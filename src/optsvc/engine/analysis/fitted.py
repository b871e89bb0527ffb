"""A fitted model of one metric, to read what it has learnt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from optsvc.domain.metrics import Metric
from optsvc.domain.observation import Observation
from optsvc.engine.backend import NUMPY, BoolArray, HostArray
from optsvc.engine.defaults import DEFAULTS, EngineDefaults
from optsvc.engine.encoding import Encoder
from optsvc.engine.fitting import fit_models
from optsvc.engine.history import EncodedHistory
from optsvc.engine.model import Model
from optsvc.engine.problem import EngineState, Problem, Seed
from optsvc.engine.ranking import losses_of
from optsvc.engine.steps import complete


@dataclass(frozen=True, slots=True)
class FittedMetric:
    """The model of one metric and what it was fitted to.

    Args:
        metric: The metric.
        encoder: Of the space.
        history: What was observed of this metric: one column of values.
        model: The fitted process.
        points: Unit coordinates of its rows, shape ``(n, p)``.
        problem: The search space and the metrics.
        whole: What was observed of all metrics of the problem.
    """

    metric: Metric
    encoder: Encoder
    history: EncodedHistory
    model: Model
    points: HostArray
    problem: Problem
    whole: EncodedHistory

    @classmethod
    def fit(
        cls,
        problem: Problem,
        history: Sequence[Observation],
        metric: Metric,
        *,
        seed: Seed,
        state: EngineState | None = None,
        defaults: EngineDefaults = DEFAULTS,
    ) -> Self | None:
        """The model of `metric`, one of the problem or any other that was observed.

        Args:
            problem: The search space and the metrics.
            history: What has been observed, in any order.
            metric: What is modelled.
            seed: The key of the experiment; its ordinal does not matter.
            state: What `suggest` has left from the same observations; it spares the fit of the problem's metrics.
            defaults: The engine's settings.

        Returns:
            None if nothing can be told: there are too few values or all are equal, no parameter has a choice, or the
            covariance cannot be factored.
        """
        encoder = Encoder(problem.space, DEFAULTS.relaxed_levels)
        alone = replace(problem, metrics=(metric,))
        encoded, whole = (EncodedHistory.of(some, history, encoder) for some in (alone, problem))
        if len(encoded.values) < DEFAULTS.min_successes or not encoder.dimension:
            return None
        # As the engine models it beside the others, but for one that is only stored, or that others lack values of.
        beside = metric in problem.metrics and len(whole.values) == len(encoded.values)
        steps = fit_models(
            problem if beside else alone,
            whole if beside else encoded,
            len(history),
            encoder,
            state=state if beside else None,
            seed=Seed(key=seed.key, ordinal=0),
            defaults=defaults,
            backend=NUMPY,
            only=metric,
        )
        models = complete(steps)
        if models is None:
            return None
        return cls(metric, encoder, encoded, models.all[0], models.points, problem, whole)

    @property
    def ranking(self) -> HostArray:
        """The points that have a value of every metric of the problem, best first, shape ``(k, p)``.

        Those of this metric if no point has all. With several metrics and many points it takes seconds.
        """
        alone = replace(self.problem, metrics=(self.metric,))
        problem, history = (self.problem, self.whole) if len(self.whole.values) else (alone, self.history)
        ranked: HostArray = history.points[np.argsort(losses_of(problem, history.values), kind="stable")]
        return ranked

    def targets(self, points: HostArray) -> tuple[HostArray, HostArray]:
        """Mean and variance ``(m,)`` of the noise-free targets at legal points ``(m, p)``, as the process has them."""
        posterior = self.model.posterior
        mean, variance = posterior.predict(posterior.backend.to_device(self.encoder.features(points)))
        return posterior.backend.to_host(mean), posterior.backend.to_host(variance)

    def predict(self, points: HostArray) -> tuple[HostArray, HostArray]:
        """Mean and standard deviation ``(m,)`` of the noise-free metric, in its own units, at legal points ``(m, p)``.

        As sure as the process has proved to be, as with every proposal: `Model.variance_scale`.
        """
        mean, variance = self.targets(points)
        scaled = self.model.variance_scale * variance
        return self.model.transform.moments_each(mean, scaled, DEFAULTS.quadrature_points)

    def band(self, points: HostArray) -> tuple[HostArray, HostArray]:
        """The ends ``(m,)`` of the interval that holds the noise-free metric with 95 %, in its own units."""
        mean, variance = self.targets(points)
        reach = DEFAULTS.band * np.sqrt(self.model.variance_scale * variance)
        ends = [self.model.transform.to_metric(target) for target in (mean - reach, mean + reach)]
        return np.minimum(*ends), np.maximum(*ends)

    def extrapolates(self, points: HostArray) -> BoolArray:
        """Where ``(m,)`` the data say next to nothing: the prediction is nearly as uncertain as without them."""
        limit = DEFAULTS.extrapolation**2 * self.model.posterior.signal_variance
        out: BoolArray = self.targets(points)[1] > limit
        return out
