"""One parameter with a choice, and its unit coordinate."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from optsvc.domain.space import CategoricalParameter, DoubleParameter, Parameter, Value
from optsvc.engine.backend import HostArray, IntArray

_FARTHEST = 1e3
"""Reported points may lie outside the bounds, but beyond this many ranges away distance carries no more meaning."""

_UNKNOWN_CATEGORY = -1.0
_HALF_SQRT = math.sqrt(0.5)


class Axis(Protocol):
    """One parameter with at least two legal values.

    Attributes:
        name: Of the parameter.
        width: How many feature columns it takes.
    """

    name: str
    width: int

    def encode(self, values: Sequence[Value | None]) -> HostArray:
        """Unit coordinates ``(n,)``; not clipped, as reported points may lie outside. None if not reported."""

    def decode(self, coordinate: float) -> Value:
        """The legal value at or nearest to a unit coordinate."""

    def snap(self, coordinates: HostArray) -> HostArray:
        """The coordinates of the legal values that they decode to, any shape."""


class LevelledAxis(ABC):
    """An axis with finitely many legal values, its levels.

    Attributes:
        name: Of the parameter.
        levels: How many there are.
        width: How many feature columns it takes.
    """

    width = 1

    def __init__(self, name: str, levels: int) -> None:
        self.name = name
        self.levels = levels

    @abstractmethod
    def encode(self, values: Sequence[Value | None]) -> HostArray:
        """As `Axis.encode`."""

    @abstractmethod
    def value(self, index: int) -> Value:
        """The legal value of a level."""

    def index(self, coordinates: HostArray) -> IntArray:
        """The level that each coordinate belongs to, any shape: here, cells of equal width."""
        return np.clip(np.floor(coordinates * self.levels), 0, self.levels - 1).astype(np.int64)

    def coordinate(self, index: IntArray) -> HostArray:
        """The inverse of `index`, exact: here, the centres of the cells."""
        return (index + 0.5) / self.levels

    def cells(self, index: IntArray) -> tuple[HostArray, HostArray]:
        """The lower and the upper end of what a level owns of the unit interval; the cells of all levels fill it."""
        return index / self.levels, (index + 1.0) / self.levels

    def decode(self, coordinate: float) -> Value:
        """As `Axis.decode`."""
        return self.value(int(self.index(np.array(coordinate))))

    def snap(self, coordinates: HostArray) -> HostArray:
        """As `Axis.snap`."""
        return self.coordinate(self.index(coordinates))


class IntAxis(LevelledAxis):
    """Consecutive whole numbers; exact up to 2**50 of them."""

    def __init__(self, name: str, low: int, high: int) -> None:
        super().__init__(name, high - low + 1)
        self._low = low

    def encode(self, values: Sequence[Value | None]) -> HostArray:
        """As `Axis.encode`."""
        return _clip_far([0.5 if v is None else (float(_number(v) - self._low) + 0.5) / self.levels for v in values])

    def value(self, index: int) -> Value:
        """As `LevelledAxis.value`."""
        return self._low + index


class CategoricalAxis(LevelledAxis):
    """Unordered values."""

    def __init__(self, name: str, values: Sequence[str]) -> None:
        super().__init__(name, len(values))
        self.width = len(values)
        self._values = tuple(values)
        self._coordinates: dict[Value | None, float] = {v: (i + 0.5) / len(values) for i, v in enumerate(values)}

    def encode(self, values: Sequence[Value | None]) -> HostArray:
        """As `Axis.encode`; -1 for a value that is no longer in the space."""
        return np.array([self._coordinates.get(v, _UNKNOWN_CATEGORY) for v in values], dtype=np.float64)

    def value(self, index: int) -> Value:
        """As `LevelledAxis.value`."""
        return self._values[index]

    def features(self, coordinates: HostArray) -> HostArray:
        """Scaled one-hot columns ``(n, k)``; a row of zeros for a value that is no longer in the space."""
        known = coordinates >= 0.0
        out = np.zeros((len(coordinates), self.levels))
        out[known.nonzero()[0], self.index(coordinates[known])] = _HALF_SQRT
        return out


class GridAxis(LevelledAxis):
    """An ascending list of numbers, placed where they lie on the (logarithmic) interval from first to last."""

    def __init__(self, name: str, grid: Sequence[float], log: bool) -> None:
        super().__init__(name, len(grid))
        self._grid = tuple(grid)
        self._scale = _Scale(float(grid[0]), float(grid[-1]), log)
        self._coordinates = np.array([self._scale.to_unit(float(v)) for v in grid])
        self._borders = 0.5 * (self._coordinates[1:] + self._coordinates[:-1])

    def encode(self, values: Sequence[Value | None]) -> HostArray:
        """As `Axis.encode`."""
        return self._scale.encode(values)

    def value(self, index: int) -> Value:
        """As `LevelledAxis.value`."""
        return self._grid[index]

    def index(self, coordinates: HostArray) -> IntArray:
        """The nearest level; the smaller of two equally near."""
        return np.searchsorted(self._borders, coordinates, side="left").astype(np.int64)

    def coordinate(self, index: IntArray) -> HostArray:
        """As `LevelledAxis.coordinate`."""
        return self._coordinates[index]

    def cells(self, index: IntArray) -> tuple[HostArray, HostArray]:
        """As `LevelledAxis.cells`: from one border to the next."""
        ends = np.concatenate([[0.0], self._borders, [1.0]])
        return ends[index], ends[index + 1]


class DoubleAxis:
    """A real interval."""

    width = 1

    def __init__(self, name: str, low: float, high: float, log: bool) -> None:
        self.name = name
        self._scale = _Scale(low, high, log)

    def encode(self, values: Sequence[Value | None]) -> HostArray:
        """As `Axis.encode`."""
        return self._scale.encode(values)

    def decode(self, coordinate: float) -> Value:
        """As `Axis.decode`."""
        return self._scale.from_unit(min(max(coordinate, 0.0), 1.0))

    def snap(self, coordinates: HostArray) -> HostArray:
        """As `Axis.snap`: a real interval only has ends."""
        return np.clip(coordinates, 0.0, 1.0)


class _Scale:
    """An interval mapped to [0, 1], linearly or in logarithms."""

    def __init__(self, low: float, high: float, log: bool) -> None:
        self._low, self._high, self._log = low, high, log
        self._start, end = (math.log(low), math.log(high)) if log else (low, high)
        # Halving first keeps the difference of the largest doubles finite.
        self._factor = 1.0 if math.isfinite(end - self._start) else 0.5
        self.span = end * self._factor - self._start * self._factor

    def to_unit(self, value: float) -> float:
        if self._log:
            value = math.log(max(value, math.ulp(0.0)))
        return (value * self._factor - self._start * self._factor) / self.span

    def from_unit(self, coordinate: float) -> float:
        position = (self._start * self._factor + coordinate * self.span) / self._factor
        return min(max(math.exp(position) if self._log else position, self._low), self._high)

    def encode(self, values: Sequence[Value | None]) -> HostArray:
        return _clip_far([0.5 if v is None else self.to_unit(float(_number(v))) for v in values])


def axis_of(parameter: Parameter) -> Axis | Value:
    """The axis of a parameter, or its value if it has but one that can be told from the others."""
    if isinstance(parameter, CategoricalParameter):
        several = len(parameter.values) > 1
        return CategoricalAxis(parameter.name, parameter.values) if several else parameter.values[0]
    log = isinstance(parameter, DoubleParameter) and parameter.log
    low, high = (parameter.low, parameter.high) if parameter.grid is None else (parameter.grid[0], parameter.grid[-1])
    if not low < high or _Scale(low, high, log).span == 0.0:
        return low
    if parameter.grid is not None:
        return GridAxis(parameter.name, parameter.grid, log)
    if isinstance(parameter, DoubleParameter):
        return DoubleAxis(parameter.name, parameter.low, parameter.high, log)
    return IntAxis(parameter.name, parameter.low, parameter.high)


def _number(value: Value) -> int | float:
    """A numeric value; the service has validated it, so text here is a defect."""
    if isinstance(value, str):
        raise TypeError(f"expected a number, got {value!r}")
    return value


def _clip_far(coordinates: list[float]) -> HostArray:
    return np.clip(np.array(coordinates, dtype=np.float64), -_FARTHEST, 1.0 + _FARTHEST)
