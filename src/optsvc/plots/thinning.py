"""Which observations are drawn where there are too many to draw.

What a chart is looked at for stays: the essential ones (the best, its predecessors, the Pareto front), the failures,
the newest and the first; of the others, evenly over time, as many as there is room for. Where the essential ones or the
failures are too many themselves, they are thinned evenly, too, and the figure says so.
"""

from dataclasses import dataclass

import numpy as np

from optsvc.plots.table import BoolArray, IntArray
from optsvc.plots.words import number_of

MOST_MARKS = 3000
MOST_ESSENTIAL = 2000
MOST_FAILURES = 1000
NEWEST = 100
LEAST_OTHERS = 500
"""So many of the ordinary ones are drawn, however many others are."""


@dataclass(frozen=True, slots=True)
class Thinned:
    """What is drawn of the observations.

    Args:
        places: Which, ascending.
        total: Of how many.
        essential: How many of the essential ones are drawn, and how many there are.
        failures: The same of the failures.
    """

    places: IntArray
    total: int
    essential: tuple[int, int]
    failures: tuple[int, int]

    def note(self, essential: str) -> str:
        """What was left out, in a sentence; empty if nothing was. `essential` is what one of those is called."""
        if len(self.places) == self.total:
            return ""
        parts = []
        for thing, (shown, there) in ((essential, self.essential), ("failure", self.failures)):
            if there == 1:
                parts.append(f"the {thing}")
            elif there:
                parts.append(f"{'all' if shown == there else f'{shown:,} of the'} {number_of(there, thing)}")
        among = f", among them {' and '.join(parts)}" if parts else ""
        return f"Drawn are {len(self.places):,} of {self.total:,} observations{among}, and of the others an even part."


def thin(failed: BoolArray, essential: IntArray) -> Thinned:
    """Choose what is drawn.

    Args:
        failed: Which observations failed, oldest first, shape ``(n,)``.
        essential: The places of those that must stay, in an order along which they can be thinned: the first and the
            last stay in any case.

    Returns:
        All, if they are at most `MOST_MARKS`.
    """
    total, failures = len(failed), np.flatnonzero(failed)
    there = (len(essential), len(failures))
    if total <= MOST_MARKS:
        return Thinned(np.arange(total), total, (there[0],) * 2, (there[1],) * 2)
    drawn = np.zeros(total, dtype=bool)
    drawn[evenly(essential, MOST_ESSENTIAL)] = True
    drawn[evenly(failures, MOST_FAILURES)] = True
    drawn[[0, *range(total - NEWEST, total)]] = True
    room = max(MOST_MARKS - int(drawn.sum()), LEAST_OTHERS)
    drawn[evenly(np.flatnonzero(~drawn & ~failed), room)] = True
    shown = (int(drawn[essential].sum()), int(drawn[failures].sum()))
    return Thinned(np.flatnonzero(drawn), total, (shown[0], there[0]), (shown[1], there[1]))


def evenly(places: IntArray, count: int) -> IntArray:
    """So many of the places, evenly spaced in their order, the first and the last among them; all if they are fewer."""
    if len(places) <= count:
        return places
    return places[np.linspace(0, len(places) - 1, count).round().astype(np.int64)]
