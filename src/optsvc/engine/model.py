"""The model of one experiment: its data in the engine's terms, and the process fitted to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from optsvc.domain.observation import Observation
from optsvc.engine.backend import Backend, HostArray, IntArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.encoding import Encoder
from optsvc.engine.problem import EngineState, Problem, Seed
from optsvc.engine.randomness import Stage, generator
from optsvc.engine.steps import Steps
from optsvc.engine.surrogates.gp import Posterior, TrainingData, condition
from optsvc.engine.surrogates.outputs import OutputTransform
from optsvc.engine.surrogates.priors import Prior
from optsvc.engine.surrogates.questions import Fit

_LENGTH_SCALE = "length_scale:"
_SIGNAL = "signal_variance"
_NOISE = "noise_variance"
_ADDITIVE = "additive_variance"


@dataclass(frozen=True, slots=True)
class EncodedHistory:
    """What was observed, as arrays, in an order that does not depend on how the observations were handed over.

    Args:
        points: Unit coordinates of the points with a value, shape ``(n, p)``.
        values: Values of the metric, in its own units, shape ``(n,)``.
        stddevs: Their standard deviations, NaN where not known, shape ``(n,)``.
        failed: Unit coordinates of the points without, shape ``(k, p)``.
    """

    points: HostArray
    values: HostArray
    stddevs: HostArray
    failed: HostArray

    @classmethod
    def of(cls, problem: Problem, history: Sequence[Observation], encoder: Encoder) -> Self:
        """The history of an experiment."""
        evaluations = [observation.evaluation(problem.metric) for observation in history]
        points = encoder.encode([observation.assignments for observation in history])
        has_value = np.array([e is not None for e in evaluations], dtype=bool)
        values = np.array([e.value for e in evaluations if e is not None], dtype=np.float64)
        stddevs = np.array(
            [np.nan if e.stddev is None else e.stddev for e in evaluations if e is not None], dtype=np.float64
        )
        succeeded = points[has_value]
        order = np.lexsort((np.nan_to_num(stddevs, nan=-1.0), values, *succeeded.T[::-1]))
        return cls(succeeded[order], values[order], stddevs[order], sorted_rows(points[~has_value]))

    @property
    def measured_noise(self) -> bool:
        """Whether noise is a fact, not a guess: standard deviations were reported, or repeats came out differently."""
        again = (self.points[1:] == self.points[:-1]).all(axis=1)
        return bool((self.stddevs > 0.0).any() or (self.values[1:] != self.values[:-1])[again].any())


def sorted_rows(points: HostArray) -> HostArray:
    """The rows ``(n, p)`` in lexicographic order."""
    return points[np.lexsort(points.T[::-1])] if points.size else points


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted process and what is needed to read it.

    Args:
        posterior: Given the data.
        points: Unit coordinates of its rows, shape ``(n, p)``.
        transform: Between its targets and the metric.
        theta: Its hyperparameters, shape ``(p + 3,)``.
        state: The warm start for the next fit.
        noisy: Whether observed values differ from the true ones.
        repeats: Whether it makes sense to observe a point twice. Noise that is only inferred does not count: to a
            smooth model a deterministic function can look noisy.
        squared_errors: Of each row predicted from all the others, in units of the variance that was expected, shape
            ``(n,)``: near 1 on average if the model is as sure as it may be, larger if it is too sure.
    """

    posterior: Posterior
    points: HostArray
    transform: OutputTransform
    theta: HostArray
    state: EngineState
    noisy: bool
    repeats: bool
    squared_errors: HostArray

    @property
    def length_scales(self) -> HostArray:
        """In unit coordinates, per axis, shape ``(p,)``."""
        scales: HostArray = np.exp(self.theta[:-3])
        return scales


