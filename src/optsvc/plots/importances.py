"""How much each parameter matters for a metric."""

from collections.abc import Mapping
from typing import Any

from optsvc.plots.figure import Figure, axis, categories, escaped
from optsvc.plots.theme import Theme
from optsvc.plots.words import name_of, number_of, shortened

_Z95 = 1.96
_MOST = 30
_LONGEST = 32
"""Characters of a name."""


def importances(found: Mapping[str, Any], theme: Theme) -> Figure:
    """Bars for the shares of the variance, with 95 % intervals, and marks for what decides among the best.

    Args:
        found: The result of the analysis `importances`.
        theme: The colours.
    """
    metric = name_of(found["metric"])
    ranked = list(found["parameters"])
    shown = ranked[:_MOST][::-1]  # Plotly puts the first one at the bottom
    names = [escaped(parameter["name"]) for parameter in shown]
    shares = [parameter["share"] for parameter in shown]
    reach = [_Z95 * parameter["stddev"] for parameter in shown]
    bars: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "name": "share of the variance",
        "y": names,
        "x": shares,
        "marker": {"color": theme.mark},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [min(width, 1.0 - share) for share, width in zip(shares, reach, strict=True)],
            "arrayminus": [min(width, share) for share, width in zip(shares, reach, strict=True)],
            "color": theme.text,
            "thickness": 1.2,
        },
        "hovertemplate": "%{y}: %{x:.1%}<extra></extra>",
    }
    decided = [parameter["among_best"] for parameter in shown]
    diamonds: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "name": "share in what is among the best",
        "y": names,
        "x": decided,
        "marker": {"color": theme.best, "size": 9, "symbol": "diamond"},
        "hovertemplate": "%{y}: %{x:.1%} of what decides among the best<extra></extra>",
    }
    return Figure(
        title=f"What matters for {metric}",
        description=_description(metric, found),
        data=[bars] if None in decided else [bars, diamonds],
        layout={
            "xaxis": axis("share", tickformat=".0%", range=[0, _end(shares, reach, decided)]),
            "yaxis": {
                **categories(names, [shortened(parameter["name"], _LONGEST) for parameter in shown]),
                "automargin": True,
                "ticklabelstandoff": 6,
            },
            "height": max(320, 140 + 26 * len(shown)),
        },
        note=f"The {_MOST} most important of {len(ranked)} parameters." if len(ranked) > _MOST else "",
    )


def _end(shares: list[float], reach: list[float], decided: list[float | None]) -> float:
    ends = [share + width for share, width in zip(shares, reach, strict=True)]
    return min(1.05 * max([*ends, *(one for one in decided if one is not None)], default=1.0), 1.0)


def _description(metric: str, found: Mapping[str, Any]) -> str:
    told = ", ".join(
        f"{one['name']} {one['share']:.0%} (plus or minus {_Z95 * one['stddev']:.0%})"
        for one in found["parameters"][:5]
    )
    words = f"Of the variance of {metric} that is explained from {number_of(found['values'], 'value')}: {told}."
    if found["interactions"]:
        strongest = found["interactions"][0]
        words += f" {' and '.join(strongest['names'])} matter together most: {strongest['share']:.0%}."
    return words
