"""Which observations are truly the best, when every result may be off by noise.

The best of many noisy results is partly lucky: of ``n`` equally good points it looks better than it is by about
``√(2 ln n)`` standard deviations of the noise. The model knows neighbours too, and is not taken in. So beside the best
*observed* value stands the best *believed* one, the observed point with the best posterior mean; and of several
objectives, how likely each observation is to lie on the true Pareto front.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from optsvc.domain.observation import Observation
from optsvc.domain.space import Value
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.readings import Readings, loss_limit
from optsvc.engine.analysis.repeats import most_starving
from optsvc.engine.analysis.truth import Estimate, Modelled, Reported, Truth, noise_stddev
from optsvc.engine.analysis.words import percent
from optsvc.engine.backend import BoolArray, HostArray, IntArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.problem import Problem, Seed
from optsvc.engine.randomness import Stage, experiment_generator


@dataclass(frozen=True, slots=True)
class BelievedPoint:
    """One observed point and what is believed of it.

    Args:
        observation: Its place in the history as it was handed over; of several at this point, the best one.
        assignments: The point.
        estimates: Of each metric that counts.
    """

    observation: int
    assignments: Mapping[str, Value]
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class Chances:
    """How good one observation is likely to be.

    Args:
        observation: Its place in the history as it was handed over.
        satisfying: The probability that its point truly reaches all thresholds of constraints; 1 without any.
        efficient: The probability that its point is truly the best observed one, of several objectives that no other
            observed point is better in all of them; points that miss thresholds do not compete. None without an
            objective.
    """

    observation: int
    satisfying: float
    efficient: float | None


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of an experiment's observations.

    Args:
        best_observed: The best result as reported, among those that reach all thresholds; None if there is none, or
            not exactly one objective.
        best_believed: The point with the best expected value, among those that more likely than not reach all
            thresholds.
        p_better: The probability that `best_believed` is truly better than `best_observed`; None if they are the same
            point, or one is missing.
        noise_stddev: What a single result differs from the truth, as a standard deviation, at the best point, in the
            objective's own units; 0 without noise, None unless there is exactly one objective.
        repeat: Which observations are worth repeating, most urgent first, at most three; one may be there twice.
        chances: Of every observation with values, in the order of the history.
        sentence: The gist, for people.
    """

    best_observed: BelievedPoint | None
    best_believed: BelievedPoint | None
    p_better: float | None
    noise_stddev: float | None
    repeat: tuple[int, ...]
    chances: tuple[Chances, ...]
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        return asdict(self)


def belief(problem: Problem, history: Sequence[Observation], *, seed: Seed) -> Belief | None:
    """What is believed of the observations of an experiment.

    Args:
        problem: The search space and the metrics.
        history: What has been observed; its order only numbers the observations.
        seed: The key of the experiment; its ordinal does not matter.

    Returns:
        None if no observation has values.
    """
    readings = Readings.of(problem, history, Encoder(problem.space, DEFAULTS.relaxed_levels))
    if not len(readings.rows):
        return None
    believer = _Believer(problem, history, readings, seed)
    chances = believer.chances()
    if len(readings.objectives) != 1:
        return Belief(None, None, None, None, (), chances, _chances_sentence(chances))
    return believer.single(chances)


