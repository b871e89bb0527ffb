"""The trade-off between two or three metrics: the Pareto front, and what lies behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.plots.figure import Figure, axis, empty, escaped, limit, line, mark_size, marks, under_pointer
from optsvc.plots.fronts import pareto_front
from optsvc.plots.history import ids
from optsvc.plots.random_region import random_region, random_words
from optsvc.plots.table import BoolArray, FloatArray, IntArray, Table
from optsvc.plots.theme import NUMBERS, SCALE, Theme
from optsvc.plots.thinning import MOST_ESSENTIAL, Thinned, evenly, thin
from optsvc.plots.words import name_of, nothing_of, number, number_of


@dataclass(frozen=True, slots=True)
class Known:
    """What analyses have found, as far as it is there.

    Args:
        efficient: The probability that an observation is on the true front, by its id; None if that is not known.
        random_front: The result of the analysis `random_front` of the first two metrics; None if it is not there.
    """

    efficient: Mapping[str, float] | None = None
    random_front: Mapping[str, Any] | None = None


def pareto(
    table: Table, definition: Definition, metrics: Sequence[Metric], theme: Theme, known: Known | None = None
) -> Figure:
    """Two metrics against each other, a third one as colour, and the front of all of them.

    Args:
        table: The observations.
        definition: Of the experiment.
        metrics: Two or three.
        theme: The colours.
        known: What analyses have found; nothing if left out.
    """
    known = known or Known()
    names = [name_of(metric.name) for metric in metrics]
    title = f"{names[1]} against {names[0]}{f', {names[2]} as colour' if len(names) > 2 else ''}"
    counts = table.counting(definition)
    gains = np.column_stack([table.gains(metric) for metric in metrics])
    there: BoolArray = np.logical_and.reduce(np.isfinite(gains), axis=1)
    if not there.any():
        return empty(title, nothing_of(names, len(table), int(table.failed.sum())))
    front = pareto_front(gains, counts)
    thinned = thin(~there, front)
    plane = _Plane(table, metrics, names, theme)
    data = [
        *random_region(known.random_front, plane.values(1)[there], plane.step, theme),
        *plane.observations(thinned, there, counts, front, known.efficient),
        *plane.front(front, known.efficient),
    ]
    shapes, said = _thresholds(metrics[:2], theme)
    note = thinned.note("front observation") if len(thinned.places) < len(table) else ""
    return Figure(
        title=title,
        description=_description(plane, there, counts, front, known, note),
        data=[trace for trace in data if trace["x"]],
        layout={
            "xaxis": axis(_labelled(metrics[0], names[0])),
            "yaxis": axis(_labelled(metrics[1], names[1])),
            "shapes": shapes,
            "annotations": said,
            **plane.scale(),
        },
        note=note,
    )


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where the marks go.

    Args:
        table: The observations.
        metrics: Along x, along y, and as colour.
        names: Of them.
        theme: The colours.
    """

    table: Table
    metrics: Sequence[Metric]
    names: Sequence[str]
    theme: Theme

    def values(self, axis: int) -> FloatArray:
        """Of one of the metrics, shape ``(n,)``."""
        return self.table.values[self.metrics[axis].name]

    def marks(self, name: str, places: IntArray, marker: Mapping[str, Any], text: Sequence[str] = ()) -> Any:
        """Marks of some observations."""
        x, y = (self.values(axis)[places].tolist() for axis in (0, 1))
        more: dict[str, Any] = {"customdata": ids(self.table, places)}
        lines = []
        if text:
            more["text"], lines = list(text), ["%{text}"]
        hover = under_pointer(self.names[0], self.names[1], *lines)
        return marks(name, x, y, marker=marker, hovertemplate=hover, **more)

    def observations(
        self,
        thinned: Thinned,
        there: BoolArray,
        counts: BoolArray,
        front: IntArray,
        efficient: Mapping[str, float] | None,
    ) -> list[Any]:
        """What misses a threshold, and what is dominated."""
        drawn = np.zeros(len(self.table), dtype=bool)
        drawn[thinned.places] = True
        drawn &= there
        behind = drawn & counts
        behind[front] = False
        size = mark_size(len(thinned.places))
        hollow = {"color": self.theme.muted, "size": size, "symbol": "circle-open", "opacity": 0.7}
        missed = self.marks("does not count", np.flatnonzero(drawn & ~counts), hollow)
        places = np.flatnonzero(behind)
        if len(self.metrics) > 2:
            colours, texts = self._third(places)
            return [missed, {**self.marks("dominated", places, {"size": size, **colours}, texts), "showlegend": False}]
        if efficient is None:
            return [missed, self.marks("dominated", places, {"color": self.theme.mark, "size": size, "opacity": 0.6})]
        opacity, texts = self._chances(places, efficient)
        return [
            missed,
            self.marks("dominated", places, {"color": self.theme.mark, "size": size, "opacity": opacity}, texts),
        ]

    def front(self, front: IntArray, efficient: Mapping[str, float] | None) -> list[Any]:
        """The front, with its staircase if two metrics span it."""
        shown = evenly(front, MOST_ESSENTIAL)
        order = shown[np.argsort(self.values(0)[shown], kind="stable")]
        marker: dict[str, Any] = {"color": self.theme.best, "size": 10, "symbol": "diamond"}
        texts: list[str] = []
        if len(self.metrics) > 2:
            colours, texts = self._third(order)
            return [self.marks("Pareto front", order, {**marker, **colours, "line": self._outline}, texts)]
        if efficient is not None:
            opacity, texts = self._chances(order, efficient)
            marker |= {"opacity": opacity, "line": self._outline}
        x, y = (self.values(axis)[order].tolist() for axis in (0, 1))
        stairs = line("front", x, y, style={"color": self.theme.best, "width": 1.5, "shape": self.step})
        return [
            {**stairs, "hoverinfo": "skip", "showlegend": False},
            self.marks("Pareto front", order, marker, texts),
        ]

    def scale(self) -> dict[str, Any]:
        """The scale of the third metric, for the layout."""
        if len(self.metrics) < 3:
            return {}
        bar = {"title": {"text": escaped(self.names[2])}, "tickformat": NUMBERS}
        return {"coloraxis": {"colorscale": SCALE, "colorbar": bar}}

    @property
    def step(self) -> str:
        """Which way the edge of what is dominated runs, from left to right."""
        return "hv" if self.metrics[0].objective is Objective.MINIMIZE else "vh"

    @property
    def _outline(self) -> dict[str, Any]:
        return {"width": 2, "color": self.theme.best}

    def _third(self, places: IntArray) -> tuple[dict[str, Any], list[str]]:
        values = self.values(2)[places].tolist()
        texts = [f"{escaped(self.names[2])}: {number(value)}" for value in values]
        return {"color": values, "coloraxis": "coloraxis"}, texts

    def _chances(self, places: IntArray, efficient: Mapping[str, float]) -> tuple[list[float], list[str]]:
        """Opacity and words for how likely each is on the true front; nothing of those that are too new."""
        chances = [efficient.get(id_) for id_ in ids(self.table, places)]
        words = ["" if p is None else f"on the true front with {100 * p:.0f} %" for p in chances]
        return [1.0 if p is None else round(0.35 + 0.65 * p, 3) for p in chances], words


