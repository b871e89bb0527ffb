"""Runs on disk: a file for each optimizer and seed, a line for each evaluation, written as it comes."""

import json
from dataclasses import dataclass
from pathlib import Path

from benchmarks.published.experiment import Evaluation, Published

RANDOM = "random"


@dataclass(frozen=True)
class Run:
    """One optimizer's run of an experiment.

    Args:
        folder: Of all results.
        experiment: What was evaluated.
        optimizer: Name; ours carries the version of the engine.
        seed: Its own chance; the trainings are the same for all.
    """

    folder: Path
    experiment: Published
    optimizer: str
    seed: int

    @property
    def path(self) -> Path:
        """Its file."""
        return self.folder / self.experiment.name / f"{self.optimizer}-{self.seed}.jsonl"

    @property
    def finished(self) -> bool:
        """Whether all evaluations are there."""
        planned = self.experiment.at_random if self.optimizer == RANDOM else self.experiment.budget
        return len(self.evaluations()) >= planned

    def evaluations(self) -> list[Evaluation]:
        """What has been evaluated, in order; none if it has not begun."""
        if not self.path.exists():
            return []
        lines = self.path.read_text().splitlines(keepends=True)
        return [_parsed(line) for line in lines if line.endswith("\n")]

    def append(self, evaluation: Evaluation) -> None:
        """Keep one more, on disk before this returns; a last line that was cut off is taken away."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        written = self.path.read_bytes() if self.path.exists() else b""
        if not written.endswith(b"\n"):
            self.path.write_bytes(written[: written.rfind(b"\n") + 1])
        with self.path.open("a") as file:
            file.write(_line(evaluation))


def _line(evaluation: Evaluation) -> str:
    """An evaluation as a line of a file, without what is empty."""
    kept = {
        "values": evaluation.values,
        "failed": evaluation.failed,
        "assignments": evaluation.assignments,
        "said": evaluation.said,
    }
    return json.dumps({name: value for name, value in kept.items() if value}, separators=(",", ":")) + "\n"


def _parsed(text: str) -> Evaluation:
    raw = json.loads(text)
    return Evaluation(**{**raw, "values": tuple(raw["values"])})
