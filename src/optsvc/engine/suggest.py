"""From problem, history and pending points to proposals."""

from collections.abc import Sequence
from types import ModuleType

import numpy as np

from optsvc.domain.observation import Observation
from optsvc.domain.space import Assignments
from optsvc.engine.acquisition.composite import Encoded, OnPoints, Total
from optsvc.engine.acquisition.noisy import expected_improvement
from optsvc.engine.acquisition.success import LogSuccess
from optsvc.engine.backend import Backend, HostArray, backend_for
from optsvc.engine.beliefs import BeliefTerm
from optsvc.engine.candidates.mixed import CandidateSearch
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.duplicates import first_free
from optsvc.engine.initial import needs_model, space_filling, unused_point
from optsvc.engine.model import EncodedHistory, Model, fit_model, sorted_rows
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.problem import EngineState, Problem, Proposal, Seed, Source
from optsvc.engine.randomness import Stage, generator
from optsvc.engine.steps import Steps, complete
from optsvc.engine.success_model import fit_success, success_term
from optsvc.engine.surrogates.classifier import Classifier
from optsvc.engine.surrogates.outputs import OutputTransform
from optsvc.engine.tpe import member as tpe

ENGINE_VERSION = "3"
"""Changes whenever the same input may give another proposal."""


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
    encoder = sampler.encoder
    encoded = EncodedHistory.of(problem, history, encoder)
    success = fit_success(encoded, len(history), encoder, state=state, defaults=DEFAULTS, backend=backend)
    classifier, hyperparameters = success or (None, {})
    if len(encoded.values) < DEFAULTS.min_successes and classifier is not None:
        proposals = _towards_success(problem, encoded, encoder.encode(pending), sampler, classifier, seed, count)
        return proposals, EngineState(hyperparameters=hyperparameters, observation_count=len(history))
    model = yield from fit_model(
        problem, encoded, len(history), encoder, state=state, seed=seed, defaults=DEFAULTS, backend=backend
    )
    if model is None:
        if OutputTransform.fit(encoded.values, problem.metric.objective, DEFAULTS) is not None:
            return _by_densities(problem, encoded, encoder.encode(pending), sampler, classifier, seed, count), unchanged
        why = "All values so far are equal, so there is nothing to model yet: an evenly spread point."
        return space_filling(problem, history, pending, seed=seed, count=count, reason=why), unchanged
    waiting = encoder.encode(pending)
    proposals = []
    for ordinal in range(seed.ordinal, seed.ordinal + count):
        point, proposal = yield from _propose(
            problem, encoded, waiting, sampler, model, classifier, Seed(key=seed.key, ordinal=ordinal)
        )
        waiting = np.vstack([waiting, point])
        proposals.append(proposal)
    merged = {**model.state.hyperparameters, **hyperparameters}
    return proposals, EngineState(merged, model.state.observation_count)


def _by_densities(
    problem: Problem,
    history: EncodedHistory,
    waiting: HostArray,
    sampler: SpaceSampler,
    classifier: Classifier | None,
    seed: Seed,
    count: int,
) -> list[Proposal]:
    """Where no process can be fitted: the tree-structured Parzen estimator, which needs no more than ranks."""
    proposals = []
    for ordinal in range(seed.ordinal, seed.ordinal + count):
        point, proposal = tpe.propose(problem, history, waiting, sampler, classifier, Seed(seed.key, ordinal))
        waiting = np.vstack([waiting, point])
        proposals.append(proposal)
    return proposals


def _towards_success(
    problem: Problem,
    history: EncodedHistory,
    waiting: HostArray,
    sampler: SpaceSampler,
    classifier: Classifier,
    seed: Seed,
    count: int,
) -> list[Proposal]:
    """Where next to nothing has succeeded: the points likeliest to, and evenly spread ones, by turns."""
    term = Encoded(LogSuccess(classifier, floor=0.0), sampler.encoder)
    taken = np.vstack([history.points, history.failed, waiting])
    proposals = []
    for ordinal in range(seed.ordinal, seed.ordinal + count):
        own = Seed(key=seed.key, ordinal=ordinal)
        point, exhausted = unused_point(sampler, problem, taken, own)
        source, reason = Source.INITIAL, "Almost everything has failed so far: an evenly spread point."
        if ordinal % 2 == 0:
            points, _ = CandidateSearch(
                term,
                sampler,
                incumbents=history.points if len(history.points) else point[None, :],
                length_scales=np.full(sampler.encoder.dimension, DEFAULTS.blind_length_scale),
                raw_points=DEFAULTS.raw_points_large,
                seed=own,
                defaults=DEFAULTS,
            ).ranked()
            rank = first_free(points, taken, DEFAULTS.min_separation)
            if rank is not None and sampler.keeps(points[rank]):
                point, exhausted, source = points[rank], False, Source.GP
                reason = "Almost everything has failed so far: the point that is likeliest to succeed."
        details = {
            "engine_version": ENGINE_VERSION,
            "p_success": float(np.exp(term.value(point[None, :])[0])),
            "observations": len(history.values),
            "failures": len(history.failed),
            "exhausted": exhausted,
        }
        assignments = sampler.encoder.decode(point)
        proposals.append(Proposal(assignments, source=source, reason=reason, ordinal=ordinal, details=details))
        taken = np.vstack([taken, point])
    return proposals


