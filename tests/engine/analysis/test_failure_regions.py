import json
import math

import numpy as np
import pytest

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.domain.space import CategoricalParameter, DoubleParameter, IntParameter, SearchSpace
from optsvc.engine import Condition, Problem, Seed, failure_regions, random_point
from tests.engine.builders import box, failed, observed, problem
from tests.engine.spaces import BRANCHED

SEED = Seed(1, 0)
TRAINING = SearchSpace(
    (
        DoubleParameter("log_lr", -6.0, 0.0),
        IntParameter("batch_size", 8, 256),
        CategoricalParameter("optimizer", ("adam", "rms", "sgd")),
        DoubleParameter("decay", 1e-6, 1e-1, log=True),
    )
)


def scattered(space, count, key=3):
    return [random_point(problem(space), seed=Seed(key, i)).assignments for i in range(count)]


def outcomes(points, fails):
    return [failed(point) if fails(point) else observed(point, 1.0) for point in points]


def of(space, history):
    return failure_regions(problem(space), history, seed=SEED)


def meets(condition, point):
    """The condition as a reader understands it."""
    value = point.get(condition.parameter)
    if value is None:
        return False
    if condition.comparison == "in":
        return value in condition.value
    return value > condition.value if condition.comparison == ">" else value < condition.value


def inside(rule, points):
    return [point for point in points if all(meets(condition, point) for condition in rule.conditions)]


def test_a_planted_region_is_found_exactly_and_in_words():
    points = scattered(TRAINING, 100)

    def fails(point):
        return point["log_lr"] > -2.0 and point["batch_size"] < 64

    found = of(TRAINING, outcomes(points, fails))

    [rule] = found.rules
    planted = [point for point in points if fails(point)]
    assert inside(rule, points) == planted
    assert (rule.failed, rule.total) == (len(planted), len(planted))
    assert [(c.parameter, c.comparison) for c in rule.conditions] == [("batch_size", "<"), ("log_lr", ">")]
    assert isinstance(rule.conditions[0].value, int)
    assert found.sentences()[0].endswith(f": {rule.failed} of {rule.total} failed (of all: {rule.total} of 100)")


def test_a_few_successes_within_and_failures_elsewhere_do_not_hide_a_region():
    points = scattered(TRAINING, 300)
    rng = np.random.default_rng(4)

    def fails(point):
        share = 0.85 if 1e-3 < point["decay"] < 1e-2 else 0.05
        return rng.random() < share

    history = outcomes(points, fails)
    found = of(TRAINING, history)

    [rule] = found.rules
    assert {condition.parameter for condition in rule.conditions} == {"decay"}
    low, high = (condition.value for condition in rule.conditions)
    assert low == pytest.approx(1e-3, rel=0.3)
    assert high == pytest.approx(1e-2, rel=0.3)
    assert rule.p_value < 1e-6
    covered = [o for o in history if o.assignments in inside(rule, points)]
    assert (rule.failed, rule.total) == (sum(o.failed for o in covered), len(covered))
    assert (found.failed, found.total) == (sum(o.failed for o in history), 300)


def test_two_regions_are_two_rules():
    points = scattered(TRAINING, 250)

    def steep(point):
        return point["log_lr"] > -1.0

    def unstable(point):
        return point["optimizer"] != "adam" and point["decay"] < 1e-5

    found = of(TRAINING, outcomes(points, lambda p: steep(p) or unstable(p)))

    assert len(found.rules) == 2
    regions = [inside(rule, points) for rule in found.rules]
    assert [p for p in points if steep(p)] in regions
    assert [p for p in points if unstable(p)] in regions
    assert Condition("optimizer", "in", ("rms", "sgd")) in [c for rule in found.rules for c in rule.conditions]


