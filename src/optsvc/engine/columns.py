"""The values of a metric, on the scale or the two scales on which they may be modelled."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from optsvc.domain.metrics import Metric
from optsvc.engine.backend import Backend, HostArray, IntArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.encoding import Encoder
from optsvc.engine.history import EncodedHistory
from optsvc.engine.hyperparameters import stored_hyperparameters
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.problem import EngineState, Problem
from optsvc.engine.ranking import as_loss
from optsvc.engine.surrogates.gp import TrainingData
from optsvc.engine.surrogates.likelihood import NegativeLogPosterior
from optsvc.engine.surrogates.outputs import OutputTransform
from optsvc.engine.surrogates.priors import Prior

_LENGTH_SCALE = "length_scale:"
_SIGNAL = "signal_variance"
_NOISE = "noise_variance"
_ADDITIVE = "additive_variance"


@dataclass(frozen=True, slots=True)
class Column:
    """A metric whose values differ, on one scale, ready to be fitted."""

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
    ) -> Self | None:
        """The metric at this place on one scale; None if its values do not differ."""
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
        value, _ = NegativeLogPosterior(data, self.prior, defaults.base_jitter, backend)(theta)
        slopes = self.transform.slopes(self.values[rows])
        return float(np.log(slopes).sum()) - len(rows) * self.transform.exponent * math.log(2.0) - value


def kept_apart(problem: Problem, history: EncodedHistory) -> list[float | None]:
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


def scales_of(
    problem: Problem,
    history: EncodedHistory,
    place: int,
    kept: float | None,
    encoder: Encoder,
    state: EngineState | None,
    defaults: EngineDefaults,
    *,
    compared: bool,
) -> list[Column]:
    """The metric as it is; of several metrics, positive ones in logarithms as well; the one that `state` has, first.

    Only that one, if they need not be compared again.
    """
    plain = Column.of(problem, history, place, kept, encoder, state, defaults, logarithm=False)
    bars = [bar for bar in (kept, problem.metrics[place].threshold) if bar is not None]
    values = history.values[:, place]
    fit_for_logarithms = min([*bars, *values]) > 0.0 and values.min() >= defaults.least_for_logarithms * np.median(
        values
    )
    if plain is None or problem.only_metric or not fit_for_logarithms:
        return [] if plain is None else [plain]
    bent = Column.of(problem, history, place, kept, encoder, state, defaults, logarithm=True)
    if bent is None:
        return [plain]
    was_bent = state is not None and logarithm_name(place) in state.hyperparameters
    both = [bent, plain] if was_bent else [plain, bent]
    return both if compared else both[:1]


def logarithm_name(place: int) -> str:
    """What a state has if the logarithm of a problem's metric is modelled."""
    return f"{place}:logarithm"
