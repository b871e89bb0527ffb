"""What the engine is given, and what it gives back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from optsvc.domain.metrics import Metric, Strategy
from optsvc.domain.space import SearchSpace, Value


class Source(StrEnum):
    """Where a proposal came from."""

    INITIAL = "initial"
    """The space-filling start, before there is enough to fit a model to."""
    GP = "gp"
    """The Gaussian process: of the metric, or of success while next to nothing has succeeded."""
    TPE = "tpe"
    """The tree-structured Parzen estimator."""
    EXPLORE = "explore"
    """Far from all other points, whatever the models believe."""
    RANDOM = "random"
    """Drawn independently of everything else."""
    GRID = "grid"
    """The next point of a grid."""
    QUEUED = "queued"
    """Put in line by the user."""
    USER = "user"
    """Made by the user."""
    FALLBACK = "fallback"
    """A space-filling point, served because nothing better could be had in time."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be optimized.

    Args:
        space: The search space.
        metrics: What is optimized, then what must reach its threshold; at least one.
        budget: How many observations the user plans to make; None if unknown.
        parallelism: How many evaluations run at the same time, >= 1.
        solutions: How many good and different points are sought, >= 1.
    """

    space: SearchSpace
    metrics: tuple[Metric, ...]
    budget: int | None = None
    parallelism: int = 1
    solutions: int = 1

    @property
    def objectives(self) -> tuple[Metric, ...]:
        """The metrics that are optimized."""
        return tuple(metric for metric in self.metrics if metric.strategy is not Strategy.CONSTRAINT)

    @property
    def constraints(self) -> tuple[Metric, ...]:
        """The metrics that must reach their thresholds."""
        return tuple(metric for metric in self.metrics if metric.strategy is Strategy.CONSTRAINT)

    @property
    def only_metric(self) -> Metric | None:
        """The one that is optimized, if there are no other metrics that count."""
        return self.metrics[0] if len(self.metrics) == len(self.objectives) == 1 else None


@dataclass(frozen=True, slots=True)
class Seed:
    """All the randomness of a proposal.

    Args:
        key: The experiment's own key, 0 <= key < 2**128.
        ordinal: Number of the suggestion within its experiment, from 0.
    """

    key: int
    ordinal: int


@dataclass(frozen=True, slots=True)
class EngineState:
    """What a fit leaves for the next one: a warm start. A proposal can be made without it, but differs.

    Args:
        hyperparameters: Logarithms: ``"length_scale:NAME"`` for each parameter with a choice, in unit coordinates;
            ``"signal_variance"``, ``"additive_variance"`` and ``"noise_variance"``, of standardized values, of the
            first metric; after ``"J:"`` those of the ``J``-th after it; ``"success_…"``, of the model of failures.
            ``"J:logarithm"``, from ``J`` = 0, is there if the logarithm of that metric is modelled.
        observation_count: How many observations, failed ones included, the fit had seen.
    """

    hyperparameters: Mapping[str, float] = field(default_factory=dict)
    observation_count: int = 0

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(hyperparameters=dict(data["hyperparameters"]), observation_count=int(data["observation_count"]))


@dataclass(frozen=True, slots=True)
class Proposal:
    """One point worth evaluating, and why.

    Args:
        assignments: A legal value for every parameter of the space.
        source: What made it.
        reason: One sentence for people.
        ordinal: The ordinal of the seed that it was made with.
        mean: Predicted value of the first metric, in its own units and direction; None without a model.
        stddev: Standard deviation of that prediction (of the noise-free metric), same units; None without a model.
        details: JSON-ready facts for explanation and replay: acquisition function and its value, incumbent, length
            scales, noise, counts; ``p_success``, the probability that the evaluation does not fail; ``calibration``,
            the mean squared error of predicting each row from the others, in units of the predicted variance;
            ``variance_scale``, what the variance behind `stddev` was multiplied by, because of such errors;
            of several metrics ``predictions``, the mean and standard deviation of each by name, and ``p_feasible``,
            the probability that all thresholds of constraints are reached.
    """

    assignments: Mapping[str, Value]
    source: Source
    reason: str
    ordinal: int
    mean: float | None = None
    stddev: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
