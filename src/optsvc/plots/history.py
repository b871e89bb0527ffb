"""The values of a metric over the observations, with the best so far."""

from typing import Any

import numpy as np

from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric, Strategy
from optsvc.plots.figure import Figure, axis, empty, limit, line, mark_size, marks, under_pointer
from optsvc.plots.table import BoolArray, IntArray, Table, improvements
from optsvc.plots.theme import Theme
from optsvc.plots.thinning import MOST_ESSENTIAL, Thinned, evenly, thin
from optsvc.plots.words import name_of, nothing_of, number, number_of

_X = "observation"
_FEW = 10
_MANY = 100


def history(table: Table, definition: Definition, metric: Metric, theme: Theme) -> Figure:
    """What was observed of a metric, one mark for each observation.

    Failures stand as crosses at the lower edge; what does not count as the best (a threshold missed, not a full
    evaluation) is hollow.

    Args:
        table: The observations.
        definition: Of the experiment.
        metric: Which metric.
        theme: The colours.
    """
    name = name_of(metric.name)
    title = f"{name} over {number_of(len(table), 'observation')}"
    values, counts = table.values[metric.name], table.counting(definition)
    there = np.isfinite(values)
    if not there.any():
        return empty(name, nothing_of([name], len(table), int(table.failed.sum())))
    optimized = metric.strategy is Strategy.OPTIMIZE
    steps = improvements(table.gains(metric), counts) if optimized else np.empty(0, dtype=np.int64)
    thinned = thin(table.failed, steps)
    drawn = np.zeros(len(table), dtype=bool)
    drawn[thinned.places] = True
    size = mark_size(len(thinned.places))
    hover = under_pointer("number", name)
    data = [
        _marks("observed", drawn & there & counts, table, values, hover, {"color": theme.mark, "size": size}),
        _marks(
            "does not count",
            drawn & there & ~counts,
            table,
            values,
            hover,
            {"color": theme.muted, "size": size + 1, "symbol": "circle-open"},
        ),
        _failures(drawn & table.failed, table, theme),
    ]
    if optimized:
        data += _best(steps, table, values, theme)
    shapes, said = _thresholds(metric, theme)
    return Figure(
        title=title,
        description=_description(table, metric, counts, steps, thinned),
        data=[trace for trace in data if trace["x"]],
        layout={
            "xaxis": axis(_X, range=_around(len(table)), hoverformat="d", **_whole_ticks(len(table))),
            "yaxis": axis(f"{name} ({metric.objective.value})" if optimized else name),
            "yaxis2": {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
            "shapes": shapes,
            "annotations": said,
        },
        note=thinned.note("improvement"),
    )


def _marks(name: str, which: BoolArray, table: Table, values: Any, hover: str, marker: dict[str, Any]) -> Any:
    places = np.flatnonzero(which)
    return marks(
        name,
        (places + 1).tolist(),
        values[places].tolist(),
        marker={"opacity": 0.75, **marker},
        customdata=ids(table, places),
        hovertemplate=hover,
    )


def _failures(which: BoolArray, table: Table, theme: Theme) -> Any:
    places = np.flatnonzero(which)
    return marks(
        "failed",
        (places + 1).tolist(),
        [0.02] * len(places),
        marker={
            "color": theme.failed,
            "size": 8,
            "symbol": "x-thin",
            "line": {"width": 1.5, "color": theme.failed},
            "opacity": 1.0 if len(places) <= _MANY else 0.4,
        },
        yaxis="y2",
        customdata=ids(table, places),
        hovertemplate="number: %{x}<br>failed<br>observation %{customdata}<extra></extra>",
    )


def _best(steps: IntArray, table: Table, values: Any, theme: Theme) -> list[Any]:
    """The staircase, and a star on its last step."""
    if not len(steps):
        return []
    shown = evenly(steps, MOST_ESSENTIAL)
    stairs = line(
        "best so far",
        [*(shown + 1).tolist(), len(table)],
        [*values[shown].tolist(), float(values[steps[-1]])],
        style={"color": theme.best, "width": 2, "shape": "hv"},
        hoverinfo="skip",
    )
    last = steps[-1:]
    star = marks(
        "best",
        (last + 1).tolist(),
        values[last].tolist(),
        marker={"color": theme.best, "size": 13, "symbol": "star"},
        customdata=ids(table, last),
        hovertemplate=under_pointer("number", "best"),
    )
    return [stairs, star]


def _around(count: int) -> list[float]:
    margin = max(0.5, 0.02 * count)
    return [1 - margin, count + margin]


def _whole_ticks(count: int) -> dict[str, Any]:
    return {"dtick": 1} if count <= _FEW else {}


def _thresholds(metric: Metric, theme: Theme) -> tuple[list[Any], list[Any]]:
    if metric.threshold is None:
        return [], []
    shape, said = limit("y", metric.threshold, f"threshold {number(metric.threshold)}", theme)
    return [shape], [said]


def _description(table: Table, metric: Metric, counts: BoolArray, steps: IntArray, thinned: Thinned) -> str:
    name = name_of(metric.name)
    there = np.isfinite(table.values[metric.name])
    failures, missed = int(table.failed.sum()), int((there & ~counts).sum())
    parts = [f"{name} over {number_of(len(table), 'observation')}"]
    if failures:
        parts.append(f"{failures:,} failed")
    if missed:
        parts.append(f"{missed:,} do not count, as a threshold is missed or the evaluation was not a full one")
    sentences = [", ".join(parts) + "."]
    if len(steps):
        best = number(float(table.values[metric.name][steps[-1]]))
        sentences.append(
            f"The best value, {best} ({metric.objective.value}), came as number {steps[-1] + 1:,}, "
            f"after {number_of(len(steps) - 1, 'earlier improvement')}."
        )
    if metric.threshold is not None:
        sentences.append(f"Its threshold is {number(metric.threshold)}.")
    return " ".join([*sentences, *filter(None, [thinned.note("improvement")])])


def ids(table: Table, places: IntArray) -> list[str]:
    """The ids of the observations at these places, as the API writes them."""
    return [str(id_) for id_ in table.ids[places].tolist()]
