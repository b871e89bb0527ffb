"""What is believed of the true values of one metric at given points.

Where results carry no noise the reported values are the truth. Else it is the posterior of the model, its variances
as wide as its errors have shown them to be.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from optsvc.domain.metrics import Metric
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.readings import bounded, sign
from optsvc.engine.backend import HostArray, IntArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.points.sobol import sobol_points

Z95 = 1.959963984540054
"""95 % of a normal distribution lie within so many standard deviations."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is believed of a value, in the metric's own units.

    Args:
        metric: The metric's name.
        value: The expected value.
        low: Lower end of the interval that holds the true value with a probability of 95 %.
        high: Its upper end.
    """

    metric: str | None
    value: float
    low: float
    high: float


class Truth(ABC):
    """Belief about the noise-free values of one metric at ``q`` points, as losses: signed so that less is better."""

    metric: Metric

    @property
    @abstractmethod
    def expected(self) -> HostArray:
        """By what to rank the points, shape ``(q,)``, less is better; a monotone function of the expected losses."""

    @abstractmethod
    def samples(self, rows: IntArray, count: int, rng: np.random.Generator) -> HostArray:
        """Joint samples of the losses at some of the points, shape ``(count, len(rows))``."""

    @abstractmethod
    def p_at_most(self, loss: float) -> HostArray:
        """The probability that the loss at each point is at most this, shape ``(q,)``."""

    @abstractmethod
    def p_less(self, one: int, other: int) -> float:
        """The probability that the loss at `one` point is truly less than at the `other`."""

    @abstractmethod
    def estimate(self, row: int) -> Estimate:
        """Of the value at one point."""


class Reported(Truth):
    """Results without noise: their values are true.

    Args:
        metric: Whose values.
        losses: At the points, shape ``(q,)``.
    """

    def __init__(self, metric: Metric, losses: HostArray) -> None:
        self.metric = metric
        self._losses = losses

    @property
    def expected(self) -> HostArray:
        """As `Truth.expected`."""
        return self._losses

    def samples(self, rows: IntArray, count: int, rng: np.random.Generator) -> HostArray:  # noqa: ARG002
        """As `Truth.samples`: all the same."""
        return np.tile(self._losses[rows], (count, 1))

    def p_at_most(self, loss: float) -> HostArray:
        """As `Truth.p_at_most`: 0 or 1."""
        return (self._losses <= loss).astype(np.float64)

    def p_less(self, one: int, other: int) -> float:
        """As `Truth.p_less`: 0 or 1."""
        return float(self._losses[one] < self._losses[other])

    def estimate(self, row: int) -> Estimate:
        """As `Truth.estimate`: an interval without width."""
        value = float(sign(self.metric) * self._losses[row])
        return Estimate(self.metric.name, value, value, value)


class Modelled(Truth):
    """The posterior of a model.

    Args:
        fitted: The model of the metric.
        points: Legal or reported points, unit coordinates ``(q, p)``.
    """

    def __init__(self, fitted: FittedMetric, points: HostArray) -> None:
        self.metric = fitted.metric
        self._fitted = fitted
        self._points = points
        self._mean, variance = fitted.targets(points)
        self._scale = fitted.model.variance_scale
        self._stddev = np.sqrt(self._scale * variance)

    @property
    def expected(self) -> HostArray:
        """As `Truth.expected`: posterior means of the targets."""
        return self._mean

    @property
    def stddevs(self) -> HostArray:
        """Posterior standard deviations of the targets, shape ``(q,)``."""
        return self._stddev

    @property
    def median(self) -> HostArray:
        """Losses in the middle of the belief, shape ``(q,)``."""
        return self._losses(self._mean)

    def samples(self, rows: IntArray, count: int, rng: np.random.Generator) -> HostArray:
        """As `Truth.samples`."""
        normals = ndtri(sobol_points(count, len(rows), rng))
        root = _root(self.covariance(rows))
        return self._losses(self._mean[rows] + normals @ root.T)

    def covariance(self, rows: IntArray) -> HostArray:
        """Posterior covariance ``(r, r)`` of the targets at some of the points."""
        posterior = self._fitted.model.posterior
        backend = posterior.backend
        features = backend.to_device(self._fitted.encoder.features(self._points[rows]))
        across = backend.solve_lower(posterior.factor, posterior.kernel.value(posterior.features, features))
        covariance: HostArray = self._scale * backend.to_host(
            posterior.kernel.value(features, features) - across.T @ across
        )
        return covariance

    def p_at_most(self, loss: float) -> HostArray:
        """As `Truth.p_at_most`."""
        limit = self._fitted.model.transform.target_of(sign(self.metric) * loss)
        below: HostArray = ndtr((limit - self._mean) / self._stddev)
        return below

    def p_less(self, one: int, other: int) -> float:
        """As `Truth.p_less`."""
        covariance = self.covariance(np.array([one, other]))
        variance = covariance[0, 0] + covariance[1, 1] - 2.0 * covariance[0, 1]
        gap = self._mean[other] - self._mean[one]
        return float(ndtr(gap / np.sqrt(max(variance, np.finfo(float).tiny))))

    def estimate(self, row: int) -> Estimate:
        """As `Truth.estimate`."""
        transform, mean, stddev = self._fitted.model.transform, float(self._mean[row]), float(self._stddev[row])
        value, _ = transform.moments(mean, stddev**2, DEFAULTS.quadrature_points)
        ends = transform.to_metric(mean + Z95 * np.array([-stddev, stddev]))
        return Estimate(self.metric.name, value, float(ends.min()), float(ends.max()))

    def _losses(self, targets: HostArray) -> HostArray:
        return bounded(sign(self.metric) * self._fitted.model.transform.to_metric(targets))


def noise_stddev(fitted: FittedMetric, loss: float) -> float:
    """Standard deviation of what a single result at a point of this loss differs from the truth, in native units."""
    model = fitted.model
    slope = model.transform.slopes(np.array([sign(fitted.metric) * loss]))
    reported = fitted.history.stddevs[np.isfinite(fitted.history.stddevs)]
    inferred = np.ldexp(np.sqrt(model.posterior.noise_variance) / slope[0], model.transform.exponent)
    measured = float(np.median(reported)) if len(reported) else 0.0
    return float(np.hypot(inferred, measured))


def _root(covariance: HostArray) -> HostArray:
    """``A`` with ``A Aᵀ`` the covariance ``(r, r)``, however close to singular it is."""
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    root: HostArray = vectors * np.sqrt(np.maximum(values, 0.0))
    return root
