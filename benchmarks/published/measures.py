"""How good a set of points is beside another one; more is better in both gains."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.published.experiment import Evaluation, Published
from optsvc.domain.pareto import Gains, undominated


@dataclass(frozen=True)
class Beside:
    """One optimizer beside another.

    Args:
        points: On the Pareto front of all their points.
        share: How much of it the first one found, from 0 to 1; what both found counts for both.
        other_share: How much of it the other one found.
        ratio: The hypervolume that the first one dominates, in units of the other's.
    """

    points: int
    share: float
    other_share: float
    ratio: float


def beside(experiment: Published, some: Sequence[Evaluation], others: Sequence[Evaluation]) -> Beside:
    """Compare what succeeded of `some` with what succeeded of `others`."""
    found, rivals = successes(experiment, some), successes(experiment, others)
    together = front(found | rivals)
    worst = experiment.gains(experiment.worst)
    return Beside(
        len(together),
        len(together & found) / len(together),
        len(together & rivals) / len(together),
        hypervolume(found, worst) / hypervolume(rivals, worst),
    )


def successes(experiment: Published, evaluations: Sequence[Evaluation]) -> set[Gains]:
    """What the evaluations that did not fail gained, each only once."""
    return {experiment.gains(evaluation.values) for evaluation in evaluations if not evaluation.failed}


def front(gains: set[Gains]) -> set[Gains]:
    """Those that no other one dominates."""
    return set(undominated(sorted(gains, reverse=True)))


def hypervolume(gains: set[Gains], worst: Gains) -> float:
    """The area of what two gains dominate, above `worst`."""
    area, height = 0.0, worst[1]
    for first, second in sorted(gains, reverse=True):
        if first > worst[0] and second > height:
            area += (first - worst[0]) * (second - height)
            height = second
    return area
