"""Metrics and their reported values, in and out."""

from typing import Literal, Self

from pydantic import Field

from optsvc.api.schemas.common import In, Key, Number, Out
from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation
from optsvc.storage.models import MetricEvaluation as MetricEvaluationRow


class MetricIn(In):
    """A number that every evaluation reports."""

    name: Key | None = Field(
        None, examples=["accuracy"], description="Its name; may be left out when it is the only one."
    )
    objective: Objective = Field(Objective.MAXIMIZE, description="Which way is better.")
    strategy: Strategy = Field(
        Strategy.OPTIMIZE, description="What it is for: `optimize`, `constraint` (must reach its threshold), `store`."
    )
    threshold: Number | None = Field(
        None,
        description="Of a constraint: what must be reached; of one of several optimized metrics: what is good enough.",
    )
    object: Literal["metric"] | None = None

    def to_domain(self) -> Metric:
        """As the rules and the engine know it."""
        return Metric(self.name, self.objective, self.strategy, self.threshold)


class MetricOut(Out):
    """A number that every evaluation reports."""

    object: Literal["metric"]
    name: str | None = Field(description="Its name; null if it was given none.")
    objective: Objective = Field(description="Which way is better.")
    strategy: Strategy = Field(description="What it is for.")
    threshold: float | None = Field(description="What must be reached, or is good enough; null if nothing was said.")

    @classmethod
    def of(cls, metric: Metric) -> Self:
        """The metric as the contract writes it."""
        return cls(
            object="metric",
            name=metric.name,
            objective=metric.objective,
            strategy=metric.strategy,
            threshold=metric.threshold,
        )


class MetricEvaluationIn(In):
    """The reported value of one metric."""

    name: str | None = Field(None, max_length=100, description="May be left out when there is one metric.")
    value: Number = Field(examples=[0.93], description="What was measured, in the metric's own units.")
    value_stddev: Number | None = Field(None, ge=0, description="Standard deviation of the measurement, if known.")
    object: Literal["metric_evaluation"] | None = None

    def to_domain(self) -> MetricEvaluation:
        """As the rules and the engine know it."""
        return MetricEvaluation(self.name, self.value, self.value_stddev)


class MetricEvaluationOut(Out):
    """The reported value of one metric."""

    object: Literal["metric_evaluation"]
    name: str | None = Field(description="The metric; null if it was given no name.")
    value: float = Field(description="What was measured, in the metric's own units.")
    value_stddev: float | None = Field(description="Standard deviation of the measurement; null if unknown.")

    @classmethod
    def of(cls, row: MetricEvaluationRow) -> Self:
        """The stored value as the contract writes it."""
        return cls(object="metric_evaluation", name=row.metric or None, value=row.value, value_stddev=row.stddev)
