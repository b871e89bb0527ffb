"""The engine, called as the workers call it: with the history, the pending points and the last warm start."""

from typing import Any

from protocol import Space, Task, serve

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.domain.space import (
    Assignments,
    CategoricalParameter,
    Conditional,
    DoubleParameter,
    IntParameter,
    LinearConstraint,
    Parameter,
    SearchSpace,
)
from optsvc.engine import ENGINE_VERSION, EngineState, Problem, Seed, suggest

_KEY = 0x6F707473  # any constant: the engine's randomness then depends on the seed alone


class Engine:
    """The engine's front door, one proposal at a time."""

    def __init__(self, task: Task, seed: int) -> None:
        self._metrics = tuple(_metric(metric) for metric in task["metrics"])
        self._problem = Problem(
            _space(task["space"]), self._metrics, task["budget"], task["parallel"], task["solutions"]
        )
        self._key = _KEY + seed
        self._history: list[Observation] = []
        self._pending: dict[int, Assignments] = {}
        self._state: EngineState | None = None
        self.prediction: tuple[float, float] | None = None
        """Mean and standard deviation of the noise-free metric at the last point."""

    def ask(self, ordinal: int) -> dict[str, Any]:
        """The next proposal."""
        pending = list(self._pending.values())
        seed = Seed(self._key, ordinal)
        (proposal,), self._state = suggest(self._problem, self._history, pending, seed=seed, state=self._state)
        self._pending[ordinal] = proposal.assignments
        known = proposal.mean is not None and proposal.stddev is not None
        self.prediction = (proposal.mean, proposal.stddev) if known else None
        return dict(proposal.assignments)

    def tell(self, ordinal: int, values: list[float] | None) -> None:
        """Keep the observation."""
        assignments = self._pending.pop(ordinal)
        evaluations = () if values is None else tuple(map(_evaluation, self._metrics, values))
        self._history.append(Observation(assignments, evaluations, failed=values is None))


def _metric(metric: dict[str, Any]) -> Metric:
    return Metric(
        metric["name"], Objective(metric["objective"]), Strategy(metric["strategy"]), threshold=metric["threshold"]
    )


def _evaluation(metric: Metric, value: float) -> MetricEvaluation:
    return MetricEvaluation(metric.name, value)


def _space(space: Space) -> SearchSpace:
    return SearchSpace(
        tuple(_parameter(p) for p in space["parameters"]),
        tuple(Conditional(c["name"], tuple(c["values"])) for c in space["conditionals"]),
        tuple(
            LinearConstraint(tuple(c["weights"].items()), c["threshold"], c["at_least"]) for c in space["constraints"]
        ),
    )


def _parameter(described: dict[str, Any]) -> Parameter:
    name, conditions = described["name"], tuple((n, tuple(v)) for n, v in described["conditions"].items())
    if described["type"] == "categorical":
        return CategoricalParameter(name, tuple(described["values"]), conditions=conditions)
    if described["type"] == "int":
        return IntParameter(name, described["low"], described["high"], conditions=conditions)
    return DoubleParameter(name, described["low"], described["high"], log=described["log"], conditions=conditions)


if __name__ == "__main__":
    serve(Engine, ENGINE_VERSION)
