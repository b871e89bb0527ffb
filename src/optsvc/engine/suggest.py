"""From problem, history and pending points to proposals."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import TypeAlias

import numpy as np

from optsvc.domain.observation import Observation
from optsvc.domain.space import Assignments
from optsvc.engine.backend import Backend, HostArray, backend_for
from optsvc.engine.credits import mean_losses
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.ensemble import Ensemble
from optsvc.engine.fitting import any_signal, fit_models
from optsvc.engine.history import EncodedHistory
from optsvc.engine.initial import needs_model, space_filling
from optsvc.engine.members.densities import Densities
from optsvc.engine.members.likeliest_success import LikeliestSuccess
from optsvc.engine.members.situation import Situation
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.problem import EngineState, Problem, Proposal, Seed
from optsvc.engine.steps import Steps, complete
from optsvc.engine.success_model import fit_success
from optsvc.engine.unmet import unmet_constraints

ENGINE_VERSION = "10"
"""Changes whenever the same input may give another proposal."""

Propose: TypeAlias = Callable[[HostArray, Seed], Steps[tuple[HostArray, Proposal]]]
"""A member's `propose`: from pending points ``(k, p)`` and a seed to a point ``(p,)`` and the proposal of it."""


def suggest(
    problem: Problem,
    history: Sequence[Observation],
    pending: Sequence[Assignments],
    *,
    seed: Seed,
    count: int = 1,
    state: EngineState | None = None,
    xp: ModuleType = np,
) -> tuple[list[Proposal], EngineState]:
    """The next points worth evaluating.

    Points are chosen one after the other, each taking the earlier ones as pending. The order in which observations and
    pending points are handed over does not matter.

    Args:
        problem: What is optimized.
        history: What has been observed; points may lie outside the present bounds.
        pending: What has been suggested and not yet observed.
        seed: Key of the experiment and ordinal of the first proposal; the others take the ordinals after it.
        count: How many proposals, >= 1.
        state: What the last call returned. With it the fit starts warm, or is spared if no observation has come since.
        xp: The array module that computes.

    Returns:
        `count` legal proposals, and the state for the next call. Always an answer for a valid problem: where no process
        can be fitted, one by densities of good and bad points, or a space-filling one, which its reason says.
    """
    return complete(suggestion(problem, history, pending, seed=seed, count=count, state=state, backend=backend_for(xp)))


def suggestion(
    problem: Problem,
    history: Sequence[Observation],
    pending: Sequence[Assignments],
    *,
    seed: Seed,
    count: int,
    state: EngineState | None,
    backend: Backend,
) -> Steps[tuple[list[Proposal], EngineState]]:
    """`suggest`, as questions."""
    unchanged = state or EngineState()
    if not needs_model(problem, history, pending):
        return space_filling(problem, history, pending, seed=seed, count=count), unchanged
    sampler = SpaceSampler.of(problem.space)
    encoder, waiting = sampler.encoder, sampler.encoder.encode(pending)
    encoded = EncodedHistory.of(problem, history, encoder)
    fitted = fit_success(encoded, len(history), encoder, state=state, defaults=DEFAULTS, backend=backend)
    classifier, hyperparameters = fitted or (None, {})
    situation = Situation(problem, encoded, sampler, classifier)
    if len(encoded.values) < DEFAULTS.min_successes and classifier is not None:
        successes = LikeliestSuccess(situation, classifier)
        proposals = yield from _one_after_the_other(successes.propose, waiting, seed, count)
        return proposals, EngineState(hyperparameters=hyperparameters, observation_count=len(history))
    models = yield from fit_models(
        problem, encoded, len(history), encoder, state=state, seed=seed, defaults=DEFAULTS, backend=backend
    )
    if models is not None:
        metric = problem.only_metric
        credits = mean_losses(history, metric, DEFAULTS) if metric else {}
        ensemble = Ensemble(situation, models, credits, seed)
        proposals = yield from _one_after_the_other(ensemble.propose, waiting, seed, count)
        merged = {**models.state.hyperparameters, **hyperparameters}
        return proposals, EngineState(merged, models.state.observation_count)
    if not any_signal(problem, encoded, DEFAULTS):
        why = "All values so far are equal, so there is nothing to model yet: an evenly spread point."
        why = " ".join([*map(str, unmet_constraints(problem, encoded, DEFAULTS)), why])
        return space_filling(problem, history, pending, seed=seed, count=count, reason=why), unchanged
    # The covariance cannot be factored. The Parzen estimator needs no more than ranks.
    proposals = yield from _one_after_the_other(Densities(situation, seed).propose, waiting, seed, count)
    return proposals, unchanged


def _one_after_the_other(propose: Propose, waiting: HostArray, seed: Seed, count: int) -> Steps[list[Proposal]]:
    """Proposals, each of which takes the earlier ones as pending."""
    proposals = []
    for ordinal in range(seed.ordinal, seed.ordinal + count):
        point, proposal = yield from propose(waiting, Seed(key=seed.key, ordinal=ordinal))
        proposals.append(replace(proposal, details={"engine_version": ENGINE_VERSION, **proposal.details}))
        waiting = np.vstack([waiting, point])
    return proposals