class _Believer:
    """Works on the distinct points, in an order that does not depend on that of the history."""

    def __init__(self, problem: Problem, history: Sequence[Observation], readings: Readings, seed: Seed) -> None:
        self._history = history
        self._readings = readings
        self._seed = seed
        points, place = np.unique(readings.points, axis=0, return_inverse=True)
        self._place: IntArray = place.reshape(-1)
        self._count = len(points)
        self._fits = [FittedMetric.fit(problem, history, metric, seed=seed) for metric in readings.metrics]
        self._truths = [
            Modelled(fitted, points) if fitted is not None and fitted.model.noisy else self._reported(column)
            for column, fitted in enumerate(self._fits)
        ]
        satisfying = np.ones(self._count)
        for column in readings.constraints:
            satisfying *= self._truths[column].p_at_most(loss_limit(readings.metrics[column]))
        self._satisfying: HostArray = satisfying

    def chances(self) -> tuple[Chances, ...]:
        """Of every row."""
        front = self._p_efficient() if self._readings.objectives else None
        return tuple(
            Chances(row, float(self._satisfying[i]), None if front is None else float(front[i]))
            for row, i in zip(self._readings.rows.tolist(), self._place.tolist(), strict=True)
        )

    def single(self, chances: tuple[Chances, ...]) -> Belief:
        """Of the one objective."""
        column = self._readings.objectives[0]
        losses, truth, fitted = self._readings.losses[:, column], self._truths[column], self._fits[column]
        observed = self._first(losses, self._readings.satisfying)
        likely = self._satisfying >= 0.5
        believed = self._first(truth.expected[self._place], likely[self._place])
        p_better = noise = None
        repeat: tuple[int, ...] = ()
        if observed is not None and believed is not None and self._place[observed] != self._place[believed]:
            p_better = truth.p_less(int(self._place[believed]), int(self._place[observed]))
        if isinstance(truth, Modelled) and fitted is not None:
            if believed is not None:
                noise = noise_stddev(fitted, float(truth.median[self._place[believed]]))
                repeat = self._repeats(truth, fitted, likely)
        else:
            noise = 0.0
        best_observed, best_believed = (None if r is None else self._point(r) for r in (observed, believed))
        sentence = _single_sentence(best_observed, best_believed, p_better, noise, len(losses))
        return Belief(best_observed, best_believed, p_better, noise, repeat, chances, sentence)

    def _reported(self, column: int) -> Reported:
        """The mean result at each distinct point; without noise all are the same."""
        sums = np.zeros(self._count)
        # In the order of the losses, so that rounding does not depend on that of the history.
        order = np.argsort(self._readings.losses[:, column], kind="stable")
        np.add.at(sums, self._place[order], self._readings.losses[order, column])
        return Reported(self._readings.metrics[column], sums / np.bincount(self._place, minlength=self._count))

    def _first(self, key: HostArray, allowed: BoolArray) -> int | None:
        """The allowed row with the least key; among equals the best loss, the surest, the first point."""
        if not allowed.any():
            return None
        column = self._readings.objectives[0]
        stddevs = np.nan_to_num(self._readings.stddevs[:, column], nan=np.inf)
        order = np.lexsort((self._place, stddevs, self._readings.losses[:, column], key, ~allowed))
        return int(order[0])

    def _point(self, row: int) -> BelievedPoint:
        observation, place = int(self._readings.rows[row]), int(self._place[row])
        estimates = tuple(truth.estimate(place) for truth in self._truths)
        return BelievedPoint(observation, dict(self._history[observation].assignments), estimates)

    def _p_efficient(self) -> HostArray:
        """Of each distinct point."""
        rng = experiment_generator(self._seed, Stage.BELIEF)
        samples = DEFAULTS.belief_samples if any(isinstance(t, Modelled) for t in self._truths) else 1
        objectives = [self._truths[j] for j in self._readings.objectives]
        rows = self._contenders(objectives)
        constraints = [self._truths[j] for j in self._readings.constraints]
        out = np.zeros(self._count)
        out[rows] = p_efficient(objectives, constraints, rows, samples, rng)
        return out

    def _contenders(self, objectives: Sequence[Truth]) -> IntArray:
        """The points that may be on the front: all, or so many of the best as can be drawn jointly."""
        if self._count <= DEFAULTS.belief_points or not any(isinstance(truth, Modelled) for truth in self._truths):
            return np.arange(self._count)
        expected = np.stack([truth.expected for truth in objectives], axis=1)
        expected[self._satisfying < DEFAULTS.belief_least_chance] = np.inf
        return first_layers(expected, DEFAULTS.belief_points)

    def _repeats(self, truth: Modelled, fitted: FittedMetric, likely: BoolArray) -> tuple[int, ...]:
        """The observations at the points to repeat."""
        order = np.argsort(np.where(likely, truth.expected, np.inf), kind="stable")
        rows = order[: min(DEFAULTS.repeat_candidates, int(likely.sum()))]
        if not fitted.history.measured_noise:
            # Noise that is only inferred: one repeat of the best shows whether there is any.
            chosen = rows[:1]
        else:
            noise = np.sqrt(fitted.model.posterior.noise_variance + _measured_variance(fitted))
            chosen = rows[most_starving(truth.expected[rows], truth.stddevs[rows], noise, DEFAULTS.repeats_advised)]
        at = [self._first(np.zeros(len(self._place)), self._place == place) for place in chosen]
        return tuple(int(self._readings.rows[row]) for row in at if row is not None)


