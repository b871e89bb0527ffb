"""Random search: uniform, in logarithms on a log scale; draws again until the linear constraints hold."""

import math
import random
from typing import Any

from protocol import Task, flat, holds, serve


class RandomSearch:
    """Draws one point after the other."""

    def __init__(self, task: Task, seed: int) -> None:
        self._space = task["space"]
        self._random = random.Random(seed)  # noqa: S311

    def ask(self, ordinal: int) -> dict[str, Any]:  # noqa: ARG002
        """The next draw."""
        while True:
            point = {p["name"]: self._draw(p) for p in flat(self._space)}
            if holds(self._space, point):
                return point

    def tell(self, ordinal: int, values: list[float] | None) -> None:
        """Learns nothing."""

    def _draw(self, parameter: dict[str, Any]) -> Any:
        if parameter["type"] == "categorical":
            return self._random.choice(parameter["values"])
        low, high = parameter["low"], parameter["high"]
        if parameter["type"] == "int":
            return self._random.randint(low, high)
        if parameter["log"]:
            return math.exp(self._random.uniform(math.log(low), math.log(high)))
        return self._random.uniform(low, high)


if __name__ == "__main__":
    serve(RandomSearch, "1")
