"""The rules that a search space must keep to, beyond the types of its parts.

Whether anything is left inside its linear constraints is a matter of computation: see `optsvc.engine.check_space`.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from optsvc.domain.errors import InvalidExperiment
from optsvc.domain.space import (
    LARGEST_INT,
    BetaPrior,
    CategoricalParameter,
    Conditional,
    DoubleParameter,
    IntParameter,
    LinearConstraint,
    NormalPrior,
    Parameter,
    SearchSpace,
)

MOST_CONSTRAINED_INTS = 10
_MIN_WIDTH = 1e-8
_MOST_STEPS = 2_000_000
"""How long to look for a combination of conditionals without parameters, which may take for ever."""


def check_space(space: SearchSpace) -> None:
    """Refuse a search space that contradicts itself.

    Raises:
        InvalidExperiment: Names the parameter, conditional or constraint, and the rule.
    """
    if not space.parameters:
        raise InvalidExperiment("parameters: at least one is needed")
    for one, next_one in pairwise(space.parameters):  # sorted by name
        if one.name == next_one.name:
            raise InvalidExperiment(f"parameters: the name {one.name!r} occurs twice")
    for parameter in space.parameters:
        check_parameter(parameter)
    _check_conditionals(space)
    known = {parameter.name: parameter for parameter in space.parameters}
    constrained_ints = {
        name
        for constraint in space.linear_constraints
        for name in _check_linear_constraint(known, constraint)
        if isinstance(known[name], IntParameter)
    }
    if len(constrained_ints) > MOST_CONSTRAINED_INTS:
        raise InvalidExperiment(
            f"linear_constraints: at most {MOST_CONSTRAINED_INTS} int parameters, got {len(constrained_ints)}"
        )


def check_parameter(parameter: Parameter) -> None:
    """Refuse an axis that contradicts itself.

    Raises:
        InvalidExperiment: Names it and the rule.
    """
    where = f"parameter {parameter.name!r}"
    if isinstance(parameter, CategoricalParameter):
        if len(parameter.values) < 2:
            raise InvalidExperiment(f"{where}: categorical_values: at least 2, got {list(parameter.values)}")
        if len(set(parameter.values)) < len(parameter.values):
            raise InvalidExperiment(f"{where}: categorical_values must be distinct, got {list(parameter.values)}")
        return
    low, high = parameter.low, parameter.high
    if parameter.grid is not None:
        if len(set(parameter.grid)) < max(len(parameter.grid), 2):
            raise InvalidExperiment(f"{where}: grid needs at least 2 distinct values, got {list(parameter.grid)}")
    elif high - low < _MIN_WIDTH:
        raise InvalidExperiment(f"{where}: bounds.min ({low}) must be smaller than bounds.max ({high})")
    if isinstance(parameter, IntParameter):
        if max(abs(low), abs(high)) > LARGEST_INT:
            raise InvalidExperiment(f"{where}: {low} to {high} goes beyond 2^53")
        return
    if high - low == float("inf"):
        raise InvalidExperiment(f"{where}: the range from {low} to {high} is too wide")
    if parameter.log and low <= 0:
        raise InvalidExperiment(f"{where}: the log-transformation needs values > 0, got {low}")
    _check_prior(parameter)


def _check_prior(parameter: DoubleParameter) -> None:
    where = f"parameter {parameter.name!r}"
    if parameter.prior is None:
        return
    if parameter.log:
        raise InvalidExperiment(f"{where}: a prior and the log-transformation are not allowed together")
    if parameter.grid is not None:
        raise InvalidExperiment(f"{where}: a prior and a grid are not allowed together")
    match parameter.prior:
        case NormalPrior(mean, scale):
            if not parameter.low <= mean <= parameter.high:
                raise InvalidExperiment(f"{where}: prior.mean ({mean}) must lie within the bounds")
            if scale <= 0:
                raise InvalidExperiment(f"{where}: prior.scale must be > 0, got {scale}")
        case BetaPrior(shape_a, shape_b):
            if min(shape_a, shape_b) <= 0:
                raise InvalidExperiment(f"{where}: prior.shape_a and shape_b must be > 0, got {shape_a}, {shape_b}")


def _check_conditionals(space: SearchSpace) -> None:
    known = {conditional.name: conditional for conditional in space.conditionals}
    if len(known) < len(space.conditionals):
        raise InvalidExperiment("conditionals: the names must be distinct")
    for conditional in space.conditionals:
        where = f"conditional {conditional.name!r}"
        if len(conditional.values) < 2 or len(set(conditional.values)) < len(conditional.values):
            raise InvalidExperiment(f"{where}: at least two distinct values, got {list(conditional.values)}")
    for parameter in space.parameters:
        where = f"parameter {parameter.name!r}"
        if parameter.name in known:
            raise InvalidExperiment(f"{where}: a conditional has the same name")
        for name, values in parameter.conditions:
            if name not in known:
                raise InvalidExperiment(f"{where}: conditions name {name!r}, which is not a conditional")
            if not values:
                raise InvalidExperiment(f"{where}: conditions on {name!r} need at least one value")
            if unknown := [value for value in values if value not in known[name].values]:
                raise InvalidExperiment(f"{where}: conditional {name!r} has no value {unknown[0]!r}")
    if space.conditionals:
        boxes = [dict(parameter.conditions) for parameter in space.parameters]
        _check_no_branch_is_empty(list(space.conditionals), boxes, {}, [_MOST_STEPS])


def _check_no_branch_is_empty(
    conditionals: list[Conditional],
    boxes: list[dict[str, tuple[str, ...]]],
    chosen: dict[str, str],
    left: list[int],
) -> None:
    """Every combination of values must leave a parameter: decide one conditional after the other, as far as needed."""
    if any(not box for box in boxes):
        return
    if not boxes:
        raise InvalidExperiment(f"conditionals: no parameter exists when {chosen}")
    left[0] -= 1 + len(conditionals) * len(boxes)
    if left[0] < 0:
        raise InvalidExperiment("conditionals: too many combinations; add a parameter without conditions")
    deciding, *rest = sorted(conditionals, key=lambda c: -sum(c.name in box for box in boxes))
    for value in deciding.values:
        kept = [
            {name: values for name, values in box.items() if name != deciding.name}
            for box in boxes
            if value in box.get(deciding.name, (value,))
        ]
        _check_no_branch_is_empty(rest, kept, chosen | {deciding.name: value}, left)


def _check_linear_constraint(known: Mapping[str, Parameter], constraint: LinearConstraint) -> Sequence[str]:
    """The names it constrains, if it is in order; `known` are the parameters by name."""
    where = "linear_constraints"
    names = [name for name, _ in constraint.terms]
    if sum(weight != 0 for _, weight in constraint.terms) < 2:
        raise InvalidExperiment(f"{where}: at least two terms with a weight other than 0, got {list(constraint.terms)}")
    if len(set(names)) < len(names):
        raise InvalidExperiment(f"{where}: a parameter occurs twice in one constraint, of {names}")
    kinds = set()
    for name in names:
        parameter = known.get(name)
        if parameter is None:
            raise InvalidExperiment(f"{where}: {name!r} is not a parameter")
        if isinstance(parameter, CategoricalParameter):
            raise InvalidExperiment(f"{where}: {name!r} is categorical")
        if isinstance(parameter, DoubleParameter) and parameter.log:
            raise InvalidExperiment(f"{where}: {name!r} has the log-transformation")
        if parameter.grid is not None:
            raise InvalidExperiment(f"{where}: {name!r} has a grid")
        if parameter.conditions:
            raise InvalidExperiment(f"{where}: {name!r} has conditions")
        kinds.add(type(parameter))
    if len(kinds) > 1:
        raise InvalidExperiment(f"{where}: the parameters of a constraint must be all double or all int, got {names}")
    return names
