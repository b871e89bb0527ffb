"""When evaluations ran: one bar from the suggestion to its result, parallel ones beside each other.

When an observation without a suggestion was begun is not known: it is a stroke at the lower edge, at its arrival.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from optsvc.plots.figure import DATES, Figure, Trace, axis, empty, marks
from optsvc.plots.theme import Theme
from optsvc.plots.words import number_of

_TITLE = "Timeline"
_FEW = 10
_THINNEST = 0.002
"""Of the whole width: shorter evaluations are drawn that wide, so that they are seen."""
_NARROWEST_S = 10.0
_ALONE = "They were reported without suggestions, so when they were begun is not known."


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What became of one suggestion, or an observation without one.

    Args:
        suggestion: The id of the suggestion; None without one.
        observation: The id of the observation; None while there is none.
        start: When it was suggested.
        end: When its result came; None while there is none.
        failed: Whether it failed.
    """

    suggestion: str | None
    observation: str | None
    start: datetime
    end: datetime | None
    failed: bool

    @property
    def state(self) -> str:
        """What has become of it."""
        if self.end is None:
            return "open"
        return "failed" if self.failed else "closed"


def timeline(evaluations: Sequence[Evaluation], total: int, now: datetime, theme: Theme) -> Figure:
    """Bars over time, each in the lowest lane that is free.

    Args:
        evaluations: Those to draw, by their starts.
        total: How many there are in all.
        now: The end of what is still open.
        theme: The colours.
    """
    if not evaluations:
        return empty(_TITLE, "Nothing has been suggested or observed yet.")
    begin = evaluations[0].start
    last = max([now if one.end is None else one.end for one in evaluations])
    width_s = max((last - begin).total_seconds(), _NARROWEST_S)
    suggested = [one for one in evaluations if one.suggestion]
    alone = [one for one in evaluations if not one.suggestion]
    ends = [(one.start.timestamp(), (one.end or now).timestamp()) for one in suggested]
    lanes = _lanes(ends)
    count = max(lanes, default=-1) + 1
    counts = [sum(one.state == state for one in evaluations) for state in ("closed", "failed", "open")]
    notes = [f"The newest {len(evaluations):,} of {total:,}."] if len(evaluations) < total else []
    notes += [] if suggested else [_ALONE]
    together = f"; at most {count:,} at the same time" if suggested else ""
    margin = timedelta(seconds=0.02 * width_s)
    return Figure(
        title=_TITLE,
        description=f"{number_of(len(evaluations), 'evaluation')} from {_written(begin)} to {_written(last)} UTC: "
        f"{counts[0]:,} closed, {counts[1]:,} failed, {counts[2]:,} open{together}. {' '.join(notes)}".rstrip(),
        data=[
            trace
            for trace in (*_bars(suggested, lanes, now, _THINNEST * width_s, theme), *_strokes(alone, theme))
            if trace["x"]
        ],
        layout={
            "barmode": "overlay",
            "xaxis": axis(
                "time (UTC)",
                range=[_written(begin - margin), _written(begin + timedelta(seconds=width_s) + margin)],
                **DATES,
            ),
            "yaxis": axis(
                "at the same time",
                range=[0.0 if alone else 0.4, max(count, 1) + 0.6],
                visible=bool(suggested),
                **({"dtick": 1} if count <= _FEW else {}),
            ),
            "yaxis2": {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
            "showlegend": True,
        },
        note=" ".join(notes),
    )


def _bars(
    evaluations: Sequence[Evaluation], lanes: Sequence[int], now: datetime, least_s: float, theme: Theme
) -> list[Trace]:
    """Of what was suggested, one trace for each state."""
    lengths = [max(((one.end or now) - one.start).total_seconds(), 0.0) for one in evaluations]
    bars = []
    for state, colour, pattern in (
        ("closed", theme.mark, ""),
        ("failed", theme.failed, "x"),
        ("open", theme.others[1], "/"),
    ):
        mine = [place for place, one in enumerate(evaluations) if one.state == state]
        bars.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": f"{state} ({len(mine):,})",
                "base": [_written(evaluations[place].start) for place in mine],
                "x": [1000.0 * max(lengths[place], least_s) for place in mine],
                "y": [lanes[place] + 1 for place in mine],
                "width": 0.8,
                "marker": {"color": colour, "pattern": {"shape": pattern}, "line": {"width": 0}},
                "customdata": [evaluations[place].observation for place in mine],
                "text": [_words(evaluations[place], lengths[place]) for place in mine],
                "textposition": "none",
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    return bars


def _strokes(evaluations: Sequence[Evaluation], theme: Theme) -> list[Trace]:
    """Of what was reported without a suggestion, whether it failed or not."""
    strokes = []
    for failed, name, colour, symbol in (
        (False, "without a suggestion", theme.mark, "line-ns"),
        (True, "failed, without a suggestion", theme.failed, "x-thin"),
    ):
        mine = [one for one in evaluations if one.failed is failed]
        strokes.append(
            marks(
                f"{name} ({len(mine):,})",
                [_written(one.start) for one in mine],
                [0.04] * len(mine),
                marker={"symbol": symbol, "size": 9, "color": colour, "line": {"width": 1.5, "color": colour}},
                yaxis="y2",
                customdata=[one.observation for one in mine],
                hovertemplate="observation %{customdata}<br>%{x}<extra></extra>",
            )
        )
    return strokes


def _lanes(spans: Sequence[tuple[float, float]]) -> list[int]:
    """For each span, by their starts, the lowest lane that none before it still occupies."""
    lanes, free, busy = [], list[int](), list[tuple[float, int]]()
    count = 0
    for start, end in spans:
        while busy and busy[0][0] <= start:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if free:
            lane = heapq.heappop(free)
        else:
            lane, count = count, count + 1
        heapq.heappush(busy, (end, lane))
        lanes.append(lane)
    return lanes


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _words(one: Evaluation, seconds: float) -> str:
    names = [f"{kind} {id_}" for kind, id_ in (("suggestion", one.suggestion), ("observation", one.observation)) if id_]
    return f"{', '.join(names)}<br>{one.state}, {_duration(seconds)}"


def _duration(seconds: float) -> str:
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s"