def fit_model(
    problem: Problem,
    history: EncodedHistory,
    observation_count: int,
    encoder: Encoder,
    *,
    state: EngineState | None,
    seed: Seed,
    defaults: EngineDefaults,
    backend: Backend,
) -> Steps[Model | None]:
    """Fits the process, or reuses the hyperparameters in `state` if they were fitted to the same data.

    Returns:
        None if there is no signal (all values are equal) or no way to factor the covariance.
    """
    transform = OutputTransform.fit(history.values, problem.metric.objective, defaults)
    if transform is None:
        return None
    data = TrainingData(
        features=encoder.features(history.points),
        groups=encoder.groups,
        targets=transform.targets(history.values),
        variances=transform.target_variances(history.values, history.stddevs, defaults),
    )
    known_noise = not bool(np.isnan(history.stddevs).any())
    prior = Prior(encoder.categorical, known_noise, defaults)
    names = [*(_LENGTH_SCALE + axis.name for axis in encoder.axes), _SIGNAL, _NOISE, _ADDITIVE]
    previous = None
    if state is not None and names[-1] in state.hyperparameters:
        previous = stored_hyperparameters(state, names, prior.mode, prior.bounds)
    points = history.points
    if len(data.targets) > defaults.exact_rows:
        rows = _local_rows(data, prior.mode if previous is None else previous, defaults)
        data, points = data.take(rows), points[rows]
    if state is not None and previous is not None and still_fresh(state, observation_count, defaults):
        theta = previous
    else:
        starts = _starts(prior, previous, len(data.targets), seed, defaults)
        theta = yield Fit(data.take(_fit_rows(data.targets, defaults)), prior, starts, defaults, backend)
        state = None
    accepted = _accepted(data, theta, prior, defaults, backend)
    if accepted is None:
        return None
    theta, posterior, squared_errors = accepted
    inferred = posterior.noise_variance > defaults.noisy_ratio * posterior.signal_variance
    return Model(
        posterior=posterior,
        points=points,
        transform=transform,
        theta=theta,
        state=state or EngineState(dict(zip(names, theta.tolist(), strict=True)), observation_count),
        noisy=history.measured_noise or inferred,
        repeats=history.measured_noise,
        squared_errors=squared_errors,
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


def still_fresh(state: EngineState, observation_count: int, defaults: EngineDefaults) -> bool:
    """Whether hyperparameters fitted at the state's count serve now: no new data, or many data and few new ones."""
    new = observation_count - state.observation_count
    return new == 0 or (observation_count > defaults.fit_rows and 0 < new < defaults.refit_growth * observation_count)


def _starts(
    prior: Prior, previous: HostArray | None, rows: int, seed: Seed, defaults: EngineDefaults
) -> list[HostArray]:
    """Where to start the fit: the last optimum, the prior's mode, draws from the prior; fewer when rows are many."""
    large = rows > defaults.fit_full_rows
    if previous is not None and large:
        return [previous]
    starts = [prior.mode] if previous is None else [previous, prior.mode]
    count = defaults.fit_starts_large if large else defaults.fit_starts
    rng = generator(seed, Stage.FIT_STARTS)
    return starts + [prior.sample(rng) for _ in range(count - len(starts))]


def _fit_rows(targets: HostArray, defaults: EngineDefaults) -> IntArray:
    """The rows to fit hyperparameters on: the best, and the rest at evenly spaced ranks."""
    order = np.argsort(targets, kind="stable")
    if len(order) <= defaults.fit_rows:
        return np.sort(order)
    best, rest = order[: defaults.fit_best_rows], order[defaults.fit_best_rows :]
    spaced = np.linspace(0, len(rest) - 1, defaults.fit_rows - defaults.fit_best_rows).round().astype(np.int64)
    return np.sort(np.concatenate([best, rest[spaced]]))


def _local_rows(data: TrainingData, theta: HostArray, defaults: EngineDefaults) -> IntArray:
    """The rows that matter for the next point: near the best one, the best, and some that stand for the rest.

    Distances are measured in the length scales of `theta`. The rest is chosen by farthest-point traversal.
    """
    scaled = (data.features - 0.5) * np.exp(-theta[:-3])[data.groups]
    order = np.argsort(data.targets, kind="stable")
    from_best = ((scaled - scaled[order[0]]) ** 2).sum(axis=1)
    nearest = np.argsort(from_best, kind="stable")[: defaults.local_nearest_rows]
    chosen = np.union1d(nearest, order[: defaults.local_best_rows])
    gaps = np.full(len(scaled), np.inf)
    for row in chosen:
        gaps = np.minimum(gaps, ((scaled - scaled[row]) ** 2).sum(axis=1))
    spread = []
    for _ in range(defaults.local_spread_rows):
        row = int(np.argmax(gaps))
        spread.append(row)
        gaps = np.minimum(gaps, ((scaled - scaled[row]) ** 2).sum(axis=1))
    return np.union1d(chosen, np.array(spread))


def stored_hyperparameters(state: EngineState, names: Sequence[str], mode: HostArray, bounds: HostArray) -> HostArray:
    """The hyperparameters of these names in a state, within their bounds; the prior's mode for those not there."""
    stored = np.array([state.hyperparameters.get(name, np.nan) for name in names], dtype=np.float64)
    return np.clip(np.where(np.isfinite(stored), stored, mode), *bounds.T)
