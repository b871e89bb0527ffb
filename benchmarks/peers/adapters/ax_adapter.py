"""Ax with its default strategy (BoTorch underneath), through its client.

It knows several objectives, outcome constraints, failed trials, linear constraints, logarithms and trials that run at
the same time. It gets conditional parameters as a flat space: its hierarchical spaces need one root, and are flattened
before modelling anyway.
"""

import logging
import warnings
from importlib.metadata import version
from typing import Any

import torch
from ax.api.client import Client
from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig
from ax.exceptions.core import DataRequiredError
from protocol import Task, flat, objectives, serve


class Ax:
    """An experiment in memory."""

    def __init__(self, task: Task, seed: int) -> None:
        space = task["space"]
        logging.disable(logging.CRITICAL)
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        self._client = Client(random_seed=seed)
        self._client.configure_experiment(
            parameters=[_parameter(p) for p in flat(space)],
            parameter_constraints=[_constraint(c) for c in space["constraints"]],
        )
        self._client.configure_optimization(
            objective=", ".join(_signed(metric) for metric in objectives(task)),
            outcome_constraints=[_outcome(m) for m in task["metrics"] if m["strategy"] == "constraint"] or None,
        )
        self._names = [metric["name"] for metric in task["metrics"]]
        self._trials: dict[int, int] = {}

    def ask(self, ordinal: int) -> dict[str, Any] | None:
        """The next trial; None where it wants results of its start before it goes on."""
        try:
            ((index, point),) = self._client.get_next_trials(max_trials=1).items()
        except DataRequiredError:
            return None
        self._trials[ordinal] = index
        return dict(point)

    def tell(self, ordinal: int, values: list[float] | None) -> None:
        """Complete the trial, or mark it as failed."""
        index = self._trials.pop(ordinal)
        if values is None:
            self._client.mark_trial_failed(index)
        else:
            self._client.complete_trial(index, raw_data=dict(zip(self._names, values, strict=True)))


def _parameter(parameter: dict[str, Any]) -> ChoiceParameterConfig | RangeParameterConfig:
    if parameter["type"] == "categorical":
        return ChoiceParameterConfig(
            name=parameter["name"], values=parameter["values"], parameter_type="str", is_ordered=False
        )
    return RangeParameterConfig(
        name=parameter["name"],
        bounds=(parameter["low"], parameter["high"]),
        parameter_type="int" if parameter["type"] == "int" else "float",
        scaling="log" if parameter["log"] else "linear",
    )


def _signed(metric: dict[str, Any]) -> str:
    return metric["name"] if metric["objective"] == "maximize" else f"-{metric['name']}"


def _outcome(metric: dict[str, Any]) -> str:
    return f"{metric['name']} {'>=' if metric['objective'] == 'maximize' else '<='} {metric['threshold']}"


def _constraint(constraint: dict[str, Any]) -> str:
    terms = " + ".join(f"{weight}*{name}" for name, weight in constraint["weights"].items())
    return f"{terms} {'>=' if constraint['at_least'] else '<='} {constraint['threshold']}"


if __name__ == "__main__":
    serve(Ax, version("ax-platform"))
