"""The models of one experiment: for each metric a process fitted to its values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optsvc.domain.metrics import Metric, Strategy
from optsvc.engine.backend import Backend, HostArray, IntArray
from optsvc.engine.defaults import DEFAULTS, EngineDefaults
from optsvc.engine.encoding import Encoder
from optsvc.engine.history import EncodedHistory
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.problem import EngineState, Problem, Seed
from optsvc.engine.randomness import Stage, generator
from optsvc.engine.ranking import as_loss
from optsvc.engine.rows import local_rows, rows_to_fit
from optsvc.engine.steps import Steps
from optsvc.engine.surrogates.calibration import variance_scale
from optsvc.engine.surrogates.gp import Posterior, TrainingData, condition, negative_log_posterior
from optsvc.engine.surrogates.outputs import OutputTransform
from optsvc.engine.surrogates.priors import Prior
from optsvc.engine.surrogates.questions import Fit
from optsvc.engine.unmet import Unmet, unmet_constraints

_LENGTH_SCALE = "length_scale:"
_SIGNAL = "signal_variance"
_NOISE = "noise_variance"
_ADDITIVE = "additive_variance"


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted process of one metric, and what is needed to read it.

    Args:
        metric: What it is a model of.
        posterior: Given the data.
        transform: Between its targets, of which less is better, and the metric.
        theta: Its hyperparameters, shape ``(p + 3,)``.
        noisy: Whether observed values differ from the true ones.
        squared_errors: Of each row predicted from all the others, in units of the variance that was expected, shape
            ``(n,)``: near 1 on average if the model is as sure as it may be, larger if it is too sure.
        means: Of the noise-free target at each row, shape ``(n,)``.
    """

    metric: Metric
    posterior: Posterior
    transform: OutputTransform
    theta: HostArray
    noisy: bool
    squared_errors: HostArray
    means: HostArray

    @property
    def length_scales(self) -> HostArray:
        """In unit coordinates, per axis, shape ``(p,)``."""
        scales: HostArray = np.exp(self.theta[:-3])
        return scales

    @property
    def bar(self) -> float:
        """The target that a constraint must not exceed; infinite of an objective."""
        if self.metric.strategy is not Strategy.CONSTRAINT or self.metric.threshold is None:
            return math.inf
        return self.transform.target_of(self.metric.threshold)

    @property
    def good_enough(self) -> float:
        """The target of an objective from which on it is good enough to count; NaN if any is."""
        return math.nan if self.metric.threshold is None else self.transform.target_of(self.metric.threshold)

    @property
    def variance_scale(self) -> float:
        """What a predicted variance is multiplied by; the rows that matter judge: the best, or those near the bar."""
        matter = np.abs(self.means - self.bar) if math.isfinite(self.bar) else self.means
        judges = np.argsort(matter, kind="stable")[: DEFAULTS.calibration_rows]
        return variance_scale(self.squared_errors[judges])

    def mean_at(self, features: HostArray) -> HostArray:
        """The expected targets ``(m,)`` at features ``(m, d)``."""
        posterior, backend = self.posterior, self.posterior.backend
        covariances = posterior.kernel.value(backend.to_device(features), posterior.features)
        return backend.to_host(posterior.mean + covariances @ posterior.weights)

    def expect(self, features: HostArray) -> tuple[float, float]:
        """Mean and variance of the noise-free target at features ``(d,)``, as sure as the model has proved to be."""
        moments = self.posterior.predict(self.posterior.backend.to_device(features[None, :]))
        mean, variance = (float(a[0]) for a in moments)
        return mean, self.variance_scale * variance

    def predict(self, features: HostArray) -> tuple[float, float]:
        """Mean and standard deviation of the noise-free metric at features ``(d,)``, in its own units."""
        return self.transform.moments(*self.expect(features), DEFAULTS.quadrature_points)


