"""Fits the models of one experiment: for each metric a process to its values."""

import math
from collections.abc import Sequence

import numpy as np

from optsvc.domain.metrics import Metric
from optsvc.engine.backend import Backend, HostArray, IntArray
from optsvc.engine.columns import Column, kept_apart, logarithm_name, scales_of
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.encoding import Encoder
from optsvc.engine.history import EncodedHistory
from optsvc.engine.hyperparameters import start_points, still_fresh
from optsvc.engine.model import Model, Models
from optsvc.engine.problem import EngineState, Problem, Seed
from optsvc.engine.rows import local_rows, rows_to_fit
from optsvc.engine.steps import Steps
from optsvc.engine.surrogates.gp import Posterior, TrainingData, condition
from optsvc.engine.surrogates.outputs import OutputTransform
from optsvc.engine.surrogates.priors import Prior
from optsvc.engine.surrogates.questions import Fit
from optsvc.engine.unmet import unmet_constraints


def fit_models(
    problem: Problem,
    history: EncodedHistory,
    observation_count: int,
    encoder: Encoder,
    *,
    state: EngineState | None,
    seed: Seed,
    defaults: EngineDefaults,
    backend: Backend,
    only: Metric | None = None,
) -> Steps[Models | None]:
    """Fits a process to each metric, or reuses the hyperparameters in `state` if they were fitted to the same data.

    Args:
        problem: What is optimized.
        history: What has been observed of it.
        observation_count: How much that is, failures included.
        encoder: Of the space.
        state: From the last time.
        seed: Of the experiment; its ordinal does not matter.
        defaults: The engine's settings.
        backend: What computes.
        only: The metric to fit, on the scale that it has among the others; None for all.

    Returns:
        None if no metric has a signal (all values are equal), or if there is no way to factor a covariance.
    """
    period = defaults.scale_period
    compared = state is None or observation_count // period != state.observation_count // period
    columns = [
        scales
        for place, kept in enumerate(kept_apart(problem, history))
        if only in (None, problem.metrics[place])
        and (scales := scales_of(problem, history, place, kept, encoder, state, defaults, compared=compared))
    ]
    if not columns:
        return None
    rows = _rows([scales[0] for scales in columns], defaults)
    fresh = state is not None and still_fresh(state, observation_count, defaults)
    models: list[Model] = []
    stored: dict[str, float] = {}
    refitted = False
    for scales in columns:
        column, theta, anew = yield from _likeliest(scales, rows, seed, defaults, backend, fresh=fresh)
        refitted |= anew
        model = _model(column, rows, theta, history, defaults, backend)
        if model is None:
            return None
        models.append(model)
        stored |= dict(zip(column.names, model.theta.tolist(), strict=True))
        if column.transform.logarithm:
            stored[logarithm_name(column.place)] = 1.0
    return Models(
        objectives=tuple(model for model in models if math.isinf(model.bar)),
        constraints=tuple(model for model in models if math.isfinite(model.bar)),
        points=history.points[rows],
        state=state if state is not None and not refitted else EngineState(stored, observation_count),
        unmet=unmet_constraints(problem, history, defaults),
    )


def _likeliest(
    scales: Sequence[Column], rows: IntArray, seed: Seed, defaults: EngineDefaults, backend: Backend, *, fresh: bool
) -> Steps[tuple[Column, HostArray, bool]]:
    """The likeliest of the scales of a metric, its hyperparameters, and whether anything was fitted for that.

    Nothing is where the last hyperparameters are still fresh: they are those of the first scale that has any.
    """
    fits: list[tuple[float, Column, HostArray]] = []
    anew = False
    for column in scales:
        if fresh and column.previous is not None:
            fits.append((0.0, column, column.previous))
            break
        starts = start_points(column.prior, column.previous, len(rows), seed, column.place, defaults)
        data = column.data.take(rows)
        fit_rows = rows_to_fit(data.targets, defaults)
        theta = yield Fit(data.take(fit_rows), column.prior, starts, defaults, backend)
        evidence = column.evidence(theta, rows[fit_rows], defaults, backend) if len(scales) > 1 else 0.0
        fits.append((evidence, column, theta))
        anew = True
    _, column, theta = max(fits, key=lambda fit: fit[0])
    return column, theta, anew


def any_signal(problem: Problem, history: EncodedHistory, defaults: EngineDefaults) -> bool:
    """Whether the values of some metric differ."""
    columns = zip(problem.metrics, history.values.T, strict=True)
    return any(OutputTransform.fit(values, metric.objective, defaults) for metric, values in columns)


def _model(
    column: Column,
    rows: IntArray,
    theta: HostArray,
    history: EncodedHistory,
    defaults: EngineDefaults,
    backend: Backend,
) -> Model | None:
    """Given some of the rows; None if nothing can be factored."""
    accepted = _accepted(column.data.take(rows), theta, column.prior, defaults, backend)
    if accepted is None:
        return None
    theta, posterior, squared_errors = accepted
    inferred = posterior.noise_variance > defaults.noisy_ratio * posterior.signal_variance
    return Model(
        metric=column.metric,
        posterior=posterior,
        transform=column.transform,
        theta=theta,
        noisy=history.measured_noise or inferred,
        squared_errors=squared_errors,
        means=backend.to_host(posterior.predict(posterior.features)[0]),
    )


def _accepted(
    data: TrainingData, theta: HostArray, prior: Prior, defaults: EngineDefaults, backend: Backend
) -> tuple[HostArray, Posterior, HostArray] | None:
    """The fitted hyperparameters, or the prior's mode where those cannot be believed.

    Not believed is a fit whose covariance cannot be factored, or that errs by far more than it expects when it predicts
    each row from the others. If neither is believed, the one that errs less.

    Returns:
        The hyperparameters, their posterior and `Model.squared_errors`; None if nothing can be factored.
    """
    tried = []
    for candidate in (theta, prior.mode):
        posterior = condition(data, candidate, defaults, backend)
        if posterior is None:
            continue
        expected, spread = posterior.leave_one_out(data.targets)
        squared_errors = (data.targets - expected) ** 2 / spread
        calibration = float(squared_errors.mean())
        if np.isfinite(calibration):
            tried.append((candidate, posterior, squared_errors))
        if calibration <= defaults.worst_calibration:
            break
    return min(tried, key=lambda fitted: float(fitted[2].mean()), default=None)


def _rows(columns: Sequence[Column], defaults: EngineDefaults) -> IntArray:
    """The rows that the models see: all, or so many that matter to one of the metrics."""
    n = len(columns[0].data.targets)
    if n <= defaults.exact_rows:
        return np.arange(n)
    chosen = [local_rows(c.data, c.prior.mode if c.previous is None else c.previous, defaults) for c in columns]
    return np.unique(np.concatenate(chosen))
