"""What is optimized: a function with a known optimum, moved anew for every seed.

The shift keeps the optimum inside the box but away from its centre and from the usual places, so that an optimizer
gains nothing by liking the middle. All are minimized.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from optsvc.domain.metrics import Metric, Objective
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

DEVELOPMENT_SEEDS = 10_000
"""From here on seeds are for development: their shifts and splits are never reported."""


@dataclass(frozen=True)
class Instance:
    """One shifted function.

    Args:
        space: Where it is searched.
        loss: Its true value at assignments; not finite if the evaluation fails.
        optimum: Its least value, or the best known one.
        typical: Its median over uniform draws; regret is given in units of ``typical - optimum``.
        noise: Standard deviation of what is added to each reported value.
        fails: Whether an evaluation at assignments fails.
        crashes: Probability that one fails wherever it is.
        parallel: How many evaluations run at the same time; each takes a time of its own.
    """

    space: SearchSpace
    loss: Callable[[Mapping[str, Value]], float]
    optimum: float
    typical: float
    noise: float = 0.0
    fails: Callable[[Mapping[str, Value]], bool] = lambda _: False
    crashes: float = 0.0
    parallel: int = 1

    metrics: ClassVar[tuple[Metric, ...]] = (Metric("loss", Objective.MINIMIZE),)
    solutions: ClassVar[int] = 1

    @property
    def stddevs(self) -> tuple[float, ...]:
        """Of the noise on the loss."""
        return (self.noise,)

    def regret(self, loss: float) -> float:
        """0 at the optimum, 1 at what a single uniform draw typically gives."""
        return (loss - self.optimum) / (self.typical - self.optimum)

    def evaluate(self, assignments: Mapping[str, Value]) -> tuple[tuple[float, ...], bool]:
        """The true loss, and whether the evaluation succeeds; one that breaks a linear constraint does not."""
        if not all(constraint.holds(assignments) for constraint in self.space.linear_constraints):
            return (np.inf,), False
        loss = self.loss(assignments)
        return (loss,), bool(np.isfinite(loss)) and not self.fails(assignments)

    def measure(self) -> "BestReported":
        """A new one, of an optimization of this."""
        return BestReported(self)


class BestReported:
    """The true regret of the point with the best reported value."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._best = np.inf
        self._steps: list[list[float]] = []

    def add(
        self,
        evaluation: int,
        assignments: Mapping[str, Value],  # noqa: ARG002 - as all measures
        values: Sequence[float],
        reported: Sequence[float],
    ) -> None:
        """Take a success that came back; `evaluation` counts from 1."""
        if reported[0] < self._best:
            self._best = reported[0]
            add_step(self._steps, evaluation, self._instance.regret(values[0]))

    def summary(self) -> dict[str, Any]:
        """The steps ``[evaluation, regret]``."""
        return {"regret": self._steps}


def add_step(steps: list[list[float]], evaluation: int, value: float) -> None:
    """Add a step to a trace, or take the place of the last one if that has the same evaluation."""
    if steps and steps[-1][0] == evaluation:
        steps.pop()
    steps.append([evaluation, float(f"{value:.4g}")])


@dataclass(frozen=True)
class ShiftedFunction:
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
        parallel: How many evaluations run at the same time.
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
    parallel: int = 1

    needs: ClassVar[frozenset[str]] = frozenset()

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
        typical = float(np.median([loss(uniform(space, rng)) for _ in range(_REFERENCE_DRAWS)]))
        return Instance(space, loss, self.optimum, typical, self.noise, fails, self.crashes, self.parallel)


def uniform(space: SearchSpace, rng: np.random.Generator) -> dict[str, Value]:
    """One uniform draw: in logarithms on a log scale, among the values of a categorical or conditional."""
    while True:
        out: dict[str, Value] = {c.name: c.values[rng.integers(len(c.values))] for c in space.conditionals}
        for parameter in space.existing(out):
            out[parameter.name] = _uniform_value(parameter, rng)
        if all(constraint.holds(out) for constraint in space.linear_constraints):
            return out


def _uniform_value(parameter: Parameter, rng: np.random.Generator) -> Value:
    if isinstance(parameter, CategoricalParameter):
        return parameter.values[rng.integers(len(parameter.values))]
    if isinstance(parameter, IntParameter):
        return int(rng.integers(parameter.low, parameter.high + 1))
    if parameter.log:
        return float(np.exp(rng.uniform(np.log(parameter.low), np.log(parameter.high))))
    return float(rng.uniform(parameter.low, parameter.high))
