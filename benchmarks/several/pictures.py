"""The pictures: fronts that were attained, and how the measures grow with the evaluations."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("svg")

import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes

from benchmarks.campaign import Plan
from benchmarks.peers import RANDOM
from benchmarks.report import Comparison
from benchmarks.several.attainment import attained
from benchmarks.several.problem import MovedProblem
from benchmarks.several.references import CORNER
from benchmarks.several.report import compared
from benchmarks.store import Store

_COLUMNS = 4
_GRID = np.linspace(0.0, CORNER, 56)


def draw(plan: Plan, store: Store, names: Sequence[str], folder: Path) -> None:
    """Two SVG files in `folder`."""
    matplotlib.rcParams["svg.hashsalt"] = "optsvc"  # the same picture, byte for byte, from the same results
    groups = [comparison for comparison, _ in compared(plan, store, names)]
    if groups:
        _growth(groups, folder / "benchmarks-several-growth.svg")
    with_fronts = [(c, p) for c in groups for p in _two_objectives(c)]
    if with_fronts:
        _fronts(with_fronts, folder / "benchmarks-several-fronts.svg")


def _two_objectives(comparison: Comparison) -> list[MovedProblem]:
    problems = dict.fromkeys(problem for problem, _ in comparison.pairs)
    return [problem for problem in problems if isinstance(problem, MovedProblem) and problem.objectives == 2]


def _fronts(panels: Sequence[tuple[Comparison, MovedProblem]], path: Path) -> None:
    """The first optimizer's median attainment, random search's from its best to its worst seed, and the reference."""
    figure, axes = _axes(len(panels), height=2.8)
    for (comparison, problem), ax in zip(panels, axes, strict=False):
        seeds = [seed for other, seed in comparison.pairs if other is problem]
        named = [name for name in (comparison.names[0], RANDOM) if name in comparison.names]
        for name in dict.fromkeys(named):
            fronts = [np.array(comparison.result(name, problem, seed)["front"]).reshape(-1, 2) for seed in seeds]
            surfaces = np.minimum(attained(fronts, _GRID), 10.0)
            if name == RANDOM:
                best, worst = surfaces.min(axis=0), surfaces.max(axis=0)
                ax.fill_between(_GRID, best, worst, step="post", color="0.75", label="random, all seeds")
            else:
                ax.step(_GRID, np.median(surfaces, axis=0), where="post", lw=1.4, label=f"{name}, median")
        reference = problem.reference.normalized(problem.losses(problem.reference.points))
        ax.step(_GRID, attained([reference], _GRID)[0], where="post", color="tab:red", lw=0.8, label="reference")
        ax.set_title(problem.name, fontsize=9)
    axes[0].set_xlim(-0.05, CORNER)
    axes[0].set_ylim(-0.05, 2 * CORNER)
    figure.supxlabel("first loss", fontsize=9)
    figure.supylabel("second loss", fontsize=9)
    _save(figure, axes, path)


def _growth(groups: Sequence[Comparison], path: Path) -> None:
    """Mean regret of each group."""
    figure, axes = _axes(len(groups), height=2.6)
    names = list(dict.fromkeys(name for comparison in groups for name in comparison.names))
    colors = dict(zip(names, pyplot.get_cmap("tab10").colors, strict=False))
    for comparison, ax in zip(groups, axes, strict=False):
        evaluations = np.unique(np.linspace(1, comparison.budget, 40).round().astype(int))
        means = np.array([comparison.regrets(int(at)).mean(axis=1) for at in evaluations])
        for index, name in enumerate(comparison.names):
            ax.plot(evaluations, means[:, index], color=colors[name], label=name)
        ax.set_title(comparison.groups[0], fontsize=9)
        ax.grid(alpha=0.3)
    axes[0].set_ylim(0, 1)
    figure.supxlabel("evaluations", fontsize=9)
    figure.supylabel("mean regret (1 less the share)", fontsize=9)
    _save(figure, axes, path)


def _axes(count: int, height: float) -> tuple[pyplot.Figure, list[Axes]]:
    rows = -(-(count + 1) // _COLUMNS)  # one more for the legend
    size = (3.2 * _COLUMNS, height * rows)
    figure, axes = pyplot.subplots(rows, _COLUMNS, figsize=size, squeeze=False, sharex=True, sharey=True)
    for ax in axes.flat[count:]:
        ax.axis("off")
    return figure, list(axes.flat)


def _save(figure: pyplot.Figure, axes: Sequence[Axes], path: Path) -> None:
    known = {label: line for ax in axes for line, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend(known.values(), known.keys(), loc="lower right", fontsize=9)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
