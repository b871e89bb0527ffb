"""Where evaluations fail, or a metric violates its threshold, in words.

Rules are found one after the other, each from what those before it leave over. How likely chance makes a rule as good
as the first is seen from the same search on shuffled outcomes [Westfall1993]_: the best of many log likelihood ratios
has a Gumbel distribution [Gumbel1958]_ of scale 1, or a wider one if the shuffled searches say so. What is left over
has fewer rows and fewer failures, so that the same distribution is on the safe side for the rules that follow.

.. [Westfall1993] P. Westfall and S. Young. Resampling-based multiple testing. Wiley, 1993.
.. [Gumbel1958] E. Gumbel. Statistics of extremes. Columbia University Press, 1958.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import stats

from optsvc.domain.metrics import Metric, Objective
from optsvc.domain.observation import Observation
from optsvc.domain.space import Assignments, SearchSpace
from optsvc.engine.analysis.readable import Condition, ObservedColumn
from optsvc.engine.analysis.rule_search import Rule, SearchLimits, best_rules
from optsvc.engine.backend import BoolArray, HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.problem import Problem, Seed
from optsvc.engine.randomness import Stage, experiment_generator

_LIMITS = SearchLimits(DEFAULTS.rule_conditions, DEFAULTS.rule_width, DEFAULTS.rule_least_rows)


@dataclass(frozen=True, slots=True)
class FailureRule:
    """A region in which evaluations fail.

    Args:
        conditions: All of them hold there.
        failed: How many of the observations there failed.
        total: How many there are.
        p_value: How likely the search finds a rule as good as this one where failures come by chance; at most so.
    """

    conditions: tuple[Condition, ...]
    failed: int
    total: int
    p_value: float

    def __str__(self) -> str:
        return " and ".join(str(condition) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class FailureRegions:
    """Where evaluations fail.

    Args:
        outcome: What is explained: ``"failure"``, or ``"violation"`` of a threshold.
        metric: The name of the metric whose threshold it is; None for failures, or if it has no name.
        rules: The clearest first; empty if there is no pattern.
        failed: How many of all observations failed.
        total: How many there are.
    """

    outcome: str
    metric: str | None
    rules: tuple[FailureRule, ...]
    failed: int
    total: int

    def sentences(self) -> list[str]:
        """Each rule in words, with its counts and those of all observations."""
        verb = "failed" if self.outcome == "failure" else f"violate the threshold of {self.metric or 'the metric'}"
        overall = f"{self.failed} of {self.total}"
        return [f"{rule}: {rule.failed} of {rule.total} {verb} (of all: {overall})" for rule in self.rules]

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types, with the words."""
        rules = [
            {**asdict(rule), "conditions": [_condition_dict(condition) for condition in rule.conditions]}
            for rule in self.rules
        ]
        return {**asdict(self), "rules": rules, "sentences": self.sentences()}


def _condition_dict(condition: Condition) -> dict[str, Any]:
    value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
    return {**asdict(condition), "value": value}


def failure_regions(
    problem: Problem, history: Sequence[Observation], *, seed: Seed, metric: Metric | None = None
) -> FailureRegions:
    """Short rules that say where evaluations fail.

    Args:
        problem: The search space.
        history: What has been observed, in any order.
        seed: The key of the experiment; its ordinal does not matter.
        metric: Explain where this metric violates its threshold instead, among the observations that have a value.

    Raises:
        ValueError: `metric` has no threshold.
    """
    points, failed = _outcomes(problem.space, history, metric)
    columns = [ObservedColumn.of(source, points) for source in (*problem.space.conditionals, *problem.space.parameters)]
    order = np.lexsort((failed, *(column.values for column in columns)))
    columns, failed = [column.take(order) for column in columns], failed[order]
    count, total = int(failed.sum()), len(failed)
    rng = experiment_generator(seed, Stage.FAILURE_REGIONS)
    rules = tuple(_rules(columns, failed, rng)) if DEFAULTS.rule_least_failures <= count < total else ()
    name = None if metric is None else metric.name
    return FailureRegions("failure" if metric is None else "violation", name, rules, count, total)


def _outcomes(
    space: SearchSpace, history: Sequence[Observation], metric: Metric | None
) -> tuple[list[Assignments], BoolArray]:
    """The points that have the outcome that is explained, or its opposite, and which of them ``(n,)`` have it."""
    if metric is None:
        every = np.array([observation.failed for observation in history], dtype=bool)
        return [space.as_of_now(observation.assignments) for observation in history], every
    if metric.threshold is None:
        raise ValueError(f"metric {metric.name!r} has no threshold that could be violated")
    sign = -1.0 if metric.objective is Objective.MAXIMIZE else 1.0
    points: list[Assignments] = []
    violated: list[bool] = []
    for observation in history:
        evaluation = observation.evaluation(metric)
        if evaluation is not None:
            points.append(space.as_of_now(observation.assignments))
            violated.append(sign * evaluation.value > sign * metric.threshold)
    return points, np.array(violated, dtype=bool)


def _rules(columns: Sequence[ObservedColumn], failed: BoolArray, rng: np.random.Generator) -> Iterator[FailureRule]:
    """Rules that chance does not explain, each from the rows that those before it leave over."""
    shuffled = np.array([rng.permutation(failed) for _ in range(DEFAULTS.rule_shuffles)])
    best, *by_chance = best_rules([c.searchable() for c in columns], np.vstack([failed, shuffled]), _LIMITS)
    chance = _chance(np.array([0.0 if rule is None else rule.gain for rule in by_chance]))
    left = np.arange(len(failed))
    for _ in range(DEFAULTS.rules):
        if best is None or (p_value := float(chance.sf(best.gain))) > DEFAULTS.rule_p_value:
            return
        conditions = _in_words(best, [column.take(left) for column in columns])
        covered = _met(conditions, columns)
        yield FailureRule(conditions, int(failed[covered].sum()), int(covered.sum()), p_value)
        left = left[~covered[left]]
        if failed[left].sum() < DEFAULTS.rule_least_failures:
            return
        [best] = best_rules([c.take(left).searchable() for c in columns], failed[None, left], _LIMITS)


def _chance(gains: HostArray) -> Any:
    """How good the best rule is where the outcomes are shuffled, from examples ``(b,)``."""
    scale = max(1.0, float(gains.std(ddof=1)) * np.sqrt(6.0) / np.pi)
    return stats.gumbel_r(float(gains.mean()) - np.euler_gamma * scale, scale)


def _in_words(rule: Rule, columns: Sequence[ObservedColumn]) -> tuple[Condition, ...]:
    """The conditions of a rule found in these columns, without those that the others imply."""
    held = {test: columns[test.column].searchable().holds(test) for test in rule.tests}
    for test in rule.tests:
        others = [rows for other, rows in held.items() if other is not test]
        if others and (np.logical_and.reduce(others) == rule.rows).all():
            del held[test]
    out = []
    for test, rows in held.items():
        others = [other_rows for other, other_rows in held.items() if other is not test]
        alone = np.logical_and.reduce([np.ones(len(rows), dtype=bool), *others])
        out.append(columns[test.column].condition(test, rows, alone))
    return tuple(sorted(out, key=lambda condition: (condition.parameter, condition.comparison != ">")))


def _met(conditions: Sequence[Condition], columns: Sequence[ObservedColumn]) -> BoolArray:
    """The rows ``(n,)`` that meet all conditions as they are written down."""
    by_name = {column.source.name: column for column in columns}
    out: BoolArray = np.logical_and.reduce([by_name[c.parameter].meets(c) for c in conditions])
    return out