def test_conditionals_and_the_parameters_below_them_are_part_of_rules():
    points = scattered(BRANCHED, 200)

    found = of(BRANCHED, outcomes(points, lambda p: p.get("momentum", 0.0) > 0.6 and p["decay"] == "on"))

    [rule] = found.rules
    assert inside(rule, points) == [p for p in points if p.get("momentum", 0.0) > 0.6 and p["decay"] == "on"]
    assert Condition("decay", "in", ("on",)) in rule.conditions


def test_a_branch_that_fails_is_named():
    points = scattered(BRANCHED, 60)

    found = of(BRANCHED, outcomes(points, lambda p: p["solver"] == "rms"))

    [rule] = found.rules
    assert rule.conditions == (Condition("solver", "in", ("rms",)),)
    assert str(rule) == "solver is rms"


@pytest.mark.parametrize(("space", "count", "share"), [(box(3), 40, 0.3), (BRANCHED, 60, 0.15)])
def test_failures_at_random_have_no_pattern(space, count, share):
    alarms = 0
    points = scattered(space, count)
    for seed in range(100):
        rng = np.random.default_rng(seed)
        history = outcomes(points, lambda _, rng=rng: rng.random() < share)
        alarms += bool(failure_regions(problem(space), history, seed=Seed(seed, 0)).rules)

    assert alarms <= 5


@pytest.mark.parametrize("fails", [lambda _: True, lambda _: False], ids=["always", "never"])
def test_where_everything_comes_out_alike_there_is_no_rule(fails):
    found = of(TRAINING, outcomes(scattered(TRAINING, 30), fails))

    assert found.rules == ()
    assert of(TRAINING, []).to_dict()["rules"] == []


def test_neither_the_order_nor_the_ordinal_matters():
    history = outcomes(scattered(TRAINING, 80), lambda p: p["log_lr"] > -1.5)

    found = of(TRAINING, history)

    assert found.rules
    assert of(TRAINING, history[::-1]) == found
    assert failure_regions(problem(TRAINING), history, seed=Seed(1, 7)) == found


@pytest.mark.parametrize("objective", list(Objective))
def test_violations_of_a_threshold_are_explained_alike(objective):
    sign = 1.0 if objective is Objective.MINIMIZE else -1.0
    latency = Metric("latency", objective, Strategy.CONSTRAINT, threshold=sign * 10.0)
    points = scattered(TRAINING, 80)
    history = [
        Observation(p, (MetricEvaluation("latency", sign * (30.0 if p["batch_size"] > 200 else 10.0)),)) for p in points
    ]
    history += [failed(p) for p in scattered(TRAINING, 20, key=8)]

    found = failure_regions(Problem(TRAINING, (latency,)), history, seed=SEED, metric=latency)

    [rule] = found.rules
    assert inside(rule, points) == [p for p in points if p["batch_size"] > 200]
    assert (found.outcome, found.metric, found.total) == ("violation", "latency", 80)
    assert "violate the threshold of latency" in found.sentences()[0]
    with pytest.raises(ValueError, match="no threshold"):
        failure_regions(Problem(TRAINING, (latency,)), history, seed=SEED, metric=Metric("loss"))


def test_points_outside_the_space_and_removed_categories_count_as_they_are():
    points = scattered(TRAINING, 60)
    history = outcomes(points, lambda _: False)
    history += [failed({**p, "optimizer": "lion"}) for p in points[:6]]
    history += [observed({**p, "log_lr": 40.0}, 1.0) for p in points[6:9]]

    [rule] = of(TRAINING, history).rules

    assert rule.conditions == (Condition("optimizer", "in", ("lion",)),)
    assert (rule.failed, rule.total) == (6, 6)


def test_the_result_is_ready_for_json():
    found = of(TRAINING, outcomes(scattered(TRAINING, 80), lambda p: p["optimizer"] == "sgd" and p["log_lr"] > -3.0))

    again = json.loads(json.dumps(found.to_dict()))

    assert again == found.to_dict()
    assert {c["parameter"]: c["value"] for c in again["rules"][0]["conditions"]}["optimizer"] == ["sgd"]
    assert math.isfinite(again["rules"][0]["p_value"])
