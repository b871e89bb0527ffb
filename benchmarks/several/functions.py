"""Test functions of several metrics; each takes points ``(n, d)`` and returns values ``(n, m)``."""

import math
from collections.abc import Callable

import numpy as np

from benchmarks.protocols import Array


def _columns(*columns: Array) -> Array:
    return np.stack(columns, axis=1)


def _zdt(shape: Callable[[Array, Array], Array]) -> Callable[[Array], Array]:
    """Zitzler, Deb & Thiele (2000): the first axis moves along the front, the sum of the others away from it."""

    def function(x: Array) -> Array:
        first, distance = x[:, 0], 1 + 9 * x[:, 1:].mean(axis=1)
        return _columns(first, distance * shape(first, first / distance))

    return function


zdt1 = _zdt(lambda _, ratio: 1 - np.sqrt(ratio))
zdt2 = _zdt(lambda _, ratio: 1 - ratio**2)
zdt3 = _zdt(lambda first, ratio: 1 - np.sqrt(ratio) - ratio * np.sin(10 * math.pi * first))


def zdt_set(dimensions: int, count: int = 2001) -> Array:
    """Points that hold the Pareto set of ZDT1, 2 and 3."""
    out = np.zeros((count, dimensions))
    out[:, 0] = np.linspace(0, 1, count)
    return out


def dtlz2(objectives: int) -> Callable[[Array], Array]:
    """Deb, Thiele, Laumanns & Zitzler (2002): an octant of a sphere; what comes after the angles moves away from it."""

    def function(x: Array) -> Array:
        angles = x[:, : objectives - 1] * math.pi / 2
        radius = 1 + ((x[:, objectives - 1 :] - 0.5) ** 2).sum(axis=1)
        columns = []
        for last in range(objectives - 1, -1, -1):
            cosines = np.cos(angles[:, :last]).prod(axis=1)
            columns.append(radius * cosines * (np.sin(angles[:, last]) if last < objectives - 1 else 1.0))
        return _columns(*columns)

    return function


def dtlz2_set(objectives: int, dimensions: int, steps: int) -> Array:
    """A grid of its Pareto set, with as many steps on each angle."""
    grid = np.meshgrid(*[np.linspace(0, 1, steps)] * (objectives - 1))
    out = np.full((grid[0].size, dimensions), 0.5)
    out[:, : objectives - 1] = np.stack([axis.ravel() for axis in grid], axis=1)
    return out


def c2_dtlz2(x: Array) -> Array:
    """DTLZ2 of two objectives with what Jain & Deb (2014) leave of it: balls of 0.2 around its ends and its middle."""
    losses, squared = dtlz2(2)(x), 0.2**2
    ends = [((losses - end) ** 2).sum(axis=1) - squared for end in (np.array([1.0, 0.0]), np.array([0.0, 1.0]))]
    middle = ((losses - math.sqrt(0.5)) ** 2).sum(axis=1) - squared
    return _columns(losses[:, 0], losses[:, 1], np.minimum.reduce([*ends, middle]))


