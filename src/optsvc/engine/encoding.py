"""Search space ↔ unit cube ↔ kernel features.

A point has one *unit coordinate* per conditional and per parameter that has more than one legal value:

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

A conditional is a categorical axis. A parameter whose conditions do not hold has the coordinate `INACTIVE`. A numeric
parameter with conditions lies on an arc of a sixth of a circle, ``(cos πu/3, sin πu/3)``, and at its centre while
inactive [Swersky2013]_: the ends of the arc are at distance 1, and so is each of its points from "inactive". A
categorical one has another level, "inactive". So two points that both lack a parameter are alike in it.

.. [GarridoMerchan2020] E. Garrido-Merchán and D. Hernández-Lobato. Dealing with categorical and integer-valued
   variables in Bayesian optimization with Gaussian processes. Neurocomputing, 2020. arXiv:1805.03463.
.. [Swersky2013] K. Swersky et al. Raiders of the lost architecture: kernels for Bayesian optimization in conditional
   parameter spaces. 2013. arXiv:1409.4011.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from optsvc.domain.space import Assignments, Conditions, SearchSpace, Value
from optsvc.engine.axes import Axis, CategoricalAxis, LevelledAxis, axis_of
from optsvc.engine.backend import BoolArray, HostArray

INACTIVE = -1e6
"""The coordinate of a parameter whose conditions do not hold; farther out than any reported value."""

_COUNTED_BRANCHES = 4096
_SIXTH = math.pi / 3.0
_HALF_SQRT = math.sqrt(0.5)


class Encoder:
    """The encoding of one search space.

    Letters: ``p`` axes (conditionals and parameters with more than one legal value), ``d`` feature columns.

    Args:
        space: The search space.
        relaxed_levels: A numeric axis with more levels than this counts as smooth.

    Attributes:
        space: The search space.
        axes: The ``p`` axes: conditionals, then parameters, each in the order of the space.
        gates: The indexes of the conditionals' axes: the first few.
        fixed: The values of conditionals and parameters that have but one.
        levelled: The axes with finitely many legal values, by their index.
        categorical: Which axes are categorical, shape ``(p,)``.
        groups: For each feature column the index of its axis, shape ``(d,)``.
        smooth: Whether an acquisition function may be climbed by its gradient along an axis, shape ``(p,)``.
        point_count: How many points there are, linear constraints aside; None if some axis is continuous, or the
            conditionals have too many combinations to count.
    """

    def __init__(self, space: SearchSpace, relaxed_levels: int) -> None:
        self.space = space
        axes: list[Axis] = []
        self.fixed: dict[str, Value] = {}
        gates: list[CategoricalAxis] = []
        for conditional in space.conditionals:
            if len(conditional.values) > 1:
                gates.append(CategoricalAxis(conditional.name, conditional.values))
            else:
                self.fixed[conditional.name] = conditional.values[0]
        axes.extend(gates)
        self.gates = range(len(gates))
        self._defaults: list[Value | None] = [None] * len(gates)
        self._conditions: dict[int, list[tuple[int, BoolArray]]] = {}
        for parameter in space.parameters:
            axis = axis_of(parameter)
            conditions = self._open_conditions(parameter.conditions, gates)
            if isinstance(axis, int | float | str):
                self.fixed[parameter.name] = axis
            elif conditions is not None:
                if conditions:
                    self._conditions[len(axes)] = conditions
                axes.append(axis)
                self._defaults.append(parameter.default)
        self.axes = tuple(axes)
        widths = [axis.width + (j in self._conditions) for j, axis in enumerate(axes)]
        starts = np.cumsum([0, *widths])[:-1]
        self.groups = np.repeat(np.arange(len(axes)), widths)
        self.categorical = np.array([isinstance(axis, CategoricalAxis) for axis in axes], dtype=bool)
        arcs = np.array([j in self._conditions for j in range(len(axes))], dtype=bool)
        self._numeric = np.flatnonzero(~self.categorical & ~arcs)
        self._numeric_columns = starts[self._numeric]
        self._arcs = np.flatnonzero(~self.categorical & arcs)
        self._arc_columns = starts[self._arcs]
        self._categorical = [(j, starts[j], a) for j, a in enumerate(axes) if isinstance(a, CategoricalAxis)]
        self.levelled = {j: axis for j, axis in enumerate(axes) if isinstance(axis, LevelledAxis)}
        self.smooth = np.ones(len(axes), dtype=bool)
        for j, levelled in self.levelled.items():
            self.smooth[j] = not isinstance(levelled, CategoricalAxis) and levelled.levels > relaxed_levels
        self.point_count = self._count()

    def ends(self, index: int) -> tuple[float, float]:
        """The least and the greatest legal value of a numeric axis."""
        return float(self.axes[index].decode(0.0)), float(self.axes[index].decode(1.0))

    @property
    def dimension(self) -> int:
        """``p``, the number of axes."""
        return len(self.axes)

    def encode(self, points: Sequence[Assignments]) -> HostArray:
        """Unit coordinates of reported points, shape ``(n, p)``; not clipped to the cube.

        A parameter that a point lacks has its default, or is inactive if it has conditions and no default.
        """
        out = np.empty((len(points), self.dimension))
        for j, (axis, default) in enumerate(zip(self.axes, self._defaults, strict=True)):
            values = [point.get(axis.name, default) for point in points]
            out[:, j] = axis.encode(values)
            if j in self._conditions:
                out[[value is None for value in values], j] = INACTIVE
        return self.deactivate(out)

    def decode(self, point: HostArray) -> dict[str, Value]:
        """The legal assignments at one point ``(p,)``: conditionals, then the parameters that exist."""
        values = {
            axis.name: axis.decode(float(u)) for axis, u in zip(self.axes, point, strict=True) if u != INACTIVE
        } | self.fixed
        gates = {conditional.name: values[conditional.name] for conditional in self.space.conditionals}
        return gates | {parameter.name: values[parameter.name] for parameter in self.space.existing(gates)}

    def active(self, points: HostArray) -> BoolArray:
        """Whether each axis exists at each point, shape ``(n, p)``; only the conditionals' coordinates matter."""
        out = np.ones(points.shape, dtype=bool)
        for j, conditions in self._conditions.items():
            for gate, allowed in conditions:
                out[:, j] &= (points[:, gate] >= 0.0) & allowed[self.levelled[gate].index(points[:, gate])]
        return out

    def deactivate(self, points: HostArray) -> HostArray:
        """The points with `INACTIVE` wherever the conditions of an axis do not hold."""
        return np.where(self.active(points), points, INACTIVE) if self._conditions else points

    def fill(self, points: HostArray, draws: HostArray) -> HostArray:
        """The points with coordinates from `draws`, same shape, wherever they are inactive."""
        return np.where(points == INACTIVE, draws, points) if self._conditions else points

    def snap(self, points: HostArray) -> HostArray:
        """The nearest legal points, shape ``(n, p)``; linear constraints aside."""
        out = np.empty_like(points)
        for j, axis in enumerate(self.axes):
            out[:, j] = axis.snap(points[:, j])
        return self.deactivate(out)

    def features(self, points: HostArray) -> HostArray:
        """Kernel features ``(n, d)`` of points ``(n, p)``; snap candidates first."""
        out = np.empty((len(points), len(self.groups)))
        out[:, self._numeric_columns] = points[:, self._numeric]
        for j, start, axis in self._categorical:
            out[:, start : start + axis.width] = axis.features(points[:, j])
            if j in self._conditions:
                out[:, start + axis.width] = np.where(points[:, j] == INACTIVE, _HALF_SQRT, 0.0)
        if len(self._arcs):
            angles, radius = self._angles(points)
            out[:, self._arc_columns] = radius * np.cos(angles)
            out[:, self._arc_columns + 1] = radius * np.sin(angles)
        return out

    def pull_back(self, points: HostArray, feature_gradient: HostArray) -> HostArray:
        """Gradient in unit coordinates ``(n, p)`` at `points` from one in features ``(n, d)``; categories: 0."""
        out = np.zeros((len(feature_gradient), self.dimension))
        out[:, self._numeric] = feature_gradient[:, self._numeric_columns]
        if len(self._arcs):
            angles, radius = self._angles(points)
            along_cosine, along_sine = (feature_gradient[:, self._arc_columns + k] for k in (0, 1))
            out[:, self._arcs] = _SIXTH * radius * (along_sine * np.cos(angles) - along_cosine * np.sin(angles))
        return out

    def all_points(self) -> HostArray:
        """Every point of a finite space, shape ``(point_count, p)``, in lexicographic order; constraints aside."""
        blocks = []
        for gates in self._branches():
            exists = self.active(gates[None, :])[0]
            levels = []
            for j, axis in self.levelled.items():
                if j in self.gates or not exists[j]:
                    levels.append(gates[j : j + 1])
                else:
                    levels.append(axis.coordinate(np.arange(axis.levels)))
            blocks.append(np.stack([c.ravel() for c in np.meshgrid(*levels, indexing="ij")], axis=1))
        return np.vstack(blocks)

    def _open_conditions(
        self, conditions: Conditions, gates: Sequence[CategoricalAxis]
    ) -> list[tuple[int, BoolArray]] | None:
        """The conditions that a conditional with several values decides: its index, which levels will do.

        None if they can never hold.
        """
        names = [gate.name for gate in gates]
        out = []
        for name, values in conditions:
            if name not in names:
                if self.fixed.get(name) in values:
                    continue
                return None
            index = names.index(name)
            allowed = np.array([gates[index].value(k) in values for k in range(gates[index].levels)], dtype=bool)
            if not allowed.any():
                return None
            out.append((index, allowed))
        return out

    def _branches(self) -> Iterator[HostArray]:
        """One point ``(p,)`` for each combination of the conditionals, inactive in all other coordinates."""
        choices = [self.levelled[j].coordinate(np.arange(self.levelled[j].levels)).tolist() for j in self.gates]
        for gates in product(*choices):
            yield np.array([*gates, *[INACTIVE] * (self.dimension - len(gates))])

    def _count(self) -> int | None:
        if len(self.levelled) < len(self.axes):
            return None
        if math.prod(self.levelled[j].levels for j in self.gates) > _COUNTED_BRANCHES:
            return None
        counts = []
        for gates in self._branches():
            exists = self.active(gates[None, :])[0]
            counts.append(math.prod(a.levels for j, a in self.levelled.items() if j not in self.gates and exists[j]))
        return sum(counts)

    def _angles(self, points: HostArray) -> tuple[HostArray, HostArray]:
        """Angle and radius of the conditional numeric axes; beyond a range outside the bounds the arc would close."""
        coordinates = points[:, self._arcs]
        return _SIXTH * np.clip(coordinates, -1.0, 2.0), (coordinates != INACTIVE).astype(np.float64)
