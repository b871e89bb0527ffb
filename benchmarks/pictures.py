"""The pictures: how the score grows with the evaluations, in each group."""

from pathlib import Path

import matplotlib

matplotlib.use("svg")

import numpy as np
from matplotlib import pyplot

from benchmarks.report import Comparison
from benchmarks.scores import score

_COLUMNS = 4


def draw(comparison: Comparison, path: Path) -> None:
    """One panel for all problems and one for each group, as an SVG at `path`."""
    matplotlib.rcParams["svg.hashsalt"] = "optsvc"  # the same picture, byte for byte, from the same results
    panels: list[str | None] = [None, *comparison.groups]
    rows = -(-len(panels) // _COLUMNS)
    figure, axes = pyplot.subplots(rows, _COLUMNS, figsize=(3.2 * _COLUMNS, 2.4 * rows), sharex=True, sharey=True)
    evaluations = np.unique(np.linspace(1, comparison.budget, 40).round().astype(int))
    colors = pyplot.get_cmap("tab20")
    for panel, ax in zip(panels, axes.flat, strict=False):
        means = np.array([score(comparison.regrets(int(at), panel)).mean(axis=1) for at in evaluations])
        for index, name in enumerate(comparison.names):
            ax.plot(
                evaluations,
                means[:, index],
                label=name,
                color=colors(2 * index % 20 + index // 10),
                lw=2.2 if index == 0 else 1.1,
            )
        ax.set_title(panel or "all", fontsize=9)
        ax.grid(alpha=0.3)
    for ax in axes.flat[len(panels) :]:
        ax.axis("off")
    figure.supxlabel("evaluations", fontsize=9)
    figure.supylabel("mean score", fontsize=9)
    figure.legend(*axes.flat[0].get_legend_handles_labels(), loc="lower right", fontsize=8, ncols=2)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
