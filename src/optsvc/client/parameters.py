"""Short ways to write down what is optimized; the JSON objects of the API are taken everywhere as well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from optsvc.client.exchange import Json


@dataclass(frozen=True, slots=True)
class Double:
    """A real-valued parameter.

    Args:
        name: Unique within the experiment.
        low: Inclusive lower bound.
        high: Inclusive upper bound.
        log: Whether magnitudes matter rather than differences, as for a learning rate; needs ``low > 0``.
    """

    name: str
    low: float
    high: float
    log: bool = False

    def to_json(self) -> Json:
        """The parameter object of the API."""
        bounds = {"min": self.low, "max": self.high}
        transformation = {"transformation": "log"} if self.log else {}
        return {"name": self.name, "type": "double", "bounds": bounds, **transformation}


@dataclass(frozen=True, slots=True)
class Int:
    """A whole-numbered parameter; arguments as in `Double`."""

    name: str
    low: int
    high: int

    def to_json(self) -> Json:
        """The parameter object of the API."""
        return {"name": self.name, "type": "int", "bounds": {"min": self.low, "max": self.high}}


@dataclass(frozen=True, slots=True)
class Categorical:
    """A parameter with unordered values.

    Args:
        name: Unique within the experiment.
        values: At least two, distinct.
    """

    name: str
    values: Sequence[str]

    def to_json(self) -> Json:
        """The parameter object of the API."""
        return {"name": self.name, "type": "categorical", "categorical_values": list(self.values)}


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that every evaluation reports.

    Args:
        name: Unique within the experiment.
        objective: Which way is better.
        strategy: Whether it is optimized, must reach `threshold`, or is only stored.
        threshold: In the metric's own units.
    """

    name: str
    objective: Literal["maximize", "minimize"] = "maximize"
    strategy: Literal["optimize", "constraint", "store"] = "optimize"
    threshold: float | None = None

    def to_json(self) -> Json:
        """The metric object of the API."""
        threshold = {} if self.threshold is None else {"threshold": self.threshold}
        return {"name": self.name, "objective": self.objective, "strategy": self.strategy, **threshold}


AnyParameter: TypeAlias = Double | Int | Categorical | Mapping[str, Any]
AnyMetric: TypeAlias = Metric | Mapping[str, Any] | str


def parameter_json(parameter: AnyParameter) -> Mapping[str, Any]:
    """`parameter` as the API takes it."""
    return parameter if isinstance(parameter, Mapping) else parameter.to_json()


def metric_json(metric: AnyMetric) -> Mapping[str, Any]:
    """`metric` as the API takes it; a name alone is a metric to maximize."""
    if isinstance(metric, str):
        return {"name": metric}
    return metric if isinstance(metric, Mapping) else metric.to_json()
