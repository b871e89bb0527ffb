"""The space-filling start: what to suggest before a model has anything to say, or when none can be had."""

from collections.abc import Sequence

import numpy as np

from optsvc.domain.observation import Observation
from optsvc.domain.space import Assignments
from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS, EngineDefaults
from optsvc.engine.duplicates import conflicts, first_free
from optsvc.engine.encoding import Encoder
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.problem import Problem, Proposal, Seed, Source
from optsvc.engine.randomness import Stage, experiment_generator, generator

_EXHAUSTED = "Every point of the space has been used: this one is served again."
_REASONS = {
    Source.INITIAL: "One of the evenly spread points that come before a model.",
    Source.GP: "An evenly spread point.",
    Source.RANDOM: "A random point.",
    Source.FALLBACK: "An evenly spread point: no better one could be had in time.",
}


def start_length(dimension: int, budget: int | None, gate_values: int = 0, defaults: EngineDefaults = DEFAULTS) -> int:
    """How many points to issue before the model leads.

    Args:
        dimension: How many parameters have a choice.
        budget: Of the experiment.
        gate_values: The most values that a conditional has; all of them are to turn up.
        defaults: The numbers.
    """
    length = min(max(dimension + 1, defaults.initial_least), defaults.initial_most)
    if budget is not None:
        length = min(length, int(defaults.initial_budget_share * budget))
        gate_values = min(gate_values, int(defaults.gate_budget_share * budget))
    return max(length, gate_values, defaults.initial_floor)


def needs_model(problem: Problem, history: Sequence[Observation], pending: Sequence[Assignments]) -> bool:
    """Whether the next proposal takes a model, or the space-filling start still leads.

    Issued points are counted, so that parallel evaluations do not multiply the start. Failures lengthen it, within
    limits, as they say nothing about the metric. Where next to nothing has succeeded, there is a model of failures.

    Args:
        problem: What is optimized.
        history: What has been observed.
        pending: What has been suggested and not yet observed.
    """
    successes = sum(observation.reports(problem.metrics) for observation in history)
    failures = len(history) - successes
    if successes < DEFAULTS.min_successes and failures < DEFAULTS.initial_floor:
        return False
    encoder = Encoder(problem.space, DEFAULTS.relaxed_levels)
    if encoder.dimension == 0:
        return False
    if _is_worked_through(encoder, problem):
        taken = encoder.encode([*(o.assignments for o in history), *pending])
        return bool(conflicts(SpaceSampler(encoder).all_points(), taken, DEFAULTS.min_separation).all())
    gate_values = max((encoder.levelled[j].levels for j in encoder.gates), default=0)
    length = start_length(encoder.dimension, problem.budget, gate_values)
    if successes < DEFAULTS.min_successes:
        return failures >= length
    issued = successes + len(pending)
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
    sampler = SpaceSampler.of(problem.space)
    encoder = sampler.encoder
    taken = encoder.encode([*(o.assignments for o in history), *pending])
    proposals = []
    for ordinal in range(seed.ordinal, seed.ordinal + count):
        point, exhausted = unused_point(sampler, problem, taken, Seed(key=seed.key, ordinal=ordinal))
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


def random_point(problem: Problem, *, seed: Seed, source: Source = Source.RANDOM) -> Proposal:
    """A random point that depends on nothing but the seed: independent draws for different ordinals.

    Uniform over the legal points: in logarithms on a log scale, within linear constraints, over the values of each
    conditional. A parameter with a prior is drawn through it, mixed with a uniform share.

    Args:
        problem: What is optimized.
        seed: Key of the experiment and ordinal of the proposal.
        source: What to call it.
    """
    sampler = SpaceSampler.of(problem.space)
    point = np.empty(0)
    if sampler.encoder.dimension:
        point = sampler.randomly(1, generator(seed, Stage.RANDOM))[0]
    return Proposal(
        assignments=sampler.encoder.decode(point), source=source, reason=_REASONS[Source.RANDOM], ordinal=seed.ordinal
    )


def unused_point(sampler: SpaceSampler, problem: Problem, taken: HostArray, seed: Seed) -> tuple[HostArray, bool]:
    """A space-filling point that is not taken.

    Args:
        sampler: The space.
        problem: What is optimized.
        taken: Unit coordinates of the points not to repeat, shape ``(n, p)``.
        seed: Of the proposal.

    Returns:
        Unit coordinates of a legal point ``(p,)``, and whether it repeats a taken one because nothing else is left.
    """
    encoder = sampler.encoder
    if encoder.dimension == 0:
        return np.empty(0), len(taken) > 0
    separation = DEFAULTS.min_separation
    points = np.empty((0, encoder.dimension))
    if _is_worked_through(encoder, problem):
        points = sampler.all_points()
        order = experiment_generator(seed, Stage.INITIAL).permutation(len(points))
        points = points[np.roll(order, -(seed.ordinal % max(len(points), 1)))]
    if not len(points):
        points = sampler.evenly(1, experiment_generator(seed, Stage.INITIAL), seed.ordinal, gates=True)
    index = first_free(points, taken, separation)
    if index is not None:
        return points[index], False
    rng = generator(seed, Stage.REPLACEMENT)
    draws = sampler.randomly(DEFAULTS.replacement_draws, rng)
    index = first_free(draws, taken, separation)
    if index is not None:
        return draws[index], False
    if encoder.point_count is not None and encoder.point_count <= DEFAULTS.enumerate_acquisition:
        rest = rng.permutation(sampler.all_points())
        index = first_free(rest, taken, separation)
        if index is not None:
            return rest[index], False
    return points[0], True