def p_efficient(
    objectives: Sequence[Truth], constraints: Sequence[Truth], rows: IntArray, samples: int, rng: np.random.Generator
) -> HostArray:
    """The probability that each of some points reaches all thresholds and no other that does dominates it.

    Args:
        objectives: What is believed of the metrics that are optimized, at least one.
        constraints: What is believed of those that must reach thresholds.
        rows: Which points compete, shape ``(r,)``.
        samples: How many joint samples of all metrics to count in.
        rng: Of the samples.

    Returns:
        Shape ``(r,)``.
    """
    worlds = np.stack([truth.samples(rows, samples, rng) for truth in objectives], axis=-1)
    for truth in constraints:
        worlds[truth.samples(rows, samples, rng) > loss_limit(truth.metric)] = np.inf
    share: HostArray = np.mean([nondominated(world) & np.isfinite(world[:, 0]) for world in worlds], axis=0)
    return share


def first_layers(losses: HostArray, count: int) -> IntArray:
    """The rows of the front, of the front of the others, and so on, until there are `count`; ascending."""
    if losses.shape[1] == 1:
        return np.sort(np.argsort(losses[:, 0], kind="stable")[:count])
    left, chosen = np.arange(len(losses)), np.empty(0, dtype=np.int64)
    while len(chosen) < count and len(left):
        front = nondominated(losses[left])
        chosen, left = np.concatenate([chosen, left[front]]), left[~front]
    return np.sort(chosen[:count])


def _measured_variance(fitted: FittedMetric) -> float:
    """Median variance of the targets that was reported, zero if none was."""
    history, transform = fitted.history, fitted.model.transform
    if not np.isfinite(history.stddevs).any():
        return 0.0
    variances = transform.target_variances(history.values.reshape(-1), history.stddevs.reshape(-1), DEFAULTS)
    return float(np.median(variances[np.isfinite(history.stddevs.reshape(-1))]))


def _single_sentence(
    observed: BelievedPoint | None, believed: BelievedPoint | None, p_better: float | None, noise: float | None, n: int
) -> str:
    if believed is None:
        return "No observed point is likely to reach all thresholds."
    estimate = believed.estimates[0]
    told = f"{estimate.value:.4g} (95 %: {estimate.low:.4g} to {estimate.high:.4g})"
    if observed is None:
        return f"No result reaches all thresholds as reported; the best point that is likely to is believed at {told}."
    if p_better is not None and p_better < 0.5:
        return f"The best observed point is unlikely to reach all thresholds; the best that is likely to: {told}."
    if not noise:
        return f"Results show no noise: the best observed value, {estimate.value:.6g}, is what to expect there."
    luck = noise * math.sqrt(2.0 * math.log(n))
    told += f". Noise of ±{noise:.2g} makes the best of {n} results look up to {luck:.2g} better."
    if p_better is None:
        return f"The best observed point is also believed to be the best: {told}"
    return f"Another point is likelier ({percent(p_better)}) to be better than the best observed one: {told}"


def _chances_sentence(chances: Sequence[Chances]) -> str:
    satisfying = sum(chance.satisfying >= 0.5 for chance in chances)
    efficient_count = sum(chance.efficient is not None and chance.efficient >= 0.5 for chance in chances)
    if chances[0].efficient is None:
        return f"{satisfying} of {len(chances)} observations are likely to reach all thresholds."
    return f"{efficient_count} of {len(chances)} observations are likely to be on the true Pareto front."
