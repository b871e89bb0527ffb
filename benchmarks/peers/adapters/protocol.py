"""What an adapter is, and how it speaks: JSON lines on standard input and output, one answer for each request.

Standard library only: this runs in the environments of all peers.
"""

import contextlib
import json
import os
import sys
import time
import traceback
from typing import Any, Protocol

Space = dict[str, Any]
"""``parameters``: ``name``, ``type`` (``double``, ``int``, ``categorical``), ``low`` and ``high`` or ``values``,
``log``, ``conditions`` (values of conditionals, by name); ``conditionals``: ``name`` and ``values``; ``constraints``:
``weights`` by name, ``threshold``, ``at_least``."""

Task = dict[str, Any]
"""``space``; ``metrics``: ``name``, ``objective`` (``minimize``, ``maximize``), ``strategy`` (``optimize``, then
``constraint``), ``threshold`` (or null); ``solutions``, how many optima are asked for; ``budget``, how many
evaluations; ``parallel``, how many of them at once; ``noisy``."""

REDRAWS = 20
"""How often an optimizer that knows no linear constraints is asked again for a point that keeps to them."""


class Adapter(Protocol):
    """One optimizer, made anew for every run."""

    def __init__(self, task: Task, seed: int) -> None:
        """Start an optimization."""

    def ask(self, ordinal: int) -> dict[str, Any] | None:
        """The next point; None if it waits for a result first. Parameters that do not exist may be named."""

    def tell(self, ordinal: int, values: list[float] | None) -> None:
        """The results of the point with that ordinal, one for each metric; None if the evaluation failed."""


def serve(adapter: type[Adapter], version: str) -> None:
    """Answer requests until standard input ends.

    Whatever the library prints goes to standard error, so that it cannot mix with the answers.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    running: Any = None
    for line in sys.stdin:
        request = json.loads(line)
        action = request.pop("do")
        answer: dict[str, Any] = {}
        started = time.process_time()  # not of the clock on the wall: the machine may be busy with other things
        try:
            if action == "start":
                running, space = None, request["task"]["space"]
                running = adapter(**request)
                answer["version"] = version
            elif action == "ask":
                point = running.ask(**request)
                answer["assignments"] = None if point is None else existing(space, point)
                answer["prediction"] = getattr(running, "prediction", None)
            else:
                running.tell(**request)
        except Exception:  # the outermost edge: whatever a library raises is what the benchmark reports
            answer["error"] = traceback.format_exc()
        answer["seconds"] = time.process_time() - started
        with contextlib.suppress(BrokenPipeError):
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


def existing(space: Space, point: dict[str, Any]) -> dict[str, Any]:
    """The point without the parameters whose conditions do not hold."""
    gone = {
        p["name"]
        for p in space["parameters"]
        if any(point[name] not in values for name, values in p["conditions"].items())
    }
    return {name: value for name, value in point.items() if name not in gone}


def flat(space: Space) -> list[dict[str, Any]]:
    """All parameters, existing or not, and the conditionals as categorical ones."""
    choices = [{**conditional, "type": "categorical", "conditions": {}} for conditional in space["conditionals"]]
    return choices + space["parameters"]


def objectives(task: Task) -> list[dict[str, Any]]:
    """The metrics that are optimized."""
    return [metric for metric in task["metrics"] if metric["strategy"] == "optimize"]


def losses(task: Task, values: list[float]) -> list[float]:
    """The values of what is optimized, turned so that less is better."""
    return [_turned(metric, value) for metric, value in _paired(task, values, "optimize")]


def violations(task: Task, values: list[float]) -> list[float]:
    """By how much each metric misses its threshold; not positive where it reaches it."""
    return [_turned(metric, value - metric["threshold"]) for metric, value in _paired(task, values, "constraint")]


def _paired(task: Task, values: list[float], strategy: str) -> list[tuple[dict[str, Any], float]]:
    return [pair for pair in zip(task["metrics"], values, strict=True) if pair[0]["strategy"] == strategy]


def _turned(metric: dict[str, Any], value: float) -> float:
    return value if metric["objective"] == "minimize" else -value


def slacks(space: Space, point: dict[str, Any]) -> list[float]:
    """How much room each linear constraint leaves; negative where it is broken."""
    out = []
    for constraint in space["constraints"]:
        total = sum(weight * point[name] for name, weight in constraint["weights"].items())
        room = constraint["threshold"] - total
        out.append(-room if constraint["at_least"] else room)
    return out


def holds(space: Space, point: dict[str, Any]) -> bool:
    """Whether a point keeps to the linear constraints."""
    return all(room >= -1e-9 for room in slacks(space, point))
