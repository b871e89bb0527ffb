"""Suggestions for many experiments at once."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import ModuleType

import numpy as np

from optsvc.domain.observation import Observation
from optsvc.domain.space import Assignments
from optsvc.engine.backend import NUMPY, Backend, backend_for
from optsvc.engine.batch.lockstep import advance_together
from optsvc.engine.batch.padding import ROWS, Memory, bucket, grouped
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.problem import EngineState, Problem, Proposal, Seed
from optsvc.engine.steps import Steps, complete
from optsvc.engine.suggest import suggestion

logger = logging.getLogger(__name__)

Answer = tuple[list[Proposal], EngineState]


@dataclass(frozen=True, slots=True)
class Request:
    """What `suggest` is asked for one experiment; the arguments are the same."""

    problem: Problem
    history: Sequence[Observation]
    pending: Sequence[Assignments]
    seed: Seed
    count: int = 1
    state: EngineState | None = None


def alike(requests: Sequence[Request]) -> list[list[int]]:
    """Which requests make a batch, by their places: those with about as many observations."""
    return grouped(range(len(requests)), lambda place: _rows(requests[place]))


def suggest_many(
    requests: Sequence[Request],
    *,
    xp: ModuleType = np,
    memory_bytes: int | None = None,
) -> list[Answer]:
    """The next points worth evaluating, of many experiments.

    The answers are those of `suggest`, but for rounding and for the optimizer of the fit: SciPy's there, here one that
    climbs for all experiments at once and arrives at the same peaks to its tolerance. Rounding may choose between
    points that are as good as each other, and with it the neighbours in a batch may. ``details["backend"]`` of a
    proposal says what computed the batch that it comes from.

    Args:
        requests: One for each experiment.
        xp: The array module that computes batches, NumPy or CuPy. What decides stays with NumPy, and so do all random
            numbers.
        memory_bytes: How much a batch may take; more is done in parts. None: what the library can spare.

    Returns:
        In the order of the requests, each as from `suggest`. Where the device has no memory even for one of a
        batch, the whole of it is computed as by `suggest`, and says nothing of a backend.
    """
    backend = backend_for(xp)
    memory = Memory(backend, memory_bytes)
    answers: dict[int, Answer] = {}
    for group in alike(requests):
        members = [requests[place] for place in group]
        results = _together(members, backend, memory) or [complete(steps_of(one)) for one in members]
        answers |= zip(group, results, strict=True)
    return [answers[place] for place in range(len(requests))]


def _together(requests: Sequence[Request], backend: Backend, memory: Memory) -> list[Answer] | None:
    """None if the device has no room even for one."""
    try:
        results = advance_together([steps_of(request) for request in requests], backend, memory)
    except backend.OutOfMemory:
        logger.warning("%d experiments are computed one by one: no memory left for %s", len(requests), backend.name)
        return None
    described = f"{backend.description()}, in a batch"
    return [_named(answer, described) for answer in results]


def steps_of(request: Request) -> Steps[Answer]:
    """The computation for one request."""
    return suggestion(
        request.problem,
        request.history,
        request.pending,
        seed=request.seed,
        count=request.count,
        state=request.state,
        backend=NUMPY,
    )


def _named(answer: Answer, backend: str) -> Answer:
    proposals, state = answer
    return [replace(p, details={**p.details, "backend": backend}) for p in proposals], state


def _rows(request: Request) -> int:
    """Experiments of one bucket are computed together; the model sees no more rows than this of the largest."""
    return bucket(min(len(request.history), DEFAULTS.exact_rows), ROWS)
