"""Which observations are truly the best: normal laws, and what must not matter."""

import json

import numpy as np
import pytest

from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.engine import Problem, belief
from optsvc.engine.analysis.belief import first_layers, p_efficient
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.truth import Modelled
from optsvc.engine.pareto.fronts import nondominated
from tests.engine.analysis.builders import SEED, gain, limit, loss, measured, points, runs, shuffled
from tests.engine.builders import box, failed


def bowl(a):
    return (a["x000"] - 0.3) ** 2 + (a["x001"] - 0.6) ** 2


@pytest.mark.parametrize("metric", [loss("v"), gain("v")], ids=["less", "more"])
def test_without_noise_the_best_observed_is_the_best_believed(metric):
    history = [*runs(box(2), 20, {"v": bowl}), failed({"x000": 0.3, "x001": 0.6})]
    wanted = min if metric == loss("v") else max

    found = belief(Problem(box(2), (metric,)), history, seed=SEED)

    best = wanted(range(20), key=lambda i: history[i].values[0].value)
    assert found.best_observed == found.best_believed
    assert found.best_believed.observation == best
    [estimate] = found.best_believed.estimates
    assert estimate.low == estimate.value == estimate.high == history[best].values[0].value
    assert (found.p_better, found.noise_stddev, found.repeat) == (None, 0.0, ())
    assert [c.efficient for c in found.chances] == [float(i == best) for i in range(20)]


def test_a_lucky_result_is_not_believed_and_the_belief_is_told_in_native_units():
    history = runs(box(2), 30, {"v": lambda a: 1000.0 + 10.0 * bowl(a)}, stddev=0.05)
    lucky = measured({"x000": 0.95, "x001": 0.05}, {"v": 999.0}, 3.0)

    found = belief(Problem(box(2), (loss("v"),)), [*history, lucky], seed=SEED)

    assert found.best_observed.observation == 30
    believed = found.best_believed
    assert believed.assignments == history[believed.observation].assignments
    [estimate] = believed.estimates
    truth = 1000.0 + 10.0 * bowl(believed.assignments)
    assert estimate.low < truth < estimate.high
    assert estimate.high - estimate.low < 2.0
    assert found.p_better > 0.9
    assert f"{100 * found.p_better:.0f} %" in found.sentence


def test_what_is_believed_does_not_depend_on_the_order_of_the_history():
    metrics = (loss("p"), gain("q"), limit("r", 0.7))
    functions = {"p": bowl, "q": lambda a: a["x000"], "r": lambda a: a["x001"]}
    history = runs(box(2), 15, functions, noise=0.05, stddev=0.05)
    mixed, origin = shuffled(history)

    found, again = (belief(Problem(box(2), metrics), h, seed=SEED) for h in (history, mixed))

    for chance in again.chances:
        before = found.chances[origin[chance.observation]]
        assert (chance.satisfying, chance.efficient) == (before.satisfying, before.efficient)
    one, other = (belief(Problem(box(2), metrics[:1]), h, seed=SEED) for h in (history, mixed))
    assert other.best_believed.assignments == one.best_believed.assignments
    assert other.best_believed.estimates == one.best_believed.estimates
    assert other.p_better == one.p_better
    assert [origin[i] for i in other.repeat] == list(one.repeat)


def test_without_noise_the_front_is_the_observed_one():
    history = runs(box(2), 20, {"p": bowl, "q": lambda a: a["x000"]})

    found = belief(Problem(box(2), (loss("p"), gain("q"))), history, seed=SEED)

    observed = np.array([[o.values[0].value, -o.values[1].value] for o in history])
    assert [c.efficient for c in found.chances] == nondominated(observed).astype(float).tolist()
    assert found.best_observed is found.best_believed is None
    assert str(int(nondominated(observed).sum())) in found.sentence


def modelled(metric, history, space, spots):
    fitted = FittedMetric.fit(Problem(space, (metric,)), history, metric, seed=SEED)
    return Modelled(fitted, np.array(spots))


def test_of_two_points_the_probability_of_not_being_dominated_has_a_closed_form():
    functions = {"p": lambda a: a["x000"], "q": lambda a: 0.3 - a["x000"] ** 2}
    history = runs(box(1), 12, functions, noise=0.2, stddev=0.2)
    p, q = (modelled(loss(name), history, box(1), [[0.3], [0.5]]) for name in "pq")

    found = p_efficient([p, q], [], np.arange(2), 1 << 14, np.random.default_rng(1))

    # Metrics are independent: one point dominates the other if it is less in both.
    assert found[0] == pytest.approx(1.0 - p.p_less(1, 0) * q.p_less(1, 0), abs=0.005)
    assert found[1] == pytest.approx(1.0 - p.p_less(0, 1) * q.p_less(0, 1), abs=0.005)
    assert 0.5 < min(found) < max(found) < 0.999


