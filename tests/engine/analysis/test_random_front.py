"""The front of random search: what may never happen, and what random search really finds."""

import numpy as np
import pytest

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.engine import Problem, Seed, random_front
from tests.engine.builders import box

SPACE = box(2)
COST = Metric("cost", Objective.MINIMIZE)
GAIN = Metric("gain", Objective.MAXIMIZE)
KEY = Seed(7, 0)


def evaluated(point):
    """Cost falls and gain rises along the first axis; the second one only costs."""
    x, y = point
    values = (MetricEvaluation("cost", float(x + y)), MetricEvaluation("gain", float(x)))
    return Observation({"x000": float(x), "x001": float(y)}, values)


def random_history(count, seed=0):
    return [evaluated(point) for point in np.random.default_rng(seed).random((count, 2))]


@pytest.fixture(scope="module")
def found():
    return random_front(Problem(SPACE, (COST, GAIN)), random_history(25), seed=KEY, metrics=(COST, GAIN))


def reached(history, cost):
    """The best gain at a cost of no more than this."""
    values = [{e.name: e.value for e in observation.values} for observation in history]
    return max((value["gain"] for value in values if value["cost"] <= cost), default=-np.inf)


def numbers(values):
    return np.array([-np.inf if value is None else value for value in values])


def test_the_lucky_get_further_than_half_of_all_and_those_than_the_unlucky(found):
    lucky, median, unlucky = map(numbers, (found.lucky, found.median, found.unlucky))

    assert found.evaluations == 25
    assert (lucky >= median).all()
    assert (median >= unlucky).all()
    assert list(found.at) == sorted(found.at)
    for edge in (lucky, median, unlucky):  # who may spend more gets no less
        assert (np.diff(edge[np.isfinite(edge)]) >= 0).all()


def test_true_random_searches_lie_in_the_region_about_as_often_as_it_says(found):
    inside = [
        low <= reached(random_history(25, seed), cost) <= high
        for seed in range(1, 101)
        for cost, low, high in zip(
            found.at[8::8], numbers(found.unlucky)[8::8], numbers(found.lucky)[8::8], strict=True
        )
    ]

    assert np.mean(inside) == pytest.approx(0.9, abs=0.06)


def test_more_evaluations_get_further(found):
    more = random_front(Problem(SPACE, (COST, GAIN)), random_history(100), seed=KEY, metrics=(COST, GAIN))

    beyond = np.interp(0.5, more.at, numbers(more.median)) - np.interp(0.5, found.at, numbers(found.median))
    assert beyond > 0.02


def test_results_that_miss_a_threshold_or_fail_do_not_count():
    dear = Metric("cost", Objective.MINIMIZE, Strategy.CONSTRAINT, 0.5)
    price = Metric("price", Objective.MINIMIZE)
    history = [
        Observation(one.assignments, (*one.values, MetricEvaluation("price", one.values[0].value)))
        for one in random_history(40)
    ]
    broken = [Observation(one.assignments, failed=True) for one in random_history(40, 5) if one.values[1].value > 0.6]

    limited = random_front(Problem(SPACE, (GAIN, price, dear)), history + broken, seed=KEY, metrics=(price, GAIN))

    assert max(limited.at) <= 0.55
    best = max(value for value in limited.lucky if value is not None)
    assert best < 0.6


def test_the_order_of_the_history_does_not_matter(found):
    backwards = random_front(Problem(SPACE, (COST, GAIN)), random_history(25)[::-1], seed=KEY, metrics=(COST, GAIN))

    assert backwards == found


def test_without_a_model_of_every_metric_nothing_is_told():
    history = random_history(2)

    assert random_front(Problem(SPACE, (COST, GAIN)), history, seed=KEY, metrics=(COST, GAIN)) is None
