"""Parallel coordinates: one line for each observation, across all parameters and metrics."""

import math
from collections.abc import Sequence
from typing import Any

from optsvc.plots.coordinates import Column
from optsvc.plots.figure import Figure, empty, escaped
from optsvc.plots.scatter import Drawn
from optsvc.plots.theme import NUMBERS, SCALE_COLOURS, Theme
from optsvc.plots.words import number, number_of, shortened

_TITLE = "Parallel coordinates"
_MOST_AXES = 40
_MOST_LABELS = 20
_FEW_AXES = 6
_LONGEST = 24
"""Characters of a name."""
_DIGITS = 4
_MOST_DIGITS = 17
_BELOW = 0.12
"""Where there is no value, lines go below the axis, by this share of its length."""


def parallel_coordinates(drawn: Drawn, columns: Sequence[Column], colour: Column, theme: Theme) -> Figure:
    """One axis for each column. Axes can be brushed and moved; what has no value goes to a place below, "none".

    Args:
        drawn: The observations.
        columns: The axes, from left to right.
        colour: Numbers that colour the lines.
        theme: The colours.
    """
    if not drawn.ids:
        return empty(_TITLE, "Nothing has been observed yet.")
    shown = columns[:_MOST_AXES]
    axes = [_axis(column) for column in shown]
    numbers = _magnitudes(colour)
    known = [value for value in numbers if value is not None]
    least = min(known, default=0.0)
    title = f"log10 {colour.name}" if colour.log else colour.name
    lines: dict[str, Any] = {
        "color": [least if value is None else round(value, _digits(least, max(known))) for value in numbers],
        "colorscale": [[place / (len(SCALE_COLOURS) - 1), colour] for place, colour in enumerate(SCALE_COLOURS)],
        "colorbar": {"title": {"text": escaped(title)}, "tickformat": NUMBERS},
        "showscale": bool(known),
    }
    left = f" The first {_MOST_AXES} of {len(columns)} axes." if len(columns) > _MOST_AXES else ""
    names = ", ".join(column.name for column in shown)
    return Figure(
        title=_TITLE,
        description=f"{number_of(len(drawn.ids), drawn.thing)} across {names}; coloured by {colour.name}.{left} "
        f"{drawn.note}".rstrip(),
        data=[
            {
                "type": "parcoords",
                "customdata": list(drawn.ids),
                "meta": {
                    "colourless": [place for place, value in enumerate(numbers) if value is None],
                    "none": [below for _, below in axes],
                },
                "dimensions": [axis for axis, _ in axes],
                "line": lines,
                "labelfont": {"color": theme.text, "size": 11},
                "tickfont": {"color": theme.text},
                "rangefont": {"color": theme.text},
                "unselected": {"line": {"color": theme.grid, "opacity": 0.15}},
                "labelangle": -30 if len(shown) > _FEW_AXES else 0,
            }
        ],
        layout={"margin": {"l": 72, "r": 48, "t": 130 if len(shown) > _FEW_AXES else 96, "b": 40}},
        note=f"{drawn.note}{left}".strip(),
    )


def _axis(column: Column) -> tuple[dict[str, Any], float | None]:
    """An axis, and where on it lies what has no value, if anything does."""
    numbers = _magnitudes(column)
    known = [value for value in numbers if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if column.categories:
        low, high = 0.0, float(len(column.categories) - 1)
    if low == high:
        low, high = low - 0.5, high + 0.5
    places, labels = _ticks(column, low, high) if known else ([], [])
    below = low - _BELOW * (high - low)
    lacking = len(known) < len(numbers)
    digits = _digits(low, high)
    axis = {
        "label": escaped(shortened(column.name, _LONGEST)),
        "values": [below if value is None else min(high, max(low, round(value, digits))) for value in numbers],
        "range": [below if lacking else low, high],
        "tickvals": [below, *places] if lacking else places,
        "ticktext": ["none", *labels] if lacking else labels,
    }
    return axis, below if lacking else None


def _digits(low: float, high: float) -> int:
    """To how many decimals values are told apart on an axis or a scale of colours: long numbers are slow to send."""
    return _DIGITS - math.floor(math.log10(high - low)) if 0 < high - low < math.inf else _MOST_DIGITS


def _ticks(column: Column, low: float, high: float) -> tuple[list[float], list[str]]:
    """Where an axis is labelled, and with what."""
    if column.categories is not None:
        step = math.ceil(len(column.categories) / _MOST_LABELS)
        named = range(0, len(column.categories), step)
        return [float(place) for place in named], [escaped(column.categories[place]) for place in named]
    if column.log:
        places = [float(power) for power in range(math.ceil(low), math.floor(high) + 1)]
        ends = [end for end in (low, high) if all(abs(end - place) > 0.15 * (high - low) for place in places)]
        ticks = sorted([*places, *ends])
        return ticks, [number(10.0**tick) for tick in ticks]
    width = _round_step((high - low) / 5)
    if column.whole:
        width = max(1.0, float(math.ceil(width)))
    ticks = [width * index for index in range(math.ceil(low / width), math.floor(high / width) + 1)]
    return ticks, [number(round(tick, 12)) for tick in ticks]


def _round_step(step: float) -> float:
    """The next of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= step * (1 - 1e-9))


def _magnitudes(column: Column) -> list[float | None]:
    numbers = column.numbers()
    if not column.log:
        return numbers
    return [math.log10(value) if value is not None and value > 0 else None for value in numbers]
