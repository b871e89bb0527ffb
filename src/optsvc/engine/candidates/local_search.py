"""Climbing from many starts at once: projected L-BFGS in a box, vectorized over the starts.

One evaluation of the acquisition at 20 points costs little more than at one, so all climbs take their steps together;
those that have arrived drop out. No climb takes notice of another, so they may even climb different functions. The
two-loop recursion is algorithm 7.4 of [NocedalWright2006]_, on the coordinates
that no bound holds.

.. [NocedalWright2006] J. Nocedal and S. Wright. Numerical Optimization. Springer, 2006.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from optsvc.engine.backend import BoolArray, HostArray, IntArray
from optsvc.engine.defaults import EngineDefaults

Objective = Callable[[HostArray], tuple[HostArray, HostArray]]
"""From points ``(b, p)`` to values ``(b,)`` and gradients ``(b, p)``."""

RowObjective = Callable[[HostArray, IntArray], tuple[HostArray, HostArray]]
"""The same where each climb has a function of its own; also told which climbs ``(b,)`` the points belong to."""

_SUFFICIENT_DECREASE = 1e-4
_BACKTRACKS = 10


@dataclass(frozen=True, slots=True)
class Patience:
    """When a climb has arrived or is given up.

    Args:
        iterations: At most this many.
        memory: How many past steps the quasi-Newton direction knows.
        gradient_tolerance: Arrived if no component of the projected gradient is larger.
        value_tolerance: Given up if a step improves the value by less than this share of it.
        longest_step: Along any coordinate.
    """

    iterations: int
    memory: int
    gradient_tolerance: float
    value_tolerance: float
    longest_step: float

    @classmethod
    def polish(cls, defaults: EngineDefaults) -> Self:
        """Of a climb on an acquisition function."""
        return cls(
            defaults.polish_iterations,
            defaults.polish_memory,
            defaults.polish_gradient_tolerance,
            defaults.polish_value_tolerance,
            defaults.polish_longest_step,
        )


def minimize_in_cube(
    objective: Objective, starts: HostArray, scale: HostArray, defaults: EngineDefaults
) -> tuple[HostArray, HostArray]:
    """Local minima of an objective in the unit cube.

    Args:
        objective: What is minimized; a zero gradient along a coordinate keeps it where it is.
        starts: Shape ``(b, p)``, inside the cube.
        scale: Typical step along each coordinate, shape ``(p,)``, > 0.
        defaults: Iterations, memory and tolerances.

    Returns:
        Points ``(b, p)`` and their values ``(b,)``, never worse than the starts.
    """
    cube = np.zeros(starts.shape[1]), np.ones(starts.shape[1])
    return minimize_in_box(
        lambda points, _: objective(points),
        starts,
        np.broadcast_to(scale, starts.shape),
        cube,
        Patience.polish(defaults),
    )


def minimize_in_box(
    objective: RowObjective,
    starts: HostArray,
    scale: HostArray,
    box: tuple[HostArray, HostArray],
    patience: Patience,
) -> tuple[HostArray, HostArray]:
    """Local minima, one climb for each start, each of its own function.

    Args:
        objective: What is minimized; a zero gradient along a coordinate keeps it where it is.
        starts: Shape ``(b, p)``, inside the box.
        scale: Typical steps, shape ``(b, p)``.
        box: Lower and upper bounds, each ``(p,)``.
        patience: When to stop.

    Returns:
        Points ``(b, p)`` and their values ``(b,)``, never worse than the starts.
    """
    lower, upper = box
    best = starts.copy()
    rows = np.arange(len(best))
    values, gradients = objective(best, rows)
    x, f, g = best.copy(), values.copy(), gradients
    memory: list[tuple[HostArray, HostArray]] = []
    for _ in range(patience.iterations):
        free = ~(((x <= lower) & (g > 0.0)) | ((x >= upper) & (g < 0.0)))
        moving = np.abs(np.where(free, g, 0.0)).max(axis=1, initial=0.0) > patience.gradient_tolerance
        if not moving.all():
            rows, x, f, g, free = rows[moving], x[moving], f[moving], g[moving], free[moving]
            memory = [(s[moving], y[moving]) for s, y in memory]
        if len(rows) == 0:
            break
        direction = quasi_newton(np.where(free, g, 0.0), free, memory, scale[rows] ** 2)
        longest = np.abs(direction).max(axis=1, keepdims=True)
        direction *= np.minimum(1.0, patience.longest_step / np.maximum(longest, 1e-300))
        x_new, f_new, g_new, stepped = line_search(objective, rows, x, f, g, direction, box)
        memory = [*memory[-(patience.memory - 1) :], (x_new - x, g_new - g)]
        progress = stepped & (f - f_new > patience.value_tolerance * (1.0 + np.abs(f)))
        x, f, g = x_new, f_new, g_new
        best[rows], values[rows] = x, f
        if not progress.all():
            rows, x, f, g = rows[progress], x[progress], f[progress], g[progress]
            memory = [(s[progress], y[progress]) for s, y in memory]
    return best, values


def quasi_newton(
    gradient: HostArray,
    free: BoolArray,
    memory: list[tuple[HostArray, HostArray]],
    squared_scale: HostArray,
) -> HostArray:
    """Quasi-Newton direction ``(b, p)`` within the free coordinates; scaled steepest descent where that is uphill."""
    q = gradient.copy()
    stack: list[tuple[HostArray, HostArray, HostArray, HostArray]] = []
    curvature = np.ones((len(q), 1))
    for s, y in reversed(memory):
        s, y = np.where(free, s, 0.0), np.where(free, y, 0.0)
        sy = (s * y).sum(axis=1, keepdims=True)
        # A pair without positive curvature says nothing about the minimum: it is passed over, for its row alone.
        good = sy > 1e-12 * np.sqrt((s * s).sum(axis=1, keepdims=True) * (y * y).sum(axis=1, keepdims=True))
        rho = np.where(good, 1.0 / np.where(good, sy, 1.0), 0.0)
        if not stack:
            yy = (y * y * squared_scale).sum(axis=1, keepdims=True)
            curvature = np.where(good, sy / np.where(good, yy, 1.0), 1.0)
        a = rho * (s * q).sum(axis=1, keepdims=True)
        q -= a * y
        stack.append((s, y, rho, a))
    q *= curvature * squared_scale
    for s, y, rho, a in reversed(stack):
        q += s * (a - rho * (y * q).sum(axis=1, keepdims=True))
    downhill = (q * gradient).sum(axis=1, keepdims=True) > 0.0
    return -np.where(downhill, np.where(free, q, 0.0), gradient * squared_scale)


def line_search(
    objective: RowObjective,
    rows: IntArray,
    x: HostArray,
    f: HostArray,
    g: HostArray,
    direction: HostArray,
    box: tuple[HostArray, HostArray],
) -> tuple[HostArray, HostArray, HostArray, BoolArray]:
    """Backtracking along the direction, projected on the box, each row with its own step; `rows` are their climbs.

    Returns:
        New points, values, gradients, and which rows moved; the others are as they were.
    """
    x_new, f_new, g_new = x.copy(), f.copy(), g.copy()
    open_rows = np.arange(len(x))
    step = 1.0
    for _ in range(_BACKTRACKS):
        trial = np.clip(x[open_rows] + step * direction[open_rows], *box)
        value, gradient = objective(trial, rows[open_rows])
        slope = (g[open_rows] * (trial - x[open_rows])).sum(axis=1)
        accepted = (value <= f[open_rows] + _SUFFICIENT_DECREASE * slope) & (slope < 0.0)
        taken = open_rows[accepted]
        x_new[taken], f_new[taken], g_new[taken] = trial[accepted], value[accepted], gradient[accepted]
        open_rows = open_rows[~accepted]
        if len(open_rows) == 0:
            break
        step *= 0.5
    moved = np.ones(len(x), dtype=bool)
    moved[open_rows] = False
    return x_new, f_new, g_new, moved
