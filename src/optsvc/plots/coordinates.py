"""What can be an axis or a colour of a chart of observations: one column, with how to draw it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optsvc.domain.space import CategoricalParameter, Conditional, DoubleParameter, Parameter, Value
from optsvc.plots.figure import DATES, LOG


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one thing at the observations that are drawn.

    Args:
        name: What it is called.
        values: Of each observation; None where there is none.
        categories: All that may be, in their order; None for numbers.
        log: Whether magnitudes matter rather than differences.
        whole: Whether the numbers are whole.
        dates: Whether the values are moments, as texts.
    """

    name: str
    values: Sequence[Value | None]
    categories: tuple[str, ...] | None = None
    log: bool = False
    whole: bool = False
    dates: bool = False

    @classmethod
    def of_parameter(cls, source: Parameter | Conditional, values: Sequence[Value | None]) -> "Column":
        """The column of a parameter or conditional; categories that are gone from the space come last."""
        if isinstance(source, CategoricalParameter | Conditional):
            return cls.of_texts(source.name, [None if value is None else str(value) for value in values], source.values)
        log = isinstance(source, DoubleParameter) and source.log
        return cls(source.name, values, log=log, whole=not isinstance(source, DoubleParameter))

    @classmethod
    def of_texts(cls, name: str, values: Sequence[str | None], known: Sequence[str] = ()) -> "Column":
        """A column of texts: the known ones first, then others as they come."""
        return cls(name, values, tuple(dict.fromkeys([*known, *(value for value in values if value is not None)])))

    @classmethod
    def of_notes(cls, name: str, values: Sequence[Value | None]) -> "Column":
        """The column of a key of the metadata: numbers if all are, else texts."""
        if all(isinstance(value, int | float | None) for value in values):
            return cls(name, values)
        return cls.of_texts(name, [None if value is None else str(value) for value in values])

    def axis(self) -> dict[str, Any]:
        """How an axis of it is drawn, without its title."""
        if self.categories is not None:
            return {"type": "category", "categoryorder": "array", "categoryarray": list(self.categories)}
        if self.dates:
            return DATES
        if self.log:
            return LOG
        return {"type": "linear"} | ({"hoverformat": "d"} if self.whole else {})

    def numbers(self) -> list[float | None]:
        """The values as numbers: categories by their places."""
        if self.categories is None:
            return [None if value is None else float(value) for value in self.values]
        places = {category: float(place) for place, category in enumerate(self.categories)}
        return [None if value is None else places[str(value)] for value in self.values]
