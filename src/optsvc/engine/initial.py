"""The space-filling start: what to suggest before a model has anything to say, or when none can be had."""

from collections.abc import Sequence

import numpy as np

from optsvc.domain.observation import Observation
from optsvc.domain.space import Assignments
from optsvc.engine.backend import HostArray
from optsvc.engine.candidates.sobol import sobol_points
from optsvc.engine.defaults import DEFAULTS, EngineDefaults
from optsvc.engine.duplicates import conflicts, first_free
from optsvc.engine.encoding import Encoder
from optsvc.engine.problem import Problem, Proposal, Seed, Source
from optsvc.engine.randomness import Stage, experiment_generator, generator

_EXHAUSTED = "Every point of the space has been used: this one is served again."
_REASONS = {
    Source.INITIAL: "One of the evenly spread points that come before a model.",
    Source.GP: "An evenly spread point.",
    Source.FALLBACK: "An evenly spread point: no better one could be had in time.",
}


def start_length(dimension: int, budget: int | None, defaults: EngineDefaults = DEFAULTS) -> int:
    """How many points to issue before the model leads; `dimension` counts parameters with a choice."""
    length = min(max(dimension + 1, defaults.initial_least), defaults.initial_most)
    if budget is not None:
        length = min(length, int(defaults.initial_budget_share * budget))
    return max(length, defaults.initial_floor)


def needs_model(problem: Problem, history: Sequence[Observation], pending: Sequence[Assignments]) -> bool:
    """Whether the next proposal takes a model, or the space-filling start still leads.

    Issued points are counted, so that parallel evaluations do not multiply the start. Failures lengthen it, within
    limits, as they say nothing about the metric.

    Args:
        problem: What is optimized.
        history: What has been observed.
        pending: What has been suggested and not yet observed.
    """
    successes = sum(observation.evaluation(problem.metric) is not None for observation in history)
    if successes < DEFAULTS.min_successes:
        return False
    encoder = Encoder(problem.space, DEFAULTS.relaxed_levels)
    if encoder.dimension == 0:
        return False
    if _is_worked_through(encoder, problem):
        taken = encoder.encode([*(o.assignments for o in history), *pending])
        return bool(conflicts(encoder.all_points(), taken, DEFAULTS.min_separation).all())
    length = start_length(encoder.dimension, problem.budget)
    issued, failures = successes + len(pending), len(history) - successes
    return issued >= length or issued + failures >= DEFAULTS.failures_per_start * length


def space_filling(
    problem: Problem,
    history: Sequence[Observation],
    pending: Sequence[Assignments],
    *,
    seed: Seed,
    count: int = 1,
    source: Source = Source.INITIAL,
    reason: str | None = None,
) -> list[Proposal]:
    """Points that fill the space evenly and repeat nothing.

    Consecutive ordinals of an experiment follow one Sobol sequence. A small finite space is worked through in a
    shuffled order instead. Takes a few milliseconds, and always answers.

    Args:
        problem: What is optimized.
        history: What has been observed.
        pending: What has been suggested and not yet observed.
        seed: Key of the experiment and ordinal of the first proposal; the others take the ordinals after it.
        count: How many proposals, >= 1.
        source: What to call the proposals.
        reason: Said of each proposal; the default goes with `source`.

    Returns:
        `count` proposals, distinct as long as the space has unused points; ``details["exhausted"]`` says when not.
    """
    encoder = Encoder(problem.space, DEFAULTS.relaxed_levels)
    taken = encoder.encode([*(o.assignments for o in history), *pending])
    proposals = []
    for ordinal in range(seed.ordinal, seed.ordinal + count):
        point, exhausted = unused_point(encoder, problem, taken, Seed(key=seed.key, ordinal=ordinal))
        taken = np.vstack([taken, point])
        said = _EXHAUSTED if exhausted else reason or _REASONS[source]
        proposals.append(
            Proposal(
                assignments=encoder.decode(point),
                source=source,
                reason=said,
                ordinal=ordinal,
                details={"exhausted": exhausted},
            )
        )
    return proposals


def _is_worked_through(encoder: Encoder, problem: Problem) -> bool:
    limit = DEFAULTS.enumerate_experiment
    if problem.budget is not None:
        limit = min(limit, problem.budget)
    return encoder.point_count is not None and encoder.point_count <= limit


def unused_point(encoder: Encoder, problem: Problem, taken: HostArray, seed: Seed) -> tuple[HostArray, bool]:
    """A space-filling point that is not taken.

    Args:
        encoder: The space.
        problem: What is optimized.
        taken: Unit coordinates of the points not to repeat, shape ``(n, p)``.
        seed: Of the proposal.

    Returns:
        Unit coordinates of a legal point ``(p,)``, and whether it repeats a taken one because nothing else is left.
    """
    if encoder.dimension == 0:
        return np.empty(0), len(taken) > 0
    separation = DEFAULTS.min_separation
    if _is_worked_through(encoder, problem):
        points = encoder.all_points()
        order = experiment_generator(seed, Stage.INITIAL).permutation(len(points))
        points = points[np.roll(order, -(seed.ordinal % len(points)))]
    else:
        shift = experiment_generator(seed, Stage.INITIAL)
        points = encoder.snap(sobol_points(1, encoder.dimension, shift, first=seed.ordinal))
    index = first_free(points, taken, separation)
    if index is not None:
        return points[index], False
    rng = generator(seed, Stage.REPLACEMENT)
    draws = encoder.snap(rng.random((DEFAULTS.replacement_draws, encoder.dimension)))
    index = first_free(draws, taken, separation)
    if index is not None:
        return draws[index], False
    if encoder.point_count is not None and encoder.point_count <= DEFAULTS.enumerate_acquisition:
        rest = rng.permutation(encoder.all_points())
        index = first_free(rest, taken, separation)
        if index is not None:
            return rest[index], False
    return points[0], True