def _propose(
    problem: Problem,
    history: EncodedHistory,
    pending: HostArray,
    sampler: SpaceSampler,
    model: Model,
    classifier: Classifier | None,
    seed: Seed,
) -> Steps[tuple[HostArray, Proposal]]:
    """One proposal and its unit coordinates ``(p,)``."""
    encoder, posterior, backend = sampler.encoder, model.posterior, model.posterior.backend
    improvement = expected_improvement(
        posterior,
        encoder.features(sorted_rows(pending)),
        encoder.features(history.failed),
        noisy=model.noisy,
        rng=generator(seed, Stage.FANTASIES),
        defaults=DEFAULTS,
    )
    means = backend.to_host(posterior.predict(posterior.features)[0])
    terms: list[OnPoints] = [Encoded(improvement, encoder)]
    if sampler.beliefs:
        decay = DEFAULTS.prior_decay if problem.budget is None else DEFAULTS.prior_decay_share * problem.budget
        terms.append(BeliefTerm(sampler.beliefs, decay / len(history.values)))
    if classifier is not None:
        terms.append(Encoded(success_term(classifier, history, encoder, seed), encoder))
    acquisition = Total(terms)
    order = np.argsort(means, kind="stable")
    large = len(means) > DEFAULTS.raw_large_rows
    points, values = yield from CandidateSearch(
        acquisition,
        sampler,
        incumbents=model.points[order[: DEFAULTS.perturbed_incumbents]],
        length_scales=model.length_scales,
        raw_points=DEFAULTS.raw_points_large if large else DEFAULTS.raw_points,
        seed=seed,
        defaults=DEFAULTS,
    ).steps()
    taken = np.vstack([history.failed, pending] if model.repeats else [history.points, history.failed, pending])
    rank = first_free(points, taken, DEFAULTS.min_separation)
    point, value, exhausted = points[rank or 0], float(values[rank or 0]), False
    if rank is None or not sampler.keeps(point):
        unused, exhausted = unused_point(sampler, problem, taken, seed)
        if not exhausted:
            point, value = unused, float(acquisition.value(unused[None, :])[0])
    mean, variance = (float(a[0]) for a in posterior.predict(backend.to_device(encoder.features(point[None, :]))))
    predicted, stddev = model.transform.moments(mean, variance, DEFAULTS.quadrature_points)
    best = float(model.transform.to_metric(means[order[:1]])[0])
    reason = (
        f"Highest expected improvement under a Gaussian process fitted to {len(history.values)} values: "
        f"predicted {predicted:.4g} ± {stddev:.2g}, the best so far is about {best:.4g}."
    )
    if exhausted:
        reason = f"Every point of the space has been used: this one is served again. {reason}"
    p_success = 1.0
    if classifier is not None:
        p_success = float(np.exp(classifier.log_probability(encoder.features(point[None, :]))[0]))
        reason = f"{reason} It succeeds with a probability of about {100 * p_success:.0f} %."
    details = {
        "engine_version": ENGINE_VERSION,
        "p_success": p_success,
        "acquisition": "log_noisy_expected_improvement" if model.noisy else "log_expected_improvement",
        "acquisition_value": value,
        "incumbent": best,
        "length_scales": {a.name: s for a, s in zip(encoder.axes, model.length_scales.tolist(), strict=True)},
        "signal_variance": posterior.signal_variance,
        "noise_variance": posterior.noise_variance,
        "warp_power": model.transform.power,
        "jitter": posterior.jitter,
        "calibration": model.calibration,
        "observations": len(history.values),
        "failures": len(history.failed),
        "pending": len(pending),
        "rows": len(means),
        "exhausted": exhausted,
    }
    return point, Proposal(
        assignments=encoder.decode(point),
        source=Source.GP,
        reason=reason,
        ordinal=seed.ordinal,
        mean=predicted,
        stddev=stddev,
        details=details,
    )
