"""SciPy's differential evolution with a population of a fifth of the budget.

The default one, 15 for each parameter, would mostly leave no second generation. Logarithmic parameters are searched in
logarithms, categorical ones by their index with ``integrality``, conditional ones always. A failed evaluation is an
infinite value. With parallel evaluations a generation is evaluated at once, and the next one waits for all of it. When
it has converged, it starts again.
"""

import math
import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import scipy
from protocol import Task, flat, serve
from scipy.optimize import LinearConstraint, differential_evolution
from scipy.stats import qmc

_SMALLEST_POPULATION = 6
_PATIENCE_S = 60.0

_Member = tuple[Any, "queue.Queue[float]"]


class DifferentialEvolution:
    """The minimizer runs in a thread of its own that waits for results."""

    def __init__(self, task: Task, seed: int) -> None:
        space, budget = task["space"], task["budget"]
        self._parameters = flat(space)
        self._constraints = [_constraint(c, [p["name"] for p in self._parameters]) for c in space["constraints"]]
        self._size = max(_SMALLEST_POPULATION, budget // 5)
        self._parallel = task["parallel"] > 1
        self._seed = seed
        self._outgoing: queue.Queue[list[_Member]] = queue.Queue()
        self._ready: list[_Member] = []
        self._waiting: dict[int, queue.Queue[float]] = {}
        threading.Thread(target=self._minimize, daemon=True).start()

    def ask(self, ordinal: int) -> dict[str, Any] | None:
        """The next member; None if its generation is complete and results are missing."""
        if not self._ready:
            if self._waiting:
                return None
            self._ready = self._outgoing.get(timeout=_PATIENCE_S)
        x, self._waiting[ordinal] = self._ready.pop(0)
        return {p["name"]: _decode(p, value) for p, value in zip(self._parameters, x, strict=True)}

    def tell(self, ordinal: int, values: list[float] | None) -> None:
        """Let the thread go on."""
        self._waiting.pop(ordinal).put(math.inf if values is None else values[0])

    def _minimize(self) -> None:
        bounds = [_bounds(p) for p in self._parameters]
        rng = np.random.default_rng(self._seed)
        while True:
            differential_evolution(
                self._evaluate,
                bounds,
                init=self._population(bounds, rng),
                rng=rng,
                integrality=[p["type"] != "double" for p in self._parameters],
                constraints=self._constraints,
                workers=self._evaluate_all if self._parallel else 1,
                updating="deferred" if self._parallel else "immediate",
                polish=False,
                maxiter=100_000,
            )

    def _population(self, bounds: list[tuple[float, float]], rng: np.random.Generator) -> Any:
        """A Latin hypercube, as by default."""
        low, high = np.transpose(bounds)
        return qmc.scale(qmc.LatinHypercube(len(bounds), rng=rng).random(self._size), low, high)

    def _evaluate(self, x: Any) -> float:
        return self._evaluate_all(self._evaluate, [x])[0]

    def _evaluate_all(self, _: Callable[..., float], points: Iterable[Any]) -> list[float]:
        members: list[_Member] = [(np.array(x), queue.Queue()) for x in points]
        if members:
            self._outgoing.put(list(members))  # a copy: the asking side takes it apart
        return [answer.get() for _, answer in members]


def _constraint(constraint: dict[str, Any], names: list[str]) -> LinearConstraint:
    row = [constraint["weights"].get(name, 0.0) for name in names]
    threshold = constraint["threshold"]
    return (
        LinearConstraint(row, threshold, np.inf)
        if constraint["at_least"]
        else LinearConstraint(row, -np.inf, threshold)
    )


def _bounds(parameter: dict[str, Any]) -> tuple[float, float]:
    if parameter["type"] == "categorical":
        return 0, len(parameter["values"]) - 1
    low, high = parameter["low"], parameter["high"]
    return (math.log(low), math.log(high)) if parameter.get("log") else (low, high)


def _decode(parameter: dict[str, Any], value: float) -> Any:
    if parameter["type"] == "categorical":
        return parameter["values"][round(value)]
    if parameter["type"] == "int":
        return round(value)
    return math.exp(value) if parameter["log"] else float(value)


if __name__ == "__main__":
    serve(DifferentialEvolution, scipy.__version__)
