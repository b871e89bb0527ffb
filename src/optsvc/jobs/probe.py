"""Measuring which batches pay on this machine, on made-up experiments."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType

import numpy as np

from optsvc import engine
from optsvc.domain.metrics import Metric
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.domain.space import DoubleParameter, SearchSpace
from optsvc.services.computing import ALONE

ROWS = (32, 128, 512)
BATCHES = (1, 8, 32)
_DIMENSION = 10


def probe(
    xp: ModuleType,
    rows: Sequence[int] = ROWS,
    batches: Sequence[int] = BATCHES,
    clock: Callable[[], float] = time.perf_counter,
) -> engine.Routes:
    """Both ways measured, each once to warm up and once to count.

    Args:
        xp: The array module of the batches.
        rows: Numbers of observations.
        batches: Sizes of batches.
        clock: In seconds.
    """

    def seconds(work: Callable[[], object]) -> float:
        work()
        start = clock()
        work()
        return clock() - start

    alone: dict[int, float] = {}
    together: dict[tuple[int, int], float] = {}
    for n in rows:
        requests = [made_up(n, key) for key in range(max(batches))]
        alone[n] = seconds(partial(ALONE.compute, requests[:1]))
        for count in batches:
            together[n, count] = seconds(partial(engine.suggest_many, requests[:count], xp=xp))
    return engine.Routes(alone, together)


def made_up(observations: int, key: int, dimension: int = _DIMENSION) -> engine.Request:
    """An experiment that has never been: a smooth function at random points."""
    rng = np.random.default_rng(key)
    space = SearchSpace(tuple(DoubleParameter(f"x{j}", 0.0, 1.0) for j in range(dimension)))
    points = rng.random((observations, dimension))
    values = ((points - 0.3) ** 2).sum(axis=1) + 0.1 * np.sin(9.0 * points).sum(axis=1)
    history = [
        Observation({f"x{j}": float(u) for j, u in enumerate(point)}, (MetricEvaluation(None, float(value)),))
        for point, value in zip(points, values, strict=True)
    ]
    return engine.Request(engine.Problem(space, (Metric(),)), history, [], engine.Seed(key, observations))
