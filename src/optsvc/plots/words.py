"""How numbers and counts are written in sentences."""

_DIGITS = 4
_WRITTEN_OUT = 1e6


def number(value: float) -> str:
    """With four significant digits; whole numbers below a million in full."""
    if abs(value) < _WRITTEN_OUT and value == int(value):
        return f"{int(value):,}"
    return f"{value:.{_DIGITS}g}"


def number_of(count: int, thing: str) -> str:
    """So many of a thing."""
    return f"{count:,} {thing}{'s' * (count != 1)}" if count else f"no {thing}s"


def name_of(metric: str | None) -> str:
    """What a metric is called; the only one of an experiment may have no name."""
    return metric or "value"
