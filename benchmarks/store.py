"""Results on disk: one JSON line for each optimization, one file for each peer."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers import OURS
from optsvc.engine import ENGINE_VERSION


@dataclass(frozen=True)
class Key:
    """What a result is of.

    Args:
        peer: Its name; ours carries the version of the engine: ``ours@2``.
        problem: Name.
        seed: Seed.
        budget: How many evaluations; a peer with a factor had as many times more.
    """

    peer: str
    problem: str
    seed: int
    budget: int


def versioned(peer: str, version: str = ENGINE_VERSION) -> str:
    """The name that results go by: ours are done again when the engine changes, the others' are not."""
    return f"{peer}@{version}" if peer == OURS else peer


class Store:
    """A folder of results; threads may share it. What was written stays, whatever happens after."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._results: dict[Key, dict[str, Any]] = {}
        self._mended: set[Path] = set()
        for path in sorted(folder.glob("*.jsonl")):
            self._results.update(_lines(path))

    def __contains__(self, key: Key) -> bool:
        return key in self._results

    def __getitem__(self, key: Key) -> dict[str, Any]:
        return self._results[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._results)

    def add(self, key: Key, result: dict[str, Any]) -> None:
        """Keep a result, on disk before this returns."""
        line = json.dumps({"problem": key.problem, "seed": key.seed, "budget": key.budget, **result})
        with self._lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{key.peer}.jsonl"
            if path not in self._mended:
                _mend(path)
                self._mended.add(path)
            with path.open("a") as file:
                file.write(line + "\n")
            self._results[key] = result


def _mend(path: Path) -> None:
    """Take away a last line that was cut off, lest the next one continue it."""
    written = path.read_bytes() if path.exists() else b""
    if not written.endswith(b"\n") and written:
        path.write_bytes(written[: written.rfind(b"\n") + 1])


def _lines(path: Path) -> Iterator[tuple[Key, dict[str, Any]]]:
    with path.open() as file:
        for line in file:
            if not line.endswith("\n"):
                return  # cut off when the writer was killed: it is run again
            result = json.loads(line)
            key = Key(path.stem, result.pop("problem"), result.pop("seed"), result.pop("budget"))
            yield key, result
