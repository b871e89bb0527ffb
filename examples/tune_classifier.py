"""Tune a neural network with optsvc, from nothing to the result: `make demo`.

Starts the whole service in a temporary directory, tunes a scikit-learn classifier of handwritten digits over HTTP with
four evaluators at once, evaluates as many random configurations for comparison, and stops everything again.
"""

import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Before NumPy is loaded: four evaluators share the machine, each with one thread.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import httpx
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from optsvc import Categorical, Client, Double, Int, Metric
from optsvc.client import Experiment

EVALUATIONS = 40
EVALUATORS = 4
START_WITHIN_S = 60.0

PARAMETERS = [
    Double("learning_rate", 1e-5, 1.0, log=True),
    Double("weight_decay", 1e-7, 10.0, log=True),
    Double("momentum_loss", 1e-3, 0.5, log=True),
    Int("units", 4, 128),
    Int("layers", 1, 3),
    Int("batch_size", 8, 256),
    Categorical("activation", ["relu", "tanh", "logistic"]),
]


def accuracy(assignments: Mapping[str, Any]) -> float:
    """Five-fold cross-validated accuracy of a network with these hyperparameters, on 1,797 images of digits."""
    images, digits = load_digits(return_X_y=True)
    network = MLPClassifier(
        hidden_layer_sizes=(assignments["units"],) * assignments["layers"],
        activation=assignments["activation"],
        learning_rate_init=assignments["learning_rate"],
        alpha=assignments["weight_decay"],
        beta_1=1.0 - assignments["momentum_loss"],
        batch_size=assignments["batch_size"],
        max_iter=12,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # twelve epochs are all that anyone gets
        return float(cross_val_score(make_pipeline(MinMaxScaler(), network), images, digits, cv=5).mean())


def random_assignments(rng: np.random.Generator) -> dict[str, Any]:
    """A configuration drawn from the same search space."""
    drawn: dict[str, Any] = {}
    for parameter in PARAMETERS:
        match parameter:
            case Double(name, low, high, log=True):
                drawn[name] = float(np.exp(rng.uniform(np.log(low), np.log(high))))
            case Double(name, low, high):
                drawn[name] = float(rng.uniform(low, high))
            case Int(name, low, high):
                drawn[name] = int(rng.integers(low, high, endpoint=True))
            case Categorical(name, values):
                drawn[name] = str(rng.choice(values))
    return drawn


@dataclass
class Tuning:
    """What the evaluators saw."""

    waits_s: list[float] = field(default_factory=list)
    best: float = 0.0


def tune(experiment: Experiment, pool: ProcessPoolExecutor, progress: Progress) -> Tuning:
    """Have all evaluators work on the experiment until its budget is consumed."""
    seen, lock = Tuning(), threading.Lock()
    bar = progress.add_task("optsvc", total=EVALUATIONS, best="")

    def evaluator() -> None:
        asked = time.monotonic()
        for suggestion in experiment.loop():
            wait_s = time.monotonic() - asked
            value = pool.submit(accuracy, suggestion.assignments).result()
            suggestion.observe(value)
            with lock:
                seen.waits_s.append(wait_s)
                seen.best = max(seen.best, value)
            progress.update(bar, advance=1, best=f"best {seen.best:.4f}")
            asked = time.monotonic()

    with ThreadPoolExecutor(EVALUATORS) as evaluators:
        for finished in [evaluators.submit(evaluator) for _ in range(EVALUATORS)]:
            finished.result()
    return seen


def search_at_random(pool: ProcessPoolExecutor, progress: Progress) -> float:
    """The best of as many random configurations."""
    rng = np.random.default_rng(1)
    bar = progress.add_task("random", total=EVALUATIONS, best="")
    best = 0.0
    for value in pool.map(accuracy, [random_assignments(rng) for _ in range(EVALUATIONS)]):
        best = max(best, value)
        progress.update(bar, advance=1, best=f"best {best:.4f}")
    return best


@contextmanager
def service() -> Iterator[tuple[str, str]]:
    """The whole service in a temporary directory; its address and token."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = f"demo-{secrets.token_hex(16)}"
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="optsvc-demo-", ignore_cleanup_errors=True) as directory:
        log = Path(directory) / "up.log"
        with log.open("wb") as output:
            up = subprocess.Popen(
                [sys.executable, "-m", "optsvc", "up", "--data-dir", f"{directory}/data", "--port", str(port)],
                env=os.environ | {"OPTSVC_BOOTSTRAP_TOKEN": token},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C stops the demo first, which then stops the service in order
            )
        try:
            wait_until_ready(address, up, log)
            yield address, token
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(timeout=60)


def wait_until_ready(address: str, up: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the service says that all its parts are there."""
    deadline = time.monotonic() + START_WITHIN_S
    while True:
        try:
            if httpx.get(f"{address}/readyz", timeout=5, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass  # not listening yet
        if up.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"the service did not start:\n{log.read_text()}")
        time.sleep(0.1)


def main() -> None:
    """Run the demonstration."""
    console = Console()
    began = time.monotonic()
    console.print("Starting PostgreSQL, Redis, the API and the workers …")
    columns = (
        TextColumn("{task.description:>8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[best]}"),
    )
    with (
        ProcessPoolExecutor(EVALUATORS) as pool,
        service() as (address, token),
        Client(address, token) as client,
        Progress(*columns, TimeElapsedColumn(), console=console) as progress,
    ):
        console.print(f"Watch it, while it runs: {address}/sign-in#token={token}", soft_wrap=True)
        experiment = client.create_experiment(
            name="Handwritten digits",
            parameters=PARAMETERS,
            metric=Metric("accuracy"),
            observation_budget=EVALUATIONS,
            parallel_bandwidth=EVALUATORS,
        )
        seen = tune(experiment, pool, progress)
        random_best = search_at_random(pool, progress)
        [best] = experiment.best_assignments()
        suggestions = list(experiment.suggestions())
        evaluated = experiment.refresh().progress.observation_count
    from_model = sum(suggestion.provenance["source"] == "gp" for suggestion in suggestions)

    table = Table(title="Handwritten digits: a network with 7 hyperparameters", show_header=False)
    table.add_row("evaluations", f"{evaluated}, {EVALUATORS} at a time")
    table.add_row("best accuracy, optsvc", f"[bold]{best.values[0].value:.4f}[/]")
    table.add_row(f"best accuracy, {EVALUATIONS} random configurations", f"{random_best:.4f}")
    table.add_row("suggestions that came from the model", f"{from_model / len(suggestions):.0%}")
    table.add_row("median wait for a suggestion", f"{1000 * statistics.median(seen.waits_s):.0f} ms")
    table.add_row("95 % of the waits were within", f"{1000 * statistics.quantiles(seen.waits_s, n=20)[-1]:.0f} ms")
    table.add_row("time in all", f"{time.monotonic() - began:.0f} s")
    table.add_section()
    for name, value in best.assignments.items():
        table.add_row(name, f"{value:.4g}" if isinstance(value, float) else str(value))
    console.print(table)


if __name__ == "__main__":
    main()