@dataclass(frozen=True, slots=True)
class Models:
    """The models of all metrics whose values differ, at least one, on the same rows.

    Args:
        objectives: Of metrics that are optimized.
        constraints: Of metrics that must reach their thresholds.
        points: Unit coordinates of the rows, shape ``(n, p)``.
        state: The warm start for the next fit.
        unmet: Constraints without a model that no row meets.
    """

    objectives: tuple[Model, ...]
    constraints: tuple[Model, ...]
    points: HostArray
    state: EngineState
    unmet: tuple[Unmet, ...]

    @property
    def all(self) -> tuple[Model, ...]:
        """The objectives', then the constraints'."""
        return self.objectives + self.constraints

    @property
    def steps(self) -> HostArray:
        """How far a step along each axis is, in unit coordinates, shape ``(p,)``."""
        steps: HostArray = np.minimum(np.min([model.length_scales for model in self.all], axis=0), 1.0)
        return steps

    def missed(self) -> HostArray:
        """By how much each row seems to miss constraints, in targets, summed, shape ``(n,)``; of `unmet` ones, by 1."""
        missed = np.full(len(self.points), float(len(self.unmet)))
        for model in self.constraints:
            missed += np.maximum(model.means - model.bar, 0.0)
        return missed

    def p_feasible(self, features: HostArray) -> float:
        """The probability that all constraints are met at features ``(d,)``; metrics are independent.

        Of what was missed ``n`` times and never met, it is ``1/(n + 2)`` anywhere, by the rule of succession.
        """
        probability = (1.0 / (len(self.points) + 2.0)) ** len(self.unmet)
        for model in self.constraints:
            mean, variance = model.expect(features)
            probability *= 0.5 * math.erfc((mean - model.bar) / math.sqrt(2.0 * variance))
        return probability


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
) -> Steps[Models | None]:
    """Fits a process to each metric, or reuses the hyperparameters in `state` if they were fitted to the same data.

    Returns:
        None if no metric has a signal (all values are equal), or if there is no way to factor a covariance.
    """
    period = defaults.scale_period
    compared = state is None or observation_count // period != state.observation_count // period
    columns = [
        scales
        for place, kept in enumerate(_kept(problem, history))
        if (scales := _scales(problem, history, place, kept, encoder, state, defaults, compared=compared))
    ]
    if not columns:
        return None
    rows = _rows([scales[0] for scales in columns], defaults)
    fresh = state is not None and still_fresh(state, observation_count, defaults)
    models: list[Model] = []
    stored: dict[str, float] = {}
    refitted = False
    for scales in columns:
        fits = []
        for column in scales:
            if fresh and column.previous is not None:
                fits.append((0.0, column, column.previous))
                break
            starts = _starts(column.prior, column.previous, len(rows), seed, column.place, defaults)
            data = column.data.take(rows)
            fit_rows = rows_to_fit(data.targets, defaults)
            theta = yield Fit(data.take(fit_rows), column.prior, starts, defaults, backend)
            evidence = column.evidence(theta, rows[fit_rows], defaults, backend) if len(scales) > 1 else 0.0
            fits.append((evidence, column, theta))
            refitted = True
        _, column, theta = max(fits, key=lambda fit: fit[0])
        model = column.model(column.data.take(rows), theta, history, defaults, backend)
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


def _kept(problem: Problem, history: EncodedHistory) -> list[float | None]:
    """For each metric the value, if any, beyond which values must be told apart from it.

    That is its threshold; of several objectives the worst value on the observed front, if that is worse. When points
    crowd at one end of a front the other end looks like outliers, but it is not.
    """
    kept = [metric.threshold for metric in problem.metrics]
    count = len(problem.objectives)
    if count > 1 and len(history.values):
        losses = np.column_stack([as_loss(m, history.values[:, j]) for j, m in enumerate(problem.objectives)])
        worst = losses[nondominated(losses)].max(axis=0)
        for j, metric in enumerate(problem.objectives):
            threshold = kept[j]
            bars = np.append(worst[j], [] if threshold is None else as_loss(metric, np.array([threshold])))
            kept[j] = float(as_loss(metric, bars.max(keepdims=True))[0])
    return kept


def _scales(
    problem: Problem,
    history: EncodedHistory,
    place: int,
    kept: float | None,
    encoder: Encoder,
    state: EngineState | None,
    defaults: EngineDefaults,
    *,
    compared: bool,
) -> list["_Column"]:
    """The metric as it is; of several metrics, positive ones in logarithms as well; the one that `state` has, first.

    Only that one, if they need not be compared again.
    """
    plain = _Column.of(problem, history, place, kept, encoder, state, defaults, logarithm=False)
    bars = [bar for bar in (kept, problem.metrics[place].threshold) if bar is not None]
    values = history.values[:, place]
    fit_for_logarithms = min([*bars, *values]) > 0.0 and values.min() >= defaults.least_for_logarithms * np.median(
        values
    )
    if plain is None or problem.only_metric or not fit_for_logarithms:
        return [] if plain is None else [plain]
    bent = _Column.of(problem, history, place, kept, encoder, state, defaults, logarithm=True)
    if bent is None:
        return [plain]
    was_bent = state is not None and logarithm_name(place) in state.hyperparameters
    both = [bent, plain] if was_bent else [plain, bent]
    return both if compared else both[:1]


