"""The search space: its parameters, and the assignments that fit it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from optsvc.domain.errors import InvalidAssignments

Value: TypeAlias = int | float | str
Assignments: TypeAlias = Mapping[str, Value]
"""A value for each parameter, by name."""


@dataclass(frozen=True, slots=True)
class DoubleParameter:
    """A real-valued axis.

    Args:
        name: Unique within the search space.
        low: Inclusive lower bound, in the parameter's own units.
        high: Inclusive upper bound, greater than ``low``.
        log: Whether magnitudes matter rather than differences; needs ``low > 0``.
        grid: The only values to suggest, ascending; ``low`` and ``high`` are then its ends.
    """

    name: str
    low: float
    high: float
    log: bool = False
    grid: tuple[float, ...] | None = None

    def validate(self, value: object) -> float:
        """`value` as this parameter's type. Outside the bounds is fine: users report points of their own."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
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

    def validate(self, value: object) -> int:
        """`value` as an int; ``3.0`` is whole, ``True`` is not a number."""
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or value != int(value)
        ):
            raise InvalidAssignments(
                f"Invalid type for parameter {self.name!r}: expected a whole number, got {value!r}"
            )
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
    """

    name: str
    values: tuple[str, ...]
    enum_indexes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.enum_indexes:
            object.__setattr__(self, "enum_indexes", tuple(range(1, len(self.values) + 1)))

    def validate(self, value: object) -> str:
        """`value` if it is one of the categories."""
        if not isinstance(value, str):
            raise InvalidAssignments(f"Invalid type for parameter {self.name!r}: expected a category, got {value!r}")
        if value not in self.values:
            raise InvalidAssignments(f"parameter {self.name!r}: {value!r} is not one of {list(self.values)}")
        return value


Parameter: TypeAlias = DoubleParameter | IntParameter | CategoricalParameter


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """The axes of an experiment, sorted by name so that their order never depends on how they were sent."""

    parameters: tuple[Parameter, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(sorted(self.parameters, key=lambda p: p.name)))

    def validate(self, assignments: Mapping[str, object]) -> dict[str, Value]:
        """The assignments with every value in its parameter's type.

        Raises:
            InvalidAssignments: A parameter is missing, unknown, or has a value of the wrong type, category or grid.
        """
        names = {parameter.name for parameter in self.parameters}
        if missing := sorted(names - assignments.keys()):
            raise InvalidAssignments(f"assignments are missing parameter {missing[0]!r}")
        if unknown := sorted(assignments.keys() - names):
            raise InvalidAssignments(f"assignments name {unknown[0]!r}, which is not a parameter of this experiment")
        return {parameter.name: parameter.validate(assignments[parameter.name]) for parameter in self.parameters}
