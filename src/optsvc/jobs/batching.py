"""How a worker computes: one experiment at a time, or, where it has a GPU, many together if that is faster."""

import importlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from optsvc import engine
from optsvc.domain.metrics import Metric
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.domain.space import DoubleParameter, SearchSpace
from optsvc.services.refresh import one_by_one

logger = logging.getLogger(__name__)

_TOGETHER = 64
_DIMENSION = 10


@dataclass(frozen=True, slots=True)
class Batching:
    """What computes, and how many experiments at a time.

    Args:
        xp: The array module of the batches.
        routes: Which batches pay.
        limit: The most experiments to take on together.
    """

    xp: ModuleType = np
    routes: engine.Routes = field(default_factory=engine.Routes)
    limit: int = 1

    def compute(self, requests: Sequence[engine.Request]) -> Sequence[tuple[list[engine.Proposal], engine.EngineState]]:
        """Proposals for each request, by whichever way was the faster one when it was measured."""
        if self.limit == 1:
            return one_by_one(requests)
        return engine.suggest_many(requests, xp=self.xp, together_pays=self.routes.together_pays)


def find() -> Batching:
    """Batches on a GPU, if there are CuPy and a device; both ways are measured, which takes some seconds."""
    try:
        cupy: Any = importlib.import_module("cupy")
    except ImportError as error:
        logger.info("no GPU is used: CuPy is not installed (%s); pip install 'optsvc[server,gpu]'", error)
        return Batching()
    try:
        name = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
        routes = probe(cupy)
    except cupy.cuda.runtime.CUDARuntimeError as error:
        logger.info("no GPU is used: %s", error)
        return Batching()
    if not any(routes.together_pays(rows, _TOGETHER) for rows in engine.PROBED_ROWS):
        logger.info("no GPU is used: %s is not faster than the processor: %s", name, routes)
        return Batching()
    logger.info("batches of up to %d experiments are computed on %s where that pays: %s", _TOGETHER, name, routes)
    return Batching(cupy, routes, _TOGETHER)


def probe(
    xp: ModuleType,
    rows: Sequence[int] = engine.PROBED_ROWS,
    batches: Sequence[int] = engine.PROBED_BATCHES,
    clock: Callable[[], float] = time.perf_counter,
) -> engine.Routes:
    """Both ways measured on made-up experiments, each once to warm up and once to count.

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
        alone[n] = seconds(partial(engine.suggest_many, requests[:1], together_pays=engine.Routes().together_pays))
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
    return engine.Request(engine.Problem(space, Metric()), history, [], engine.Seed(key, observations))
