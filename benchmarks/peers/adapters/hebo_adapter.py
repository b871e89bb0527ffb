"""HEBO with its defaults; with several metrics, its `GeneralBO`.

It knows no conditionals (it gets the flat space) and no failures: a failed evaluation comes back as the worst value so
far, as its users do it; before there is one, it is left out. It knows no linear constraints either: a point that breaks
one is told as the worst value so far and by how much it breaks it, and asked again. It proposes batches and knows no
pending points: with parallel evaluations it hands out a batch and waits for all of it.
"""

import warnings
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import torch
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.general import GeneralBO
from hebo.optimizers.hebo import HEBO
from protocol import REDRAWS, Task, flat, holds, losses, objectives, serve, slacks, violations


class Hebo:
    """The optimizer and the rest of its last batch."""

    def __init__(self, task: Task, seed: int) -> None:
        warnings.simplefilter("ignore")
        np.random.seed(seed)  # noqa: NPY002 - the library draws from the global state
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        self._task, self._space, self._parallel = task, task["space"], task["parallel"]
        design = DesignSpace().parse([_parameter(p) for p in flat(self._space)])
        metrics, optimized = len(task["metrics"]), len(objectives(task))
        self._optimizer = (
            HEBO(design, scramble_seed=seed)
            if metrics == 1
            else GeneralBO(design, num_obj=optimized, num_constr=metrics - optimized)
        )
        self._batch: list[pd.DataFrame] = []
        self._open: dict[int, pd.DataFrame] = {}
        self._worst = np.full(metrics, -np.inf)

    def ask(self, ordinal: int) -> dict[str, Any] | None:
        """The next of the batch; None if the batch is out."""
        for attempt in range(REDRAWS):
            if not self._batch:
                if self._open:
                    return None
                suggested = self._optimizer.suggest(n_suggestions=self._parallel)
                self._batch = [suggested.iloc[[row]] for row in range(len(suggested))]
            row = self._batch.pop(0)
            point = {name: _plain(value) for name, value in row.iloc[0].to_dict().items()}
            if holds(self._space, point) or attempt == REDRAWS - 1:
                break
            self._observe(row, self._worst - min(slacks(self._space, point)))
        self._open[ordinal] = row
        return point

    def tell(self, ordinal: int, values: list[float] | None) -> None:
        """Observe the value, or the worst so far."""
        row = self._open.pop(ordinal)
        if values is None:
            self._observe(row, self._worst)
        else:
            told = np.array([*losses(self._task, values), *violations(self._task, values)])
            self._worst = np.maximum(self._worst, told)
            self._observe(row, told)

    def _observe(self, row: pd.DataFrame, values: np.ndarray) -> None:
        if np.isfinite(values).all():
            self._optimizer.observe(row, values[np.newaxis])


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    name = parameter["name"]
    if parameter["type"] == "categorical":
        return {"name": name, "type": "cat", "categories": parameter["values"]}
    kind = "int" if parameter["type"] == "int" else "pow" if parameter["log"] else "num"
    return {"name": name, "type": kind, "lb": parameter["low"], "ub": parameter["high"]}


if __name__ == "__main__":
    serve(Hebo, version("HEBO"))
