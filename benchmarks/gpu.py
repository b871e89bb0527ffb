"""Suggestions per second in batches, against one core: ``python -m benchmarks.gpu [--xp numpy --quick]``.

Every suggestion is a first one, with a full fit, for a made-up experiment. Batches hold 1 to 256 of them. The last
columns say how near the fit comes to what the device can compute: the operations of the likelihoods that the fit asked
for, by the sizes before padding, over the time that it took, over the device's peak in double precision.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded: one core is what we compare with

import argparse
import importlib
import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from optsvc import engine
from optsvc.engine.backend import Backend, backend_for
from optsvc.engine.batch.likelihood import fit_many
from optsvc.engine.batch.padding import Memory
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.gp import TrainingData
from optsvc.engine.surrogates.priors import Prior
from optsvc.jobs.batching import made_up

_RESULTS = Path(__file__).parent / "results"
_DIMENSION = 10
_FIT_BATCH = 64
_PEAK_TFLOPS = {"H200": 67.0, "H100 PCIe": 51.0, "H100": 67.0, "A100": 19.5, "V100": 7.8, "L4": 0.47, "T4": 0.25}
"""Double precision, with tensor cores where they have it, by a part of the device's name; from the data sheets."""


def main() -> None:
    """Measure, print the table, keep the numbers."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--xp", choices=["cupy", "numpy"], default="cupy", help="what computes the batches")
    parser.add_argument("--quick", action="store_true", help="small sizes: to see that it works")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="directory to keep the numbers in")
    arguments = parser.parse_args()
    xp = importlib.import_module(arguments.xp)
    name = device(xp)
    sizes, batches = ((20, 50), (1, 8)) if arguments.quick else ((50, 100, 200, 500), (1, 4, 16, 64, 256))
    rows = {n: measure(n, batches, xp) for n in sizes}
    path = arguments.results / f"gpu-{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')}.json"
    path.write_text(json.dumps({"device": name, "sizes": rows}, indent=1) + "\n")
    print(table(name, batches, rows))


def device(xp: ModuleType) -> str:
    """The name of what computes."""
    if xp is np:
        return "numpy"
    name: str = xp.cuda.runtime.getDeviceProperties(0)["name"].decode()
    return name


def measure(n: int, batches: Sequence[int], xp: ModuleType) -> dict[str, Any]:
    """Suggestions per second alone and in batches, and how fast the fit computes."""
    requests = [made_up(n, key, _DIMENSION) for key in range(max(batches))]
    one_by_one = engine.Routes().together_pays
    some = requests[:4]
    alone = len(some) / seconds(lambda: engine.suggest_many(some, together_pays=one_by_one))
    together = {
        str(count): count / seconds(lambda count=count: engine.suggest_many(requests[:count], xp=xp))
        for count in batches
    }
    tflops = fit_tflops(n, min(_FIT_BATCH, max(batches)), backend_for(xp))
    peak = next((peak for part, peak in _PEAK_TFLOPS.items() if part in device(xp)), None)
    return {"alone": alone, "together": together, "fit_tflops": tflops, "peak_tflops": peak}


def fit_tflops(n: int, batch: int, backend: Backend) -> float:
    """Operations per second of a fit of so many problems from four starts each, in 10^12."""
    matrices = 0
    factorize = backend.cholesky_many

    def counting(stacked: Any) -> Any:
        nonlocal matrices
        matrices += len(stacked)
        return factorize(stacked)

    rng = np.random.default_rng(0)
    prior = Prior(_DIMENSION, known_noise=False, defaults=DEFAULTS)
    data = [problem(n, rng) for _ in range(batch)]
    starts = [[prior.mode, *(prior.sample(rng) for _ in range(3))] for _ in range(batch)]

    def fit() -> None:
        nonlocal matrices
        matrices = 0
        fit_many(data, [prior] * batch, starts, DEFAULTS, backend, Memory(backend))

    backend.cholesky_many = counting  # type: ignore[method-assign]
    try:
        took = seconds(fit)
    finally:
        backend.cholesky_many = factorize  # type: ignore[method-assign]
    # Cholesky n³/3, inverse of the factor n³/3, its square n³ where only one triangle is needed, two products with the
    # features, and some twenty operations for each entry.
    each = 5 * n**3 / 3 + 4 * n**2 * _DIMENSION + 20 * n**2
    return matrices * each / took / 1e12


def problem(n: int, rng: np.random.Generator) -> TrainingData:
    """Targets that depend on two of the columns, with a little noise."""
    features = rng.random((n, _DIMENSION))
    targets = np.sin(5.0 * features[:, 0]) + features[:, 1] ** 2 + 0.05 * rng.normal(size=n)
    return TrainingData(features, np.arange(_DIMENSION), (targets - targets.mean()) / targets.std(), np.zeros(n))


def seconds(work: Callable[[], object]) -> float:
    """The median of three, after one to warm up."""
    work()
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[1]


def table(name: str, batches: Sequence[int], rows: dict[int, dict[str, Any]]) -> str:
    """Markdown."""
    heads = ["observations", "one core", *(f"batch of {count}" for count in batches), "fit, TFLOP/s", "of the peak"]
    lines = [f"Suggestions per second, {_DIMENSION} parameters, {name}", "", _line(heads), _line(["---"] * len(heads))]
    for n, row in rows.items():
        share = "-" if row["peak_tflops"] is None else f"{row['fit_tflops'] / row['peak_tflops']:.1%}"
        rates = [row["alone"], *row["together"].values()]
        lines.append(_line([str(n), *(f"{rate:.3g}" for rate in rates), f"{row['fit_tflops']:.3g}", share]))
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
