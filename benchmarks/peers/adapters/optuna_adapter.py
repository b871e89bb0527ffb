"""Optuna through its ask-and-tell interface: ``tpe`` (TPESampler) or ``gp`` (GPSampler), with their defaults.

TPE gets conditional parameters the way Optuna means it: each is suggested only if it exists. GPSampler would draw
those at random (its documentation says so), so it gets the flat space. A failed evaluation is told as ``FAIL``, which
samplers leave out of account. Linear constraints are a ``constraints_func``: a point that breaks one is told with the
worst value so far, and asked again.
"""

import sys
import warnings
from typing import Any

import optuna
from protocol import REDRAWS, Space, flat, holds, serve, slacks

_GP = sys.argv[1:] == ["gp"]


class Optuna:
    """A study in memory."""

    def __init__(self, space: Space, seed: int, budget: int, parallel: int, noisy: bool) -> None:  # noqa: ARG002
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.simplefilter("ignore")
        self._space = space
        kind = optuna.samplers.GPSampler if _GP else optuna.samplers.TPESampler
        sampler = kind(seed=seed, constraints_func=self._violations if space["constraints"] else None)
        self._study = optuna.create_study(sampler=sampler)
        self._worst = 0.0
        self._trials: dict[int, optuna.Trial] = {}

    def ask(self, ordinal: int) -> dict[str, Any]:
        """The next trial."""
        for attempt in range(REDRAWS):
            trial = self._study.ask()
            point: dict[str, Any] = {}
            for parameter in flat(self._space):
                if _GP or all(point[name] in values for name, values in parameter["conditions"].items()):
                    point[parameter["name"]] = _suggest(trial, parameter)
            if holds(self._space, point) or attempt == REDRAWS - 1:
                break
            self._study.tell(trial, self._worst)
        self._trials[ordinal] = trial
        return point

    def tell(self, ordinal: int, value: float | None) -> None:
        """Close the trial."""
        trial = self._trials.pop(ordinal)
        if value is None:
            self._study.tell(trial, state=optuna.trial.TrialState.FAIL)
        else:
            self._worst = max(self._worst, value)
            self._study.tell(trial, value)

    def _violations(self, trial: optuna.trial.FrozenTrial) -> list[float]:
        """By how much each constraint is broken; not positive where it holds."""
        return [-room for room in slacks(self._space, trial.params)]


def _suggest(trial: optuna.Trial, parameter: dict[str, Any]) -> Any:
    name = parameter["name"]
    if parameter["type"] == "categorical":
        return trial.suggest_categorical(name, parameter["values"])
    if parameter["type"] == "int":
        return trial.suggest_int(name, parameter["low"], parameter["high"])
    return trial.suggest_float(name, parameter["low"], parameter["high"], log=parameter["log"])


if __name__ == "__main__":
    serve(Optuna, optuna.__version__)
