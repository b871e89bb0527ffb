"""Optuna with two metrics, in an environment of its own: NSGAIISampler or TPESampler, with their defaults.

JSON lines, one answer for each request. A failed evaluation is told as ``FAIL``, which samplers leave out of account.
"""

import json
import sys
import warnings
from typing import Any

import optuna

_SAMPLERS = {"optuna-nsga2": optuna.samplers.NSGAIISampler, "optuna-tpe": optuna.samplers.TPESampler}


def main() -> None:
    """Answer until standard input ends."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    start = json.loads(sys.stdin.readline())
    sampler = _SAMPLERS[sys.argv[1]](seed=start["seed"])
    study = optuna.create_study(sampler=sampler, directions=start["directions"])
    answer: dict[str, Any] = {}
    trial: Any = None
    while True:
        print(json.dumps({"seconds": 0.0, **answer}), flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        request = json.loads(line)
        answer = {}
        if request["do"] == "ask":
            trial = study.ask()
            answer = {"assignments": {p["name"]: _suggested(trial, p) for p in start["parameters"]}}
        elif request["values"] is None:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
        else:
            study.tell(trial, request["values"])


def _suggested(trial: optuna.Trial, parameter: dict[str, Any]) -> Any:
    low, high = parameter["bounds"]["min"], parameter["bounds"]["max"]
    if parameter["type"] == "int":
        return trial.suggest_int(parameter["name"], low, high)
    return trial.suggest_float(parameter["name"], low, high, log=parameter.get("transformation") == "log")


if __name__ == "__main__":
    main()
