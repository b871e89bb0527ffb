"""Points along one axis of the search space, through a given point."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from optsvc.domain.space import Assignments, Value
from optsvc.engine.axes import CategoricalAxis, LevelledAxis
from optsvc.engine.backend import HostArray
from optsvc.engine.encoding import INACTIVE, Encoder

_MIDDLE = 0.5


def axis_index(encoder: Encoder, name: str) -> int:
    """The place of the axis of this name.

    Raises:
        ValueError: It is not the name of a parameter or conditional with more than one value.
    """
    names = [axis.name for axis in encoder.axes]
    if name not in names:
        raise ValueError(f"{name!r} is not a parameter or conditional with more than one value: not one of {names}")
    return names.index(name)


def coordinates_along(encoder: Encoder, index: int, count: int) -> HostArray:
    """Legal coordinates from one end of an axis to the other: all its levels, or so many evenly spaced points."""
    axis = encoder.axes[index]
    if not isinstance(axis, LevelledAxis):
        return np.linspace(0.0, 1.0, count)
    if isinstance(axis, CategoricalAxis) or axis.levels <= count:
        return axis.coordinate(np.arange(axis.levels))
    return axis.coordinate(np.unique(axis.index(np.linspace(0.0, 1.0, count))))


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines through a point along the axes of a space.

    Along a conditional parameters come to exist that the point lacks; they have the values of the best observed point
    that has them.

    Args:
        encoder: Of the space.
        point: A legal point, shape ``(p,)``.
        filled: The same with a value for every axis, shape ``(p,)``.
    """

    encoder: Encoder
    point: HostArray
    filled: HostArray

    @classmethod
    def through(cls, encoder: Encoder, ranking: HostArray, assignments: Assignments | None) -> Self:
        """Lines through the point with these assignments, or the best observed one.

        Args:
            encoder: Of the space.
            ranking: The observed points, best first, shape ``(n, p)``, at least one.
            assignments: Moved to the nearest legal ones.
        """
        raw = ranking[:1] if assignments is None else encoder.encode([assignments])
        point = encoder.snap(raw)[0]
        return cls(encoder, point, filled(encoder, point[None, :], ranking)[0])

    @property
    def existing(self) -> list[int]:
        """The axes that exist at the point."""
        return np.flatnonzero(self.encoder.active(self.point[None, :])[0]).tolist()

    def along(self, places: dict[int, HostArray]) -> HostArray:
        """Points ``(m, p)`` with these coordinates ``(m,)`` along some axes, and otherwise those of the point."""
        count = len(next(iter(places.values())))
        points = np.tile(self.filled, (count, 1))
        for index, coordinates in places.items():
            points[:, index] = coordinates
        return self.encoder.snap(points)

    def values(self, index: int, coordinates: HostArray) -> tuple[Value, ...]:
        """The legal values at coordinates ``(m,)`` of an axis, in its own units."""
        return tuple(self.encoder.axes[index].decode(float(u)) for u in coordinates)


def filled(encoder: Encoder, points: HostArray, ranking: HostArray) -> HostArray:
    """The points ``(m, p)`` with a value for every axis: where one does not exist, that of the best point that has it.

    Args:
        encoder: Of the space.
        points: Legal points.
        ranking: Observed points, best first, shape ``(n, p)``.
    """
    exists = ranking != INACTIVE
    first = ranking[exists.argmax(axis=0), np.arange(encoder.dimension)]
    return encoder.fill(points, np.where(exists.any(axis=0), first, _MIDDLE) + np.zeros_like(points))
