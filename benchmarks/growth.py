"""What a suggestion costs as observations become more: ``python -m benchmarks.growth [--rows 100,1000]``.

Ten numeric parameters, one thread. *First* is without a warm start, as when a model is asked for the first time; *next*
is with the warm start of the call before, one observation later, as in an experiment that runs. Keeps its figures in
``benchmarks/results/growth.json``.
"""

import os

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # before NumPy is imported

import argparse
import json
import resource
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from optsvc.domain.metrics import Metric, Objective
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.domain.space import DoubleParameter, SearchSpace
from optsvc.engine import ENGINE_VERSION, EngineState, Problem, Seed, suggest

_RESULTS = Path(__file__).parent / "results" / "growth.json"
_PARAMETERS = 10
_REPEATS = 5
_PROBLEM = Problem(
    SearchSpace(tuple(DoubleParameter(f"x{j}", -5.0, 10.0) for j in range(_PARAMETERS))),
    (Metric(objective=Objective.MINIMIZE),),
)


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="20,50,100,200,500,1000,2000,5000,10000", help="numbers of observations")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="where to keep the figures")
    arguments = parser.parse_args()
    found = [_measure(int(rows)) for rows in arguments.rows.split(",")]
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    arguments.results.write_text(json.dumps({"engine": ENGINE_VERSION, "growth": found}, indent=2) + "\n")


def _measure(rows: int) -> dict[str, Any]:
    history = _history(rows + _REPEATS)
    first, state = _timed(history[:rows], None)
    nexts = []
    for more in range(1, _REPEATS + 1):
        seconds, state = _timed(history[: rows + more], state)
        nexts.append(seconds)
    most_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {
        "rows": rows,
        "first_s": round(first, 4),
        "next_s": round(statistics.median(nexts), 4),
        "next_most_s": round(max(nexts), 4),
        "most_memory_mib": round(most_mib, 1),
    }
    print(found, flush=True)
    return found


def _timed(history: list[Observation], state: EngineState | None) -> tuple[float, EngineState]:
    started = time.perf_counter()
    _, state = suggest(_PROBLEM, history, [], seed=Seed(1, len(history)), state=state)
    return time.perf_counter() - started, state


def _history(count: int) -> list[Observation]:
    """Half of the points anywhere, half around the optimum of a Rosenbrock function, as an optimizer leaves them."""
    rng = np.random.default_rng(0)
    spread = rng.uniform(-5.0, 10.0, (count, _PARAMETERS))
    close = np.clip(1.0 + rng.normal(0.0, 1.0, (count, _PARAMETERS)), -5.0, 10.0)
    points = np.where((np.arange(count) % 2 == 0)[:, None], spread, close)
    values = (100.0 * (points[:, 1:] - points[:, :-1] ** 2) ** 2 + (1.0 - points[:, :-1]) ** 2).sum(axis=1)
    return [
        Observation({f"x{j}": float(x) for j, x in enumerate(point)}, (MetricEvaluation(None, float(value)),))
        for point, value in zip(points, values, strict=True)
    ]


if __name__ == "__main__":
    main()
