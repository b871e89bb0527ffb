import numpy as np

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.engine import Problem
from optsvc.engine.ranking import losses_of, missed_of
from tests.engine.builders import box

LOW, HIGH = Metric("low", Objective.MINIMIZE), Metric("high", Objective.MAXIMIZE)
LIMIT = Metric("limit", Objective.MINIMIZE, Strategy.CONSTRAINT, 1.0)


def test_of_one_metric_the_losses_are_its_values():
    values = np.array([[3.0], [1.0]])

    np.testing.assert_array_equal(losses_of(Problem(box(1), (LOW,)), values), [3.0, 1.0])
    np.testing.assert_array_equal(losses_of(Problem(box(1), (HIGH,)), values), [-3.0, -1.0])


def test_the_more_others_dominate_a_point_the_worse_it_is():
    values = np.array([[2.0, 1.0], [0.0, 3.0], [-1.0, 0.5], [0.0, 2.0], [1.0, 2.5]])

    losses = losses_of(Problem(box(1), (LOW, HIGH)), values)

    assert set(np.argsort(losses)[:2]) == {1, 2}
    assert losses[0] == losses.max()


def test_what_misses_a_constraint_is_worse_than_what_meets_it_and_the_worse_the_more_it_misses():
    problem = Problem(box(1), (LOW, LIMIT))
    values = np.array([[0.0, 1.5], [9.0, 1.0], [5.0, 0.0], [-9.0, 4.0]])

    assert np.argsort(losses_of(problem, values)).tolist() == [2, 1, 0, 3]
    assert (missed_of(problem, values) > 0.0).tolist() == [True, False, False, True]


def test_the_largest_values_do_not_overflow():
    problem = Problem(box(1), (LOW, LIMIT))

    assert np.isfinite(losses_of(problem, np.array([[1.0, 1.7e308], [1.0, -1.7e308], [1.0, 0.0]]))).all()
