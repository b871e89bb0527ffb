"""The models of one experiment: for each metric a process fitted to its values."""

import math
from dataclasses import dataclass

import numpy as np

from optsvc.domain.metrics import Metric, Strategy
from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.problem import EngineState
from optsvc.engine.surrogates.calibration import variance_scale
from optsvc.engine.surrogates.gp import Posterior
from optsvc.engine.surrogates.outputs import OutputTransform
from optsvc.engine.unmet import Unmet


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted process of one metric, and what is needed to read it.

    Args:
        metric: What it is a model of.
        posterior: Given the data.
        transform: Between its targets, of which less is better, and the metric.
        theta: Its hyperparameters, shape ``(p + 3,)``.
        noisy: Whether observed values differ from the true ones.
        squared_errors: Of each row predicted from all the others, in units of the variance that was expected, shape
            ``(n,)``: near 1 on average if the model is as sure as it may be, larger if it is too sure.
        means: Of the noise-free target at each row, shape ``(n,)``.
    """

    metric: Metric
    posterior: Posterior
    transform: OutputTransform
    theta: HostArray
    noisy: bool
    squared_errors: HostArray
    means: HostArray

    @property
    def length_scales(self) -> HostArray:
        """In unit coordinates, per axis, shape ``(p,)``."""
        scales: HostArray = np.exp(self.theta[:-3])
        return scales

    @property
    def bar(self) -> float:
        """The target that a constraint must not exceed; infinite of an objective."""
        if self.metric.strategy is not Strategy.CONSTRAINT or self.metric.threshold is None:
            return math.inf
        return self.transform.target_of(self.metric.threshold)

    @property
    def good_enough(self) -> float:
        """The target of an objective from which on it is good enough to count; NaN if any is."""
        return math.nan if self.metric.threshold is None else self.transform.target_of(self.metric.threshold)

    @property
    def variance_scale(self) -> float:
        """What a predicted variance is multiplied by; the rows that matter judge: the best, or those near the bar."""
        matter = np.abs(self.means - self.bar) if math.isfinite(self.bar) else self.means
        judges = np.argsort(matter, kind="stable")[: DEFAULTS.calibration_rows]
        return variance_scale(self.squared_errors[judges])

    def mean_at(self, features: HostArray) -> HostArray:
        """The expected targets ``(m,)`` at features ``(m, d)``."""
        posterior, backend = self.posterior, self.posterior.backend
        covariances = posterior.kernel.value(backend.to_device(features), posterior.features)
        return backend.to_host(posterior.mean + covariances @ posterior.weights)

    def expect(self, features: HostArray) -> tuple[float, float]:
        """Mean and variance of the noise-free target at features ``(d,)``, as sure as the model has proved to be."""
        moments = self.posterior.predict(self.posterior.backend.to_device(features[None, :]))
        mean, variance = (float(a[0]) for a in moments)
        return mean, self.variance_scale * variance

    def predict(self, features: HostArray) -> tuple[float, float]:
        """Mean and standard deviation of the noise-free metric at features ``(d,)``, in its own units."""
        return self.transform.moments(*self.expect(features), DEFAULTS.quadrature_points)


@dataclass(frozen=True, slots=True)
class Models:
    """The models of all metrics whose values differ, at least one, on the same rows.

    Args:
        objectives: Of metrics that are optimized.
        constraints: Of metrics that must reach their thresholds.
        points: Unit coordinates of the rows, shape ``(n, p)``.
        state: The warm start for the next fit.
        unmet: Constraints without a model that no row meets.
    """

    objectives: tuple[Model, ...]
    constraints: tuple[Model, ...]
    points: HostArray
    state: EngineState
    unmet: tuple[Unmet, ...]

    @property
    def all(self) -> tuple[Model, ...]:
        """The objectives', then the constraints'."""
        return self.objectives + self.constraints

    @property
    def steps(self) -> HostArray:
        """How far a step along each axis is, in unit coordinates, shape ``(p,)``."""
        steps: HostArray = np.minimum(np.min([model.length_scales for model in self.all], axis=0), 1.0)
        return steps

    def missed(self) -> HostArray:
        """By how much each row seems to miss constraints, in targets, summed, shape ``(n,)``; of `unmet` ones, by 1."""
        missed = np.full(len(self.points), float(len(self.unmet)))
        for model in self.constraints:
            missed += np.maximum(model.means - model.bar, 0.0)
        return missed

    def p_feasible(self, features: HostArray) -> float:
        """The probability that all constraints are met at features ``(d,)``; metrics are independent.

        Of what was missed ``n`` times and never met, it is ``1/(n + 2)`` anywhere, by the rule of succession.
        """
        probability = (1.0 / (len(self.points) + 2.0)) ** len(self.unmet)
        for model in self.constraints:
            mean, variance = model.expect(features)
            probability *= 0.5 * math.erfc((mean - model.bar) / math.sqrt(2.0 * variance))
        return probability
