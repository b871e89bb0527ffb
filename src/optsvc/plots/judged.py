"""Charts that judge: predictions beside results, how the front has grown, how firm a point is."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from optsvc.plots.figure import Figure, axis, categories, empty, escaped, line, marks, under_pointer
from optsvc.plots.theme import NUMBERS, Theme, faded
from optsvc.plots.thinning import MOST_MARKS, evenly
from optsvc.plots.words import name_of, number, number_of, shortened

_Z95 = 1.96
_MOST_CHANGES = 30
_BAR_PX = 24
_BETWEEN_PX = 60
_AROUND_PX = 120
"""Title and the last axis."""
_LONGEST = 20
"""Characters of a name."""


def predictions(found: Mapping[str, Any], theme: Theme) -> Figure:
    """What was predicted of each suggestion, with its 95 % interval, against what was observed.

    Args:
        found: The result of the analysis `predictions`.
        theme: The colours.
    """
    metric, judged = name_of(found["metric"]), list(found["predictions"])
    title = f"{metric}: predicted against observed"
    if not judged:
        return empty(title, "No suggestion of a model has been observed yet.")
    shown = [judged[place] for place in evenly(np.arange(len(judged)), MOST_MARKS)]
    data = [_same(shown, theme)]
    for inside, name, colour, symbol in (
        (True, "inside its interval", theme.mark, "circle"),
        (False, "outside", theme.best, "diamond"),
    ):
        some = [one for one in shown if one["inside"] is inside]
        reach = {"type": "data", "array": [_Z95 * one["stddev"] for one in some], "thickness": 1, "width": 0}
        data.append(
            marks(
                name,
                [one["value"] for one in some],
                [one["mean"] for one in some],
                marker={"color": colour, "size": 7, "symbol": symbol},
                error_y={**reach, "color": faded(colour, 0.45)},
                customdata=[one["observation"] for one in some],
                hovertemplate=under_pointer("observed", "predicted"),
            )
        )
    low, high = found["coverage_interval"]
    words = (
        f"{found['coverage']:.0%} of {number_of(found['count'], 'result')} lie in their 95 % intervals "
        f"(as few as they are, the true share is between {low:.0%} and {high:.0%})."
    )
    return Figure(
        title=title,
        description=f"{title}. {words}",
        data=[trace for trace in data if trace["x"]],
        layout={"xaxis": axis("observed"), "yaxis": axis("predicted")},
        note=words,
    )


def _same(judged: list[Mapping[str, Any]], theme: Theme) -> Any:
    values = [one["value"] for one in judged] + [one["mean"] for one in judged]
    ends = [min(values), max(values)]
    style = {"color": theme.muted, "width": 1, "dash": "dot"}
    return line("as predicted", ends, ends, style=style, hoverinfo="skip")


def hypervolume(found: Mapping[str, Any], theme: Theme) -> Figure:
    """How the Pareto front has grown, observation by observation.

    Args:
        found: The result of the analysis `hypervolume`.
        theme: The colours.
    """
    volumes, ids = np.array(found["volumes"]), found["observations"]
    grew = np.flatnonzero(np.diff(volumes, prepend=0.0) > 0.0)
    shown = np.unique(np.concatenate([evenly(grew, MOST_MARKS), [0, len(volumes) - 1]]))
    metrics = " and ".join(name_of(metric) for metric in found["metrics"])
    trace = {
        **line(
            "hypervolume",
            (shown + 1).tolist(),
            volumes[shown].tolist(),
            style={"color": theme.best, "width": 2, "shape": "hv"},
        ),
        "customdata": [ids[place] for place in shown],
        "fill": "tozeroy",
        "fillcolor": faded(theme.best, 0.12),
        "hovertemplate": f"number: %{{x}}<br>%{{y:{NUMBERS}}}<br>observation %{{customdata}}<extra></extra>",
    }
    corners = ", ".join(
        f"{name_of(name)} {number(worst)} to {number(best)}"
        for name, worst, best in zip(found["metrics"], found["reference"], found["ideal"], strict=True)
    )
    words = f"The share of the box ({corners}) that the front dominates."
    last = f" The last growth came as number {grew[-1] + 1:,}." if len(grew) else ""
    return Figure(
        title=f"Growth of the front of {metrics}",
        description=f"{words} It has reached {volumes[-1]:.1%} after {number_of(len(volumes), 'observation')}.{last}",
        data=[trace],
        layout={
            "xaxis": axis("observation", hoverformat="d"),
            "yaxis": axis("hypervolume", rangemode="tozero"),
            "showlegend": False,
        },
        note=words,
    )


def robustness(found: Mapping[str, Any], theme: Theme) -> Figure:
    """How far each metric moves when one parameter changes a little, with 95 % intervals.

    Args:
        found: The result of the analysis `robustness`.
        theme: The colours.
    """
    metrics = list(found["metrics"])
    layout: dict[str, Any] = {"showlegend": False}
    data = []
    largest = [_largest(metric) for metric in metrics]
    height = sum(len(changes) * _BAR_PX + _BETWEEN_PX for changes in largest) - _BETWEEN_PX
    top = 1.0
    for index, (metric, changes) in enumerate(zip(metrics, largest, strict=True)):
        ending = "" if index == 0 else str(index + 1)
        data.append(_changes(changes, ending, theme))
        layout[f"xaxis{ending}"] = {
            "title": {"text": escaped(f"change of {name_of(metric['metric'])}")},
            "anchor": f"y{ending}",
            "zeroline": True,
            "zerolinecolor": theme.text,
        }
        share = len(changes) * _BAR_PX / height
        layout[f"yaxis{ending}"] = {
            **categories(
                [escaped(_label(change)) for change in changes], [_label(change, _LONGEST) for change in changes]
            ),
            "anchor": f"x{ending}",
            "automargin": True,
            "ticklabelstandoff": 6,
            "domain": [max(0.0, top - share), top],
        }
        top -= share + _BETWEEN_PX / height
    layout["height"] = max(320, height + _AROUND_PX)
    return Figure(
        title="When the point changes a little",
        description=" ".join(metric["sentence"] for metric in metrics),
        data=data,
        layout=layout,
        note=f"Numbers change by {found['share']:.0%} of their range, at least one step; intervals of 95 %.",
    )


def _largest(metric: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The largest changes, the largest last: Plotly puts the first one at the bottom."""
    changes = [*metric["down"], *metric["up"], *metric["alternatives"]]
    return sorted(changes, key=lambda change: abs(change["change"]))[-_MOST_CHANGES:]


def _label(change: Mapping[str, Any], most: int | None = None) -> str:
    """What changes to what, each in at most so many characters."""
    value = change["value"]
    words = (change["parameter"], value if isinstance(value, str) else number(float(value)))
    return " → ".join(words if most is None else [shortened(word, most) for word in words])


def _changes(changes: list[Mapping[str, Any]], ending: str, theme: Theme) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "y": [escaped(_label(change)) for change in changes],
        "x": [change["change"] for change in changes],
        "marker": {"color": theme.mark},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [max(0.0, change["high"] - change["change"]) for change in changes],
            "arrayminus": [max(0.0, change["change"] - change["low"]) for change in changes],
            "color": theme.text,
            "thickness": 1.2,
        },
        "hovertemplate": f"%{{y}}: %{{x:{NUMBERS}}}<extra></extra>",
        "xaxis": f"x{ending}",
        "yaxis": f"y{ending}",
    }
