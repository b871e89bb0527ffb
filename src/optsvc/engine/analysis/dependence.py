"""Partial dependence: a metric along one parameter, averaged over what was observed of the others [Friedman2001]_.

For a value ``v`` of the parameter, the mean over observed points ``x_i`` of what the model expects of the metric at
``x_i`` with that value. As the model knows how its errors go together, so is known how sure the average is: with the
slope ``g_i`` of the metric in the target at its mean, the variance of the average is ``gᵀΣg/r²``, ``Σ`` the joint
covariance of the targets at these points (the delta method).

.. [Friedman2001] J. Friedman. Greedy function approximation: a gradient boosting machine. Annals of Statistics, 2001.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from optsvc.domain.metrics import Metric
from optsvc.domain.observation import Observation
from optsvc.domain.space import Value
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.lines import axis_index, coordinates_along, filled
from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.problem import EngineState, Problem, Seed

_STEP = 1e-3
"""In standard deviations of the targets, for the slope of the metric."""


@dataclass(frozen=True, slots=True)
class PartialDependence:
    """The average of a metric along one parameter. All tuples are equally long.

    Args:
        name: Of the parameter, or conditional.
        values: Of the parameter, in its own units: evenly spaced in its own scale, or all its levels.
        mean: The average of the noise-free metric, in its own units.
        lower: Lower end of the band that holds the average with 95 %.
        upper: Upper end.
        rows: Over how many observed points the average is taken: those that have the parameter, or a part of them.
    """

    name: str
    values: tuple[Value, ...]
    mean: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    rows: int

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class PartialDependences:
    """The averages of a metric along several parameters.

    Args:
        metric: Its name.
        parameters: By name.
    """

    metric: str | None
    parameters: tuple[PartialDependence, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        return {"metric": self.metric, "parameters": [parameter.to_dict() for parameter in self.parameters]}


def partial_dependence(
    problem: Problem,
    history: Sequence[Observation],
    *,
    seed: Seed,
    metric: Metric,
    names: Sequence[str] | None = None,
    state: EngineState | None = None,
) -> PartialDependences | None:
    """What the model says of a metric along each parameter, averaged over the observed points.

    Linear constraints are left aside.

    Args:
        problem: The search space.
        history: What has been observed, in any order.
        seed: The key of the experiment; its ordinal does not matter.
        metric: Of the problem, or any other that was observed.
        names: Of the parameters and conditionals; all that have more than one value if left out.
        state: What `suggest` has left from the same observations; it spares the fit.

    Returns:
        None if there is no model. A parameter that no observed point has is left out.

    Raises:
        ValueError: A name is not that of a parameter or conditional with more than one value.
    """
    fitted = FittedMetric.fit(problem, history, metric, seed=seed, state=state)
    if fitted is None:
        return None
    encoder = fitted.encoder
    indexes = range(encoder.dimension) if names is None else [axis_index(encoder, name) for name in names]
    found = [one for index in indexes if (one := _along(fitted, index)) is not None]
    return PartialDependences(metric.name, tuple(sorted(found, key=lambda one: one.name)))


def _along(fitted: FittedMetric, index: int) -> PartialDependence | None:
    encoder = fitted.encoder
    observed = encoder.snap(fitted.points)
    observed = observed[encoder.active(observed)[:, index]]
    if not len(observed):
        return None
    count = min(len(observed), DEFAULTS.dependence_rows)
    observed = observed[np.linspace(0, len(observed) - 1, count).round().astype(np.int64)]
    everywhere = filled(encoder, observed, fitted.ranking)
    coordinates = coordinates_along(encoder, index, DEFAULTS.dependence_points)
    average = _Average(fitted, changes=index in encoder.gates)
    moments = []
    for coordinate in coordinates:
        everywhere[:, index] = coordinate
        moments.append(average.moments(encoder.snap(everywhere)))
    mean, stddev = np.array(moments).T
    with np.errstate(over="ignore"):  # what lies beyond the doubles is reported as the largest
        ends = np.nan_to_num([mean - DEFAULTS.band * stddev, mean + DEFAULTS.band * stddev])
    return PartialDependence(
        name=encoder.axes[index].name,
        values=tuple(encoder.axes[index].decode(float(u)) for u in coordinates),
        mean=tuple(mean.tolist()),
        lower=tuple(ends[0].tolist()),
        upper=tuple(ends[1].tolist()),
        rows=count,
    )


class _Average:
    """The average of the metric over points that differ from call to call in one coordinate, which all of them share.

    Then their covariance before the data is the same in every call, and computed once.

    Args:
        fitted: The model.
        changes: Whether other coordinates change too, as a conditional's do.
    """

    def __init__(self, fitted: FittedMetric, *, changes: bool) -> None:
        self._fitted = fitted
        self._changes = changes
        self._scale = fitted.model.variance_scale
        self._before: HostArray | None = None

    def moments(self, points: HostArray) -> tuple[float, float]:
        """Mean and standard deviation of the average over legal points ``(r, p)``."""
        posterior, transform = self._fitted.model.posterior, self._fitted.model.transform
        backend = posterior.backend
        features = backend.to_device(self._fitted.encoder.features(points))
        if self._before is None or self._changes:
            self._before = backend.to_host(posterior.kernel.value(features, features))
        K = posterior.kernel.value(features, posterior.features)
        T = backend.to_host(backend.solve_lower(posterior.factor, K.T))
        mean = posterior.mean + backend.to_host(K @ posterior.weights)
        variance = np.maximum(posterior.signal_variance - (T * T).sum(axis=0), 0.0)
        values, _ = transform.moments_each(mean, self._scale * variance, DEFAULTS.quadrature_points)
        # Scaling by a power of two is exact and keeps the squares finite.
        exponent = int(np.frexp(np.abs(values).max())[1])
        ends = [np.ldexp(transform.to_metric(target), -exponent) for target in (mean - _STEP, mean + _STEP)]
        weights = (ends[1] - ends[0]) / (2.0 * _STEP * len(mean))
        explained = T @ weights
        spread = max(float(weights @ self._before @ weights - explained @ explained), 0.0)
        return float((values / len(values)).sum()), _ldexp(float(np.sqrt(self._scale * spread)), exponent)


def _ldexp(number: float, exponent: int) -> float:
    """``number * 2**exponent``, or the largest double."""
    try:
        return math.ldexp(number, exponent)
    except OverflowError:
        return sys.float_info.max
