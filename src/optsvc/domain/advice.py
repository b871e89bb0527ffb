"""Advice to the user: whether to stop, what is unwise, whether importances can be had."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from optsvc.domain.best import MeasuredT, pareto_front
from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric, Objective
from optsvc.domain.space import CategoricalParameter

OBSERVATIONS_PER_PARAMETER = 5
_RANK = 5


class StoppingReason(StrEnum):
    """Why to stop."""

    STAGNATION = "possible_stagnation"
    BUDGET = "observation_budget_reached"


def stopping_reasons(observations: Sequence[MeasuredT], definition: Definition) -> list[StoppingReason]:
    """Why an experiment might be stopped; empty to go on.

    Args:
        observations: All of the experiment, oldest first, failed ones too.
        definition: Of the experiment.
    """
    exceeded = definition.budget is not None and len(observations) > definition.budget
    reasons = [StoppingReason.BUDGET] if exceeded else []
    window = OBSERVATIONS_PER_PARAMETER * len(definition.space.parameters)
    optimized = definition.optimized
    if len(optimized) == 1 and (definition.num_solutions or 1) == 1:
        stagnant = _stagnates(observations, optimized[0], window)
    elif optimized:
        stagnant = exceeded and _same_front(observations, optimized, window)
    else:
        stagnant = False
    return [StoppingReason.STAGNATION, *reasons] if stagnant else reasons


def _stagnates(observations: Sequence[MeasuredT], metric: Metric, window: int) -> bool:
    """Whether none of the newest `window` is better than the fifth best of those before."""
    if len(observations) < window + _RANK:
        return False
    sign = 1.0 if metric.objective is Objective.MAXIMIZE else -1.0
    gains = [sign * o.results[metric.name] if metric.name in o.results else float("-inf") for o in observations]
    return max(gains[-window:]) <= sorted(gains[:-window], reverse=True)[_RANK - 1]


def _same_front(observations: Sequence[MeasuredT], optimized: Sequence[Metric], window: int) -> bool:
    """Whether the newest `window` have not changed the Pareto front; of one metric it is the best value."""

    def front(some: Sequence[MeasuredT]) -> set[tuple[float, ...]]:
        good = [o for o in some if all(metric.name in o.results for metric in optimized)]
        return {tuple(o.results[metric.name] for metric in optimized) for o in pareto_front(good, optimized)}

    return front(observations) == front(observations[: max(len(observations) - window, 0)])


@dataclass(frozen=True, slots=True)
class Usage:
    """How an experiment is used.

    Args:
        observations: How many there are.
        consumed: What of the budget is used up, in full costs.
        open_suggestions: How many are handed out and not yet observed.
    """

    observations: int
    consumed: float
    open_suggestions: int


def remarks(usage: Usage, definition: Definition) -> list[str]:
    """What is unwise about an experiment or its use, in words; it stops nothing."""
    space, budget = definition.space, definition.budget
    bandwidth = definition.parallel_bandwidth or 1
    found = []
    if budget is not None and usage.consumed > budget:
        found.append(f"{usage.consumed:g} of the observation_budget of {budget} are consumed.")
    if usage.open_suggestions > bandwidth:
        found.append(f"{usage.open_suggestions} suggestions are open, the parallel_bandwidth is {bandwidth}.")
    count = len(space.parameters)
    planned = max(usage.observations, budget or 0)
    features = [
        ("linear constraints", bool(space.linear_constraints), 2500, 100),
        ("conditionals", bool(space.conditionals), 600, 20),
    ]
    for feature, used, most_observations, most_parameters in features:
        if not used:
            continue
        if max(usage.open_suggestions, bandwidth) > count:
            found.append(f"With {feature}, evaluate no more points at a time than there are parameters, {count}.")
        if planned > most_observations:
            found.append(f"With {feature}, plan at most {most_observations} observations, not {planned}.")
        if count > most_parameters:
            found.append(f"With {feature}, use at most {most_parameters} parameters, not {count}.")
    if (constraints := len(space.linear_constraints)) > 10:
        found.append(f"Use at most 10 linear constraints, not {constraints}.")
    if (choices := sum(len(conditional.values) for conditional in space.conditionals)) > 6:
        found.append(f"The conditionals have {choices} values in all: 6 are enough to learn about.")
    return found


def why_no_importances(observations: int, definition: Definition, *, development: bool) -> str | None:
    """What is in the way of computing how much each parameter matters; None if nothing is."""
    count = len(definition.space.parameters)
    if development:
        return "a development experiment has random suggestions only"
    if count < 2:
        return "there is only one parameter"
    if definition.space.conditionals:
        return "it is not supported with conditionals"
    if observations < (needed := OBSERVATIONS_PER_PARAMETER * count):
        return f"it takes at least {needed} observations with {count} parameters, there are {observations}"
    return None


def advised_budget(definition: Definition) -> int:
    """How many evaluations to plan: ten per degree of freedom, half as many again per further metric that counts.

    A category beyond the first, or a value of a conditional beyond the first, is a degree of freedom. Never more than
    there are points.
    """
    space = definition.space
    freedom = sum(p.levels - 1 if isinstance(p, CategoricalParameter) else 1 for p in space.parameters)
    freedom += sum(len(conditional.values) - 1 for conditional in space.conditionals)
    counting = len(definition.optimized) + len(definition.constraints)
    advised = (10 * freedom * (counting + 1) + 1) // 2
    points = space.point_count
    return advised if points is None else min(advised, points)
