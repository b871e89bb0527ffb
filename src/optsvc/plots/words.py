"""How numbers and counts are written in sentences."""

from collections.abc import Sequence

_DIGITS = 4
_WRITTEN_OUT = 1e6
_LEAST = 6


def number(value: float) -> str:
    """With four significant digits; whole numbers below a million in full."""
    if abs(value) < _WRITTEN_OUT and value == int(value):
        return f"{int(value):,}"
    return f"{value:.{_DIGITS}g}"


def number_of(count: int, thing: str) -> str:
    """So many of a thing."""
    return f"{count:,} {thing}{'s' * (count != 1)}" if count else f"no {thing}s"


def nothing_of(names: Sequence[str], count: int, failed: int) -> str:
    """Why there is nothing to draw of these metrics.

    Args:
        names: Of the metrics.
        count: How many observations there are.
        failed: How many of them failed.
    """
    if not count:
        return "Nothing has been observed yet."
    if failed == count:
        return f"{'All' if count > 1 else 'The only'} {number_of(count, 'observation').removeprefix('1 ')} failed."
    return f"No observation has {'a value' if len(names) == 1 else 'values'} of {' and '.join(names)} yet."


def shortened(text: str, most: int) -> str:
    """The beginning of a long text, of at least a few characters."""
    return text if len(text) <= most or len(text) <= _LEAST else f"{text[: max(most, _LEAST) - 1]}…"


def name_of(metric: str | None) -> str:
    """What a metric is called; the only one of an experiment may have no name."""
    return metric or "value"
