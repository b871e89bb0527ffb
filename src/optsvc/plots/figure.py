"""A figure and its parts."""

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from optsvc.domain.space import CategoricalParameter, Conditional, DoubleParameter, Parameter
from optsvc.plots.theme import Theme

Trace = dict[str, Any]
LOG = {"type": "log", "exponentformat": "power", "minorloglabels": "none"}
"""An axis on which magnitudes count."""
DATES = {"type": "date", "hoverformat": "%Y-%m-%d %H:%M:%S"}
"""An axis of moments."""
_MANY_MARKS = 1000
_LINE = 85
"""Characters."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart.

    Args:
        title: Its heading.
        description: What is to be seen in it, in sentences, for those who do not see it.
        data: The traces.
        layout: Axes and words, without title and template.
        note: What stands under the heading, in small print; empty for nothing.
    """

    title: str
    description: str
    data: Sequence[Trace]
    layout: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    def to_dict(self, theme: Theme) -> dict[str, Any]:
        """As Plotly draws it: ``data`` and ``layout``, JSON-ready."""
        title: dict[str, Any] = {"text": escaped(self.title)}
        if self.note:
            title["subtitle"] = {"text": wrapped(self.note)}
        layout = {**self.layout, "title": title, "template": theme.template()}
        return {"data": [_finite(trace) for trace in self.data], "layout": _finite(layout)}


def empty(title: str, why: str) -> Figure:
    """A chart of nothing, with the reason."""
    place = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
    said = {"text": escaped(why), "showarrow": False, "font": {"size": 15}, **place}
    axis = {"visible": False}
    return Figure(title, f"{title}. {why}", [], {"annotations": [said], "xaxis": axis, "yaxis": axis})


def escaped(text: str) -> str:
    """A name as Plotly writes it out: it takes some HTML for what it says."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _finite(part: Any) -> Any:
    """With nothing for numbers that JSON does not have: differences of values near the largest doubles overflow."""
    if isinstance(part, float):
        return part if math.isfinite(part) else None
    if isinstance(part, dict):
        return {key: _finite(value) for key, value in part.items()}
    return [_finite(value) for value in part] if isinstance(part, list) else part


def wrapped(text: str) -> str:
    """Words in lines that fit a chart on a small screen."""
    return "<br>".join(escaped(line) for line in textwrap.wrap(text, _LINE))


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis with a title."""
    return {"title": {"text": escaped(title)}, **more}


def parameter_axis(source: Parameter | Conditional | None) -> dict[str, Any]:
    """How the axis of a parameter or conditional is drawn, without its title."""
    if isinstance(source, CategoricalParameter | Conditional):
        return {"type": "category"}
    if isinstance(source, DoubleParameter) and source.log:
        return LOG
    return {"type": "linear"}


def mark_size(count: int) -> int:
    """The diameter of so many marks, in pixels: thousands would run into each other."""
    return 7 if count <= _MANY_MARKS else 4


def categories(values: Sequence[str], labels: Sequence[str]) -> dict[str, Any]:
    """An axis of categories with short labels; under the pointer the values are whole."""
    return {
        "type": "category",
        "tickmode": "array",
        "tickvals": list(values),
        "ticktext": [escaped(label) for label in labels],
    }


def marks(name: str, x: Sequence[Any], y: Sequence[Any], *, marker: Mapping[str, Any], **more: Any) -> Trace:
    """Marks, one for each place."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": escaped(name),
        "x": list(x),
        "y": list(y),
        "marker": dict(marker),
        **more,
    }


def line(name: str, x: Sequence[Any], y: Sequence[Any], *, style: Mapping[str, Any], **more: Any) -> Trace:
    """A line through places, broken where there is none."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": escaped(name),
        "x": list(x),
        "y": list(y),
        "line": dict(style),
        **more,
    }


def under_pointer(x: str, y: str, *more: str, thing: str = "observation") -> str:
    """What is written under the pointer, where each mark knows the id of its `thing`; the axes know the digits."""
    lines = [f"{escaped(x)}: %{{x}}", f"{escaped(y)}: %{{y}}", *more, f"{thing} %{{customdata}}"]
    return "<br>".join(lines) + "<extra></extra>"


def limit(direction: str, value: float, text: str, theme: Theme) -> tuple[dict[str, Any], dict[str, Any]]:
    """A line at a value of an axis, ``"x"`` or ``"y"``, and what it is, as shape and annotation."""
    other = "y" if direction == "x" else "x"
    reach = {f"{other}ref": "paper", f"{other}0": 0, f"{other}1": 1}
    at = {f"{direction}ref": direction, f"{direction}0": value, f"{direction}1": value}
    shape = {"type": "line", "line": {"color": theme.failed, "width": 1.5, "dash": "dash"}, **reach, **at}
    place = {f"{other}ref": "paper", other: 1, f"{direction}ref": direction, direction: value}
    anchor = {"xanchor": "right", "yanchor": "bottom"} if direction == "y" else {"xanchor": "left", "yanchor": "top"}
    said = {"text": escaped(text), "showarrow": False, "font": {"size": 11, "color": theme.failed}, **place, **anchor}
    return shape, said
