"""Training runs: executions of a program that log what they were given and what they reported."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

OPTIMIZER_SOURCE = "SigOpt"
"""Names the optimizer as the source of an assignment. The dashboards of old clients look for this word."""
LONGEST_LOG = 1124
"""Characters of a log that are kept."""
MOST_KEYS = 100
"""Of assignments and metadata."""
MOST_SCORES = 50
"""Of feature importances."""
MOST_CHECKPOINTS = 200


class RunState(StrEnum):
    """How far a run has come."""

    ACTIVE = "active"
    COMPLETED = "completed"
    FAILED = "failed"


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """`old` with the entries of `new` put into it, at every depth; nothing is taken away."""
    result = dict(old)
    for key, value in new.items():
        before = result.get(key)
        result[key] = merged(before, value) if isinstance(before, Mapping) and isinstance(value, Mapping) else value
    return result
