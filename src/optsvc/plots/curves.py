"""A metric along parameters, one small chart beside the other: through a point, or on average."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optsvc.domain.space import CategoricalParameter, Conditional, Parameter, SearchSpace
from optsvc.plots.figure import Figure, categories, escaped, line, marks, parameter_axis
from optsvc.plots.theme import NUMBERS, Theme, faded
from optsvc.plots.words import name_of, number, shortened

_COLUMNS = 3
_MOST = 24
_ROW_PX = 260
_GAP_PX = 64
_AROUND_PX = 150
_MOST_LABELS = 5
_LONGEST = 28
"""Characters beneath a panel."""
_LONG = 170
"""Characters: a point of many parameters is told in the description alone."""


def slices(found: Mapping[str, Any], space: SearchSpace, theme: Theme) -> Figure:
    """What the model expects of a metric along each parameter, through a point, with 95 % bands.

    Args:
        found: The result of the analysis `slices`.
        space: The search space.
        theme: The colours.
    """
    panels = [
        _Panel(one["name"], one["values"], one["mean"], one["lower"], one["upper"], found["point"].get(one["name"]))
        for one in found["slices"]
    ]
    point = ", ".join(f"{name} = {_said(value)}" for name, value in found["point"].items())
    words = f"The point, a star: {point}."
    return _small_multiples(f"{name_of(found['metric'])} through a point", words, panels, space, theme)


def partial_dependence(found: Mapping[str, Any], space: SearchSpace, theme: Theme) -> Figure:
    """What the model expects of a metric along each parameter, averaged over the others, with 95 % bands.

    Args:
        found: The result of the analysis `partial_dependence`.
        space: The search space.
        theme: The colours.
    """
    panels = [
        _Panel(one["name"], one["values"], one["mean"], one["lower"], one["upper"]) for one in found["parameters"]
    ]
    title = f"{name_of(found['metric'])} along each parameter, on average"
    return _small_multiples(title, "Averaged over what was observed of the other parameters.", panels, space, theme)


@dataclass(frozen=True, slots=True)
class _Panel:
    """A metric along one parameter.

    Args:
        name: Of the parameter.
        values: Of it.
        mean: Of the metric.
        lower: Lower end of its band.
        upper: Upper end.
        at: The value of the parameter at the point; None without one.
    """

    name: str
    values: Sequence[Any]
    mean: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]
    at: Any = None


def _small_multiples(title: str, words: str, panels: list[_Panel], space: SearchSpace, theme: Theme) -> Figure:
    shown = panels[:_MOST]
    columns = min(_COLUMNS, len(shown))
    rows = math.ceil(len(shown) / _COLUMNS)
    inside = rows * _ROW_PX - _GAP_PX
    unit, gap = (_ROW_PX - _GAP_PX) / inside, _GAP_PX / inside
    height = inside + _AROUND_PX
    sources = {one.name: one for one in (*space.conditionals, *space.parameters)}
    layout: dict[str, Any] = {"height": height, "showlegend": False}
    data = []
    for index, panel in enumerate(shown):
        ending = "" if index == 0 else str(index + 1)
        row, place = divmod(index, columns)
        top = 1.0 - row * (unit + gap)
        layout[f"xaxis{ending}"] = {
            "title": {"text": escaped(shortened(panel.name, _LONGEST)), "font": {"size": 12}},
            "domain": [place / columns + (0.02 if place else 0.0), (place + 1) / columns - 0.02],
            "anchor": f"y{ending}",
            **_few_ticks(parameter_axis(sources.get(panel.name)), panel.values),
        }
        layout[f"yaxis{ending}"] = {
            "domain": [max(0.0, top - unit), top],
            "anchor": f"x{ending}",
            **({"matches": "y"} if index else {}),
            **({"showticklabels": False} if place else {}),
        }
        data += [{**trace, "xaxis": f"x{ending}", "yaxis": f"y{ending}"} for trace in _traces(panel, sources, theme)]
    left = f" The first {_MOST} of {len(panels)} parameters." if len(panels) > _MOST else ""
    ranges = "; ".join(f"along {one.name} from {number(min(one.mean))} to {number(max(one.mean))}" for one in shown)
    return Figure(
        title=title,
        description=f"{title}. {words} Expected values: {ranges}.{left}",
        data=data,
        layout=layout,
        note=f"Bands hold the metric with 95 %. {words if len(words) <= _LONG else ''}{left}",
    )


def _few_ticks(axis: dict[str, Any], values: Sequence[Any]) -> dict[str, Any]:
    """With room for no more than four labels."""
    if axis["type"] == "category":
        labelled = values[:: math.ceil(len(values) / _MOST_LABELS)]
        return categories(labelled, [shortened(str(value), _LONGEST // len(labelled)) for value in labelled])
    if axis["type"] != "log":
        return {**axis, "nticks": 5}
    return {**axis, "dtick": max(1, math.ceil(math.log10(max(values) / min(values)) / 3)), "tickangle": 0}


def _traces(panel: _Panel, sources: Mapping[str, Parameter | Conditional], theme: Theme) -> list[Any]:
    hover = f"{escaped(panel.name)}: %{{x}}<br>%{{y:{NUMBERS}}}<extra></extra>"
    if isinstance(sources.get(panel.name), CategoricalParameter | Conditional):
        reach = {
            "type": "data",
            "symmetric": False,
            "array": [high - mean for mean, high in zip(panel.mean, panel.upper, strict=True)],
            "arrayminus": [mean - low for mean, low in zip(panel.mean, panel.lower, strict=True)],
        }
        marker = {"color": theme.model, "size": 9}
        data = [marks("expected", panel.values, panel.mean, marker=marker, error_y=reach, hovertemplate=hover)]
    else:
        edge = {"width": 0}
        data = [
            {**line("lower", panel.values, panel.lower, style=edge), "hoverinfo": "skip"},
            {
                **line("95 % band", panel.values, panel.upper, style=edge),
                "fill": "tonexty",
                "fillcolor": faded(theme.model, 0.22),
                "hoverinfo": "skip",
            },
            line("expected", panel.values, panel.mean, style={"color": theme.model, "width": 2}, hovertemplate=hover),
        ]
    if panel.at is not None:
        star = {"color": theme.best, "size": 11, "symbol": "star"}
        data.append(marks("the point", [panel.at], [_height(panel)], marker=star, hoverinfo="skip"))
    return data


def _height(panel: _Panel) -> float:
    """What is expected at the point."""
    if panel.at in panel.values:
        return panel.mean[list(panel.values).index(panel.at)]
    return float(np.interp(panel.at, panel.values, panel.mean))


def _said(value: Any) -> str:
    return value if isinstance(value, str) else number(float(value))
