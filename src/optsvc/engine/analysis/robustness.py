"""How far the metrics move when the parameters of a point change a little, as the model sees it.

A best point on a narrow ridge is worth less than one on a plateau: parameters are rounded, drift, or are set by hand.
Changes are drawn from the joint posterior at the point and around it, so that what the model does not know of the level
there, which all of these points share, does not blur what it knows of the slope.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from optsvc.domain.metrics import Metric
from optsvc.domain.observation import Observation
from optsvc.domain.space import Assignments, Value
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.readings import loss_limit, sign
from optsvc.engine.analysis.truth import Modelled
from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import INACTIVE
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.problem import Problem, Seed
from optsvc.engine.randomness import Stage, experiment_generator


@dataclass(frozen=True, slots=True)
class Change:
    """What changing one parameter does to one metric.

    Args:
        parameter: The parameter.
        value: What it is changed to.
        change: The expected change of the metric, in its own units and direction (where the metric is warped: that of
            the median).
        low: Lower end of the interval that holds the true change with a probability of 95 %.
        high: Its upper end.
    """

    parameter: str
    value: Value
    change: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MetricRobustness:
    """How far one metric moves around a point.

    Args:
        metric: Its name.
        down: Of each numeric parameter that can go down, the change when it does.
        up: Of each that can go up.
        alternatives: Of each category that a parameter could have instead.
        expected_change: Of the metric, when all numeric parameters change at once, each at random within its step.
        worst_change: Only with a probability of 5 % is such a change for the worse larger than this.
        p_met: The probability that the threshold of the metric is reached after it; None without one.
        sentence: The gist, for people.
    """

    metric: str | None
    down: tuple[Change, ...]
    up: tuple[Change, ...]
    alternatives: tuple[Change, ...]
    expected_change: float
    worst_change: float
    p_met: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Robustness:
    """How far the metrics move around a point.

    Args:
        assignments: The point: the legal one nearest to what was asked for.
        share: How large the steps are, as a share of each parameter's range in its own scale.
        metrics: Of each metric that a model can be fitted to.
    """

    assignments: Assignments
    share: float
    metrics: tuple[MetricRobustness, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        return asdict(self)


def robustness(
    problem: Problem, history: Sequence[Observation], *, assignments: Assignments, seed: Seed, share: float = 0.05
) -> Robustness | None:
    """How far the metrics would move under small changes of a point.

    Numeric parameters change by `share` of their range, in logarithms on a log scale; those with steps by at least one.
    Where that would leave the bounds or break a linear constraint, the change is as large as may be. Conditionals keep
    their values, as they bring other parameters into being.

    Args:
        problem: The search space and the metrics.
        history: What has been observed, in any order.
        assignments: The point, usually the best one.
        seed: The key of the experiment; its ordinal does not matter.
        share: How large a small change is, 0 < share <= 1.

    Returns:
        None if no metric has a model, as there are too few values, all are equal, or no parameter has a choice.
    """
    fits = [FittedMetric.fit(problem, history, metric, seed=seed) for metric in problem.metrics]
    if all(fitted is None for fitted in fits):
        return None
    around = _Around(SpaceSampler.of(problem.space), assignments, share, experiment_generator(seed, Stage.ROBUSTNESS))
    found = tuple(_of_metric(fitted, around, seed) for fitted in fits if fitted is not None)
    return Robustness(around.assignments, share, found)


@dataclass(frozen=True, slots=True)
class _Step:
    """One parameter changed: its name, which way (-1, 0 for another category, 1), and the point ``(p,)``."""

    parameter: str
    direction: int
    point: HostArray


class _Around:
    """The legal points near one: single steps, and all parameters changed at random.

    Args:
        sampler: The space.
        assignments: The point.
        share: How large the steps are.
        rng: Of the random changes.
    """

    def __init__(self, sampler: SpaceSampler, assignments: Assignments, share: float, rng: np.random.Generator) -> None:
        self._sampler = sampler
        self.encoder = sampler.encoder
        self._share = share
        self.point = sampler.repair(self.encoder.encode([assignments]))[0]
        self.assignments = self.encoder.decode(self.point)
        exists = self.encoder.active(self.point[None, :])[0]
        self._axes = [j for j in range(self.encoder.dimension) if exists[j] and j not in self.encoder.gates]
        numeric = [j for j in self._axes if not self.encoder.categorical[j]]
        self.steps = [step for j in numeric for step in (self._step(j, -1), self._step(j, 1)) if step is not None]
        self.steps += [step for j in self._axes if self.encoder.categorical[j] for step in self._alternatives(j)]
        self.random = self._random(numeric, rng)

    def value(self, step: _Step) -> Value:
        """What the parameter of a step is changed to."""
        return self.encoder.decode(step.point)[step.parameter]

    def _reach(self, axis: int, direction: int) -> float:
        """How far a numeric coordinate goes: the share, or to the next level if that is farther."""
        levelled = self.encoder.levelled.get(axis)
        if levelled is None:
            return self._share
        here = int(levelled.index(self.point[axis]))
        there = min(max(here + direction, 0), levelled.levels - 1)
        gap = abs(float(levelled.coordinate(np.array(there))) - float(self.point[axis]))
        return max(self._share, gap)

    def _step(self, axis: int, direction: int) -> _Step | None:
        move = np.zeros((1, self.encoder.dimension))
        move[0, axis] = direction * self._reach(axis, direction)
        moved = self._legal(move)
        return _Step(self.encoder.axes[axis].name, direction, moved[0]) if len(moved) else None

    def _alternatives(self, axis: int) -> list[_Step]:
        levelled = self.encoder.levelled[axis]
        others = np.delete(np.arange(levelled.levels), int(levelled.index(self.point[axis])))
        points = np.tile(self.point, (len(others), 1))
        points[:, axis] = levelled.coordinate(others)
        return [_Step(levelled.name, 0, point) for point in points]

    def _random(self, numeric: Sequence[int], rng: np.random.Generator) -> HostArray:
        """Legal points ``(r, p)`` with all numeric coordinates changed, each evenly within its reach."""
        moves = np.zeros((DEFAULTS.robustness_points, self.encoder.dimension))
        for j in numeric:
            low, high = self._reach(j, -1), self._reach(j, 1)
            moves[:, j] = rng.uniform(-low, high, len(moves))
        return self._legal(moves)

    def _legal(self, moves: HostArray) -> HostArray:
        """The points that moves ``(m, p)`` lead to, each halved until it is legal; without those that lead nowhere."""
        inactive = self.point == INACTIVE
        out = np.tile(self.point, (len(moves), 1))
        left = np.arange(len(moves))
        for halvings in range(DEFAULTS.robustness_halvings):
            points = np.clip(self.point + moves[left] / 2.0**halvings, 0.0, 1.0)
            points = self._sampler.encoder.snap(np.where(inactive, INACTIVE, points))
            legal = self._sampler.legal(points)
            out[left[legal]] = points[legal]
            left = left[~legal]
        moved: HostArray = out[(out != self.point).any(axis=1)]
        return moved


def _of_metric(fitted: FittedMetric, around: _Around, seed: Seed) -> MetricRobustness:
    points = np.vstack([around.point[None, :], *(step.point[None, :] for step in around.steps), around.random])
    truth = Modelled(fitted, points)
    rng = experiment_generator(seed, Stage.ROBUSTNESS, 1)
    losses = truth.samples(np.arange(len(points)), DEFAULTS.robustness_samples, rng)
    moved = losses[:, 1:] - losses[:, :1]
    expected = truth.median[1:] - truth.median[0]
    count = len(around.steps)
    changes = [
        _change(step, around.value(step), sign(fitted.metric), float(expected[i]), moved[:, i])
        for i, step in enumerate(around.steps)
    ]
    together = moved[:, count:]
    expected_change = sign(fitted.metric) * float(expected[count:].mean()) if together.size else 0.0
    worst = max(0.0, float(np.quantile(together, 0.95))) if together.size else 0.0
    p_met = None
    limit = loss_limit(fitted.metric)
    if np.isfinite(limit) and together.size:
        p_met = float((losses[:, 1 + count :] <= limit).mean())
    by_direction = {
        d: tuple(c for s, c in zip(around.steps, changes, strict=True) if s.direction == d) for d in (-1, 0, 1)
    }
    return MetricRobustness(
        metric=fitted.metric.name,
        down=by_direction[-1],
        up=by_direction[1],
        alternatives=by_direction[0],
        expected_change=expected_change,
        worst_change=sign(fitted.metric) * worst,
        p_met=p_met,
        sentence=_sentence(fitted.metric, changes, expected_change, worst, moves=together.size > 0),
    )


def _change(step: _Step, value: Value, direction: float, expected: float, moved: HostArray) -> Change:
    ends = direction * np.quantile(moved, [0.025, 0.975])
    return Change(step.parameter, value, direction * expected, float(ends.min()), float(ends.max()))


def _sentence(metric: Metric, changes: Sequence[Change], expected: float, worst: float, *, moves: bool) -> str:
    named = "the metric" if metric.name is None else metric.name
    if not changes:
        return f"No parameter can be changed, so {named} stays as it is."
    widest = max(changes, key=lambda change: abs(change.change))
    single = f"The largest single change is {widest.change:+.3g}, with {widest.parameter} at {_written(widest.value)}."
    if not moves:
        return single
    return (
        f"If all numbers are a little off, {named} changes by {expected:+.3g} on average, and with 95 % "
        f"certainty worsens by at most {worst:.3g}. {single}"
    )


def _written(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
