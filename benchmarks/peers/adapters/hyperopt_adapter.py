"""Hyperopt's TPE with its defaults, driven as `fmin` drives it: new ids, `tpe.suggest`, results into `Trials`.

Conditional parameters hang below the choice that they belong to, as its documentation shows; one that hangs on a second
choice too is always given. A failed evaluation gets the status ``fail``. Linear constraints are unknown to it: a point
that breaks one is told as ``fail`` and asked again.
"""

import math
from importlib.metadata import version
from typing import Any

import hyperopt
import numpy as np
from hyperopt import hp, tpe
from protocol import REDRAWS, Space, Task, holds, serve


class Hyperopt:
    """Trials in memory."""

    def __init__(self, task: Task, seed: int) -> None:
        space = task["space"]
        self._space = space
        self._expression = _expression(space)
        self._domain = hyperopt.Domain(lambda _: 0.0, self._expression)
        self._trials = hyperopt.Trials()
        self._seeds = np.random.default_rng(seed)
        self._ids: dict[int, int] = {}

    def ask(self, ordinal: int) -> dict[str, Any]:
        """The next trial."""
        for attempt in range(REDRAWS):
            ids = self._trials.new_trial_ids(1)
            seed = int(self._seeds.integers(2**31 - 1))
            documents = tpe.suggest(ids, self._domain, self._trials, seed, verbose=False)
            self._trials.insert_trial_docs(documents)
            self._trials.refresh()
            values = {name: v[0] for name, v in documents[0]["misc"]["vals"].items() if v}
            point = _plain(hyperopt.space_eval(self._expression, values))
            self._ids[ordinal] = ids[0]
            if holds(self._space, point) or attempt == REDRAWS - 1:
                break
            self.tell(ordinal, None)
        return point

    def tell(self, ordinal: int, values: list[float] | None) -> None:
        """Write the result into its trial."""
        tid = self._ids.pop(ordinal)
        trial = next(t for t in self._trials._dynamic_trials if t["tid"] == tid)
        trial["state"] = hyperopt.JOB_STATE_DONE
        trial["result"] = {"status": "fail"} if values is None else {"status": "ok", "loss": values[0]}
        self._trials.refresh()


def _expression(space: Space) -> dict[str, Any]:
    """A dictionary of expressions; a conditional is a choice of dictionaries."""
    nodes = {p["name"]: _node(p) for p in space["parameters"]}
    expression = {p["name"]: nodes[p["name"]] for p in space["parameters"] if not p["conditions"]}
    for conditional in space["conditionals"]:
        name = conditional["name"]
        branches = []
        for choice in conditional["values"]:
            own = [p["name"] for p in space["parameters"] if choice in p["conditions"].get(name, ())]
            branches.append({name: choice, **{n: nodes[n] for n in own}})
        expression[f"branch of {name}"] = hp.choice(name, branches)
    return expression


def _node(parameter: dict[str, Any]) -> Any:
    name = parameter["name"]
    if parameter["type"] == "categorical":
        return hp.choice(name, parameter["values"])
    low, high = parameter["low"], parameter["high"]
    if parameter["type"] == "int":
        return hp.uniformint(name, low, high)
    return hp.loguniform(name, math.log(low), math.log(high)) if parameter["log"] else hp.uniform(name, low, high)


def _plain(nested: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in nested.items():
        out |= _plain(value) if isinstance(value, dict) else {name: value}
    return out


if __name__ == "__main__":
    serve(Hyperopt, version("hyperopt"))
