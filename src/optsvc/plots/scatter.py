"""Any two things of the observations against each other, with a third as colour."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optsvc.plots.coordinates import Column
from optsvc.plots.figure import Figure, axis, empty, escaped, mark_size, marks, under_pointer
from optsvc.plots.theme import NUMBERS, SCALE, Theme
from optsvc.plots.words import number, number_of


@dataclass(frozen=True, slots=True)
class Drawn:
    """The observations that are drawn.

    Args:
        ids: Of them, as the API writes them.
        failed: Which failed.
        total: How many there are in all.
        note: What was left out, in a sentence.
        thing: What they are called, where they are no observations.
    """

    ids: Sequence[str]
    failed: Sequence[bool]
    total: int
    note: str = ""
    thing: str = "observation"


def scatter(drawn: Drawn, x: Column, y: Column, colour: Column | None, theme: Theme) -> Figure:
    """One mark for each observation that has both; failures as crosses where a metric is not among them.

    Args:
        drawn: The observations.
        x: Along x.
        y: Along y.
        colour: As colour.
        theme: The colours.
    """
    title = f"{y.name} against {x.name}"
    if not drawn.ids:
        return empty(title, "Nothing has been observed yet.")
    there = [place for place in range(len(drawn.ids)) if x.values[place] is not None and y.values[place] is not None]
    good, bad = _split(there, drawn.failed)
    data = [_crosses(drawn, x, y, bad, theme)]
    layout: dict[str, Any] = {"xaxis": {**axis(x.name), **x.axis()}, "yaxis": {**axis(y.name), **y.axis()}}
    if colour is None:
        data.append(_trace(f"{drawn.thing}s", drawn, x, y, good, {"color": theme.mark}))
    elif colour.categories is not None:
        data += _by_category(drawn, x, y, colour, good, theme)
        layout["legend"] = {"title": {"text": escaped(colour.name)}}
    else:
        data += _by_number(drawn, x, y, colour, good, theme)
        layout["coloraxis"] = _scale(colour)
    failures = f", {len(bad):,} of them failed" if bad else ""
    by = f", coloured by {colour.name}" if colour else ""
    missing = len(drawn.ids) - len(there)
    apart = f" {missing:,} lack one of the two." if missing else ""
    return Figure(
        title=title,
        description=f"{title}{by}: {number_of(len(there), drawn.thing)}{failures}.{apart} {drawn.note}".rstrip(),
        data=[trace for trace in data if trace["x"]],
        layout=layout,
        note=drawn.note,
    )


def _split(there: list[int], failed: Sequence[bool]) -> tuple[list[int], list[int]]:
    return [place for place in there if not failed[place]], [place for place in there if failed[place]]


def _trace(
    name: str, drawn: Drawn, x: Column, y: Column, places: list[int], marker: dict[str, Any], *more: str, **rest: Any
) -> Any:
    return marks(
        name,
        [x.values[place] for place in places],
        [y.values[place] for place in places],
        marker={"size": mark_size(len(drawn.ids)), "opacity": 0.8, **marker},
        customdata=[drawn.ids[place] for place in places],
        hovertemplate=under_pointer(x.name, y.name, *more, thing=drawn.thing),
        **rest,
    )


def _crosses(drawn: Drawn, x: Column, y: Column, places: list[int], theme: Theme) -> Any:
    marker = {"size": 7, "symbol": "x-thin", "line": {"width": 1.5, "color": theme.failed}, "color": theme.failed}
    return _trace("failed", drawn, x, y, places, marker)


def _by_category(drawn: Drawn, x: Column, y: Column, colour: Column, places: list[int], theme: Theme) -> list[Any]:
    """One trace for each category, told apart by colour and by shape."""
    shapes = ("circle", "square", "diamond", "triangle-up", "triangle-down", "pentagon")
    traces = []
    for index, category in enumerate(colour.categories or ()):
        marker = {"color": theme.others[index % len(theme.others)], "symbol": shapes[index % len(shapes)]}
        mine = [place for place in places if colour.values[place] == category]
        traces.append(_trace(category, drawn, x, y, mine, marker))
    return [*traces, _without(drawn, x, y, colour, places, theme)]


def _by_number(drawn: Drawn, x: Column, y: Column, colour: Column, places: list[int], theme: Theme) -> list[Any]:
    coloured = [place for place in places if colour.values[place] is not None]
    values = [colour.values[place] for place in coloured]
    outline = {"width": 0.5, "color": theme.muted}
    marker = {"color": _magnitudes(colour, coloured), "coloraxis": "coloraxis", "line": outline}
    words = [number(float(value)) for value in values if value is not None]
    told = _trace(
        colour.name, drawn, x, y, coloured, marker, f"{escaped(colour.name)}: %{{text}}", text=words, showlegend=False
    )
    return [told, _without(drawn, x, y, colour, places, theme)]


def _without(drawn: Drawn, x: Column, y: Column, colour: Column, places: list[int], theme: Theme) -> Any:
    rest = [place for place in places if colour.values[place] is None]
    return _trace(f"without {colour.name}", drawn, x, y, rest, {"color": theme.muted, "symbol": "circle-open"})


def _magnitudes(colour: Column, places: list[int]) -> list[float]:
    numbers = colour.numbers()
    values = [float(numbers[place] or 0.0) for place in places]
    return [math.log10(value) for value in values] if colour.log else values


def _scale(colour: Column) -> dict[str, Any]:
    title = f"log10 {colour.name}" if colour.log else colour.name
    return {"colorscale": SCALE, "colorbar": {"title": {"text": escaped(title)}, "tickformat": NUMBERS}}
