"""The map of success: high where evaluations succeed, over the parameters that decide it."""

import numpy as np
import pytest

from optsvc.domain.metrics import Metric, Objective
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.engine import Problem, Seed, success_map
from tests.engine.builders import box

SPACE = box(3)
COST = Metric("cost", Objective.MINIMIZE, threshold=0.5)
KEY = Seed(7, 0)


def random_history(count, fails=lambda _: False):
    """The cost is the last coordinate plus a little of the second."""
    history = []
    for x in np.random.default_rng(3).random((count, 3)):
        point = {f"x{j:03d}": float(u) for j, u in enumerate(x)}
        value = MetricEvaluation("cost", float(x[2] + 0.2 * x[1]))
        history.append(Observation(point, failed=True) if fails(x) else Observation(point, (value,)))
    return history


def test_it_is_over_the_parameters_that_decide_and_low_where_evaluations_fail():
    history = random_history(80, fails=lambda x: x[0] > 0.6 and x[2] > 0.5)

    found = success_map(Problem(SPACE, (COST,)), history, seed=KEY)

    assert set(found.names) == {"x000", "x002"}
    p = np.array(found.p_success)
    assert p.shape == (len(found.values[0]), len(found.values[1]))
    assert ((p >= 0) & (p <= 1)).all()
    assert p[-1, -1] < 0.4 < 0.65 < p[0, 0]


def test_of_a_threshold_it_is_the_probability_that_it_is_reached():
    found = success_map(Problem(SPACE, (COST,)), random_history(40), seed=KEY, metric=COST, names=("x002", "x000"))

    p = np.array(found.p_success)
    assert (found.metric, found.names) == ("cost", ("x002", "x000"))
    assert p[0].min() > 0.95
    assert p[-1].max() < 0.05
    assert found.rows == 32


def test_the_order_of_the_history_does_not_matter():
    history = random_history(30, fails=lambda x: x[0] > 0.7)
    problem = Problem(SPACE, (COST,))

    assert success_map(problem, history[::-1], seed=KEY) == success_map(problem, history, seed=KEY)


def test_there_is_none_where_nothing_fails_or_nothing_can_be_chosen():
    assert success_map(Problem(SPACE, (COST,)), random_history(10), seed=KEY) is None
    with pytest.raises(ValueError, match="two parameters"):
        success_map(Problem(SPACE, (COST,)), random_history(10), seed=KEY, metric=COST, names=("x000", "x000"))
    with pytest.raises(ValueError, match="'z' is not a parameter"):
        success_map(Problem(SPACE, (COST,)), random_history(10), seed=KEY, metric=COST, names=("x000", "z"))
