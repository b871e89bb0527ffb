"""Test functions with a known optimum, shifted anew for every seed.

The shift keeps the optimum inside the box but away from its centre and from the usual places, so that an optimizer
gains nothing by liking the middle. All are minimized.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optsvc.domain.space import (
    CategoricalParameter,
    Conditional,
    DoubleParameter,
    IntParameter,
    LinearConstraint,
    Parameter,
    SearchSpace,
    Value,
)

Point = npt.NDArray[np.float64]
_REFERENCE_DRAWS = 512


@dataclass(frozen=True)
class Instance:
    """One shifted function.

    Args:
        space: Where it is searched.
        loss: Its true value at assignments.
        optimum: Its least value.
        typical: Its median over uniform draws; regret is given in units of ``typical - optimum``.
        noise: Standard deviation of what is added to each reported value.
        fails: Whether an evaluation at assignments fails.
        crashes: Probability that one fails wherever it is.
    """

    space: SearchSpace
    loss: Callable[[Mapping[str, Value]], float]
    optimum: float
    typical: float
    noise: float
    fails: Callable[[Mapping[str, Value]], bool]
    crashes: float

    def regret(self, loss: float) -> float:
        """0 at the optimum, 1 at what a single uniform draw typically gives."""
        return (loss - self.optimum) / (self.typical - self.optimum)


@dataclass(frozen=True)
class BenchmarkProblem:
    """A function and how to shift it.

    Args:
        name: Short, ends with the number of parameters.
        group: What it stands for.
        parameters: Its axes.
        function: From coordinates to the loss; a coordinate is a number, or the index of a category.
        optimum: Least value.
        shift: Largest shift of each coordinate, in the function's own units; categories are permuted instead.
        noise: Standard deviation of what is added to each reported value.
        fails: From coordinates to whether an evaluation fails.
        crashes: Probability that one fails wherever it is.
        conditionals: What parameters may hang on; the index of each choice comes before the coordinates. A parameter
            that does not exist is NaN.
        linear_constraints: On coordinates that are not shifted.
    """

    name: str
    group: str
    parameters: tuple[Parameter, ...]
    function: Callable[[Point], float]
    optimum: float
    shift: tuple[float, ...]
    noise: float = 0.0
    fails: Callable[[Point], bool] = lambda _: False
    crashes: float = 0.0
    conditionals: tuple[Conditional, ...] = ()
    linear_constraints: tuple[LinearConstraint, ...] = ()

    def instance(self, seed: int) -> Instance:
        """The function shifted by what `seed` draws."""
        rng = np.random.default_rng([seed, *self.name.encode()])
        offsets = np.array([rng.uniform(-limit, limit) for limit in self.shift])
        orders = [
            rng.permutation(len(p.values)) if isinstance(p, CategoricalParameter) else None for p in self.parameters
        ]
        offsets = np.where([isinstance(p, IntParameter) for p in self.parameters], np.round(offsets), offsets)

        def coordinates(assignments: Mapping[str, Value]) -> Point:
            x = np.full(len(self.parameters), np.nan)
            for j, (parameter, order) in enumerate(zip(self.parameters, orders, strict=True)):
                if parameter.name not in assignments:
                    continue
                value = assignments[parameter.name]
                if isinstance(parameter, CategoricalParameter) and order is not None:
                    x[j] = order[parameter.values.index(str(value))]
                elif isinstance(parameter, DoubleParameter) and parameter.log:
                    x[j] = math.log10(float(value)) + offsets[j]
                else:
                    x[j] = float(value) + offsets[j]
            choices = [c.values.index(str(assignments[c.name])) for c in self.conditionals]
            return np.concatenate([choices, x])

        def loss(assignments: Mapping[str, Value]) -> float:
            return self.function(coordinates(assignments))

        def fails(assignments: Mapping[str, Value]) -> bool:
            return self.fails(coordinates(assignments))

        space = SearchSpace(self.parameters, self.conditionals, self.linear_constraints)
        draws = [loss(uniform(space, rng)) for _ in range(_REFERENCE_DRAWS)]
        return Instance(space, loss, self.optimum, float(np.median(draws)), self.noise, fails, self.crashes)


def uniform(space: SearchSpace, rng: np.random.Generator) -> dict[str, Value]:
    """One uniform draw: in logarithms on a log scale, among the values of a grid, categorical or conditional."""
    while True:
        out: dict[str, Value] = {c.name: c.values[rng.integers(len(c.values))] for c in space.conditionals}
        for parameter in space.existing(out):
            out[parameter.name] = _uniform_value(parameter, rng)
        if all(constraint.holds(out) for constraint in space.linear_constraints):
            return out


def _uniform_value(parameter: Parameter, rng: np.random.Generator) -> Value:
    if isinstance(parameter, CategoricalParameter):
        return parameter.values[rng.integers(len(parameter.values))]
    if parameter.grid is not None:
        return parameter.grid[rng.integers(len(parameter.grid))]
    if isinstance(parameter, IntParameter):
        return int(rng.integers(parameter.low, parameter.high + 1))
    if parameter.log:
        return float(np.exp(rng.uniform(np.log(parameter.low), np.log(parameter.high))))
    return float(rng.uniform(parameter.low, parameter.high))


def _branin(x: Point) -> float:
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


def _hartmann6(x: Point) -> float:
    return float(-np.array([1, 1.2, 3, 3.2]) @ np.exp(-(_HARTMANN_A * (x - _HARTMANN_P) ** 2).sum(axis=1)))


def _rosenbrock(x: Point) -> float:
    return float((100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum())


def _ackley(x: Point) -> float:
    return float(
        20 + math.e - 20 * math.exp(-0.2 * math.sqrt((x * x).mean())) - math.exp(np.cos(2 * math.pi * x).mean())
    )


def _rastrigin(x: Point) -> float:
    return float((10 + x * x - 10 * np.cos(2 * math.pi * x)).sum())


def _levy(x: Point) -> float:
    w = 1 + (x - 1) / 4
    middle = ((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(math.pi * w[:-1] + 1) ** 2)).sum()
    end = (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)
    return float(math.sin(math.pi * w[0]) ** 2 + middle + end)


def _mixed_ackley(x: Point) -> float:
    """Two categoricals in which only one level is right, an int, two doubles."""
    return _ackley(np.array([0.6 * x[0], 0.6 * x[1], x[2], x[3], x[4]]))


def _training(x: Point) -> float:
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


_TRAINING_OPTIMUM = 0.0015588808571675554  # at six layers, by Nelder-Mead in the other three coordinates


def _categorical(x: Point) -> float:
    """Three unordered choices with an interaction, and one number whose best place depends on the first choice."""
    first, second, third, z = int(x[0]), int(x[1]), int(x[2]), x[3]
    effect = 0.35 * first + 0.25 * second + 0.15 * third + 0.4 * ((first + 2 * second) % 3 != 0)
    return float(effect + (z - 0.15 * first) ** 2)


def _whole_numbers(x: Point) -> float:
    center = np.array([7.0, 21.0, 4.0, 33.0])
    u = (x - center) / np.array([15.0, 40.0, 8.0, 60.0])
    return float((u * u).sum() + 0.8 * abs(u[0] + u[1]) + 0.5 * abs(u[2] * u[3]))


def _branches(x: Point) -> float:
    """Three solvers with parameters of their own; the best one is good only if both of its own are right."""
    solver, shared, momentum, steps, mode = int(x[0]), x[1], x[2], x[3], x[4]
    if solver == 0:
        own = 2.0 * (momentum - 0.8) ** 2
    elif solver == 1:
        own = 0.25 + 0.003 * (steps - 11) ** 2
    else:
        own = 0.15 + 0.3 * mode + 0.004 * (steps - 5) ** 2
    return float((shared - 0.4) ** 2 + own)


def _blend(x: Point) -> float:
    """Shares of a mixture; the best blend would need more than there is, so the optimum lies on the edge."""
    return float(((x - _IDEAL_SHARES) ** 2).sum() + 0.5 * (x[0] * x[1] - 0.12) ** 2)


_IDEAL_SHARES = np.array([0.5, 0.3, 0.25, 0.15])
_BLEND_OPTIMUM = 0.0100262525  # by SLSQP from many starts


def _box(names: str, low: float, high: float) -> tuple[DoubleParameter, ...]:
    return tuple(DoubleParameter(name, low, high) for name in names)


_BRANIN_BOX = (DoubleParameter("x", -5.0, 10.0), DoubleParameter("y", 0.0, 15.0))

PROBLEMS = (
    BenchmarkProblem("branin-2", "smooth", _BRANIN_BOX, _branin, 0.39788735772973816, (2.0, 2.0)),
    BenchmarkProblem("hartmann-6", "smooth", _box("abcdef", 0.0, 1.0), _hartmann6, -3.322368011415515, (0.12,) * 6),
    BenchmarkProblem("rosenbrock-4", "smooth", _box("abcd", -2.0, 2.0), _rosenbrock, 0.0, (0.8,) * 4),
    BenchmarkProblem("ackley-5", "rugged", _box("abcde", -8.0, 8.0), _ackley, 0.0, (5.0,) * 5),
    BenchmarkProblem("rastrigin-3", "rugged", _box("abc", -3.0, 3.0), _rastrigin, 0.0, (2.0,) * 3),
    BenchmarkProblem("levy-6", "rugged", _box("abcdef", -8.0, 8.0), _levy, 0.0, (5.0,) * 6),
    BenchmarkProblem(
        "mixed-ackley-5",
        "mixed",
        (
            CategoricalParameter("a", ("r", "s", "t")),
            CategoricalParameter("b", ("u", "v", "w")),
            IntParameter("c", -4, 4),
            *_box("de", -3.0, 3.0),
        ),
        _mixed_ackley,
        0.0,
        (0.0, 0.0, 3.0, 2.0, 2.0),
    ),
    BenchmarkProblem(
        "whole-numbers-4",
        "mixed",
        tuple(IntParameter(name, 0, high) for name, high in zip("abcd", (15, 40, 8, 60), strict=True)),
        _whole_numbers,
        0.0,
        (4.0, 10.0, 3.0, 20.0),
    ),
    BenchmarkProblem(
        "training-4",
        "log",
        (
            DoubleParameter("a_rate", 1e-6, 1.0, log=True),
            DoubleParameter("b_decay", 1e-8, 1.0, log=True),
            IntParameter("c_layers", 1, 12),
            DoubleParameter("d_dropout", 0.0, 0.8),
        ),
        _training,
        _TRAINING_OPTIMUM,
        (1.5, 1.5, 3.0, 0.2),
    ),
    BenchmarkProblem(
        "choices-4",
        "categorical",
        (
            CategoricalParameter("a", tuple("pqrst")),
            CategoricalParameter("b", tuple("klmn")),
            CategoricalParameter("c", tuple("uvwxyz")),
            DoubleParameter("d", -2.0, 2.0),
        ),
        _categorical,
        0.0,
        (0.0, 0.0, 0.0, 1.3),
    ),
    BenchmarkProblem("noisy-branin-2", "noisy", _BRANIN_BOX, _branin, 0.39788735772973816, (2.0, 2.0), noise=5.0),
    BenchmarkProblem(
        "noisy-hartmann-6", "noisy", _box("abcdef", 0.0, 1.0), _hartmann6, -3.322368011415515, (0.12,) * 6, noise=0.2
    ),
    BenchmarkProblem(
        "cliff-branin-2",
        "failing",
        _BRANIN_BOX,
        _branin,
        0.39788735772973816,
        (2.0, 2.0),
        fails=lambda x: bool(x[0] > 3.4),
    ),
    BenchmarkProblem(
        "cliff-hartmann-6",
        "failing",
        _box("abcdef", 0.0, 1.0),
        _hartmann6,
        -3.322368011415515,
        (0.12,) * 6,
        fails=lambda x: bool(x[2] + x[4] > 0.84),
    ),
    BenchmarkProblem(
        "crash-rosenbrock-4", "failing", _box("abcd", -2.0, 2.0), _rosenbrock, 0.0, (0.8,) * 4, crashes=0.15
    ),
    BenchmarkProblem(
        "branches-5",
        "conditional",
        (
            DoubleParameter("a_shared", 0.0, 1.0),
            DoubleParameter("b_momentum", 0.0, 1.0, conditions=(("solver", ("sgd",)),)),
            IntParameter("c_steps", 1, 20, conditions=(("solver", ("adam", "rms")),)),
            CategoricalParameter("d_mode", ("p", "q", "r"), conditions=(("solver", ("rms",)),)),
        ),
        _branches,
        0.0,
        (0.3, 0.15, 3.0, 0.0),
        conditionals=(Conditional("solver", ("sgd", "adam", "rms")),),
    ),
    BenchmarkProblem(
        "blend-4",
        "constrained",
        _box("abcd", 0.0, 1.0),
        _blend,
        _BLEND_OPTIMUM,
        (0.0,) * 4,
        linear_constraints=(LinearConstraint(tuple((name, 1.0) for name in "abcd"), 1.0),),
    ),
)
