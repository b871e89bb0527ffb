"""All problems of the benchmark. One whose definition changes gets a new name: stored results go by it."""

from benchmarks.problems.synthetic import SYNTHETIC
from benchmarks.problems.trainings import TRAININGS
from benchmarks.protocols import BenchmarkProblem

PROBLEMS: tuple[BenchmarkProblem, ...] = (*SYNTHETIC, *TRAININGS)
