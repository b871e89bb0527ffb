"""Where evaluations succeed and where they fail, over two parameters, and the rules in words."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optsvc.domain.space import SearchSpace
from optsvc.plots.coordinates import Column
from optsvc.plots.figure import Figure, Trace, escaped, marks
from optsvc.plots.scatter import Drawn
from optsvc.plots.surfaces import over, plane_axes, surface
from optsvc.plots.theme import Theme
from optsvc.plots.words import name_of

_MOST_RULES = 3


def failure_regions(
    found: Mapping[str, Any],
    rules: Mapping[str, Any] | None,
    drawn: Drawn,
    missed: Sequence[bool],
    columns: tuple[Column, Column],
    space: SearchSpace,
    theme: Theme,
) -> Figure:
    """A map of the probability of success, with the observations on it, the failed ones as crosses.

    Args:
        found: The result of the analysis `success_map`.
        rules: The result of the analysis `failure_regions`; None if it is not there.
        drawn: The observations.
        missed: Which of them failed, or miss the threshold.
        columns: Their values of the two parameters.
        space: The search space.
        theme: The colours.
    """
    first, second = found["names"]
    outcome = "success" if found["metric"] is None else f"{name_of(found['metric'])} reaching its threshold"
    heights = np.array(found["p_success"], dtype=np.float64).T
    tiles: dict[str, Any] = {
        **surface(found["values"], heights, space, found["names"]),
        "zmin": 0.0,
        "zmax": 1.0,
        "colorscale": "Cividis",
        "colorbar": {"title": {"text": escaped(f"P({outcome})")}, "tickformat": ".0%"},
        "hovertemplate": over(found["names"], ".0%"),
    }
    called = "failed" if found["metric"] is None else "missed"
    sentences = list(rules["sentences"]) if rules else []
    words = " ".join(f"{sentence}." for sentence in sentences[:_MOST_RULES])
    low, high = float(heights.min()), float(heights.max())
    x, y = plane_axes(found["names"], space)
    return Figure(
        title=f"Where evaluations fail, over {first} and {second}"
        if found["metric"] is None
        else f"Where {name_of(found['metric'])} misses its threshold, over {first} and {second}",
        description=f"The probability of {outcome} over {first} and {second}, on average over the other parameters: "
        f"from {low:.0%} to {high:.0%}; {sum(missed):,} of {len(missed):,} observations drawn miss it. "
        f"{words}".rstrip(),
        data=[tiles, *_points(drawn, missed, columns, called, theme)],
        layout={"xaxis": x, "yaxis": y, "meta": {"parameters": [first, second]}},
        note=words or "No rule in words stands out from chance." if rules else "",
    )


def _points(
    drawn: Drawn, missed: Sequence[bool], columns: tuple[Column, Column], called: str, theme: Theme
) -> list[Trace]:
    x, y = columns
    there = [place for place in range(len(drawn.ids)) if x.values[place] is not None and y.values[place] is not None]
    data = []
    for bad, name, marker in (
        (False, "good", {"color": "#ffffff", "size": 5, "line": {"width": 1, "color": "#24292f"}}),
        (True, called, {"color": theme.failed, "size": 9, "symbol": "x", "line": {"width": 1, "color": "#ffffff"}}),
    ):
        mine = [place for place in there if missed[place] is bad]
        data.append(
            marks(
                name,
                [x.values[place] for place in mine],
                [y.values[place] for place in mine],
                marker=marker,
                customdata=[drawn.ids[place] for place in mine],
                hovertemplate="observation %{customdata}<extra></extra>",
            )
        )
    return [trace for trace in data if trace["x"]]
