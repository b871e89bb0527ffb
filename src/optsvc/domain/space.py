"""The search space: its parameters, and the assignments that fit it."""

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias, TypeGuard

from optsvc.domain.errors import InvalidAssignments

Value: TypeAlias = int | float | str
CONSTRAINT_TOLERANCE = 1e-9
"""Relative; sums of rounded numbers at the edge still keep to a linear constraint."""
LARGEST_INT = 2**53
"""Beyond it a double no longer tells whole numbers apart."""
_COUNTED_BRANCHES = 4096
Assignments: TypeAlias = Mapping[str, Value]
"""A value for each parameter whose conditions hold, and for each conditional, by name."""
Conditions: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""When a parameter exists: every conditional named has one of the values beside it. Empty: always."""


def _is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a number within the range of a double; ``True`` is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


@dataclass(frozen=True, slots=True)
class NormalPrior:
    """The user's belief that good values lie around `mean`, give or take `scale`, in the parameter's own units."""

    mean: float
    scale: float


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """The user's belief about where good values lie, as a beta density on the bounds scaled to 0…1."""

    shape_a: float
    shape_b: float


Prior: TypeAlias = NormalPrior | BetaPrior


@dataclass(frozen=True, slots=True)
class DoubleParameter:
    """A real-valued axis.

    Args:
        name: Unique within the search space.
        low: Inclusive lower bound, in the parameter's own units.
        high: Inclusive upper bound, greater than ``low``.
        log: Whether magnitudes matter rather than differences; needs ``low > 0``.
        grid: The only values to suggest, ascending; ``low`` and ``high`` are then its ends.
        prior: Where good values are believed to lie; not with a log scale or a grid.
        conditions: When the parameter exists.
        default: What it was for observations made before it was added; None if it was there from the start.
    """

    name: str
    low: float
    high: float
    log: bool = False
    grid: tuple[float, ...] | None = None
    prior: Prior | None = None
    conditions: Conditions = ()
    default: float | None = None

    @property
    def levels(self) -> int | None:
        """How many values it can have, None if any in a range."""
        return None if self.grid is None else len(self.grid)

    def validate(self, value: object) -> float:
        """`value` as this parameter's type. Outside the bounds is fine: users report points of their own."""
        if not _is_number(value):
            raise InvalidAssignments(
                f"Invalid type for parameter {self.name!r}: expected a finite number, got {value!r}"
            )
        if self.log and value <= 0:
            raise InvalidAssignments(f"parameter {self.name!r} is on a log scale: {value!r} must be > 0")
        if self.grid is not None and value not in self.grid:
            raise InvalidAssignments(f"parameter {self.name!r}: {value!r} is not in its grid {list(self.grid)}")
        return float(value)


@dataclass(frozen=True, slots=True)
class IntParameter:
    """A whole-numbered axis; fields as in `DoubleParameter`."""

    name: str
    low: int
    high: int
    grid: tuple[int, ...] | None = None
    conditions: Conditions = ()
    default: int | None = None

    @property
    def levels(self) -> int:
        """How many values it can have."""
        return self.high - self.low + 1 if self.grid is None else len(self.grid)

    def validate(self, value: object) -> int:
        """`value` as an int; ``3.0`` is whole, ``True`` is not a number."""
        if not _is_number(value) or value != int(value):
            raise InvalidAssignments(
                f"Invalid type for parameter {self.name!r}: expected a whole number, got {value!r}"
            )
        if abs(value) > LARGEST_INT:
            raise InvalidAssignments(f"parameter {self.name!r}: {value!r} is beyond 2^53")
        if self.grid is not None and value not in self.grid:
            raise InvalidAssignments(f"parameter {self.name!r}: {value!r} is not in its grid {list(self.grid)}")
        return int(value)


@dataclass(frozen=True, slots=True)
class CategoricalParameter:
    """An unordered axis.

    Args:
        name: Unique within the search space.
        values: The categories, distinct, in the order in which they were declared.
        enum_indexes: A number for each category, never given to another one; 1, 2, … if left out.
        conditions: When the parameter exists.
        default: As in `DoubleParameter`.
    """

    name: str
    values: tuple[str, ...]
    enum_indexes: tuple[int, ...] = ()
    conditions: Conditions = ()
    default: str | None = None

    def __post_init__(self) -> None:
        if not self.enum_indexes:
            object.__setattr__(self, "enum_indexes", tuple(range(1, len(self.values) + 1)))

    @property
    def levels(self) -> int:
        """How many values it can have."""
        return len(self.values)

    def validate(self, value: object) -> str:
        """`value` if it is one of the categories."""
        if not isinstance(value, str):
            raise InvalidAssignments(f"Invalid type for parameter {self.name!r}: expected a category, got {value!r}")
        if value not in self.values:
            raise InvalidAssignments(f"parameter {self.name!r}: {value!r} is not one of {list(self.values)}")
        return value


