"""Changing the parameters and thresholds of a running experiment. Nothing that was there is forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from optsvc.domain.errors import InvalidExperiment, InvalidRequest
from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.rules import check_metrics
from optsvc.domain.space import (
    PARAMETER_TYPES,
    CategoricalParameter,
    Conditions,
    DoubleParameter,
    IntParameter,
    Parameter,
    Prior,
    Value,
)
from optsvc.domain.space_rules import check_parameter


@dataclass(frozen=True, slots=True)
class ParameterRecord:
    """A parameter with its past.

    Args:
        parameter: As it is, or as it was when it was removed.
        removed: Whether it is no part of the search space at present.
        retired: Categories that were removed, with their numbers, which are never given to another one.
    """

    parameter: Parameter
    removed: bool = False
    retired: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """What an update says of one parameter; None: nothing. Fields as in the parameters themselves."""

    name: str
    type: str | None = None
    bounds: tuple[float, float] | None = None
    grid: tuple[float, ...] | None = None
    categories: tuple[str, ...] | None = None
    log: bool | None = None
    prior: Prior | None = None
    clear_prior: bool = False
    conditions: Conditions | None = None
    default: object = None


@dataclass(frozen=True, slots=True)
class MetricChange:
    """What an update says of one metric; None: nothing, but for the threshold, where `moves_threshold` tells."""

    name: str | None = None
    objective: Objective | None = None
    strategy: Strategy | None = None
    threshold: float | None = None
    moves_threshold: bool = False


def revise(records: Sequence[ParameterRecord], changes: Sequence[ParameterChange]) -> tuple[ParameterRecord, ...]:
    """All records after an update.

    Args:
        records: All parameters that the experiment ever had.
        changes: The complete new list: who is not named is removed, who is unknown is added.

    Raises:
        InvalidExperiment: Names the parameter and the rule.
    """
    past = {record.parameter.name: record for record in records}
    named: dict[str, ParameterRecord] = {}
    for change in changes:
        if change.name in named:
            raise InvalidExperiment(f"parameters: the name {change.name!r} occurs twice")
        record = past.get(change.name)
        new = ParameterRecord(_added(change)) if record is None else _changed(record, change)
        check_parameter(new.parameter)
        if record is None or record.removed or new.parameter != record.parameter:
            _check_default(new.parameter)
        named[change.name] = new
    gone = [replace(record, removed=True) for name, record in past.items() if name not in named]
    return (*named.values(), *gone)


def revise_metrics(metrics: Sequence[Metric], changes: Sequence[MetricChange]) -> tuple[Metric, ...]:
    """All metrics after an update of their thresholds, the only thing that may change.

    Raises:
        InvalidExperiment: The changes are not of these metrics, or change more, or leave a threshold where none fits.
    """
    if len(changes) != len(metrics):
        raise InvalidExperiment(f"metrics: the number must be equal to that of the experiment, {len(metrics)}")
    by_name = {change.name or None: change for change in changes}
    only = changes[0] if len(metrics) == 1 else None
    revised = []
    for metric in metrics:
        change = only if only and only.name in (None, "", metric.name) else by_name.get(metric.name)
        if change is None:
            raise InvalidExperiment(f'metrics: the metric "{metric.name}" is missing')
        if change.objective not in (None, metric.objective) or change.strategy not in (None, metric.strategy):
            raise InvalidExperiment(f'metrics: "{metric.name}": objective and strategy cannot be changed')
        if metric.strategy is Strategy.CONSTRAINT and change.threshold is None:
            raise InvalidExperiment(f'metrics: "{metric.name}": a constraint needs its threshold')
        revised.append(replace(metric, threshold=change.threshold) if change.moves_threshold else metric)
    check_metrics(revised)
    return tuple(revised)


def _added(change: ParameterChange) -> Parameter:
    where = f"parameter {change.name!r}"
    if change.type is None:
        raise InvalidExperiment(f"{where}: Missing required json key: type, for a new parameter")
    if change.default is None:
        raise InvalidExperiment(f"{where}: Missing required json key: default_value, for a new parameter")
    shared: dict[str, Any] = {"name": change.name, "conditions": change.conditions or ()}
    _check_kind(change, change.type)
    if change.type == "categorical":
        if change.categories is None:
            raise InvalidExperiment(f"{where}: Missing required json key: categorical_values")
        return _with_default(CategoricalParameter(values=change.categories, **shared), change.default)
    if change.bounds is None and change.grid is None:
        raise InvalidExperiment(f"{where}: Missing required json key: bounds")
    grid = None if change.grid is None else _sorted(change)
    ends = (grid[0], grid[-1]) if grid else change.bounds
    if change.bounds not in (None, ends):
        raise InvalidExperiment(f"{where}: give either bounds or grid")
    low, high = ends or (0, 0)
    if change.type == "int":
        return _with_default(_int_parameter(low, high, grid, shared), change.default)
    double = DoubleParameter(low=low, high=high, grid=grid, log=bool(change.log), prior=change.prior, **shared)
    return _with_default(double, change.default)


def _changed(record: ParameterRecord, change: ParameterChange) -> ParameterRecord:
    old = record.parameter
    where = f"parameter {old.name!r}"
    kind = next(name for name, cls in PARAMETER_TYPES.items() if isinstance(old, cls))
    if change.type not in (None, kind):
        raise InvalidExperiment(f"{where}: its type cannot be changed from {kind} to {change.type}")
    _check_kind(change, kind)
    if change.conditions is not None and dict(change.conditions) != dict(old.conditions):
        raise InvalidExperiment(f"{where}: its conditions cannot be changed")
    if record.removed and change.default is None:
        raise InvalidExperiment(f"{where}: Missing required json key: default_value, to bring it back")
    if isinstance(old, CategoricalParameter):
        return _recategorized(record, old, change)
    if change.log is not None and change.log != (isinstance(old, DoubleParameter) and old.log):
        raise InvalidExperiment(f"{where}: its transformation cannot be changed")
    low, high, grid = float(old.low), float(old.high), old.grid
    if change.grid is not None:
        if old.grid is None:
            raise InvalidExperiment(f"{where}: it has a range, which cannot become a grid")
        grid = _sorted(change)
        low, high = grid[0], grid[-1]
    if change.bounds is not None:
        if grid is not None and change.bounds != (low, high):
            raise InvalidExperiment(f"{where}: it has a grid: change that instead of its bounds")
        low, high = change.bounds
    shared: dict[str, Any] = {"name": old.name, "conditions": old.conditions, "default": old.default}
    if isinstance(old, IntParameter):
        return ParameterRecord(_with_default(_int_parameter(low, high, grid, shared), change.default))
    prior = None if change.clear_prior else change.prior or old.prior
    double = replace(old, low=low, high=high, grid=grid, prior=prior)
    return ParameterRecord(_with_default(double, change.default))


def _recategorized(record: ParameterRecord, old: CategoricalParameter, change: ParameterChange) -> ParameterRecord:
    """With other categories: one that comes back has its old number, a new one the next that was never given."""
    numbers = dict(zip(old.values, old.enum_indexes, strict=True)) | dict(record.retired)
    values = old.values if change.categories is None else change.categories
    for value in values:
        numbers.setdefault(value, max(numbers.values()) + 1)
    values = tuple(sorted(values, key=numbers.__getitem__))
    new = replace(old, values=values, enum_indexes=tuple(numbers[value] for value in values))
    retired = tuple((value, number) for value, number in numbers.items() if value not in values)
    return ParameterRecord(_with_default(new, change.default), retired=retired)


def _check_kind(change: ParameterChange, kind: str) -> None:
    """Whether only what a parameter of this kind has is given."""
    where = f"parameter {change.name!r}"
    if kind == "categorical":
        if change.bounds is not None or change.grid is not None:
            raise InvalidExperiment(f"{where}: a categorical has neither bounds nor grid")
    elif change.categories is not None:
        raise InvalidExperiment(f"{where}: categorical_values are only for a categorical")
    if kind != "double":
        if change.log:
            raise InvalidExperiment(f"{where}: the log-transformation is only for type double")
        if change.prior is not None:
            raise InvalidExperiment(f"{where}: a prior is only for type double")


def _sorted(change: ParameterChange) -> tuple[float, ...]:
    grid = tuple(sorted(change.grid or ()))
    if len(grid) < 2:
        raise InvalidExperiment(f"parameter {change.name!r}: grid needs at least 2 distinct values, got {list(grid)}")
    return grid


def _int_parameter(low: float, high: float, grid: Sequence[float] | None, shared: dict[str, Any]) -> IntParameter:
    for value in (low, high, *(grid or ())):
        if value != int(value):
            raise InvalidExperiment(
                f"Invalid type for parameter {shared['name']!r}: expected whole numbers, got {value}"
            )
    whole = None if grid is None else tuple(int(value) for value in grid)
    return IntParameter(low=int(low), high=int(high), grid=whole, **shared)


def _with_default(parameter: Parameter, given: object) -> Parameter:
    if given is None:
        return parameter
    try:
        default: Any = replace(parameter, default=None).validate(given)
    except InvalidRequest as error:
        raise InvalidExperiment(f"default_value: {error}") from error
    return replace(parameter, default=default)


def _check_default(parameter: Parameter) -> None:
    default: Value | None = parameter.default
    if default is None:
        return
    if isinstance(parameter, CategoricalParameter):
        inside = default in parameter.values
    else:
        inside = parameter.low <= float(default) <= parameter.high and (
            parameter.grid is None or default in parameter.grid
        )
    if not inside:
        raise InvalidExperiment(
            f"parameter {parameter.name!r}: its default_value {default!r} must be one of its values, within its bounds"
        )
