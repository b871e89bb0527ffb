"""HEBO with its defaults.

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
from hebo.optimizers.hebo import HEBO
from protocol import REDRAWS, Space, flat, holds, serve, slacks


class Hebo:
    """The optimizer and the rest of its last batch."""

    def __init__(self, space: Space, seed: int, budget: int, parallel: int, noisy: bool) -> None:  # noqa: ARG002
        warnings.simplefilter("ignore")
        np.random.seed(seed)  # noqa: NPY002 - the library draws from the global state
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        self._optimizer = HEBO(DesignSpace().parse([_parameter(p) for p in flat(space)]), scramble_seed=seed)
        self._space = space
        self._parallel = parallel
        self._batch: list[pd.DataFrame] = []
        self._open: dict[int, pd.DataFrame] = {}
        self._worst = -np.inf

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

    def tell(self, ordinal: int, value: float | None) -> None:
        """Observe the value, or the worst so far."""
        row = self._open.pop(ordinal)
        if value is not None:
            self._worst = max(self._worst, value)
        self._observe(row, self._worst if value is None else value)

    def _observe(self, row: pd.DataFrame, value: float) -> None:
        if np.isfinite(value):
            self._optimizer.observe(row, np.array([[value]]))


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
