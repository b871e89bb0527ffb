"""Optuna through its ask-and-tell interface: ``tpe`` (TPESampler), ``gp`` (GPSampler) or ``nsga2`` (NSGAIISampler).

With their defaults, but for NSGA-II's population: a fifth of the budget, as its 50 would hardly leave a generation. TPE
gets conditional parameters the way Optuna means it: each is suggested only if it exists. GPSampler would draw those at
random (its documentation says so), so it and NSGA-II get the flat space. A failed evaluation is told as ``FAIL``, which
samplers leave out of account. Linear constraints are a ``constraints_func``: a point that breaks one is told with the
worst values so far, and asked again. Metric constraints are constraints of the same function.
"""

import sys
import warnings
from typing import Any

import optuna
from protocol import REDRAWS, Task, flat, holds, losses, objectives, serve, slacks, violations

_KIND = sys.argv[1]
_SMALLEST_POPULATION = 10


class Optuna:
    """A study in memory."""

    def __init__(self, task: Task, seed: int) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.simplefilter("ignore")
        self._task, self._space = task, task["space"]
        constrained = self._space["constraints"] or len(objectives(task)) < len(task["metrics"])
        arguments: dict[str, Any] = {"seed": seed, "constraints_func": self._violations if constrained else None}
        if _KIND == "nsga2":
            population = max(_SMALLEST_POPULATION, task["budget"] // 5)
            sampler = optuna.samplers.NSGAIISampler(population_size=population, **arguments)
        else:
            sampler = {"gp": optuna.samplers.GPSampler, "tpe": optuna.samplers.TPESampler}[_KIND](**arguments)
        self._worst = [0.0] * len(objectives(task))
        self._study = optuna.create_study(sampler=sampler, directions=["minimize"] * len(self._worst))
        self._trials: dict[int, optuna.Trial] = {}

    def ask(self, ordinal: int) -> dict[str, Any]:
        """The next trial."""
        for attempt in range(REDRAWS):
            trial = self._study.ask()
            point: dict[str, Any] = {}
            for parameter in flat(self._space):
                if _KIND != "tpe" or all(point[name] in values for name, values in parameter["conditions"].items()):
                    point[parameter["name"]] = _suggest(trial, parameter)
            if holds(self._space, point) or attempt == REDRAWS - 1:
                break
            self._study.tell(trial, self._worst)
        self._trials[ordinal] = trial
        return point

    def tell(self, ordinal: int, values: list[float] | None) -> None:
        """Close the trial."""
        trial = self._trials.pop(ordinal)
        if values is None:
            self._study.tell(trial, state=optuna.trial.TrialState.FAIL)
        else:
            trial.set_user_attr("violations", violations(self._task, values))
            self._worst = [max(pair) for pair in zip(self._worst, losses(self._task, values), strict=True)]
            self._study.tell(trial, losses(self._task, values))

    def _violations(self, trial: optuna.trial.FrozenTrial) -> list[float]:
        """By how much each constraint is broken; not positive where it holds."""
        metrics = sum(metric["strategy"] == "constraint" for metric in self._task["metrics"])
        unknown = [0.0] * metrics  # of a point that breaks a linear constraint and was not evaluated
        return [
            *(-room for room in slacks(self._space, trial.params)),
            *trial.user_attrs.get("violations", unknown),
        ]


def _suggest(trial: optuna.Trial, parameter: dict[str, Any]) -> Any:
    name = parameter["name"]
    if parameter["type"] == "categorical":
        return trial.suggest_categorical(name, parameter["values"])
    if parameter["type"] == "int":
        return trial.suggest_int(name, parameter["low"], parameter["high"])
    return trial.suggest_float(name, parameter["low"], parameter["high"], log=parameter["log"])


if __name__ == "__main__":
    serve(Optuna, optuna.__version__)
