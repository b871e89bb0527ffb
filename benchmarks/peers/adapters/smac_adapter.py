"""SMAC3 through ask and tell: its facade for hyperparameters, with its defaults.

A noisy problem is told to be one (``deterministic=False``), so that SMAC repeats promising configurations, as it does
by default. Conditional parameters are conditions of its configuration space. A failed evaluation is told as ``CRASHED``
with the worst cost so far: its default for that, infinity, makes its forest refuse the data.
Linear constraints are unknown to it: a point that breaks one is told as crashed and asked again.
"""

import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ConfigSpace import (
    AndConjunction,
    CategoricalHyperparameter,
    ConfigurationSpace,
    InCondition,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from protocol import REDRAWS, Space, Task, flat, holds, serve
from smac import HyperparameterOptimizationFacade, Scenario
from smac.runhistory.dataclasses import TrialInfo, TrialValue
from smac.runhistory.enumerations import StatusType

_FIRST_CRASH = 1000.0
"""The cost of a crash before anything has succeeded."""


class Smac:
    """A facade that writes its files into a directory that goes with it."""

    def __init__(self, task: Task, seed: int) -> None:
        space = task["space"]
        self._space = space
        self._directory = tempfile.TemporaryDirectory()
        scenario = Scenario(
            _configuration_space(space, seed),
            output_directory=Path(self._directory.name),
            deterministic=not task["noisy"],
            n_trials=task["budget"],
            seed=seed,
        )
        self._facade = HyperparameterOptimizationFacade(scenario, _unused, logging_level=False)
        self._trials: dict[int, TrialInfo] = {}
        self._worst: float | None = None

    def ask(self, ordinal: int) -> dict[str, Any]:
        """The next configuration, or one that is to be repeated."""
        for attempt in range(REDRAWS):
            self._trials[ordinal] = self._facade.ask()
            point = {name: _plain(value) for name, value in dict(self._trials[ordinal].config).items()}
            if not self._space["constraints"] or holds(self._space, point) or attempt == REDRAWS - 1:
                break
            self.tell(ordinal, None)
        return point

    def tell(self, ordinal: int, values: list[float] | None) -> None:
        """The cost, or a crash."""
        value = None if values is None else values[0]
        if value is not None:
            self._worst = max(self._worst or value, value)
        crashed = TrialValue(cost=self._worst or _FIRST_CRASH, status=StatusType.CRASHED)
        self._facade.tell(self._trials.pop(ordinal), crashed if value is None else TrialValue(cost=value), save=False)


def _unused(config: Any, seed: int) -> float:
    """SMAC wants a function to call, even where it is only asked and told."""
    raise NotImplementedError


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _configuration_space(space: Space, seed: int) -> ConfigurationSpace:
    configurations = ConfigurationSpace(seed=seed)
    configurations.add([_hyperparameter(p) for p in flat(space)])
    for parameter in space["parameters"]:
        child = configurations[parameter["name"]]
        conditions = [InCondition(child, configurations[n], values) for n, values in parameter["conditions"].items()]
        if conditions:
            configurations.add(conditions[0] if len(conditions) == 1 else AndConjunction(*conditions))
    return configurations


def _hyperparameter(parameter: dict[str, Any]) -> Any:
    name = parameter["name"]
    if parameter["type"] == "categorical":
        return CategoricalHyperparameter(name, parameter["values"])
    if parameter["type"] == "int":
        return UniformIntegerHyperparameter(name, parameter["low"], parameter["high"])
    return UniformFloatHyperparameter(name, parameter["low"], parameter["high"], log=parameter["log"])


if __name__ == "__main__":
    serve(Smac, version("smac"))
