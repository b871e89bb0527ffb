import json
import math

import numpy as np
import pytest

from optsvc.domain.metrics import Metric
from optsvc.engine import Seed, partial_dependence, random_point
from optsvc.engine.analysis.dependence import _Average
from optsvc.engine.analysis.fitted import FittedMetric
from tests.engine.builders import MIXED, box, history, observed, problem
from tests.engine.spaces import BRANCHED

SEED = Seed(1, 0)


def of(space, rows, **options):
    asked = problem(space)
    found = partial_dependence(asked, rows, seed=SEED, metric=asked.metrics[0], **options)
    return {one.name: one for one in found.parameters}


def test_of_a_sum_it_is_each_term_up_to_a_constant():
    found = of(box(2), history(box(2), 60, lambda a: math.sin(4.0 * a["x000"]) + a["x001"] ** 2))

    for name, term in (("x000", lambda x: np.sin(4.0 * x)), ("x001", np.square)):
        one = found[name]
        truth = term(np.array(one.values))
        assert np.array(one.mean) - np.mean(one.mean) == pytest.approx(truth - truth.mean(), abs=0.03)


def test_it_is_taken_over_the_points_that_were_observed():
    points = [random_point(problem(box(2)), seed=Seed(2, i)).assignments for i in range(60)]
    rows = [observed({**p, "x001": 0.2 * p["x001"]}, p["x000"] * 0.2 * p["x001"]) for p in points]

    one = of(box(2), rows, names=["x000"])["x000"]

    mean_of_other = np.mean([row.assignments["x001"] for row in rows])
    assert one.rows == 60
    assert one.mean == pytest.approx([x * mean_of_other for x in one.values], abs=0.01)


def test_the_band_is_that_of_the_average_as_drawn_from_the_model():
    asked = problem(box(2))
    rng = np.random.default_rng(0)
    rows = [
        observed(o.assignments, o.values[0].value + 0.2 * rng.normal())
        for o in history(box(2), 25, lambda a: a["x000"])
    ]
    fitted = FittedMetric.fit(asked, rows, asked.metrics[0], seed=SEED)
    points = np.column_stack([np.full(40, 0.7), rng.random(40)])

    mean, stddev = _Average(fitted, changes=False).moments(points)

    posterior, transform = fitted.model.posterior, fitted.model.transform
    features = fitted.encoder.features(points)
    K = posterior.kernel.value(features, posterior.features)
    T = np.linalg.solve(posterior.factor, K.T)
    covariance = fitted.model.variance_scale * (posterior.kernel.value(features, features) - T.T @ T)
    draws = rng.multivariate_normal(posterior.mean + K @ posterior.weights, covariance, 20000, check_valid="ignore")
    averages = transform.to_metric(draws).mean(axis=1)
    assert mean == pytest.approx(averages.mean(), abs=0.05 * stddev)
    assert stddev == pytest.approx(averages.std(), rel=0.1)


def test_parameters_with_conditions_are_judged_where_they_exist():
    level = {"adam": 1.0, "rms": 5.0, "sgd": 9.0}
    rows = history(BRANCHED, 90, lambda a: level[a["solver"]] + 4.0 * a.get("momentum", 0.0))

    found = of(BRANCHED, rows)

    having = [row.assignments for row in rows if "momentum" in row.assignments]
    assert found["momentum"].rows == len(having)
    assert found["momentum"].mean == pytest.approx([9.0 + 4.0 * x for x in found["momentum"].values], abs=0.3)
    assert found["solver"].mean[:2] == pytest.approx((1.0, 5.0), abs=0.4)
    assert 8.5 < found["solver"].mean[2] < 13.5
    assert set(found) == {"always", "momentum", "steps", "mode", "rate", "solver", "decay"}


def test_values_are_levels_where_there_are_levels_and_the_order_does_not_matter():
    rows = history(MIXED, 30, lambda a: a["c"])

    found = of(MIXED, rows)

    assert found["c"].values == (1, 2, 3, 4, 5, 6)
    assert found["c"].mean == pytest.approx((1, 2, 3, 4, 5, 6), abs=0.1)
    assert found["d"].values == ("red", "green", "blue")
    assert len(found["b"].values) == 32
    assert of(MIXED, rows[::-1]) == found
    assert json.loads(json.dumps(found["c"].to_dict())) == found["c"].to_dict()


def test_without_a_model_there_is_none():
    assert partial_dependence(problem(box(1)), [], seed=SEED, metric=Metric()) is None