def branin_currin(x: Array) -> Array:
    """Branin's function, and Currin's exponential one to be minimized as well (Belakaria et al. 2019)."""
    a, b = 15 * x[:, 0] - 5, 15 * x[:, 1]
    branin = (
        (b - 5.1 / (4 * math.pi**2) * a**2 + 5 / math.pi * a - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * np.cos(a) + 10
    )
    factor = 1 - np.exp(-1 / (2 * np.maximum(x[:, 1], 1e-12)))
    numerator = 2300 * x[:, 0] ** 3 + 1900 * x[:, 0] ** 2 + 2092 * x[:, 0] + 60
    return _columns(branin, factor * numerator / (100 * x[:, 0] ** 3 + 500 * x[:, 0] ** 2 + 4 * x[:, 0] + 20))


def network(x: Array) -> Array:
    """A made-up training: accuracy (percent), milliseconds and megabytes of a network.

    Axes: learning rate, layers, width, dropout, activation. Deeper is better up to a point, wants a lower learning rate
    and more dropout, and costs time; the activations trade accuracy for time.
    """
    rate, layers, width, dropout, kind = np.log10(x[:, 0]), x[:, 1], np.log2(x[:, 2]), x[:, 3], x[:, 4].astype(int)
    best_rate = -1.5 - 0.2 * layers + np.array([0.0, 0.6, -0.5])[kind]
    missed = 14 * np.exp(-0.28 * layers - 0.25 * (width - 4)) + 0.12 * np.maximum(layers - 6, 0) ** 2
    tuning = 30 * (1 - np.exp(-0.15 * (rate - best_rate) ** 2)) + 12 * (dropout - 0.05 - 0.05 * layers) ** 2
    accuracy = 97 - missed - tuning - np.array([1.5, 0.0, 0.6])[kind]
    milliseconds = 0.3 + 0.02 * layers * x[:, 2] ** 0.9 * np.array([0.8, 1.3, 1.0])[kind]
    return _columns(accuracy, milliseconds, 4e-6 * layers * x[:, 2] ** 2 + 0.01 * x[:, 2])


def bnh(x: Array) -> Array:
    """Binh & Korn (1997)."""
    a, b = x.T
    return _columns(4 * a**2 + 4 * b**2, (a - 5) ** 2 + (b - 5) ** 2, (a - 5) ** 2 + b**2, (a - 8) ** 2 + (b + 3) ** 2)


def srn(x: Array) -> Array:
    """Srinivas & Deb (1994)."""
    a, b = x.T
    return _columns((a - 2) ** 2 + (b - 1) ** 2 + 2, 9 * a - (b - 1) ** 2, a**2 + b**2, a - 3 * b + 10)


def osy(x: Array) -> Array:
    """Osyczka & Kundu (1995); of its four linear constraints two and two are one metric, the lesser of their rooms."""
    a, b, c, d, e, f = x.T
    first = -(25 * (a - 2) ** 2 + (b - 2) ** 2 + (c - 1) ** 2 + (d - 4) ** 2 + (e - 1) ** 2)
    return _columns(
        first,
        (x**2).sum(axis=1),
        np.minimum(a + b - 2, 6 - a - b),
        np.minimum(2 - b + a, 2 - a + 3 * b),
        4 - (c - 3) ** 2 - d,
        (e - 3) ** 2 + f - 4,
    )


def gardner(x: Array) -> Array:
    """The second simulation of Gardner et al. (2014): small feasible islands."""
    return _columns(np.sin(x[:, 0]) + x[:, 1], np.sin(x[:, 0]) * np.sin(x[:, 1]))


def gramacy(x: Array) -> Array:
    """Gramacy et al. (2016): a linear objective between two wavy constraints."""
    a, b = x.T
    wave = a + 2 * b + 0.5 * np.sin(2 * math.pi * (a**2 - 2 * b))
    return _columns(a + b, wave, a**2 + b**2)


def crescent(x: Array) -> Array:
    """Distances from two centres: near to one and far from the other."""
    return _columns(np.hypot(x[:, 0] - 0.45, x[:, 1] - 0.5), np.hypot(x[:, 0] - 0.7, x[:, 1] - 0.5))


def islands(x: Array) -> Array:
    """A wave with separate summits, and a slope that cuts some of them off."""
    return _columns(np.sin(3 * math.pi * x).mean(axis=1), x.sum(axis=1))


def himmelblau(x: Array) -> Array:
    """Four minima of 0."""
    a, b = x.T
    return _columns((a**2 + b - 11) ** 2 + (a + b**2 - 7) ** 2)


def camel(x: Array) -> Array:
    """Two best minima, two a little worse, two much worse."""
    a, b = x.T
    return _columns((4 - 2.1 * a**2 + a**4 / 3) * a**2 + a * b + (4 * b**2 - 4) * b**2)


def vincent(x: Array) -> Array:
    """A sine of the logarithm: equal minima that lie the closer the smaller the parameter."""
    return _columns(-np.sin(10 * np.log(x)).mean(axis=1))


WELLS = ((0.2, 0.3, 0.7, 0.6), (0.75, 0.25, 0.3, 0.4), (0.6, 0.8, 0.75, 0.2))
"""Near the minima of `wells`, the deepest first."""


def wells(x: Array) -> Array:
    """Three Gaussian wells of depths 1, 0.9 and 0.8 in four dimensions."""
    depths = [
        depth * np.exp(-((x - np.array(centre)) ** 2).sum(axis=1) / (2 * 0.18**2))
        for depth, centre in zip((1.0, 0.9, 0.8), WELLS, strict=True)
    ]
    return _columns(-np.sum(depths, axis=0))
