"""The pictures: the fronts of one seed, and how the hypervolume grows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")

import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes

from benchmarks.published.experiment import Evaluation, Published
from benchmarks.published.measures import front, hypervolume, successes

_STEPS = 40
Runs = Mapping[str, Sequence[Sequence[Evaluation]]]
"""The runs of each optimizer, one for each seed; random search is the last."""


def draw(experiment: Published, runs: Runs, path: Path) -> None:
    """Two panels, as an SVG at `path`."""
    matplotlib.rcParams["svg.hashsalt"] = "optsvc"  # the same picture, byte for byte, from the same results
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4))
    *_, rivals = runs.values()
    for index, (name, of_seeds) in enumerate(runs.items()):
        style = {"label": f"{name}, {len(of_seeds[0]):,}", "color": f"C{index}", "lw": 2 if index == 0 else 1.1}
        _front(left, experiment, of_seeds[0], style)
        _growth(right, experiment, of_seeds, rivals, style)
    better, cheaper = experiment.metrics
    left.set(xlabel=cheaper.name, ylabel=better.name, xscale="log", title="Pareto fronts, first seed")
    right.set(xlabel="evaluations", ylabel="of random search's at its end", xscale="log", title="Hypervolume, mean")
    right.axhline(1, color="gray", lw=0.8, ls=":")
    left.legend(fontsize=8)
    for ax in (left, right):
        ax.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _front(ax: Axes, experiment: Published, evaluations: Sequence[Evaluation], style: dict[str, Any]) -> None:
    points = np.array(sorted(front(successes(experiment, evaluations)), reverse=True))
    ax.step(-points[:, 1], points[:, 0], where="pre", marker=".", ms=4, **style)


def _growth(
    ax: Axes,
    experiment: Published,
    of_seeds: Sequence[Sequence[Evaluation]],
    rivals: Sequence[Sequence[Evaluation]],
    style: dict[str, Any],
) -> None:
    worst = experiment.gains(experiment.worst)
    ends = [hypervolume(successes(experiment, run), worst) for run in rivals]
    at = np.unique(np.geomspace(10, len(of_seeds[0]), _STEPS).round().astype(int))
    grown = [
        np.mean(
            [hypervolume(successes(experiment, run[:n]), worst) / end for run, end in zip(of_seeds, ends, strict=True)]
        )
        for n in at
    ]
    ax.plot(at, grown, **style)
