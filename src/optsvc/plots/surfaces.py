"""A metric, or the probability of success, over two parameters."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optsvc.domain.space import CategoricalParameter, Conditional, Parameter, SearchSpace
from optsvc.plots.figure import Figure, axis, escaped, marks, parameter_axis
from optsvc.plots.theme import NUMBERS, SCALE, Theme
from optsvc.plots.words import name_of, number


def contour(found: Mapping[str, Any], space: SearchSpace, theme: Theme) -> Figure:
    """What the model expects of a metric over two parameters, and beside it how unsure it is.

    Points that the linear constraints of the space forbid are left out.

    Args:
        found: The result of the analysis `contour`.
        space: The search space.
        theme: The colours.
    """
    metric, (first, second) = name_of(found["metric"]), found["names"]
    legal = np.array(found["legal"], dtype=bool).T
    data: list[Any] = []
    for index, (key, called, scale) in enumerate((("mean", "expected", SCALE), ("stddev", "± stddev", "Greys"))):
        heights = np.where(legal, np.array(found[key], dtype=np.float64).T, np.nan)
        data.append(
            {
                **surface(found["values"], heights, space, found["names"]),
                "colorscale": scale,
                "colorbar": {
                    "title": {"text": escaped(f"{metric}, {called}" if index == 0 else called), "side": "top"},
                    "tickformat": NUMBERS,
                    "orientation": "h",
                    "x": (0.23, 0.77)[index],
                    "len": 0.46,
                    "y": -0.2,
                    "yanchor": "top",
                    "thickness": 10,
                },
                "xaxis": ("x", "x2")[index],
                "yaxis": ("y", "y2")[index],
                "hovertemplate": over(found["names"], NUMBERS),
            }
        )
    star = {"color": theme.best, "size": 13, "symbol": "star", "line": {"width": 1, "color": theme.background}}
    at = found["point"]
    if first in at and second in at:
        data.append(marks("the point", [at[first]], [at[second]], marker=star, showlegend=False, hoverinfo="name"))
    expected = np.where(legal, np.array(found["mean"], dtype=np.float64).T, np.nan)
    low, high = number(float(np.nanmin(expected))), number(float(np.nanmax(expected)))
    others = ", ".join(
        f"{name} = {value if isinstance(value, str) else number(float(value))}"
        for name, value in at.items()
        if name not in (first, second)
    )
    where = f"The other parameters are those of the star: {others}." if others else ""
    x, y = plane_axes(found["names"], space)
    return Figure(
        title=f"{metric} over {first} and {second}",
        description=f"{metric} over {first} and {second}, as the model expects it, goes from {low} to {high}. "
        f"{where}".rstrip(),
        data=data,
        layout={
            "xaxis": {**x, "domain": [0.0, 0.46]},
            "xaxis2": {**x, "domain": [0.54, 1.0], "anchor": "y2", "matches": "x"},
            "yaxis": y,
            "yaxis2": {**y, "anchor": "x2", "matches": "y", "title": {"text": ""}, "showticklabels": False},
        },
        note=where,
    )


def surface(
    values: Sequence[Sequence[Any]], heights: np.ndarray[Any, Any], space: SearchSpace, names: Sequence[str]
) -> dict[str, Any]:
    """Heights over two parameters as a trace: lines of equal height, or tiles where one of them has categories.

    Args:
        values: Of the two parameters.
        heights: A row for each value of the second one; NaN for nothing.
        space: The search space.
        names: Of the two.
    """
    smooth = not any(isinstance(_source(space, name), CategoricalParameter | Conditional) for name in names)
    rows = [[None if np.isnan(height) else float(height) for height in row] for row in heights]
    kind: dict[str, Any] = {"type": "contour", "line": {"width": 0.5}} if smooth else {"type": "heatmap"}
    return {**kind, "x": list(values[0]), "y": list(values[1]), "z": rows}


def over(names: Sequence[str], digits: str) -> str:
    """What is written under the pointer."""
    first, second = map(escaped, names)
    return f"{first}: %{{x}}<br>{second}: %{{y}}<br>%{{z:{digits}}}<extra></extra>"


def plane_axes(names: Sequence[str], space: SearchSpace) -> list[dict[str, Any]]:
    """The axes of two parameters."""
    return [axis(name, **parameter_axis(_source(space, name))) for name in names]


def _source(space: SearchSpace, name: str) -> Parameter | Conditional | None:
    return next((one for one in (*space.conditionals, *space.parameters) if one.name == name), None)
