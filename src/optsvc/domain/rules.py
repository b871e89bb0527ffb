"""The rules that a new experiment must keep to: of its parts, and between its features."""

import math
from collections.abc import Sequence

from optsvc.domain.errors import InvalidExperiment
from optsvc.domain.experiment import Definition, ExperimentType, Task
from optsvc.domain.grid import grid_size
from optsvc.domain.metrics import Metric, Strategy
from optsvc.domain.space_rules import check_space

MOST_METRICS = 50
MOST_OPTIMIZED = 4
MOST_CONSTRAINTS = 4


def check(definition: Definition) -> None:
    """Refuse an experiment that contradicts itself or a limit.

    Raises:
        InvalidExperiment: Names the field and the rule.
    """
    check_metrics(definition.metrics)
    check_space(definition.space)
    _check_tasks(definition.tasks)
    _check_combination(definition)
    _check_budget(definition)


def check_metrics(metrics: Sequence[Metric]) -> None:
    """Refuse metrics that are too many, alike, or whose thresholds do not fit their roles.

    Raises:
        InvalidExperiment: Names the metric and the rule.
    """
    names = [metric.name for metric in metrics]
    if len(metrics) > MOST_METRICS:
        raise InvalidExperiment(f"metrics: at most {MOST_METRICS}, got {len(metrics)}")
    if len(metrics) > 1 and None in names:
        raise InvalidExperiment("metrics: each of several metrics needs a name")
    if twice := [name for name in names if names.count(name) > 1]:
        raise InvalidExperiment(f'metrics: the name "{twice[0]}" occurs twice')
    roles = [metric.strategy for metric in metrics]
    if (optimized := roles.count(Strategy.OPTIMIZE)) > MOST_OPTIMIZED:
        raise InvalidExperiment(f"metrics: at most {MOST_OPTIMIZED} can be optimized, got {optimized}")
    if (constraints := roles.count(Strategy.CONSTRAINT)) > MOST_CONSTRAINTS:
        raise InvalidExperiment(f"metrics: at most {MOST_CONSTRAINTS} can be constraints, got {constraints}")
    if optimized + constraints == 0:
        raise InvalidExperiment("metrics: at least one must have the strategy optimize or constraint")
    for metric in metrics:
        named = f'metrics: "{metric.name}"' if metric.name else "metrics"
        if metric.strategy is Strategy.CONSTRAINT and metric.threshold is None:
            raise InvalidExperiment(f"{named}: a constraint needs a threshold")
        if metric.strategy is Strategy.STORE and metric.threshold is not None:
            raise InvalidExperiment(f"{named}: a threshold is not allowed on a stored metric")
        if metric.strategy is Strategy.OPTIMIZE and metric.threshold is not None and optimized == 1:
            raise InvalidExperiment(f"{named}: a threshold is not allowed on the only optimized metric")


def _check_tasks(tasks: Sequence[Task]) -> None:
    if not tasks:
        return
    if len(tasks) == 1:
        raise InvalidExperiment("tasks: at least two, or none")
    for task in tasks:
        if not 0 < task.cost <= 1:
            raise InvalidExperiment(f"tasks: the cost of {task.name!r} must be above 0 and at most 1, got {task.cost}")
    if len({task.name for task in tasks}) < len(tasks):
        raise InvalidExperiment(f"tasks: the names must be distinct, got {[task.name for task in tasks]}")
    if len({task.cost for task in tasks}) < len(tasks):
        raise InvalidExperiment(f"tasks: the costs must be distinct, got {[task.cost for task in tasks]}")
    if tasks[0].cost != 1:
        raise InvalidExperiment(f"tasks: one must have the cost 1, the highest is {tasks[0].cost}")


def _check_combination(definition: Definition) -> None:
    """Which features exclude each other."""
    space = definition.space
    solutions = (definition.num_solutions or 1) > 1
    if solutions and len(definition.optimized) != 1:
        raise InvalidExperiment("num_solutions: several solutions need exactly one optimized metric")
    if solutions and space.conditionals:
        raise InvalidExperiment("num_solutions: several solutions and conditionals are not allowed together")
    if definition.tasks:
        if solutions:
            raise InvalidExperiment("tasks: tasks and several solutions are not allowed together")
        if len(definition.optimized) > 1:
            raise InvalidExperiment("tasks: tasks and several optimized metrics are not allowed together")
        if definition.constraints:
            raise InvalidExperiment("tasks: tasks and constraint metrics are not allowed together")
    if definition.type is ExperimentType.GRID:
        if space.conditionals:
            raise InvalidExperiment("type: a grid experiment cannot have conditionals")
        if space.linear_constraints:
            raise InvalidExperiment("type: a grid experiment cannot have linear constraints")


def _check_budget(definition: Definition) -> None:
    budget, solutions = definition.budget, definition.num_solutions or 1
    if definition.type is ExperimentType.GRID:
        points = grid_size(definition.space)
        if budget not in (None, points):
            raise InvalidExperiment(f"observation_budget: this grid has {points} points, leave out {budget}")
        if budget is None and definition.tasks:
            raise InvalidExperiment(f"observation_budget: needed with tasks; this grid has {points} points")
        budget = points
    if budget is None:
        needed_for = {
            "several optimized metrics": len(definition.optimized) > 1,
            "constraint metrics": bool(definition.constraints),
            "several solutions": solutions > 1,
            "tasks": bool(definition.tasks),
        }
        for feature, used in needed_for.items():
            if used:
                raise InvalidExperiment(f"Missing required json key: observation_budget (or budget): {feature} need it")
    if solutions > (math.inf if budget is None else budget):
        raise InvalidExperiment(f"num_solutions: at most as many as the budget of {budget}, got {solutions}")