@dataclass(frozen=True, slots=True)
class _Column:
    """A metric whose values differ, ready to be fitted."""

    metric: Metric
    place: int
    """Among the metrics of the problem."""
    values: HostArray
    transform: OutputTransform
    data: TrainingData
    prior: Prior
    names: Sequence[str]
    """Of the hyperparameters, in a state."""
    previous: HostArray | None
    """The last hyperparameters."""

    @classmethod
    def of(
        cls,
        problem: Problem,
        history: EncodedHistory,
        place: int,
        kept: float | None,
        encoder: Encoder,
        state: EngineState | None,
        defaults: EngineDefaults,
        *,
        logarithm: bool,
    ) -> "_Column | None":
        metric, values, stddevs = problem.metrics[place], history.values[:, place], history.stddevs[:, place]
        weighed = metric in problem.objectives and len(problem.objectives) > 1
        transform = OutputTransform.fit(
            values, metric.objective, defaults, kept=kept, warp=not weighed, logarithm=logarithm
        )
        if transform is None:
            return None
        data = TrainingData(
            features=encoder.features(history.points),
            groups=encoder.groups,
            targets=transform.targets(values),
            variances=transform.target_variances(values, stddevs, defaults),
        )
        known_noise = not bool(np.isnan(stddevs).any())
        prior = Prior(encoder.categorical, known_noise, defaults)
        prefix = f"{place}:" if place else ""
        names = [*(_LENGTH_SCALE + axis.name for axis in encoder.axes), _SIGNAL, _NOISE, _ADDITIVE]
        names = [prefix + name for name in names]
        previous = None
        if state is not None and names[-1] in state.hyperparameters:
            previous = stored_hyperparameters(state, names, prior.mode, prior.bounds)
        return cls(metric, place, values, transform, data, prior, names, previous)

    def evidence(self, theta: HostArray, rows: IntArray, defaults: EngineDefaults, backend: Backend) -> float:
        """The logarithm of the posterior density of `theta` times that of the values themselves, at some rows."""
        data = self.data.take(rows)
        value, _ = negative_log_posterior(theta, data, self.prior, defaults.base_jitter, backend)
        slopes = self.transform.slopes(self.values[rows])
        return float(np.log(slopes).sum()) - len(rows) * self.transform.exponent * math.log(2.0) - value

    def model(
        self,
        data: TrainingData,
        theta: HostArray,
        history: EncodedHistory,
        defaults: EngineDefaults,
        backend: Backend,
    ) -> Model | None:
        """Given some of the rows."""
        accepted = _accepted(data, theta, self.prior, defaults, backend)
        if accepted is None:
            return None
        theta, posterior, squared_errors = accepted
        inferred = posterior.noise_variance > defaults.noisy_ratio * posterior.signal_variance
        return Model(
            metric=self.metric,
            posterior=posterior,
            transform=self.transform,
            theta=theta,
            noisy=history.measured_noise or inferred,
            squared_errors=squared_errors,
            means=backend.to_host(posterior.predict(posterior.features)[0]),
        )


def logarithm_name(place: int) -> str:
    """What a state has if the logarithm of a problem's metric is modelled."""
    return f"{place}:logarithm"


def any_signal(problem: Problem, history: EncodedHistory, defaults: EngineDefaults) -> bool:
    """Whether the values of some metric differ."""
    columns = zip(problem.metrics, history.values.T, strict=True)
    return any(OutputTransform.fit(values, metric.objective, defaults) for metric, values in columns)


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
    prior: Prior, previous: HostArray | None, rows: int, seed: Seed, place: int, defaults: EngineDefaults
) -> list[HostArray]:
    """Where to start the fit: the last optimum, the prior's mode, draws from the prior; fewer when rows are many."""
    large = rows > defaults.fit_full_rows
    if previous is not None and large:
        return [previous]
    starts = [prior.mode] if previous is None else [previous, prior.mode]
    count = defaults.fit_starts_large if large else defaults.fit_starts
    rng = generator(seed, Stage.FIT_STARTS, place)
    return starts + [prior.sample(rng) for _ in range(count - len(starts))]


def _rows(columns: Sequence[_Column], defaults: EngineDefaults) -> IntArray:
    """The rows that the models see: all, or so many that matter to one of the metrics."""
    n = len(columns[0].data.targets)
    if n <= defaults.exact_rows:
        return np.arange(n)
    chosen = [local_rows(c.data, c.prior.mode if c.previous is None else c.previous, defaults) for c in columns]
    return np.unique(np.concatenate(chosen))


def stored_hyperparameters(state: EngineState, names: Sequence[str], mode: HostArray, bounds: HostArray) -> HostArray:
    """The hyperparameters of these names in a state, within their bounds; the prior's mode for those not there."""
    stored = np.array([state.hyperparameters.get(name, np.nan) for name in names], dtype=np.float64)
    return np.clip(np.where(np.isfinite(stored), stored, mode), *bounds.T)
