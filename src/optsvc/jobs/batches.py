"""Batches of experiments on a GPU, where a worker finds one that is faster than its processor."""

import importlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from optsvc import engine
from optsvc.jobs.probe import probe
from optsvc.services.computing import ALONE, Answers

logger = logging.getLogger(__name__)

_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class Batches:
    """How a worker computes many experiments together.

    Args:
        xp: The array module that computes.
        routes: Which batches pay.
        limit: The most experiments to take on together.
    """

    xp: ModuleType
    routes: engine.Routes
    limit: int = _TOGETHER

    def groups(self, requests: Sequence[engine.Request]) -> list[list[int]]:
        """Those that gain from it together, first; each of the others by itself."""
        alike = engine.alike(requests)
        pays = [self._pays([requests[place] for place in group]) for group in alike]
        alone = [[place] for group, gains in zip(alike, pays, strict=True) if not gains for place in group]
        return [group for group, gains in zip(alike, pays, strict=True) if gains] + alone

    def compute(self, requests: Sequence[engine.Request]) -> Answers:
        """Proposals for a group, by whichever way was the faster one when it was measured."""
        return engine.suggest_many(requests, xp=self.xp) if self._pays(requests) else ALONE.compute(requests)

    def _pays(self, requests: Sequence[engine.Request]) -> bool:
        return self.routes.together_pays(len(requests[0].history), len(requests))


class NoGpu(Exception):
    """There is none to compute on; the message says what is missing."""


def find_gpu() -> tuple[Any, str]:
    """CuPy, and the name of its device.

    Raises:
        NoGpu: One of them is missing.
    """
    try:
        cupy: Any = importlib.import_module("cupy")
    except ImportError as error:
        raise NoGpu(f"CuPy cannot be imported ({error}); pip install 'optsvc[server,gpu]'") from error
    try:
        return cupy, cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise NoGpu(f"CuPy finds no device ({error})") from error


def find() -> Batches | None:
    """Batches on a GPU, if there is one and they pay; measuring that takes some time.

    Whatever is wrong with the device or with CuPy's installation, the worker goes on without.
    """
    try:
        cupy, name = find_gpu()
    except NoGpu as error:
        logger.info("no GPU is used: %s", error)
        return None
    try:
        routes = probe(cupy)
    # CuPy loads CUDA's libraries and compiles kernels when they are first needed: this is where they may be missing.
    except (ImportError, OSError, RuntimeError, MemoryError, cupy.cuda.compiler.CompileException) as error:
        logger.warning("no GPU is used: %s is there, but does not compute: %s", name, error)
        return None
    if not routes.ever_pays(_TOGETHER):
        logger.info("no GPU is used: %s is not faster than the processor: %s", name, routes)
        return None
    logger.info("batches of up to %d experiments are computed on %s where that pays: %s", _TOGETHER, name, routes)
    return Batches(cupy, routes)
