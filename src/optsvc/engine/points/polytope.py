"""What linear constraints leave of the unit cube: its centre, whether there is anything, points inside it.

Letters: ``k`` constrained axes, ``r`` rows ``A u <= b`` of unit norm, on unit coordinates ``u``. Axes with finitely
many values are *relaxed* to an interval unless said otherwise.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from optsvc.engine.backend import HostArray

FLAT = 1e-8
"""A set that holds no ball of this radius has no interior worth the name."""
_CHAINS = 512
_STEPS_PER_AXIS = 20
_SNAPSHOTS = 4
_PILOT = 64


@dataclass(frozen=True, slots=True)
class Polytope:
    """``A u <= b`` within a box; hashable, so that what depends on it alone is worked out once.

    Args:
        rows: ``A``, ``r`` tuples of length ``k``.
        bounds: ``b``.
        low: Least value of each coordinate.
        high: Greatest value of each coordinate.
        counts: How many equally spaced legal values from least to greatest each coordinate has; 0 if that is not so.
        grids: The legal values of a coordinate that has others; empty if not so.
    """

    rows: tuple[tuple[float, ...], ...]
    bounds: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    counts: tuple[int, ...]
    grids: tuple[tuple[float, ...], ...]

    @property
    def matrix(self) -> HostArray:
        """The rows, and those of the box, shape ``(r + 2 k, k)``."""
        identity = np.eye(len(self.low))
        return np.vstack([np.array(self.rows).reshape(-1, len(self.low)), identity, -identity])

    @property
    def limits(self) -> HostArray:
        """The bounds that go with `matrix`, shape ``(r + 2 k,)``."""
        return np.array([*self.bounds, *self.high, *(-low for low in self.low)])


@lru_cache(maxsize=256)
def chebyshev_center(polytope: Polytope) -> tuple[tuple[float, ...], float]:
    """Centre and radius of the largest ball inside, by linear programming; a radius < 0 if there is nothing inside."""
    A, b = polytope.matrix, polytope.limits
    k = A.shape[1]
    norms = np.linalg.norm(A, axis=1)
    # The radius may be negative, so there is always a solution.
    result = linprog([0.0] * k + [-1.0], np.column_stack([A, norms]), b, bounds=[(None, None)] * (k + 1))
    solution = np.asarray(result.x)
    return tuple(solution[:k].tolist()), float(solution[k])


@lru_cache(maxsize=256)
def legal_point(polytope: Polytope) -> tuple[float, ...] | None:
    """A point inside whose coordinates are legal values, as far from the rows as possible; None if there is none."""
    if not any(polytope.counts) and not any(polytope.grids):
        center, radius = chebyshev_center(polytope)
        return center if radius > 0.0 else None
    # A coordinate is an affine function of a whole number, or a sum of a grid's values times choices of sum 1.
    k = len(polytope.low)
    columns: list[HostArray] = []
    offsets = np.zeros(k)
    low: list[float] = []
    high: list[float] = []
    whole: list[int] = []
    grids: list[slice] = []
    for j, (count, grid) in enumerate(zip(polytope.counts, polytope.grids, strict=True)):
        unit = np.eye(k)[j]
        if grid:
            grids.append(slice(len(columns), len(columns) + len(grid)))
            columns.extend(unit * value for value in grid)
            low, high, whole = low + [0.0] * len(grid), high + [1.0] * len(grid), whole + [1] * len(grid)
        elif count:
            offsets[j] = polytope.low[j]
            columns.append(unit * (polytope.high[j] - polytope.low[j]) / (count - 1))
            low, high, whole = [*low, 0.0], [*high, count - 1.0], [*whole, 1]
        else:
            columns.append(unit)
            low, high, whole = [*low, polytope.low[j]], [*high, polytope.high[j]], [*whole, 0]
    M = np.array(columns).T
    A, b = np.array(polytope.rows), np.array(polytope.bounds)
    constraints = [LinearConstraint(np.column_stack([A @ M, np.ones(len(A))]), -np.inf, b - A @ offsets)]
    for choices in grids:
        row = np.zeros(len(columns) + 1)
        row[choices] = 1.0
        constraints.append(LinearConstraint(row, 1.0, 1.0))
    result = milp(
        np.array([0.0] * len(columns) + [-1.0]),
        integrality=np.array([*whole, 0]),
        bounds=Bounds([*low, 0.0], [*high, 10.0]),
        constraints=constraints,
    )
    if result.x is None:
        return None
    z = np.where(np.array(whole) == 1, np.round(result.x[:-1]), result.x[:-1])
    return tuple((offsets + M @ z).tolist())


def hit_and_run(polytope: Polytope, points: HostArray, steps: int, rng: np.random.Generator) -> HostArray:
    """Random walks inside, one from each point ``(n, k)``; after many steps their ends are uniform [Smith1984]_.

    .. [Smith1984] R. Smith. Efficient Monte Carlo procedures for generating points uniformly distributed over bounded
       regions. Operations Research, 1984.
    """
    A, b = polytope.matrix, polytope.limits
    # Directions drawn from the spread of the walks cross a thin set lengthwise.
    spread = np.cov(points.T).reshape(len(A.T), -1) if len(points) >= _PILOT else np.zeros((len(A.T), len(A.T)))
    shape = np.linalg.cholesky(spread + (1e-12 + 1e-3 * np.trace(spread) / len(spread)) * np.eye(len(spread)))
    for _ in range(steps):
        direction = rng.standard_normal(points.shape) @ shape.T
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        gap, rate = np.maximum(b - points @ A.T, 0.0), direction @ A.T
        # Where the rate is near zero the row is never met.
        reach = gap / np.where(np.abs(rate) < 1e-14, 1.0, rate)
        forward = np.where(rate > 1e-14, reach, np.inf).min(axis=1)
        backward = np.where(rate < -1e-14, reach, -np.inf).max(axis=1)
        step = backward + (forward - backward) * rng.random(len(points))
        points = points + step[:, None] * direction
    return points


@lru_cache(maxsize=32)
def uniform_pool(polytope: Polytope) -> HostArray:
    """Many points that are nearly uniform inside, shape ``(4 * 512, k)``; the same for the same polytope."""
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(0)))
    steps = _STEPS_PER_AXIS * len(polytope.low)
    points = np.tile(chebyshev_center(polytope)[0], (_CHAINS, 1))
    points = hit_and_run(polytope, points, steps, rng)
    snapshots = []
    for _ in range(_SNAPSHOTS):
        points = hit_and_run(polytope, points, steps, rng)
        snapshots.append(points)
    pool = np.vstack(snapshots)
    pool.flags.writeable = False
    return pool
