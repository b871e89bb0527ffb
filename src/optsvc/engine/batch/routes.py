"""Which suggestions gain from being computed together: a table of measured times, and how to read it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Routes:
    """Times of suggestions on one machine, alone and in batches.

    Args:
        alone_s: By the number of observations: seconds for one suggestion by `suggest`.
        together_s: By the number of observations and the size of the batch: seconds for the whole batch.
    """

    alone_s: Mapping[int, float]
    together_s: Mapping[tuple[int, int], float]

    def together_pays(self, rows: int, count: int) -> bool:
        """Whether `count` suggestions from about as many observations are faster in a batch, by the nearest entry."""
        near_rows = min(self.alone_s, key=lambda probed: abs(np.log(probed / max(rows, 1))))
        near = min((key for key in self.together_s if key[0] == near_rows), key=lambda key: abs(np.log(key[1] / count)))
        return self.together_s[near] / near[1] < self.alone_s[near_rows]

    def ever_pays(self, count: int) -> bool:
        """Whether there is a number of observations for which batches of up to `count` are worth it."""
        return any(self.together_pays(rows, size) for rows, size in self.together_s if size <= count)
