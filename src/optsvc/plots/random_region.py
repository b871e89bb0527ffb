"""Where the front of a random search with as many evaluations would lie, behind the front that was found."""

from collections.abc import Mapping
from typing import Any

from optsvc.domain.metrics import Objective
from optsvc.plots.figure import line
from optsvc.plots.table import FloatArray
from optsvc.plots.theme import Theme, faded


def random_region(found: Mapping[str, Any] | None, seen: FloatArray, step: str, theme: Theme) -> list[dict[str, Any]]:
    """The region between what 5 % and what 95 % of random searches reach, and what half of them do.

    Args:
        found: The result of the analysis `random_front`; None if it is not there.
        seen: Observed values of the second metric: where searches reach nothing, the region goes on to the worst.
        step: Which way the edges run.
        theme: The colours.
    """
    if found is None:
        return []
    at = [float(value) for value in found["at"]]
    lucky, median, unlucky = ([_number(y) for y in found[key]] for key in ("lucky", "median", "unlucky"))
    known = [y for y in (*lucky, *median, *unlucky, *seen.tolist()) if y is not None]
    if not at or not known:
        return []
    worst = min(known) if found["objective"] == Objective.MAXIMIZE else max(known)
    reached = [place for place, y in enumerate(lucky) if y is not None]
    colour = theme.second
    x = [at[place] for place in reached]
    edges = {"width": 0, "shape": step}
    lower = [worst if unlucky[place] is None else unlucky[place] for place in reached]
    return [
        {
            **line("unlucky random search", x, lower, style=edges),
            "hoverinfo": "skip",
            "showlegend": False,
            "legendgroup": "random",
        },
        {
            **line(f"random search, {found['evaluations']:,} evaluations", x, [lucky[p] for p in reached], style=edges),
            "fill": "tonexty",
            "fillcolor": faded(colour, 0.18),
            "hoverinfo": "skip",
            "legendgroup": "random",
        },
        {
            **line("half of random searches", at, median, style={"color": colour, "width": 1.5, "shape": step}),
            "hoverinfo": "skip",
            "showlegend": False,
            "legendgroup": "random",
        },
    ]


def random_words(found: Mapping[str, Any]) -> str:
    """What the region says, in a sentence."""
    count = found["evaluations"]
    return (
        f"Behind it lies where the front of random search would be after {count:,} evaluations, with 90 % confidence."
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
