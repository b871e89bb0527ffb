"""The search against every rule there is."""

from itertools import chain, combinations

import numpy as np
import pytest
from scipy.stats import binom

from optsvc.engine.analysis.rule_search import Categories, Cut, Numbers, SearchLimits, best_rules

LIMITS = SearchLimits(conditions=1, width=6, least_rows=5)


def gained(covered, outcome):
    """What a rule gains of log likelihood: two shares instead of one."""

    def log_likelihood(some):
        return binom.logpmf(some.sum(), len(some), some.mean()) if len(some) else 0.0

    def arrangements(some):
        return binom.logpmf(some.sum(), len(some), 0.5) + len(some) * np.log(2.0) if len(some) else 0.0

    parts = [outcome[covered], outcome[~covered]]
    within = sum(log_likelihood(part) - arrangements(part) for part in parts)
    return within - (log_likelihood(outcome) - arrangements(outcome))


def every_rule(values, codes, levels):
    subsets = chain.from_iterable(combinations(range(levels), k) for k in range(1, levels))
    yield from (np.isin(codes, subset) for subset in subsets)
    for value in np.unique(values[np.isfinite(values)]):
        yield values > value
        yield values < value


@pytest.mark.parametrize("seed", range(8))
def test_the_best_single_condition_is_the_best_of_all(seed):
    rng = np.random.default_rng(seed)
    values = np.where(rng.random(60) < 0.2, np.nan, rng.integers(12, size=60))
    codes = rng.integers(4, size=60)
    outcome = rng.random(60) < np.where(codes == 2, 0.9, 0.1) if seed % 2 else (values > 7) | (rng.random(60) < 0.1)

    [rule] = best_rules([Numbers(values), Categories(codes, 4)], outcome[None, :], LIMITS)

    worth = [
        gained(covered, outcome)
        for covered in every_rule(values, codes, 4)
        if covered.sum() >= LIMITS.least_rows and outcome[covered].mean() >= min(2 * outcome.mean(), 1.0)
    ]
    assert gained(rule.rows, outcome) == pytest.approx(max(worth))


def test_outcomes_searched_together_get_what_each_gets_alone():
    rng = np.random.default_rng(0)
    columns = [Numbers(rng.random(50)), Numbers(rng.random(50)), Categories(rng.integers(3, size=50), 3)]
    outcomes = rng.random((5, 50)) < 0.3
    limits = SearchLimits(conditions=3, width=4, least_rows=3)

    together = best_rules(columns, outcomes, limits)
    alone = [best_rules(columns, outcome[None, :], limits)[0] for outcome in outcomes]

    assert [rule and rule.tests for rule in together] == [rule and rule.tests for rule in alone]


def test_a_column_without_a_choice_takes_no_part_and_keeps_its_place():
    values = np.arange(20.0)

    [rule] = best_rules(
        [Numbers(np.full(20, np.nan)), Categories(np.zeros(20, dtype=int), 1), Numbers(values)],
        (values > 11)[None, :],
        LIMITS,
    )

    assert rule.tests == (Cut(column=2, above=True, place=11),)
    assert best_rules([Numbers(np.ones(20))], (values > 11)[None, :], LIMITS) == [None]