def test_a_point_that_misses_its_threshold_is_on_no_front_in_that_world():
    history = runs(box(1), 12, {"p": lambda a: a["x000"], "c": lambda a: a["x000"]}, noise=0.2, stddev=0.2)
    p = modelled(loss("p"), history, box(1), [[0.3]])
    c = modelled(limit("c", 0.4), history, box(1), [[0.3]])

    found = p_efficient([p], [c], np.arange(1), 1 << 14, np.random.default_rng(1))

    assert found[0] == pytest.approx(c.p_at_most(0.4)[0], abs=0.005)


def test_points_that_surely_miss_a_threshold_do_not_compete():
    history = runs(box(2), 20, {"v": bowl, "c": lambda a: a["x000"]})
    problem = Problem(box(2), (loss("v"), limit("c", 0.2)))

    found = belief(problem, history, seed=SEED)

    allowed = [i for i, o in enumerate(history) if o.values[1].value <= 0.2]
    best = min(allowed, key=lambda i: history[i].values[0].value)
    assert found.best_observed.observation == found.best_believed.observation == best
    assert [c.satisfying for c in found.chances] == [float(i in allowed) for i in range(20)]
    assert found.chances[best].efficient == 1.0


def test_a_threshold_that_was_reached_by_luck_makes_no_best():
    def row(x, c, doubt):
        return Observation({"x000": x}, (MetricEvaluation("v", -x, 0.0), MetricEvaluation("c", c, doubt)))

    history = [*(row(i / 20, i / 20, 0.01) for i in range(20)), row(0.97, 0.3, 0.5)]

    found = belief(Problem(box(1), (loss("v"), limit("c", 0.52))), history, seed=SEED)

    assert found.best_observed.observation == 20
    assert found.best_believed.assignments == {"x000": 0.5}
    assert found.chances[20].satisfying < 0.05
    assert found.p_better == 0.0
    assert "unlikely to reach all thresholds" in found.sentence


def test_with_constraints_only_it_is_the_probability_that_all_are_met():
    history = runs(box(1), 25, {"c": lambda a: a["x000"], "d": lambda a: -a["x000"]}, noise=0.05, stddev=0.05)
    problem = Problem(box(1), (limit("c", 0.7), limit("d", -0.3)))

    found = belief(problem, history, seed=SEED)

    for chance in found.chances:
        x = history[chance.observation].assignments["x000"]
        assert chance.efficient is None
        assert chance.satisfying > 0.95 if 0.4 < x < 0.6 else chance.satisfying < 0.2 if x < 0.2 or x > 0.8 else True
    assert found.best_observed is None


def test_nothing_that_reaches_a_threshold_leaves_no_best():
    history = runs(box(2), 10, {"v": bowl, "c": lambda a: a["x000"]})

    found = belief(Problem(box(2), (loss("v"), limit("c", -1.0))), history, seed=SEED)

    assert found.best_observed is found.best_believed is None
    assert "threshold" in found.sentence


def test_repeats_are_advised_of_the_best_and_its_rivals_only_with_noise():
    spots = points(box(1), 12)
    rng = np.random.default_rng(5)
    history = [
        measured(a, {"v": (a["x000"] - 0.5) ** 2 + 0.05 * float(rng.standard_normal())})
        for a in spots
        for _ in range(2)
    ]

    found = belief(Problem(box(1), (loss("v"),)), history, seed=SEED)

    assert 1 <= len(found.repeat) <= 3
    assert all(abs(history[i].assignments["x000"] - 0.5) < 0.3 for i in found.repeat)
    assert found.noise_stddev == pytest.approx(0.05, rel=0.6)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_next_to_nothing_observed_is_no_failure(count):
    history = runs(box(2), count, {"v": bowl}, stddev=0.1)

    found = belief(Problem(box(2), (loss("v"),)), [*history, failed({"x000": 0.1, "x001": 0.1})], seed=SEED)

    assert (found is None) == (count == 0)
    assert found is None or json.loads(json.dumps(found.to_dict()))["best_observed"]["observation"] < count


@pytest.mark.parametrize("metrics", [1, 2, 3])
def test_of_many_points_those_compete_that_the_fewest_layers_lie_before(metrics):
    losses = np.random.default_rng(metrics).integers(0, 30, (300, metrics)).astype(float)
    layer, left = np.zeros(300), np.ones(300, dtype=bool)
    while left.any():
        front = np.flatnonzero(left)[nondominated(losses[left])]
        left[front] = False
        layer[left] += 1

    chosen = first_layers(losses, 50)

    assert len(chosen) == len(set(chosen.tolist())) == 50
    assert layer[chosen].max() <= np.delete(layer, chosen).min()
    assert first_layers(losses, 1000).tolist() == list(range(300))
