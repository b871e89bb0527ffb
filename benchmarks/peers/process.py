"""An opponent in a process of its own, one thread."""

import contextlib
import json
import os
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.peers import ADAPTERS, Peer
from benchmarks.protocols import InstanceLike
from optsvc.domain.metrics import Metric
from optsvc.domain.space import CategoricalParameter, DoubleParameter, Parameter, SearchSpace

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_SOURCES = Path(__file__).parents[2] / "src"


class PeerError(Exception):
    """An opponent broke down; the message ends with its own words."""


class PeerProcess:
    """Speaks the protocol of `benchmarks/peers/adapters/protocol.py`; a context manager.

    Attributes:
        seconds: The processor's time that the last request took.
    """

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.seconds = 0.0
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed on exit
        adapter, *arguments = peer.adapter
        self._process = subprocess.Popen(
            [peer.python, ADAPTERS / adapter, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, **dict.fromkeys(_THREADS, "1"), "PYTHONPATH": "" if peer.environment else str(_SOURCES)},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):  # what it was too dead to read
                    stream.close()

    def request(self, action: str, **arguments: Any) -> dict[str, Any]:
        """One request and its answer.

        Raises:
            PeerError: The opponent raised, or is gone.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise PeerError(f"{self.peer.name} has no pipes")
        try:
            stdin.write(json.dumps({"do": action, **arguments}) + "\n")
            stdin.flush()
            line = stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise PeerError(f"{self.peer.name} is gone: {self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise PeerError(f"{self.peer.name}: {answer['error']}")
        self.seconds = answer["seconds"]
        return answer

    def _last_words(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-2000:].decode(errors="replace")


def described(instance: InstanceLike, budget: int) -> dict[str, Any]:
    """A task as the protocol has it."""
    return {
        "space": _space(instance.space),
        "metrics": [_metric(metric) for metric in instance.metrics],
        "solutions": instance.solutions,
        "budget": budget,
        "parallel": instance.parallel,
        "noisy": any(stddev > 0 for stddev in instance.stddevs),
    }


def _metric(metric: Metric) -> dict[str, Any]:
    return {
        "name": metric.name,
        "objective": metric.objective,
        "strategy": metric.strategy,
        "threshold": metric.threshold,
    }


def _space(space: SearchSpace) -> dict[str, Any]:
    return {
        "parameters": [_parameter(parameter) for parameter in space.parameters],
        "conditionals": [{"name": c.name, "values": list(c.values)} for c in space.conditionals],
        "constraints": [
            {"weights": dict(c.terms), "threshold": c.threshold, "at_least": c.at_least}
            for c in space.linear_constraints
        ],
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    common = {"name": parameter.name, "conditions": {name: list(values) for name, values in parameter.conditions}}
    if isinstance(parameter, CategoricalParameter):
        return {**common, "type": "categorical", "values": list(parameter.values)}
    double = isinstance(parameter, DoubleParameter)
    return {
        **common,
        "type": "double" if double else "int",
        "low": parameter.low,
        "high": parameter.high,
        "log": double and parameter.log,
    }
