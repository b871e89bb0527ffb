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

REDRAWS = 20
"""How often an optimizer that knows no linear constraints is asked again for a point that keeps to them."""


class Adapter(Protocol):
    """One optimizer. It minimizes; made anew for every run."""

    def __init__(self, space: Space, seed: int, budget: int, parallel: int, noisy: bool) -> None:
        """Start an optimization of `budget` evaluations, up to `parallel` of them at the same time."""

    def ask(self, ordinal: int) -> dict[str, Any] | None:
        """The next point; None if it waits for a result first. Parameters that do not exist may be named."""

    def tell(self, ordinal: int, value: float | None) -> None:
        """The result of the point with that ordinal; None if the evaluation failed."""


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
                running, space = None, request["space"]
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
