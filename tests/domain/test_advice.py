"""When to stop, what is unwise, how much to plan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.domain.advice import Usage, advised_budget, remarks, stopping_reasons, why_no_importances
from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.space import (
    CategoricalParameter,
    Conditional,
    DoubleParameter,
    IntParameter,
    LinearConstraint,
    SearchSpace,
)
from tests.domain.test_best import numbered

X, Y = DoubleParameter("x", 0.0, 1.0), DoubleParameter("y", 0.0, 1.0)
SPACE = SearchSpace((X,))
ONE = (Metric("a"), Metric("b", strategy=Strategy.STORE))


def reasons(values, *, objective=Objective.MAXIMIZE, budget=None):
    metrics = (Metric("a", objective), ONE[1])
    rows = numbered([None if value is None else (value, 0.0) for value in values])
    return stopping_reasons(rows, Definition(SPACE, metrics, budget=budget))


def test_stagnation_needs_five_observations_and_five_per_parameter():
    assert reasons([5, 4, 3, 2, 1, 0, 0, 0, 0]) == []
    assert reasons([5, 4, 3, 2, 1, 0, 0, 0, 0, 0]) == ["possible_stagnation"]


@pytest.mark.parametrize(("last", "stagnant"), [(0, True), (1, True), (1.5, False), (None, True)])
def test_only_what_beats_the_fifth_best_of_before_breaks_stagnation(last, stagnant):
    rows = [5, 4, 3, 2, 1, 0, 0, 0, 0, last]

    assert bool(reasons(rows)) is stagnant
    mirrored = [None if row is None else -row for row in rows]
    assert bool(reasons(mirrored, objective=Objective.MINIMIZE)) is stagnant


def test_failures_count_as_worst():
    assert reasons([None] * 10) == ["possible_stagnation"]
    assert reasons([1, 1, 1, 1, None, 0, None, None, None, None]) == []


@pytest.mark.parametrize(("count", "reached"), [(3, False), (4, False), (5, True)])
def test_the_budget_is_reached_when_it_is_exceeded(count, reached):
    assert (reasons([0] * count, budget=4) == ["observation_budget_reached"]) is reached


def test_a_front_that_stands_still_is_stagnation_only_beyond_the_budget():
    two = Definition(SPACE, (Metric("a"), Metric("b")), budget=10)
    still = numbered([(2, 2)] * 3 + [(0, 0)] * 8)
    moving = numbered([(2, 2)] * 3 + [(0, 0)] * 7 + [(3, 0)])

    assert stopping_reasons(still, two) == ["possible_stagnation", "observation_budget_reached"]
    assert stopping_reasons(moving, two) == ["observation_budget_reached"]
    assert stopping_reasons(still[:10], two) == []


def test_each_of_several_metrics_can_move_the_front():
    three = Definition(SPACE, (Metric("a"), Metric("b"), Metric("c")), budget=10)
    still = numbered([(2, 2, 2)] * 3 + [(0, 0, 0)] * 8)
    moving = numbered([(2, 2, 2)] * 3 + [(0, 0, 0)] * 7 + [(0, 3, 0)])

    assert stopping_reasons(still, three) == ["possible_stagnation", "observation_budget_reached"]
    assert stopping_reasons(moving, three) == ["observation_budget_reached"]


def test_a_search_never_stagnates():
    search = (Metric("a", strategy=Strategy.CONSTRAINT, threshold=1.0), ONE[1])

    assert stopping_reasons(numbered([(0, 0)] * 50), Definition(SPACE, search, budget=99)) == []


CHOICE = SearchSpace((X, Y), conditionals=(Conditional("c", ("p", "q")),))
SUM = SearchSpace((X, Y), linear_constraints=(LinearConstraint((("x", 1.0), ("y", 1.0)), 1.0),))
MANY = tuple(DoubleParameter(f"x{i}", 0.0, 1.0) for i in range(101))
UNWISE = {
    "good": ({}, {}, 0),
    "good with everything": ({"space": CHOICE, "budget": 600, "parallel_bandwidth": 2}, {"open_suggestions": 2}, 0),
    "budget exceeded": ({"budget": 5}, {"consumed": 5.25}, 1),
    "budget used up": ({"budget": 5}, {"consumed": 5.0}, 0),
    "more open than one": ({}, {"open_suggestions": 2}, 1),
    "as many open as parallel": ({"parallel_bandwidth": 2}, {"open_suggestions": 2}, 0),
    "more parallel than parameters": ({"space": SUM, "parallel_bandwidth": 3}, {}, 1),
    "more open than parameters": ({"space": CHOICE, "parallel_bandwidth": 2}, {"open_suggestions": 3}, 2),
    "many observations and constraints": ({"space": SUM}, {"observations": 2501}, 1),
    "large budget and constraints": ({"space": SUM, "budget": 2501}, {}, 1),
    "many observations and conditionals": ({"space": CHOICE}, {"observations": 601}, 1),
    "many parameters": ({"space": SearchSpace(MANY)}, {}, 0),
    "many parameters and constraints": ({"space": SearchSpace(MANY, (), SUM.linear_constraints)}, {}, 1),
    "many parameters and conditionals": ({"space": SearchSpace(MANY[:21], CHOICE.conditionals)}, {}, 1),
    "many constraints": ({"space": SearchSpace((X, Y), (), SUM.linear_constraints * 11)}, {}, 1),
    "many choices": ({"space": SearchSpace((X, Y), (Conditional("c", tuple("pqrstuv")),))}, {}, 1),
}


@pytest.mark.parametrize(("asked", "used", "count"), UNWISE.values(), ids=UNWISE)
def test_each_unwise_thing_gets_one_remark(asked, used, count):
    definition = Definition(**({"space": SPACE, "metrics": ONE} | asked))
    usage = Usage(**({"observations": 0, "consumed": 0.0, "open_suggestions": 0} | used))

    assert len(remarks(usage, definition)) == count


def test_remarks_name_the_budget_and_the_bandwidth():
    first, second = remarks(Usage(9, 9.0, 2), Definition(SPACE, ONE, budget=3))

    assert "observation_budget" in first
    assert "parallel_bandwidth" in second


@pytest.mark.parametrize(
    ("space", "observations", "development", "possible"),
    [
        (SearchSpace((X, Y)), 10, False, True),
        (SearchSpace((X, Y)), 9, False, False),
        (SearchSpace((X, Y)), 10, True, False),
        (SPACE, 10, False, False),
        (CHOICE, 10, False, False),
    ],
)
def test_importances_need_enough_observations_of_several_parameters(space, observations, development, possible):
    why_not = why_no_importances(observations, Definition(space, ONE), development=development)

    assert (why_not is None) is possible


@given(low=st.integers(-5, 5), width=st.integers(1, 3), categories=st.integers(2, 4))
def test_the_advised_budget_grows_with_freedom_and_never_exceeds_the_points(low, width, categories):
    finite = SearchSpace((IntParameter("n", low, low + width), CategoricalParameter("k", tuple("abcd"[:categories]))))

    assert advised_budget(Definition(SPACE, ONE)) == 10
    assert advised_budget(Definition(SearchSpace((X, Y)), ONE)) == 20
    assert advised_budget(Definition(SearchSpace((X, Y)), (Metric("a"), Metric("b")))) == 30
    assert advised_budget(Definition(finite, ONE)) == min((width + 1) * categories, 10 * categories)
