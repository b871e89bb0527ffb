"""Test functions, to be minimized; their optima are known."""

import math

import numpy as np

from benchmarks.problems.instance import Point


def branin(x: Point) -> float:
    """Three valleys of equal depth."""
    a, b, c = 5.1 / (4 * math.pi**2), 5 / math.pi, 1 / (8 * math.pi)
    return float((x[1] - a * x[0] ** 2 + b * x[0] - 6) ** 2 + 10 * (1 - c) * math.cos(x[0]) + 10)


_HARTMANN_A = np.array(
    [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
)
_HARTMANN_P = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)


def hartmann6(x: Point) -> float:
    """Six Gaussian wells in the unit cube, the second best close to the best."""
    return float(-np.array([1, 1.2, 3, 3.2]) @ np.exp(-(_HARTMANN_A * (x - _HARTMANN_P) ** 2).sum(axis=1)))


def rosenbrock(x: Point) -> float:
    """A curved, flat-bottomed valley."""
    return float((100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum())


def ackley(x: Point) -> float:
    """A narrow funnel in a wide, wavy plain."""
    return float(
        20 + math.e - 20 * math.exp(-0.2 * math.sqrt((x * x).mean())) - math.exp(np.cos(2 * math.pi * x).mean())
    )


def rastrigin(x: Point) -> float:
    """A bowl full of short, deep waves."""
    return float((10 + x * x - 10 * np.cos(2 * math.pi * x)).sum())


def levy(x: Point) -> float:
    """A bowl of ridges, with the optimum in a narrow valley."""
    w = 1 + (x - 1) / 4
    middle = ((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(math.pi * w[:-1] + 1) ** 2)).sum()
    end = (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)
    return float(math.sin(math.pi * w[0]) ** 2 + middle + end)


def mixed_ackley(x: Point) -> float:
    """Two categoricals in which only one level is right, an int, two doubles."""
    return ackley(np.array([0.6 * x[0], 0.6 * x[1], x[2], x[3], x[4]]))


def training(x: Point) -> float:
    """Shaped like a validation loss: a curved valley in two logs, saturating in a whole number, divergence beyond."""
    rate, decay, layers, dropout = x
    ideal = -2.5 - 0.08 * (layers - 6)
    too_fast = np.logaddexp(0.0, 4.0 * (rate - ideal - 0.8)) ** 2
    return float(
        (rate - ideal) ** 2
        + 0.15 * (decay + 4 - 0.4 * (rate - ideal)) ** 2
        + 0.02 * (layers - 6) ** 2
        + 2 * (dropout - 0.25) ** 2
        + too_fast
    )


TRAINING_OPTIMUM = 0.0015588808571675554  # at six layers, by Nelder-Mead in the other three coordinates


def categorical(x: Point) -> float:
    """Three unordered choices with an interaction, and one number whose best place depends on the first choice."""
    first, second, third, z = int(x[0]), int(x[1]), int(x[2]), x[3]
    effect = 0.35 * first + 0.25 * second + 0.15 * third + 0.4 * ((first + 2 * second) % 3 != 0)
    return float(effect + (z - 0.15 * first) ** 2)


def whole_numbers(x: Point) -> float:
    """A tilted bowl with kinks, on whole numbers."""
    center = np.array([7.0, 21.0, 4.0, 33.0])
    u = (x - center) / np.array([15.0, 40.0, 8.0, 60.0])
    return float((u * u).sum() + 0.8 * abs(u[0] + u[1]) + 0.5 * abs(u[2] * u[3]))


def branches(x: Point) -> float:
    """Three solvers with parameters of their own; the best one is good only if both of its own are right."""
    solver, shared, momentum, steps, mode = int(x[0]), x[1], x[2], x[3], x[4]
    if solver == 0:
        own = 2.0 * (momentum - 0.8) ** 2
    elif solver == 1:
        own = 0.25 + 0.003 * (steps - 11) ** 2
    else:
        own = 0.15 + 0.3 * mode + 0.004 * (steps - 5) ** 2
    return float((shared - 0.4) ** 2 + own)


def blend(x: Point) -> float:
    """Shares of a mixture; the best blend would need more than there is, so the optimum lies on the edge."""
    return float(((x - _IDEAL_SHARES) ** 2).sum() + 0.5 * (x[0] * x[1] - 0.12) ** 2)


_IDEAL_SHARES = np.array([0.5, 0.3, 0.25, 0.15])
BLEND_OPTIMUM = 0.0100262525  # by SLSQP from many starts


def mixed_levy(x: Point) -> float:
    """Two categoricals whose further levels are worse and worse, two whole numbers, four doubles."""
    return levy(np.concatenate([1 + 2 * x[:2], x[2:]]))


def styblinski_tang(x: Point) -> float:
    """Two valleys along each axis, one of them deeper."""
    return float(0.5 * (x**4 - 16 * x**2 + 5 * x).sum())


def ellipsoid(x: Point) -> float:
    """A bowl a hundred times as steep along its last axis as along its first."""
    return float((np.logspace(0, 2, len(x)) * x * x).sum())


def sparse_hartmann(x: Point) -> float:
    """Hartmann's function of six coordinates; the others do nothing."""
    return hartmann6(x[[1, 4, 8, 11, 15, 18]])


def codes(x: Point) -> float:
    """Six letters, each with a cost of its own, and neighbours that should go together."""
    own = np.array([0.9, 0.7, 0.5, 0.4, 0.3, 0.2]) @ (x > 0)
    together = ((x[:-1] + 2 * x[1:]) % 4 != 0).sum()
    return float(own + 0.3 * together + 0.05 * x.sum())


def decades(x: Point) -> float:
    """A tilted bowl in five logarithms, flat far away."""
    u = x - np.array([-2.0, -3.0, -1.0, -2.5, -1.5])
    return float(np.log1p((np.array([3.0, 2.0, 1.0, 0.5, 0.25]) * u * u).sum() + 0.4 * u[0] * u[1]))


def pipeline(x: Point) -> float:
    """A model out of three and a scaler or none, all with knobs of their own; the model with the narrow valley wins."""
    model, scaler, fraction, penalty, ratio, depth, leaf, cost, width, quantile = x
    if model == 0:
        own = 0.25 + 0.02 * (penalty + 1) ** 2 + 0.3 * (ratio - 0.5) ** 2
    elif model == 1:
        own = 0.15 + 0.004 * (depth - 9) ** 2 + 0.0004 * (leaf - 20) ** 2
    else:
        own = 1 - math.exp(-0.15 * (cost - 1) ** 2 - 0.4 * (width + 2 + 0.5 * (cost - 1)) ** 2)
    scaling = 0.1 if scaler == 0 else 0.8 * (quantile - 0.8) ** 2
    return float(own + scaling + 0.3 * (fraction - 0.6) ** 2)
