"""What an experiment is: parameters, two metrics, a training; and what one evaluation leaves behind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optsvc.client import Double, Int, Metric

Assignments = Mapping[str, Any]


@dataclass(frozen=True)
class Evaluation:
    """One evaluation.

    Args:
        values: Of the metrics, in their order; known to us even if the evaluation failed.
        failed: Whether the optimizer was told nothing but that it failed.
        assignments: Where, if it cannot be told from the seed.
        said: What the optimizer said of the point before it was evaluated.
    """

    values: tuple[float, ...]
    failed: bool = False
    assignments: Assignments = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """An experiment in the shape of a published one.

    Args:
        name: Of its folder of results.
        title: For people.
        parameters: What is tuned.
        metrics: What is measured, all of them optimized.
        train: The values of the metrics by name, at assignments; the same each time.
        limits: An evaluation whose values are worse than these, by metric, is reported as failed.
        worst: Values from where on the hypervolume counts, in the order of the metrics.
        budget: How many evaluations each optimizer makes.
        at_random: How many random search makes.
        compared: After how many evaluations an optimizer is compared with how many of random search.
    """

    name: str
    title: str
    parameters: tuple[Double | Int, ...]
    metrics: tuple[Metric, ...]
    train: Callable[[Assignments], Mapping[str, float]]
    limits: Mapping[str, float]
    worst: tuple[float, ...]
    budget: int
    at_random: int
    compared: tuple[tuple[int, int], ...]

    def evaluate(self, assignments: Assignments) -> Evaluation:
        """Train once."""
        found = self.train(assignments)
        failed = any(
            _gain(metric, found[metric.name]) < _gain(metric, self.limits[metric.name])
            for metric in self.metrics
            if metric.name in self.limits
        )
        return Evaluation(tuple(found[metric.name] for metric in self.metrics), failed)

    def gains(self, values: Sequence[float]) -> tuple[float, ...]:
        """The values of the metrics with their signs such that more is better."""
        return tuple(map(_gain, self.metrics, values))

    def draw(self, rng: np.random.Generator) -> dict[str, Any]:
        """Anywhere, each parameter for itself, evenly; evenly in its logarithm where it has one."""
        return {parameter.name: _drawn(parameter, rng) for parameter in self.parameters}


def _gain(metric: Metric, value: float) -> float:
    return value if metric.objective == "maximize" else -value


def _drawn(parameter: Double | Int, rng: np.random.Generator) -> float | int:
    if isinstance(parameter, Int):
        return int(rng.integers(parameter.low, parameter.high, endpoint=True))
    if parameter.log:
        drawn = float(np.exp(rng.uniform(np.log(parameter.low), np.log(parameter.high))))
        return min(max(drawn, parameter.low), parameter.high)
    return float(rng.uniform(parameter.low, parameter.high))
