"""The two halves of the benchmark: one metric, and several. They share campaign, store and peers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import report as single
from benchmarks.campaign import Plan
from benchmarks.problems import PROBLEMS
from benchmarks.protocols import BenchmarkProblem
from benchmarks.several import report as several
from benchmarks.several.problems import PROBLEMS as SEVERAL
from benchmarks.store import Store

_PAGES = Path(__file__).parents[1] / "docs" / "explanation"


@dataclass(frozen=True)
class Suite:
    """Problems with the same kind of measure, and where what is found on them goes.

    Args:
        name: As on the command line.
        problems: All of them.
        peers: Who can do any of them.
        quick: Those that are fast.
        folder: Of its results, below that of all results.
        page: Where the report is written to.
        report: Makes it, of a plan, its results, names, and why others were not measured.
        draw: Makes the pictures, in a folder.
    """

    name: str
    problems: Sequence[BenchmarkProblem]
    peers: tuple[str, ...]
    quick: tuple[str, ...]
    folder: str
    page: Path
    report: Callable[[Plan, Store, Sequence[str], Sequence[str]], str]
    draw: Callable[[Plan, Store, Sequence[str], Path], None]


def _single_report(plan: Plan, store: Store, names: Sequence[str], unmeasured: Sequence[str]) -> str:
    return single.report(*_compared(plan, store, names), unmeasured)


def _draw_single(plan: Plan, store: Store, names: Sequence[str], folder: Path) -> None:
    from benchmarks.pictures import draw  # needs the extra `bench`, the rest does not

    comparison, _ = _compared(plan, store, names)
    if comparison.pairs:
        draw(comparison, folder / "benchmarks.svg")


def _draw_several(plan: Plan, store: Store, names: Sequence[str], folder: Path) -> None:
    from benchmarks.several.pictures import draw

    draw(plan, store, names, folder)


def _compared(plan: Plan, store: Store, names: Sequence[str]) -> tuple[single.Comparison, list[single.Comparison]]:
    return single.whole_and_part(store, names, plan.problems, plan.seeds, plan.budget)


SUITES = (
    Suite(
        "single",
        PROBLEMS,
        (
            "ours",
            "random",
            "random-x2",
            "optuna-tpe",
            "optuna-gp",
            "hyperopt",
            "scipy-de",
            "smac",
            "sigoptlite",
            "hebo",
            "ax",
        ),
        ("ours", "random", "random-x2", "optuna-tpe", "hyperopt", "scipy-de"),
        "",
        _PAGES / "benchmarks.md",
        _single_report,
        _draw_single,
    ),
    Suite(
        "several",
        SEVERAL,
        ("ours", "random", "random-x2", "optuna-tpe", "optuna-gp", "optuna-nsga2", "sigoptlite", "hebo", "ax"),
        ("ours", "random", "random-x2", "optuna-tpe", "optuna-nsga2"),
        "several",
        _PAGES / "benchmarks-several-metrics.md",
        several.report,
        _draw_several,
    ),
)
