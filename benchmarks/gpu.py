"""Suggestions per second in batches on a GPU, against one core: ``python -m benchmarks.gpu [--cpu]``.

Every suggestion is a first one, with a full fit, for a made-up experiment. Batches hold 1 to 256 of them. The last
columns: what the part that stays with the processor would allow if the rest took no time; and how near the fit comes
to what the device can compute: the operations of the likelihoods that the fit asked for, by the sizes before padding,
over the time that it took, and that over what one large matrix product reaches.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded: one core is what we compare with

import argparse
import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from optsvc import engine
from optsvc.engine.backend import NUMPY, Array, Backend, BoolArray, backend_for
from optsvc.engine.batch.likelihood import fit_many
from optsvc.engine.batch.many import steps_of
from optsvc.engine.batch.padding import Memory
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.gp import TrainingData
from optsvc.engine.surrogates.priors import Prior
from optsvc.jobs.batches import NoGpu, find_gpu
from optsvc.jobs.probe import made_up
from optsvc.services.computing import ALONE

_RESULTS = Path(__file__).parent / "results"
_SIZES, _BATCHES = (50, 100, 200, 500), (1, 4, 16, 64, 256)
_SMALL_SIZES, _SMALL_BATCHES = (20, 50), (1, 8)
_DIMENSION = 10
_ALONE = 3
_FIT_BATCH = 64
_PRODUCT, _SMALL_PRODUCT = 8192, 1024
"""Rows of the matrices whose product shows what a device, or one core, can do."""
_LONG_S = 3.0


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print the table, keep the numbers."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--cpu", action="store_true", help="batches with NumPy, of small sizes: to see that it works")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="directory to keep the numbers in")
    arguments = parser.parse_args(argv)
    try:
        backend = NUMPY if arguments.cpu else backend_for(find_gpu()[0])
    except NoGpu as error:
        raise SystemExit(f"no GPU to measure: {error}") from None
    sizes, batches = (_SMALL_SIZES, _SMALL_BATCHES) if arguments.cpu else (_SIZES, _BATCHES)
    limit = product_tflops(backend, _SMALL_PRODUCT if arguments.cpu else _PRODUCT)
    rows = {str(n): measure(n, batches, backend) for n in sizes}
    found = {"device": backend.description(), "limit_tflops": limit, "sizes": rows, "core": dict(engine.environment())}
    print(table(found))
    path = arguments.results / f"gpu-{re.sub('[^a-z0-9]+', '-', found['device'].lower())}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n")


def measure(n: int, batches: Sequence[int], backend: Backend) -> dict[str, Any]:
    """Suggestions per second alone and in batches, and how fast the fit computes."""
    requests = [made_up(n, key, _DIMENSION) for key in range(max(*batches, _ALONE))]
    alone = _ALONE / seconds(lambda: ALONE.compute(requests[:_ALONE]))
    engine.suggest_many(requests[:1], xp=backend.xp)  # compiles what has to be
    together = {
        str(count): count / seconds(lambda count=count: engine.suggest_many(requests[:count], xp=backend.xp))
        for count in batches
    }
    return {
        "alone": alone,
        "together": together,
        "ceiling": ceiling(requests[0]),
        "fit_tflops": fit_tflops(n, min(_FIT_BATCH, max(batches)), backend),
    }


def ceiling(request: engine.Request) -> float:
    """Suggestions per second if questions took no time: what stays with the processor bounds what a device can gain."""
    steps = steps_of(request)
    try:
        start = time.perf_counter()
        question = next(steps)
        while True:
            asked = time.perf_counter()
            answer = question.answer()
            start += time.perf_counter() - asked
            question = steps.send(answer)
    except StopIteration:
        return 1.0 / (time.perf_counter() - start)


class _Counting:
    """A backend that counts the matrices that it factors."""

    def __init__(self, backend: Backend) -> None:
        self._backend, self.matrices = backend, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def cholesky_many(self, matrices: Array) -> tuple[Array, BoolArray]:
        self.matrices += len(matrices)
        return self._backend.cholesky_many(matrices)


def fit_tflops(n: int, batch: int, backend: Backend) -> float:
    """Operations per second of a fit of so many problems from four starts each, in 10^12."""
    rng = np.random.default_rng(0)
    prior = Prior(np.zeros(_DIMENSION, dtype=bool), known_noise=False, defaults=DEFAULTS)
    data = [problem(n, rng) for _ in range(batch)]
    starts = [[prior.mode, *(prior.sample(rng) for _ in range(3))] for _ in range(batch)]
    counting: Any = _Counting(backend)
    start = time.perf_counter()
    fit_many(data, [prior] * batch, starts, DEFAULTS, counting, Memory(backend))
    took = time.perf_counter() - start
    # Cholesky n³/3, inverse of the factor n³/3, its square n³ where only one triangle is needed, two products with the
    # features, and some twenty operations for each entry; one product and as many operations for each parameter alone,
    # twice, as the gradient computes them again.
    each = 5 * n**3 / 3 + 4 * n**2 * _DIMENSION + 20 * n**2 + 2 * _DIMENSION * (2 * _DIMENSION + 20) * n**2
    return float(counting.matrices * each / took / 1e12)


def problem(n: int, rng: np.random.Generator) -> TrainingData:
    """Targets that depend on two of the columns, with a little noise."""
    features = rng.random((n, _DIMENSION))
    targets = np.sin(5.0 * features[:, 0]) + features[:, 1] ** 2 + 0.05 * rng.normal(size=n)
    return TrainingData(features, np.arange(_DIMENSION), (targets - targets.mean()) / targets.std(), np.zeros(n))


def product_tflops(backend: Backend, n: int) -> float:
    """Operations per second of a product of two matrices ``(n, n)``, in 10^12."""
    matrix = backend.to_device(np.random.default_rng(0).random((n, n)))

    def multiply() -> None:
        backend.to_host((matrix @ matrix)[:1, :1])  # waits for it

    multiply()
    return 2 * n**3 / seconds(multiply) / 1e12


def seconds(work: Callable[[], object]) -> float:
    """The median of three times, or the first that is long."""
    times: list[float] = []
    while len(times) < 3 and sum(times) < _LONG_S:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def table(found: dict[str, Any]) -> str:
    """Markdown."""
    batches = next(iter(found["sizes"].values()))["together"]
    heads = ["observations", "one core", *(f"batch of {count}" for count in batches)]
    heads += ["ceiling", "fit, TFLOP/s", "of the limit"]
    limit = found["limit_tflops"]
    lines = [
        f"Suggestions per second, {_DIMENSION} parameters, on {found['device']}; limit {limit:.3g} TFLOP/s",
        "",
        _line(heads),
        _line(["---:"] * len(heads)),
    ]
    for n, row in found["sizes"].items():
        rates = [f"{rate:.3g}" for rate in (row["alone"], *row["together"].values(), row["ceiling"])]
        lines.append(_line([n, *rates, f"{row['fit_tflops']:.2g}", f"{row['fit_tflops'] / limit:.1%}"]))
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
