"""What a run reported on its way: one small chart for each metric, the one beneath the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optsvc.plots.figure import Figure, axis, empty, escaped, line
from optsvc.plots.theme import NUMBERS, Theme, faded
from optsvc.plots.words import number, number_of, shortened

_TITLE = "On its way"
_MOST = 12
_ROW_PX = 190
_GAP_PX = 24
_AROUND_PX = 130
_FEW = 60
"""So many checkpoints each get a mark."""
_EACH = 10
"""So few checkpoints are each labelled."""
_LONGEST = 26
"""Characters beside a panel."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A metric over the checkpoints that have it.

    Args:
        name: Of the metric.
        numbers: Of the checkpoints, ascending; the first one is 1.
        values: At each of them, in the metric's own units.
        deviations: Standard deviations likewise, None where unknown.
    """

    name: str
    numbers: Sequence[int]
    values: Sequence[float]
    deviations: Sequence[float | None]


def checkpoints(curves: Sequence[Curve], count: int, theme: Theme) -> Figure:
    """Metrics over checkpoints, with bands of two standard deviations where these are known.

    Args:
        curves: One for each metric.
        count: How many checkpoints there are.
        theme: The colours.
    """
    if not curves:
        return empty(_TITLE, "No checkpoint has been reported.")
    shown = curves[:_MOST]
    inside = len(shown) * _ROW_PX - _GAP_PX
    unit, gap = (_ROW_PX - _GAP_PX) / inside, _GAP_PX / inside
    layout: dict[str, Any] = {"height": inside + _AROUND_PX, "showlegend": False}
    data = []
    for place, curve in enumerate(shown):
        ending = "" if place == 0 else str(place + 1)
        top = 1.0 - place * (unit + gap)
        layout[f"yaxis{ending}"] = {
            **axis(shortened(curve.name, _LONGEST)),
            "anchor": "x",
            "domain": [max(0.0, top - unit), top],
        }
        layout["xaxis"] = {**axis("checkpoint"), "anchor": f"y{ending}"}  # beneath the lowest of them
        data += [{**trace, "yaxis": f"y{ending}"} for trace in _traces(curve, theme)]
    layout["xaxis"] |= {"range": [0.5, count + 0.5], "hoverformat": "d"} | ({"dtick": 1} if count <= _EACH else {})
    left = f" The first {_MOST} of {len(curves)} metrics." if len(curves) > _MOST else ""
    return Figure(
        title=_TITLE,
        description=f"{number_of(count, 'checkpoint')}. {' '.join(_said(curve) for curve in shown)}{left}",
        data=data,
        layout=layout,
        note=left.strip(),
    )


def _traces(curve: Curve, theme: Theme) -> list[Any]:
    hover = f"checkpoint %{{x}}<br>{escaped(curve.name)}: %{{y:{NUMBERS}}}<extra></extra>"
    mode = {"mode": "lines+markers" if len(curve.numbers) <= _FEW else "lines", "marker": {"size": 5}}
    style = {"color": theme.mark, "width": 2}
    drawn = [line(curve.name, curve.numbers, curve.values, style=style, hovertemplate=hover, **mode)]
    return [*_band(curve, theme), *drawn]


def _band(curve: Curve, theme: Theme) -> list[Any]:
    if not any(curve.deviations):
        return []
    widths = [2.0 * (deviation or 0.0) for deviation in curve.deviations]
    lower = [value - width for value, width in zip(curve.values, widths, strict=True)]
    upper = [value + width for value, width in zip(curve.values, widths, strict=True)]
    edge = {"width": 0}
    fill = {"fill": "tonexty", "fillcolor": faded(theme.mark, 0.22)}
    return [
        line("lower", curve.numbers, lower, style=edge, hoverinfo="skip"),
        line("two standard deviations", curve.numbers, upper, style=edge, hoverinfo="skip", **fill),
    ]


def _said(curve: Curve) -> str:
    first, last = curve.values[0], curve.values[-1]
    if len(curve.values) == 1:
        return f"{curve.name}: {number(first)}."
    reach = f"between {number(min(curve.values))} and {number(max(curve.values))}"
    return f"{curve.name} from {number(first)} to {number(last)}, {reach}."