Parameter: TypeAlias = DoubleParameter | IntParameter | CategoricalParameter
PARAMETER_TYPES: dict[str, type[Parameter]] = {
    "double": DoubleParameter,
    "int": IntParameter,
    "categorical": CategoricalParameter,
}
"""The kinds of axes, by the names that users give them."""


@dataclass(frozen=True, slots=True)
class Conditional:
    """A choice that other parameters hang on; a part of every point like a categorical parameter.

    Args:
        name: Unique among conditionals and parameters.
        values: The choices, distinct, at least two.
    """

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinearConstraint:
    """``sum(weight * parameter) <= threshold``, in the parameters' own units.

    Args:
        terms: A weight for each parameter that takes part, by name.
        threshold: The bound, in the same units.
        at_least: Whether the sum must be ``>=`` the threshold instead.
    """

    terms: tuple[tuple[str, float], ...]
    threshold: float
    at_least: bool = False

    def holds(self, assignments: Assignments) -> bool:
        """Whether a point keeps to it; equality counts, up to rounding."""
        total = sum(weight * float(assignments[name]) for name, weight in self.terms)
        slack = total - self.threshold if self.at_least else self.threshold - total
        return slack >= -CONSTRAINT_TOLERANCE * (1 + abs(self.threshold))


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """The axes of an experiment, sorted by name so that their order never depends on how they were sent.

    Args:
        parameters: The axes.
        conditionals: The choices that some of them hang on.
        linear_constraints: What every point must keep to; only on numeric parameters that always exist.
    """

    parameters: tuple[Parameter, ...]
    conditionals: tuple[Conditional, ...] = ()
    linear_constraints: tuple[LinearConstraint, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(sorted(self.parameters, key=lambda p: p.name)))
        object.__setattr__(self, "conditionals", tuple(sorted(self.conditionals, key=lambda c: c.name)))

    def existing(self, assignments: Mapping[str, object]) -> tuple[Parameter, ...]:
        """The parameters whose conditions hold, given the values of the conditionals."""
        return tuple(
            parameter
            for parameter in self.parameters
            if all(assignments.get(name) in values for name, values in parameter.conditions)
        )

    def validate(self, assignments: Mapping[str, object]) -> dict[str, Value]:
        """The assignments with every value in its parameter's type.

        Raises:
            InvalidAssignments: A conditional or an existing parameter is missing; a name is unknown, or its
                parameter's conditions do not hold; a value has the wrong type, category or grid; or a linear
                constraint is violated.
        """
        chosen: dict[str, Value] = {}
        for conditional in self.conditionals:
            if conditional.name not in assignments:
                raise InvalidAssignments(f"assignments are missing conditional {conditional.name!r}")
            value = assignments[conditional.name]
            if value not in conditional.values:
                allowed = list(conditional.values)
                raise InvalidAssignments(
                    f"conditional {conditional.name!r}: {value!r} is invalid, not one of {allowed}"
                )
            chosen[conditional.name] = str(value)
        existing = {parameter.name: parameter for parameter in self.existing(assignments)}
        if missing := sorted(existing.keys() - assignments.keys()):
            raise InvalidAssignments(f"assignments are missing parameter {missing[0]!r}")
        for name in sorted(assignments.keys() - existing.keys() - chosen.keys()):
            if any(parameter.name == name for parameter in self.parameters):
                raise InvalidAssignments(f"the conditions of parameter {name!r} are unsatisfied: leave it out")
            raise InvalidAssignments(f"assignments name {name!r}, which is not a parameter of this experiment")
        chosen |= {name: parameter.validate(assignments[name]) for name, parameter in existing.items()}
        for constraint in self.linear_constraints:
            if not constraint.holds(chosen):
                sign = ">=" if constraint.at_least else "<="
                terms = " + ".join(f"{weight:g}*{name}" for name, weight in constraint.terms)
                raise InvalidAssignments(f"assignments violate {terms} {sign} {constraint.threshold:g}")
        return chosen

    def as_of_now(self, stored: Assignments) -> dict[str, Value]:
        """Assignments of an older day as they read today.

        Parameters that were removed since are left out; those that were added have their defaults. A category that was
        removed stays.
        """
        read: dict[str, Value] = {c.name: stored[c.name] for c in self.conditionals if c.name in stored}
        for parameter in self.existing(stored):
            value = stored.get(parameter.name, parameter.default)
            if value is not None:
                # JSON writes large doubles out in digits, so that they come back as integers.
                read[parameter.name] = float(value) if isinstance(parameter, DoubleParameter) else value
        return read

    @property
    def point_count(self) -> int | None:
        """How many points there are, linear constraints aside; None if a range is continuous or they are too many."""
        count = 0
        choices = math.prod(len(conditional.values) for conditional in self.conditionals)
        if choices > _COUNTED_BRANCHES:
            return None
        for values in product(*(conditional.values for conditional in self.conditionals)):
            names = (conditional.name for conditional in self.conditionals)
            levels = [parameter.levels for parameter in self.existing(dict(zip(names, values, strict=True)))]
            if None in levels:
                return None
            count += math.prod(level for level in levels if level is not None)
        return count