def _labelled(metric: Metric, name: str) -> str:
    return f"{name} ({metric.objective.value})" if metric.strategy is Strategy.OPTIMIZE else name


def _thresholds(metrics: Sequence[Metric], theme: Theme) -> tuple[list[Any], list[Any]]:
    lines = [
        limit(direction, metric.threshold, f"threshold {number(metric.threshold)}", theme)
        for direction, metric in zip("xy", metrics, strict=True)
        if metric.threshold is not None
    ]
    return [shape for shape, _ in lines], [said for _, said in lines]


def _description(plane: _Plane, there: BoolArray, counts: BoolArray, front: IntArray, known: Known, note: str) -> str:
    shown, missed = int(there.sum()), int((there & ~counts).sum())
    sentences = [f"{plane.names[1]} against {plane.names[0]} of {number_of(shown, 'observation')}."]
    if failures := int(plane.table.failed.sum()):
        sentences.append(f"{failures:,} failed and cannot be drawn.")
    if missed:
        sentences.append(f"{missed:,} miss a threshold or were not full evaluations.")
    if len(front):
        ends = [
            f"{name} from {number(float(np.min(reached)))} to {number(float(np.max(reached)))}"
            for axis, name in enumerate(plane.names)
            for reached in [plane.values(axis)[front]]
        ]
        sentences.append(f"{number_of(len(front), 'observation')} on the Pareto front, with {', '.join(ends)}.")
    else:
        sentences.append("None is on the Pareto front.")
    if known.random_front is not None:
        sentences.append(random_words(known.random_front))
    return " ".join([*sentences, *filter(None, [note])])
