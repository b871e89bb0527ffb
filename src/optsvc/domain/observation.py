"""Observations: what came back from an evaluation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optsvc.domain.metrics import Metric
from optsvc.domain.space import Assignments


@dataclass(frozen=True, slots=True)
class MetricEvaluation:
    """The reported value of one metric.

    Args:
        name: The metric's name, None if it has none.
        value: In the metric's own units, finite.
        stddev: Standard deviation of the measurement, same units, >= 0; None if not known.
    """

    name: str | None
    value: float
    stddev: float | None = None


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a model foretold of the value of a metric when it suggested a point.

    Args:
        mean: Of the noise-free metric, in its own units.
        stddev: Of that prediction, same units.
    """

    mean: float
    stddev: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What was foretold of a point when it was suggested.

    Args:
        member: Which member of the ensemble made the suggestion.
        good_value: The bar, in the metric's own units.
        p_good: How likely each member held it that the evaluation succeeds and its value reaches the bar.
    """

    member: str
    good_value: float
    p_good: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Observation:
    """The result at one point of the search space.

    Args:
        assignments: The point; may lie outside the present bounds.
        values: One evaluation per metric; empty if it failed.
        failed: Whether the evaluation could not be carried out.
        forecast: What was foretold of it; None if it was not suggested by a model.
    """

    assignments: Assignments
    values: tuple[MetricEvaluation, ...] = ()
    failed: bool = False
    forecast: Forecast | None = None

    def evaluation(self, metric: Metric) -> MetricEvaluation | None:
        """What was reported for `metric`; None if it failed."""
        return next((e for e in self.values if e.name == metric.name), None)

    def reports(self, metrics: Sequence[Metric]) -> bool:
        """Whether there is a value of each."""
        return all(self.evaluation(metric) is not None for metric in metrics)
