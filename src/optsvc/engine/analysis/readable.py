"""Columns of observed values, and conditions about them as people would write them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from optsvc.domain.space import (
    Assignments,
    CategoricalParameter,
    Conditional,
    DoubleParameter,
    IntParameter,
    Parameter,
)
from optsvc.engine.analysis.rule_search import Categories, Column, Cut, Numbers, Test
from optsvc.engine.backend import BoolArray, HostArray, IntArray

_ALL_DIGITS = 17


@dataclass(frozen=True, slots=True)
class Condition:
    """What one parameter, or conditional, is like.

    Args:
        parameter: Its name.
        comparison: ``"<"``, ``">"`` or ``"in"``. A point without the parameter meets none.
        value: A number in the parameter's own units; for ``"in"`` categories, in the order of their declaration.
    """

    parameter: str
    comparison: str
    value: float | tuple[str, ...]

    def __str__(self) -> str:
        if not isinstance(self.value, tuple):
            return f"{self.parameter} {self.comparison} {repr(self.value).removesuffix('.0')}"
        return f"{self.parameter} is {' or '.join(self.value)}"


@dataclass(frozen=True, slots=True)
class ObservedColumn:
    """What was observed of one parameter or conditional.

    Args:
        source: Which.
        values: Numbers, or places in `levels`; NaN at points without it. Shape ``(n,)``.
        levels: The categories, those that are no longer in the space last; empty for numbers.
    """

    source: Parameter | Conditional
    values: HostArray
    levels: tuple[str, ...]

    @classmethod
    def of(cls, source: Parameter | Conditional, points: Sequence[Assignments]) -> Self:
        """The column of a parameter or conditional."""
        seen = [point.get(source.name) for point in points]
        levels: tuple[str, ...] = ()
        if isinstance(source, CategoricalParameter | Conditional):
            others = {str(value) for value in seen if value is not None} - set(source.values)
            levels = (*source.values, *sorted(others))
            places = {level: i for i, level in enumerate(levels)}
            numbers = [math.nan if value is None else places[str(value)] for value in seen]
        else:
            numbers = [math.nan if value is None else float(value) for value in seen]
        return cls(source, np.array(numbers, dtype=np.float64), levels)

    def take(self, rows: IntArray) -> "ObservedColumn":
        """Some of the rows."""
        return replace(self, values=self.values[rows])

    def searchable(self) -> Column:
        """The column as the search for rules takes it."""
        if self.levels:
            return Categories(np.nan_to_num(self.values, nan=-1.0).astype(np.int64), len(self.levels))
        return Numbers(self.values)

    def condition(self, test: Test, held: BoolArray, others: BoolArray) -> Condition:
        """A test of this column, in words.

        Args:
            test: The test.
            held: Which rows meet it, shape ``(n,)``.
            others: Which rows meet the rule's other tests; a cut need only separate these, so it can be a rounder one.
        """
        name = self.source.name
        if not isinstance(test, Cut):
            return Condition(name, "in", tuple(self.levels[level] for level in test.levels))
        inside, outside = self.values[others & held], self.values[others & ~held & np.isfinite(self.values)]
        whole = isinstance(self.source, IntParameter)
        log = isinstance(self.source, DoubleParameter) and self.source.log
        if test.above:
            low, high = float(outside.max()), float(inside.min())
        else:
            low, high = float(inside.max()), float(outside.min())
        number = short_number(low, high, above=test.above, log=log, whole=whole)
        return Condition(name, ">" if test.above else "<", number)

    def meets(self, condition: Condition) -> BoolArray:
        """The rows ``(n,)`` that meet a condition about this column."""
        if isinstance(condition.value, tuple):
            return np.isin(self.values, [self.levels.index(level) for level in condition.value])
        return self.values > condition.value if condition.comparison == ">" else self.values < condition.value


def short_number(low: float, high: float, *, above: bool, log: bool = False, whole: bool = False) -> float:
    """A number of few digits that separates two others.

    Args:
        low: The number below.
        high: The number above, greater.
        above: Whether what is above is described, ``> x``, or what is below, ``< x``: the result may be equal to the
            number that this leaves out.
        log: Whether half-way is meant in logarithms, with ``low > 0``.
        whole: Whether the result is to be a whole number, as the others are.

    Returns:
        Half-way between, rounded to as few digits as will do.
    """
    middle = math.sqrt(low) * math.sqrt(high) if log and low > 0.0 else 0.5 * low + 0.5 * high
    for digits in range(1, _ALL_DIGITS + 1):
        number = float(f"{middle:.{digits}g}")
        if whole and number != int(number):
            continue
        if (low <= number < high) if above else (low < number <= high):
            return int(number) if whole else number
    edge = float(low if above else high)
    return int(edge) if whole else edge
