"""Which observations are the best, by the rules for one objective, more, none, and several solutions."""

import math
from collections.abc import Sequence
from typing import Protocol, TypeVar

from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric, Objective
from optsvc.domain.pareto import Gains, undominated
from optsvc.domain.space import Assignments, CategoricalParameter, DoubleParameter, Parameter, SearchSpace

SHARE_OF_GOOD = 0.2
"""Several solutions are chosen from this share of all observations, the best ones."""


class Measured(Protocol):
    """An observation, as far as it is compared."""

    @property
    def assignments(self) -> Assignments:
        """The point."""

    @property
    def results(self) -> dict[str | None, float]:
        """The value of each metric by name; empty if it failed."""

    @property
    def full_cost(self) -> bool:
        """Whether it was a full evaluation."""


MeasuredT = TypeVar("MeasuredT", bound=Measured)


def best(observations: Sequence[MeasuredT], definition: Definition) -> list[MeasuredT]:
    """The best observations, best first; among equals the newest first.

    Observations count that have a value for every metric and meet every threshold. Then: of one objective the single
    best; of more the whole Pareto front, ordered by the first; of none all, ordered by the first constraint; of several
    solutions so many good ones that lie far apart.

    Args:
        observations: All of the experiment, oldest first.
        definition: Of the experiment.
    """
    good = [o for o in reversed(observations) if _counts(o, definition)]
    optimized = definition.optimized
    if not optimized:
        return _best_first(good, definition.constraints[0])
    if len(optimized) > 1:
        return pareto_front(good, optimized)
    ranked = _best_first(good, optimized[0])
    wanted = definition.num_solutions or 1
    if wanted == 1:
        return ranked[:1]
    ranked = ranked[: max(math.ceil(SHARE_OF_GOOD * len(observations)), wanted)]
    return ranked if len(ranked) <= wanted else _best_of_clusters(ranked, wanted, definition.space)


def pareto_front(observations: Sequence[MeasuredT], metrics: Sequence[Metric]) -> list[MeasuredT]:
    """Those that no other one beats in one metric without losing in another; equals all.

    Ordered by the first metric, best first, then by the second, and so on; equals as they were given.
    """

    def gains(observation: MeasuredT) -> Gains:
        return tuple(_gain(observation, metric) for metric in metrics)

    ordered = sorted(observations, key=gains, reverse=True)  # stable: among equals the given order stays
    front = set(undominated(list(dict.fromkeys(map(gains, ordered)))))
    return [observation for observation in ordered if gains(observation) in front]


def best_so_far(observations: Sequence[Measured], metric: Metric, definition: Definition) -> list[int | None]:
    """The place of the best observation after each, by one metric; None before any counts; among equals the newest.

    Args:
        observations: All of the experiment, oldest first.
        metric: What is compared.
        definition: Of the experiment: values for all metrics and thresholds that are met make an observation count.
    """
    trace: list[int | None] = []
    best: int | None = None
    for place, observation in enumerate(observations):
        if _counts(observation, definition) and (
            best is None or _gain(observation, metric) >= _gain(observations[best], metric)
        ):
            best = place
        trace.append(best)
    return trace


def _counts(observation: Measured, definition: Definition) -> bool:
    results = observation.results
    if not observation.full_cost or any(metric.name not in results for metric in definition.metrics):
        return False
    return all(
        _gain(observation, metric) >= _signed(metric.threshold, metric)
        for metric in definition.metrics
        if metric.threshold is not None
    )


def _signed(value: float, metric: Metric) -> float:
    return value if metric.objective is Objective.MAXIMIZE else -value


def _gain(observation: Measured, metric: Metric) -> float:
    """The value, signed so that more is better."""
    return _signed(observation.results[metric.name], metric)


def _best_first(observations: Sequence[MeasuredT], metric: Metric) -> list[MeasuredT]:
    return sorted(observations, key=lambda observation: _gain(observation, metric), reverse=True)


def _best_of_clusters(ranked: Sequence[MeasuredT], wanted: int, space: SearchSpace) -> list[MeasuredT]:
    """The best of each cluster around points that lie far apart, in the given order; equal points are in one cluster.

    The centres are the first, then again and again the one farthest from those chosen [Gonzalez1985]_; a point belongs
    to the nearest. The centres themselves would be what lies at the edges of the good ones, not their best.

    .. [Gonzalez1985] T. Gonzalez. Clustering to minimize the maximum intercluster distance. Theoretical Computer
       Science, 1985.
    """
    cluster = [0] * len(ranked)
    nearest = [_distance(ranked[0].assignments, other.assignments, space) for other in ranked]
    for number in range(1, wanted):
        farthest = max(range(len(ranked)), key=lambda i: (nearest[i], -i))
        if nearest[farthest] == 0:
            break
        here = ranked[farthest].assignments
        for i, other in enumerate(ranked):
            if (distance := _distance(here, other.assignments, space)) < nearest[i]:
                cluster[i], nearest[i] = number, distance
    return [ranked[cluster.index(number)] for number in dict.fromkeys(cluster)]


def _distance(one: Assignments, other: Assignments, space: SearchSpace) -> float:
    """Euclidean, each axis scaled to length 1, categories at distance 1."""
    return math.sqrt(sum(_apart(one.get(p.name), other.get(p.name), p) ** 2 for p in space.parameters))


def _apart(one: object, other: object, parameter: Parameter) -> float:
    if isinstance(parameter, CategoricalParameter) or not (
        isinstance(one, int | float) and isinstance(other, int | float)
    ):
        return float(one != other)
    if isinstance(parameter, DoubleParameter) and parameter.log:
        return abs(math.log(one) - math.log(other)) / (math.log(parameter.high) - math.log(parameter.low))
    return abs(one - other) / (parameter.high - parameter.low)
