"""From problem, history and pending points to proposals."""

from collections.abc import Sequence
from types import ModuleType

import numpy as np

from optsvc.domain.observation import Observation
from optsvc.domain.space import Assignments
from optsvc.engine.acquisition.noisy import expected_improvement
from optsvc.engine.backend import HostArray, backend_for
from optsvc.engine.candidates.mixed import CandidateSearch
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.duplicates import first_free
from optsvc.engine.encoding import Encoder
from optsvc.engine.initial import needs_model, space_filling, unused_point
from optsvc.engine.model import EncodedHistory, Model, fit_model, sorted_rows
from optsvc.engine.problem import EngineState, Problem, Proposal, Seed, Source
from optsvc.engine.randomness import Stage, generator

ENGINE_VERSION = "1"
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
        `count` legal proposals, and the state for the next call. Always an answer for a valid problem: a
        space-filling one where no model can be had, which its reason says.
    """
    unchanged = state or EngineState()
    if not needs_model(problem, history, pending):
        return space_filling(problem, history, pending, seed=seed, count=count), unchanged
    encoder = Encoder(problem.space, DEFAULTS.relaxed_levels)
    encoded = EncodedHistory.of(problem, history, encoder)
    model = fit_model(
        problem,
        encoded,
        len(history),
        encoder,
        state=state,
        seed=seed,
        defaults=DEFAULTS,
        backend=backend_for(xp),
    )
    if model is None:
        flat = np.ptp(encoded.values * 0.5) == 0.0
        why = (
            "All values so far are equal, so there is nothing to model yet: an evenly spread point."
            if flat
            else "No model could be fitted to the values so far: an evenly spread point."
        )
        source = Source.INITIAL if flat else Source.FALLBACK
        proposals = space_filling(problem, history, pending, seed=seed, count=count, source=source, reason=why)
        return proposals, unchanged
    waiting = encoder.encode(pending)
    proposals = []
    for ordinal in range(seed.ordinal, seed.ordinal + count):
        point, proposal = _propose(problem, encoded, waiting, encoder, model, Seed(key=seed.key, ordinal=ordinal))
        waiting = np.vstack([waiting, point])
        proposals.append(proposal)
    return proposals, model.state


def _propose(
    problem: Problem, history: EncodedHistory, pending: HostArray, encoder: Encoder, model: Model, seed: Seed
) -> tuple[HostArray, Proposal]:
    """One proposal and its unit coordinates ``(p,)``."""
    posterior, backend = model.posterior, model.posterior.backend
    acquisition = expected_improvement(
        posterior,
        encoder.features(sorted_rows(pending)),
        encoder.features(history.failed),
        noisy=model.noisy,
        rng=generator(seed, Stage.FANTASIES),
        defaults=DEFAULTS,
    )
    means = backend.to_host(posterior.predict(posterior.features)[0])
    order = np.argsort(means, kind="stable")
    large = len(means) > DEFAULTS.raw_large_rows
    points, values = CandidateSearch(
        acquisition,
        encoder,
        incumbents=model.points[order[: DEFAULTS.perturbed_incumbents]],
        length_scales=model.length_scales,
        raw_points=DEFAULTS.raw_points_large if large else DEFAULTS.raw_points,
        seed=seed,
        defaults=DEFAULTS,
    ).ranked()
    taken = np.vstack([history.failed, pending] if model.repeats else [history.points, history.failed, pending])
    rank = first_free(points, taken, DEFAULTS.min_separation)
    point, value, exhausted = points[rank or 0], float(values[rank or 0]), False
    if rank is None:
        unused, exhausted = unused_point(encoder, problem, taken, seed)
        if not exhausted:
            point, value = unused, float(acquisition.value(encoder.features(unused[None, :]))[0])
    mean, variance = (float(a[0]) for a in posterior.predict(backend.to_device(encoder.features(point[None, :]))))
    predicted, stddev = model.transform.moments(mean, variance, DEFAULTS.quadrature_points)
    best = float(model.transform.to_metric(means[order[:1]])[0])
    reason = (
        f"Highest expected improvement under a Gaussian process fitted to {len(history.values)} values: "
        f"predicted {predicted:.4g} ± {stddev:.2g}, the best so far is about {best:.4g}."
    )
    if exhausted:
        reason = f"Every point of the space has been used: this one is served again. {reason}"
    details = {
        "engine_version": ENGINE_VERSION,
        "acquisition": "log_noisy_expected_improvement" if model.noisy else "log_expected_improvement",
        "acquisition_value": value,
        "incumbent": best,
        "length_scales": {a.name: s for a, s in zip(encoder.axes, model.length_scales.tolist(), strict=True)},
        "signal_variance": posterior.signal_variance,
        "noise_variance": posterior.noise_variance,
        "warp_power": model.transform.power,
        "jitter": posterior.jitter,
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
