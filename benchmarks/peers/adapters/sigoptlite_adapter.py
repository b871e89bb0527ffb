"""SigOpt's own optimizer, as it was released: the ``sigopt`` client with its local driver.

It knows two objectives, metric constraints, conditionals, failures, logarithms and linear constraints. It hands out one
suggestion at a time (the next one comes after the observation), so it sees parallel problems one after the other, with
more information than the rest. Told of several solutions it fails at its first modelled suggestion (an assertion, in
0.1.2), so it is told of none.
"""

import logging
import random
from importlib.metadata import version
from typing import Any

import numpy as np
from protocol import Task, serve
from sigopt import Connection


class SigOptLite:
    """An experiment of the local driver."""

    def __init__(self, task: Task, seed: int) -> None:
        space = task["space"]
        self._names = [metric["name"] for metric in task["metrics"]]
        logging.disable(logging.CRITICAL)
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002 - the library draws from the global state
        self._connection = Connection(driver="lite")
        created = self._connection.experiments().create(
            name="benchmark",
            parameters=[_parameter(p) for p in space["parameters"]],
            metrics=[{key: v for key, v in metric.items() if v is not None} for metric in task["metrics"]],
            observation_budget=task["budget"],
            parallel_bandwidth=1,
            **({"conditionals": space["conditionals"]} if space["conditionals"] else {}),
            **({"linear_constraints": [_constraint(c) for c in space["constraints"]]} if space["constraints"] else {}),
        )
        self._experiment = self._connection.experiments(created.id)
        self._open: str | None = None

    def ask(self, ordinal: int) -> dict[str, Any] | None:  # noqa: ARG002
        """The next suggestion; None while one is open."""
        if self._open is not None:
            return None
        suggestion = self._experiment.suggestions().create()
        self._open = suggestion.id
        return dict(suggestion.assignments)

    def tell(self, ordinal: int, values: list[float] | None) -> None:  # noqa: ARG002
        """Report the observation."""
        result = {"failed": True} if values is None else {"values": self._named(values)}
        self._experiment.observations().create(suggestion=self._open, **result)
        self._open = None

    def _named(self, values: list[float]) -> list[dict[str, Any]]:
        return [{"name": name, "value": value} for name, value in zip(self._names, values, strict=True)]


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    out = {"name": parameter["name"], "type": parameter["type"]}
    if parameter["type"] == "categorical":
        out["categorical_values"] = parameter["values"]
    else:
        out["bounds"] = {"min": parameter["low"], "max": parameter["high"]}
        if parameter["log"]:
            out["transformation"] = "log"
    if parameter["conditions"]:
        out["conditions"] = parameter["conditions"]
    return out


def _constraint(constraint: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "greater_than" if constraint["at_least"] else "less_than",
        "threshold": constraint["threshold"],
        "terms": [{"name": name, "weight": weight} for name, weight in constraint["weights"].items()],
    }


if __name__ == "__main__":
    serve(SigOptLite, version("sigoptlite"))
