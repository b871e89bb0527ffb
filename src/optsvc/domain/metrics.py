"""Metrics: the numbers that an evaluation reports, and the role that each plays."""

from dataclasses import dataclass
from enum import StrEnum


class Objective(StrEnum):
    """Which way a metric is better."""

    MINIMIZE = "minimize"
    MAXIMIZE = "maximize"


class Strategy(StrEnum):
    """What a metric is for."""

    OPTIMIZE = "optimize"
    CONSTRAINT = "constraint"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Metric:
    """One reported number.

    Args:
        name: Unique within the experiment; None for the single metric of an experiment that named none.
        objective: Which way is better.
        strategy: Whether it is optimized, must reach its threshold, or is only kept.
        threshold: In the metric's own units; must be reached by a constraint metric.
    """

    name: str | None = None
    objective: Objective = Objective.MAXIMIZE
    strategy: Strategy = Strategy.OPTIMIZE
    threshold: float | None = None
