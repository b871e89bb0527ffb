"""What each problem is measured against: the points of its best known solution, and the units of its measure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.protocols import Array

FOLDER = Path(__file__).parent / "references"


@dataclass(frozen=True)
class Reference:
    """The best known solution of a problem, before it is moved.

    Args:
        points: In the parameters' own units, ``(n, d)``: of the Pareto set at most 100, of one optimum one, of several
            as many. What a problem of constraints alone is measured against is drawn anew for each version.
        zero: Of each loss, the value that counts as 0: the least on the front, or the optimum.
        one: The value that counts as 1: the greatest on the front, or the median of feasible uniform draws.
        hypervolume: Of the whole front as it was found, in these units, below `CORNER`; 0 where there is none.
    """

    points: Array
    zero: Array
    one: Array
    hypervolume: float = 0.0

    def normalized(self, losses: Array) -> Array:
        """Losses ``(..., m)`` in units of this reference."""
        return np.asarray((losses - self.zero) / (self.one - self.zero))


CORNER = 1.1
"""The reference point of hypervolumes, of each normalized loss: the worst of the front and a tenth of its range."""


def load(name: str) -> Reference:
    """From its file."""
    stored: Mapping[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    arrays = {key: np.array(stored[key]) for key in ("points", "zero", "one")}
    return Reference(**arrays, hypervolume=stored["hypervolume"])


def save(name: str, reference: Reference) -> None:
    """Into its file, a point a line."""
    stored = {
        key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in asdict(reference).items()
    }
    points = ",\n".join(json.dumps(point) for point in stored.pop("points"))
    head = ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in stored.items())
    (FOLDER / f"{name}.json").write_text(f'{{{head}, "points": [\n{points}\n]}}\n')
