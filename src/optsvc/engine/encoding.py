"""Search space ↔ unit cube ↔ kernel features.

A point has one *unit coordinate* per parameter that has more than one legal value:

===============  ===========================================  ==========================
parameter        unit coordinate                              features
===============  ===========================================  ==========================
double           ``(x - low) / (high - low)``, or so in logs  the coordinate
int              centre of the value's cell of width ``1/k``  the coordinate
grid             as double; only the grid's values are legal  the coordinate
categorical      centre of the category's cell                one-hot times ``1/sqrt(2)``
===============  ===========================================  ==========================

Equal cells give every integer the same chance under uniform sampling. One-hot columns scaled by ``1/sqrt(2)`` make the
squared distance of two categories exactly 1, so one kernel serves mixed spaces. Features are always computed from a
*snapped* (legal) point: two coordinates that mean the same value are the same point to the model, which rounds inside
the kernel [GarridoMerchan2020]_.

.. [GarridoMerchan2020] E. Garrido-Merchán and D. Hernández-Lobato. Dealing with categorical and integer-valued
   variables in Bayesian optimization with Gaussian processes. Neurocomputing, 2020. arXiv:1805.03463.
"""

import math
from collections.abc import Sequence

import numpy as np

from optsvc.domain.space import Assignments, SearchSpace, Value
from optsvc.engine.axes import Axis, CategoricalAxis, LevelledAxis, axis_of
from optsvc.engine.backend import HostArray


class Encoder:
    """The encoding of one search space.

    Letters: ``p`` axes (parameters with more than one legal value), ``d`` feature columns.

    Args:
        space: The search space.
        relaxed_levels: A numeric axis with more levels than this counts as smooth.

    Attributes:
        axes: The ``p`` axes, in the order of the space.
        levelled: Those with finitely many legal values, by their index.
        groups: For each feature column the index of its axis, shape ``(d,)``.
        smooth: Whether an acquisition function may be climbed by its gradient along an axis, shape ``(p,)``.
        point_count: How many legal points there are; None if some axis is continuous.
    """

    def __init__(self, space: SearchSpace, relaxed_levels: int) -> None:
        axes: list[Axis] = []
        self._fixed: dict[str, Value] = {}
        for parameter in space.parameters:
            axis = axis_of(parameter)
            if isinstance(axis, int | float | str):
                self._fixed[parameter.name] = axis
            else:
                axes.append(axis)
        self.axes = tuple(axes)
        self._names = tuple(parameter.name for parameter in space.parameters)
        self.groups = np.repeat(np.arange(len(axes)), [axis.width for axis in axes])
        starts = np.cumsum([0, *(axis.width for axis in axes)])
        self._numeric = np.array([j for j, a in enumerate(axes) if not isinstance(a, CategoricalAxis)], dtype=np.int64)
        self._numeric_columns = starts[self._numeric]
        self._categorical = [(j, starts[j], a) for j, a in enumerate(axes) if isinstance(a, CategoricalAxis)]
        self.levelled = {j: axis for j, axis in enumerate(axes) if isinstance(axis, LevelledAxis)}
        self.smooth = np.ones(len(axes), dtype=bool)
        for j, levelled in self.levelled.items():
            self.smooth[j] = not isinstance(levelled, CategoricalAxis) and levelled.levels > relaxed_levels
        finite = len(self.levelled) == len(axes)
        self.point_count = math.prod(axis.levels for axis in self.levelled.values()) if finite else None

    @property
    def dimension(self) -> int:
        """``p``, the number of axes."""
        return len(self.axes)

    def encode(self, points: Sequence[Assignments]) -> HostArray:
        """Unit coordinates of reported points, shape ``(n, p)``; not clipped to the cube."""
        out = np.empty((len(points), self.dimension))
        for j, axis in enumerate(self.axes):
            out[:, j] = axis.encode([point.get(axis.name) for point in points])
        return out

    def decode(self, point: HostArray) -> dict[str, Value]:
        """The legal assignments at one point ``(p,)``, in the order of the space."""
        values = {axis.name: axis.decode(float(point[j])) for j, axis in enumerate(self.axes)} | self._fixed
        return {name: values[name] for name in self._names}

    def snap(self, points: HostArray) -> HostArray:
        """The nearest legal points, shape ``(n, p)``."""
        out = np.empty_like(points)
        for j, axis in enumerate(self.axes):
            out[:, j] = axis.snap(points[:, j])
        return out

    def features(self, points: HostArray) -> HostArray:
        """Kernel features ``(n, d)`` of points ``(n, p)``; snap candidates first."""
        out = np.empty((len(points), len(self.groups)))
        out[:, self._numeric_columns] = points[:, self._numeric]
        for j, start, axis in self._categorical:
            out[:, start : start + axis.width] = axis.features(points[:, j])
        return out

    def pull_back(self, feature_gradient: HostArray) -> HostArray:
        """Gradient in unit coordinates ``(n, p)`` from one in features ``(n, d)``; zero along categories."""
        out = np.zeros((len(feature_gradient), self.dimension))
        out[:, self._numeric] = feature_gradient[:, self._numeric_columns]
        return out

    def all_points(self) -> HostArray:
        """Every legal point of a finite space, shape ``(point_count, p)``, in lexicographic order."""
        levels = [axis.coordinate(np.arange(axis.levels)) for axis in self.levelled.values()]
        return np.stack([c.ravel() for c in np.meshgrid(*levels, indexing="ij")], axis=1)
