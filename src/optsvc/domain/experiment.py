"""What an experiment asks for: a search space, metrics, and what else shapes the search."""

from dataclasses import dataclass
from enum import StrEnum

from optsvc.domain.metrics import Metric, Strategy
from optsvc.domain.space import SearchSpace


class ExperimentType(StrEnum):
    """Where the suggestions of an experiment come from."""

    OFFLINE = "offline"
    """The optimizer."""
    RANDOM = "random"
    """Independent random points."""
    GRID = "grid"
    """All combinations of the grids, in a fixed order."""


@dataclass(frozen=True, slots=True)
class Task:
    """A way to evaluate a point that costs a share of the full evaluation.

    Args:
        name: Unique within the experiment.
        cost: Of one evaluation, 0 < cost <= 1; 1 is the full one.
    """

    name: str
    cost: float


@dataclass(frozen=True, slots=True)
class Definition:
    """What an experiment asks for; its lists in the order in which they are shown, however they were sent.

    Args:
        space: The search space.
        metrics: What every evaluation reports.
        type: Where suggestions come from.
        tasks: The ways to evaluate; empty if there is only the full one.
        num_solutions: How many good and different points are sought; None works as 1.
        parallel_bandwidth: How many evaluations run at the same time; None works as 1.
        budget: How many evaluations, in full costs, the user plans to make.
    """

    space: SearchSpace
    metrics: tuple[Metric, ...]
    type: ExperimentType = ExperimentType.OFFLINE
    tasks: tuple[Task, ...] = ()
    num_solutions: int | None = None
    parallel_bandwidth: int | None = None
    budget: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "metrics", tuple(sorted(self.metrics, key=lambda metric: metric.name or "")))
        object.__setattr__(self, "tasks", tuple(sorted(self.tasks, key=lambda task: -task.cost)))

    @property
    def optimized(self) -> tuple[Metric, ...]:
        """The objectives."""
        return tuple(metric for metric in self.metrics if metric.strategy is Strategy.OPTIMIZE)

    @property
    def constraints(self) -> tuple[Metric, ...]:
        """The metrics that must reach their thresholds."""
        return tuple(metric for metric in self.metrics if metric.strategy is Strategy.CONSTRAINT)

    @property
    def full_task(self) -> Task | None:
        """The task of full cost; None without tasks."""
        return next((task for task in self.tasks if task.cost == 1), None)
