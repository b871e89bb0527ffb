"""What a trial asks of a problem, whatever is measured on it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from optsvc.domain.metrics import Metric
from optsvc.domain.space import SearchSpace, Value

Array = npt.NDArray[np.float64]


class Measure(Protocol):
    """How good the results of one optimization are."""

    def add(
        self, evaluation: int, assignments: Mapping[str, Value], values: Sequence[float], reported: Sequence[float]
    ) -> None:
        """Take a success that came back: its true and its reported values; `evaluation` counts from 1."""

    def summary(self) -> dict[str, Any]:
        """JSON-ready; ``regret`` are steps ``[evaluation, regret]``, from the first success on."""


class InstanceLike(Protocol):
    """One version of a problem."""

    @property
    def space(self) -> SearchSpace:
        """Where it is searched."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What an evaluation reports: first what is optimized, then the constraints."""

    @property
    def solutions(self) -> int:
        """How many different optima are asked for."""

    @property
    def stddevs(self) -> tuple[float, ...]:
        """Of the noise on each metric."""

    @property
    def crashes(self) -> float:
        """Probability that an evaluation fails wherever it is."""

    @property
    def parallel(self) -> int:
        """How many evaluations run at the same time; each takes a time of its own."""

    def evaluate(self, assignments: Mapping[str, Value]) -> tuple[Sequence[float], bool]:
        """The true value of each metric, and whether the evaluation succeeds."""

    def measure(self) -> Measure:
        """A new one, of an optimization of this."""


class BenchmarkProblem(Protocol):
    """Something to optimize, in one version for each seed."""

    @property
    def name(self) -> str:
        """Short, ends with the number of parameters."""

    @property
    def group(self) -> str:
        """What it stands for."""

    @property
    def needs(self) -> frozenset[str]:
        """What not every peer can do; see `benchmarks.peers`."""

    def instance(self, seed: int) -> InstanceLike:
        """The version of `seed`."""
