"""The cards of a health report: a verdict, what it means in a sentence, and the numbers behind it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """How one aspect of an experiment looks."""

    PASS = "pass"  # noqa: S105
    WARN = "warn"
    """It works, but something should be looked at."""
    FAIL = "fail"
    """It will not give good results as it is."""
    UNKNOWN = "unknown"
    """There is too little data to tell."""


@dataclass(frozen=True, slots=True)
class Card:
    """One aspect of an experiment.

    Args:
        name: Which aspect; the same for all experiments.
        title: The aspect in words.
        verdict: How it looks.
        sentence: What was found and, if something should be done, what.
        figures: The numbers behind it, JSON-ready, in the units of the user's metrics and parameters.
        metric: The metric that it is about; None also of an aspect of all, or of the one metric without a name.
    """

    name: str
    title: str
    verdict: Verdict
    sentence: str
    figures: Mapping[str, Any]
    metric: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        return asdict(self)


def graded(value: float, *, good: float, bad: float) -> Verdict:
    """The verdict on a number: pass from `good` on, fail from `bad` on, warn between.

    Which of the two is larger says whether more or less is better.
    """
    if good > bad:
        value, good, bad = -value, -good, -bad
    return Verdict.PASS if value <= good else Verdict.FAIL if value >= bad else Verdict.WARN
