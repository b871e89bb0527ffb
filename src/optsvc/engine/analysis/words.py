"""How numbers are written in sentences."""


def percent(share: float) -> str:
    """A share of 1, in whole percents."""
    return f"{100.0 * share:.0f} %"


def number_of(count: int, thing: str) -> str:
    """So many of a thing."""
    return f"{count or 'no'} {thing}{'s' * (count != 1)}"
