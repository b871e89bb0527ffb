"""How often a category that looks poor at first is given up: ``python -m benchmarks.categories [--runs 25]``.

*Reactor*: that of the tutorial. Of two catalysts, each with a temperature of its own, the better one looks poor at the
other's. *Bells*: random functions of one category and one to three numbers, each category a bell of random height,
place and width. Both are what the turns for other categories were made on: this shows what they do, not what they would
do elsewhere.
"""

import os

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # before NumPy is imported

import argparse
import math
from collections.abc import Callable, Sequence

import numpy as np

from optsvc.domain.metrics import Metric
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.domain.space import Assignments, CategoricalParameter, DoubleParameter, SearchSpace
from optsvc.engine import EngineState, Problem, Seed, suggest

_AT = (20, 30, 40)
_KEYS = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Odd, so that multiples of it are different keys of 128 bits."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=25, help="on the reactor")
    parser.add_argument("--functions", type=int, default=30, help="bells")
    arguments = parser.parse_args()
    reactor = [_shortfalls(_REACTOR, _reactor, 92.0, run * _KEYS % 2**128) for run in range(100, 100 + arguments.runs)]
    _print("reactor", reactor, 1.0 - 85.0 / 92.0)
    _print("bells", [_shortfalls(*_bells(draw), 1000 + draw) for draw in range(arguments.functions)], 0.01)


def _shortfalls(
    space: SearchSpace, function: Callable[[Assignments], float], best: float, key: int
) -> tuple[float, ...]:
    """By what share of the optimum the best value falls short of it, after each number of `_AT`."""
    problem, past = Problem(space, (Metric("value"),), _AT[-1]), list[Observation]()
    state: EngineState | None = None
    values = []
    for ordinal in range(_AT[-1]):
        [proposal], state = suggest(problem, past, [], seed=Seed(key, ordinal), state=state)
        values.append(function(proposal.assignments))
        past.append(Observation(proposal.assignments, (MetricEvaluation("value", values[-1]),)))
    return tuple(1.0 - max(values[:count]) / best for count in _AT)


def _print(name: str, shortfalls: Sequence[tuple[float, ...]], much: float) -> None:
    for count, of in zip(_AT, zip(*shortfalls, strict=True), strict=True):
        off = sum(shortfall > much for shortfall in of)
        mean = 100 * float(np.mean(of))
        print(f"{name}, {len(of)} runs, after {count}: {mean:.1f} % short on average, {off} by more than {much:.0%}")


_REACTOR = SearchSpace(
    (
        DoubleParameter("temperature", 60.0, 200.0),
        DoubleParameter("minutes", 2.0, 240.0, log=True),
        CategoricalParameter("catalyst", ("zeolite", "platinum")),
    )
)


def _reactor(assignments: Assignments) -> float:
    best_at, peak = (145.0, 92.0) if assignments["catalyst"] == "zeolite" else (110.0, 78.0)
    temperature, minutes = float(assignments["temperature"]), float(assignments["minutes"])
    return peak * math.exp(-(((temperature - best_at) / 40.0) ** 2) - (math.log(minutes / 30.0) / 1.5) ** 2)


def _bells(draw: int) -> tuple[SearchSpace, Callable[[Assignments], float], float]:
    rng = np.random.default_rng([77, draw])
    categories, numbers = "abcd"[: int(rng.integers(2, 5))], int(rng.integers(1, 4))
    heights = rng.uniform(60.0, 100.0, len(categories))
    centres = rng.uniform(0.1, 0.9, (len(categories), numbers))
    widths = rng.uniform(0.15, 0.4, (len(categories), numbers))
    axes = [f"x{j}" for j in range(numbers)]

    def function(assignments: Assignments) -> float:
        bell = categories.index(str(assignments["category"]))
        z = (np.array([assignments[axis] for axis in axes], dtype=float) - centres[bell]) / widths[bell]
        return float(heights[bell] * np.exp(-(z**2).sum()))

    parameters = (*(DoubleParameter(axis, 0.0, 1.0) for axis in axes), CategoricalParameter("category", categories))
    return SearchSpace(parameters), function, float(heights.max())


if __name__ == "__main__":
    main()
