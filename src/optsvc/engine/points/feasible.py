"""Keeping to linear constraints: which points do, and a lawful point near any other."""

import numpy as np

from optsvc.domain.errors import InvalidExperiment
from optsvc.domain.space import CONSTRAINT_TOLERANCE, CategoricalParameter, DoubleParameter, SearchSpace
from optsvc.engine.axes import GridAxis
from optsvc.engine.backend import BoolArray, HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.points.polytope import FLAT, Polytope, chebyshev_center, hit_and_run, legal_point, uniform_pool
from optsvc.engine.points.sobol import sobol_points

_LARGEST_COUNT = 2**20
"""An int axis with more values than this may as well be continuous."""
_PROJECTIONS = 20
_REPAIR_STEPS = 64


class Region:
    """The points of a space that keep to its linear constraints.

    Works on unit coordinates ``(n, p)`` of all axes, of which ``k`` are constrained.

    Args:
        encoder: The space; at least one constraint must be on an axis.

    Attributes:
        columns: The indexes of the ``k`` constrained axes.
        rows: ``A`` of ``A u <= b``, rows of unit norm, shape ``(r, p)``.
        bounds: ``b``, shape ``(r,)``.
        share: Which part of the cube, snapped to legal values, is feasible; an estimate.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        names = [axis.name for axis in encoder.axes]
        weights, thresholds = [], []
        for constraint in encoder.space.linear_constraints:
            sign = -1.0 if constraint.at_least else 1.0
            row, rest = np.zeros(len(names)), sign * constraint.threshold
            for name, weight in constraint.terms:
                if name in names:
                    row[names.index(name)] += sign * weight
                else:
                    rest -= sign * weight * float(encoder.fixed[name])
            weights.append(row)
            thresholds.append(rest)
        self._weights, self._thresholds = np.array(weights).reshape(len(weights), len(names)), np.array(thresholds)
        # Every axis that may take part is an affine function of its value.
        offsets, slopes = np.zeros(len(names)), np.ones(len(names))
        for j in np.flatnonzero((self._weights != 0.0).any(axis=0)):
            low, high = encoder.ends(int(j))
            ends = encoder.axes[j].encode([low, high])
            slopes[j] = (high - low) / (ends[1] - ends[0])
            offsets[j] = low - slopes[j] * ends[0]
        self._native = self._weights * slopes
        self._slack = self._thresholds - self._weights @ offsets
        self._tolerance = 0.5 * CONSTRAINT_TOLERANCE * (1.0 + np.abs(self._thresholds))
        norms = np.linalg.norm(self._native, axis=1)
        real = norms > 0.0
        self._always = bool((self._slack[~real] >= -self._tolerance[~real]).all())
        self.rows = self._native[real] / norms[real, None]
        self.bounds = self._slack[real] / norms[real]
        self.columns = np.flatnonzero((self.rows != 0.0).any(axis=0))
        self.polytope = self._polytope()
        self._low, self._high = np.zeros(len(names)), np.ones(len(names))
        self._low[self.columns], self._high[self.columns] = self.polytope.low, self.polytope.high
        self.share = 0.0
        if len(self.columns):
            cube = np.full((DEFAULTS.share_points, len(names)), 0.5)
            rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(0)))
            cube[:, self.columns] = sobol_points(DEFAULTS.share_points, len(self.columns), rng)
            self.share = float(self.holds(self._snap(cube)).mean())
        elif self._always:
            self.share = 1.0

    @classmethod
    def of(cls, encoder: Encoder) -> "Region | None":
        """The region of a space; None if no axis is constrained."""
        if not encoder.space.linear_constraints:
            return None
        region = cls(encoder)
        return region if len(region.columns) else None

    @property
    def is_empty(self) -> bool:
        """Whether no legal point is inside, or whether the set is flat."""
        if not self._always:
            return True
        if not len(self.columns):
            return False
        return chebyshev_center(self.polytope)[1] < FLAT or legal_point(self.polytope) is None

    def holds(self, points: HostArray) -> BoolArray:
        """Whether each snapped point ``(n, p)`` keeps to all constraints, up to rounding, in their own units."""
        kept: BoolArray = (points @ self._native.T <= self._slack + self._tolerance).all(axis=1)
        return kept & self._always

    def draw(self, count: int, rng: np.random.Generator) -> HostArray:
        """Independent, nearly uniform feasible coordinates of the constrained axes, shape ``(count, k)``."""
        pool = uniform_pool(self.polytope)
        steps = DEFAULTS.walk_steps * len(self.columns)
        walks = hit_and_run(self.polytope, pool[rng.integers(len(pool), size=2 * count)], steps, rng)
        return self._lawful(walks, count)[:count]

    def pool(self) -> HostArray:
        """Feasible coordinates of the constrained axes to choose from, shape ``(m, k)``; always the same."""
        return self._lawful(uniform_pool(self.polytope), DEFAULTS.pool_least)

    def repair(self, points: HostArray) -> HostArray:
        """The points ``(n, p)``, snapped, each moved to a feasible one near it if it is not feasible.

        Coordinates are projected on the violated constraints, one after the other, and snapped; then continuous ones
        are projected again while discrete ones are moved by the levels that lessen the violation most. Where that does
        not help, the nearest point of the pool stands in.
        """
        points = self._snap(points)
        broken = np.flatnonzero(~self.holds(points))
        if not len(broken):
            return points
        points[broken] = self._mended(points[broken])
        broken = broken[~self.holds(points[broken])]
        if len(broken):
            pool = self.pool()
            here = points[np.ix_(broken, self.columns)]
            nearest = ((here[:, None, :] - pool) ** 2).sum(axis=2).argmin(axis=1)
            points[np.ix_(broken, self.columns)] = pool[nearest]
        return points

    def _polytope(self) -> Polytope:
        low, high, counts, grids = [], [], [], []
        for j in self.columns.tolist():
            axis = self._encoder.levelled.get(j)
            is_grid = isinstance(axis, GridAxis)
            ends = [0.0, 1.0] if axis is None else axis.coordinate(np.array([0, axis.levels - 1])).tolist()
            low.append(ends[0])
            high.append(ends[1])
            counts.append(0 if axis is None or is_grid or axis.levels > _LARGEST_COUNT else axis.levels)
            grids.append(tuple(axis.coordinate(np.arange(axis.levels)).tolist()) if axis and is_grid else ())
        rows = tuple(map(tuple, self.rows[:, self.columns].tolist()))
        return Polytope(rows, tuple(self.bounds.tolist()), tuple(low), tuple(high), tuple(counts), tuple(grids))

    def _snap(self, points: HostArray) -> HostArray:
        """The points with their constrained coordinates snapped; the others are left alone."""
        out = points.copy()
        for j in self.columns:
            out[:, j] = self._encoder.axes[j].snap(points[:, j])
        return out

    def _lawful(self, coordinates: HostArray, least: int) -> HostArray:
        """Those of the constrained coordinates ``(m, k)`` that are feasible once snapped; if few, others mended."""
        points = np.full((len(coordinates), self._encoder.dimension), 0.5)
        points[:, self.columns] = coordinates
        points = self._snap(points)
        holds = self.holds(points)
        lawful = points[holds]
        if len(lawful) < least:
            mended = self._mended(points[~holds][: least - len(lawful)])
            anchor = legal_point(self.polytope)
            if anchor is not None:
                mended[np.ix_(~self.holds(mended), self.columns)] = anchor
            lawful = np.vstack([lawful, self._snap(mended)])
        return lawful[:, self.columns]

    def _mended(self, points: HostArray) -> HostArray:
        """Snapped points near those given, most of them feasible."""
        smooth = np.zeros(self._encoder.dimension, dtype=bool)
        smooth[[j for j in self.columns if j not in self._encoder.levelled]] = True
        every = np.zeros(self._encoder.dimension, dtype=bool)
        every[self.columns] = True
        points = self._snap(self._projected(points, every))
        points = self._projected(points, smooth)
        axes = [(j, self._encoder.levelled[j]) for j in self.columns.tolist() if j in self._encoder.levelled]
        broken = np.flatnonzero(~self.holds(points))
        for _ in range(_REPAIR_STEPS if axes else 0):
            if not len(broken):
                break
            here = points[broken]
            moves = np.repeat(here[:, None, :], 2 * len(axes), axis=1)
            for place, (j, axis) in enumerate(axes):
                level = axis.index(here[:, j])
                moves[:, 2 * place, j] = axis.coordinate(np.maximum(level - 1, 0))
                moves[:, 2 * place + 1, j] = axis.coordinate(np.minimum(level + 1, axis.levels - 1))
            tried = self._projected(moves.reshape(-1, here.shape[1]), smooth).reshape(moves.shape)
            left = self._violation(tried)
            best = left.argmin(axis=1)
            better = left.min(axis=1) < self._violation(here)
            points[broken[better]] = tried[np.arange(len(here)), best][better]
            broken = broken[better]
            broken = broken[~self.holds(points[broken])]
        return points

    def _violation(self, points: HostArray) -> HostArray:
        total: HostArray = np.maximum(points @ self.rows.T - self.bounds, 0.0).sum(axis=-1)
        return total

    def _projected(self, points: HostArray, movable: BoolArray) -> HostArray:
        """By cyclic projections of the movable coordinates ``(p,)`` on what is violated, within their ends."""
        rows = np.where(movable, self.rows, 0.0)
        norms = (rows * rows).sum(axis=1)
        points = points.copy()
        for _ in range(_PROJECTIONS if movable.any() else 0):
            excess = points @ self.rows.T - self.bounds
            moving = (excess[:, norms > 0.0] > 0.0).any(axis=1)
            if not moving.any():
                break
            part = points[moving]
            for full, row, bound, norm in zip(self.rows, rows, self.bounds, norms, strict=True):
                if norm > 0.0:
                    over = part @ full - bound
                    # A hair beyond the facet, so that rounding does not leave the point outside.
                    part -= (np.where(over > 0.0, over + 1e-12, 0.0) / norm)[:, None] * row
            part[:, movable] = np.clip(part[:, movable], self._low[movable], self._high[movable])
            points[moving] = part
        return points


def check_space(space: SearchSpace) -> None:
    """Refuses a search space whose linear constraints leave nothing to search.

    Args:
        space: A search space whose parameters are in order by themselves.

    Raises:
        InvalidExperiment: A constraint is on a parameter that is unknown, categorical, conditional or on a log scale;
            or no point keeps to all constraints; or only a set without interior does, as an equality would leave it.
    """
    if not space.linear_constraints:
        return
    parameters = {parameter.name: parameter for parameter in space.parameters}
    for constraint in space.linear_constraints:
        for name, _ in constraint.terms:
            parameter = parameters.get(name)
            if parameter is None:
                raise InvalidExperiment(f"a linear constraint names {name!r}, which is not a parameter")
            if isinstance(parameter, CategoricalParameter):
                raise InvalidExperiment(f"a linear constraint cannot be on {name!r}: it is categorical")
            if isinstance(parameter, DoubleParameter) and parameter.log:
                raise InvalidExperiment(f"a linear constraint cannot be on {name!r}: it is on a log scale")
            if parameter.conditions:
                raise InvalidExperiment(f"a linear constraint cannot be on {name!r}: it does not always exist")
    region = Region(Encoder(space, DEFAULTS.relaxed_levels))
    if not region.is_empty:
        return
    radius = chebyshev_center(region.polytope)[1] if len(region.columns) else -1.0
    if radius < -FLAT or not len(region.columns):
        raise InvalidExperiment("no point within the bounds keeps to all linear constraints: loosen one of them")
    if radius < FLAT:
        raise InvalidExperiment(
            "the linear constraints leave next to nothing within the bounds, as an equality does: "
            "leave a parameter out and compute it from the others"
        )
    raise InvalidExperiment(
        "no point with whole numbers (or grid values) keeps to all linear constraints: loosen one of them"
    )


def feasible_share(space: SearchSpace) -> float:
    """Which share of the box keeps to the linear constraints: an estimate from 2,048 evenly spread points.

    1 without constraints. 0 means rarer than about one in a thousand, not none: `check_space` tells these apart.
    """
    if not space.linear_constraints:
        return 1.0
    return Region(Encoder(space, DEFAULTS.relaxed_levels)).share
