"""The best observations are those that brute force finds."""

import math
import random
from dataclasses import dataclass, field
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from optsvc.domain.best import best, best_so_far, pareto_front
from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.space import CategoricalParameter, DoubleParameter, SearchSpace

SPACE = SearchSpace((DoubleParameter("x", 0.0, 1.0),))
small = st.integers(-2, 2).map(float)
objectives = st.sampled_from(Objective)


@dataclass(frozen=True)
class Result:
    """An observation as the rules compare it."""

    number: int
    results: dict
    assignments: dict = field(default_factory=lambda: {"x": 0.0})
    full_cost: bool = True


def numbered(rows):
    """Results of metrics a, b, … from rows of values; None failed."""
    return [Result(i, {} if row is None else dict(zip("abcde", row, strict=False))) for i, row in enumerate(rows)]


def signed(metric):
    return 1 if metric.objective is Objective.MAXIMIZE else -1


@given(rows=st.lists(st.tuples(*[small] * 5), max_size=12), objectives=st.lists(objectives, min_size=1, max_size=5))
def test_the_pareto_front_holds_all_that_nothing_beats(rows, objectives):
    metrics = [Metric(name, objective) for name, objective in zip("abcde", objectives, strict=False)]
    observations = numbered(rows)

    def gains(one):
        return [signed(metric) * one.results[metric.name] for metric in metrics]

    def beaten(one):
        return any(
            gains(other) != gains(one) and all(g >= h for g, h in zip(gains(other), gains(one), strict=True))
            for other in observations
        )

    front = pareto_front(observations, metrics)

    expected = [one for one in observations if not beaten(one)]
    assert front == sorted(expected, key=gains, reverse=True)


def test_a_front_of_ten_thousand_is_found_whole():
    rng = random.Random(1)
    rows = [[rng.gauss(0, 1) for _ in range(3)] for _ in range(10_000)]
    observations = numbered([(*row, -sum(row)) for row in rows])

    front = pareto_front(observations, [Metric(name) for name in "abcd"])

    assert len(front) == 10_000


thresholds = st.none() | small


@given(
    rows=st.lists(st.none() | st.tuples(small, small), max_size=10),
    objectives=st.tuples(objectives, objectives),
    roles=st.sampled_from(
        [
            (Strategy.OPTIMIZE, Strategy.STORE),
            (Strategy.OPTIMIZE, Strategy.CONSTRAINT),
            (Strategy.OPTIMIZE, Strategy.OPTIMIZE),
            (Strategy.CONSTRAINT, Strategy.CONSTRAINT),
            (Strategy.STORE, Strategy.CONSTRAINT),
        ]
    ),
    limits=st.tuples(small, small),
)
def test_thresholds_are_met_and_each_role_has_its_rule(rows, objectives, roles, limits):
    metrics = tuple(
        Metric(name, objective, role, limit if role is Strategy.CONSTRAINT else None)
        for name, objective, role, limit in zip("ab", objectives, roles, limits, strict=True)
    )
    observations = numbered(rows)
    found = best(observations, Definition(SPACE, metrics))

    good = [
        one
        for one in observations
        if one.results
        and all(signed(m) * one.results[m.name] >= signed(m) * m.threshold for m in metrics if m.threshold is not None)
    ]
    leading = next(
        m for m in metrics if m.strategy is (Strategy.OPTIMIZE if Strategy.OPTIMIZE in roles else Strategy.CONSTRAINT)
    )
    ranked = sorted(good, key=lambda one: (signed(leading) * one.results[leading.name], one.number), reverse=True)
    match roles.count(Strategy.OPTIMIZE):
        case 0:
            assert found == ranked
        case 1:
            assert found == ranked[:1]
        case 2:
            assert {one.number for one in found} == {one.number for one in pareto_front(good, metrics)}


def test_two_thresholds_cut_the_front():
    metrics = (Metric("a", threshold=0.0), Metric("b", threshold=0.0))

    found = best(numbered([(3, -1), (2, 1), (1, 2), (-1, 3), (0, 3)]), Definition(SPACE, metrics))

    assert [one.number for one in found] == [1, 2, 4]


def test_of_four_optimized_metrics_the_whole_front_is_best_ordered_by_the_first_by_name():
    definition = Definition(SPACE, tuple(Metric(name) for name in "dbca"))

    found = best(numbered([(1, 2, 3, 4), (4, 3, 2, 1), (1, 1, 1, 1), (4, 3, 2, 1), (0, 0, 0, 5)]), definition)

    assert [one.number for one in found] == [3, 1, 0, 4]


def test_only_full_evaluations_count():
    rows = [Result(0, {"a": 9.0}, full_cost=False), Result(1, {"a": 1.0})]

    assert best(rows, Definition(SPACE, (Metric("a"),))) == rows[1:]


def at(xs, values):
    return [Result(i, {"a": float(v)}, {"x": x}) for i, (x, v) in enumerate(zip(xs, values, strict=True))]


def solutions(observations, count):
    return [one.number for one in best(observations, Definition(SPACE, (Metric("a"),), num_solutions=count))]


def test_of_few_good_ones_all_are_solutions_best_first():
    assert solutions(at([0.1, 0.2, 0.3], [1, 3, 2]), 3) == [1, 2, 0]
    assert solutions(at([0.1, 0.2], [1, 3]), 3) == [1, 0]


def test_several_solutions_lie_far_apart_among_the_best_fifth_and_include_the_best():
    xs = [0.50, 0.51, 0.52, 0.90] + [0.0] * 16
    values = [10, 9, 8, 7] + [0] * 16

    assert solutions(at(xs, values), 2) == [0, 3]


def test_equal_points_are_one_solution():
    xs = [0.5] * 4 + [0.1] * 16

    assert solutions(at(xs, [10, 9, 8, 7] + [0] * 16), 3) == [0]


def test_a_solution_is_the_best_of_those_around_it_not_the_one_farthest_out():
    xs = [0.50, 0.80, 0.85, 0.95, 0.40] + [0.0] * 20
    values = [10, 9, 8, 7, 6] + [0] * 20

    assert solutions(at(xs, values), 2) == [0, 1]


@given(
    points=st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from("pq"), small), min_size=1, max_size=20, unique_by=lambda row: row[:2]
    ),
    count=st.integers(2, 4),
)
def test_solutions_are_good_and_one_of_them_is_near_every_good_one(points, count):
    space = SearchSpace((DoubleParameter("x", 0.0, 1.0), CategoricalParameter("k", ("p", "q"))))
    observations = [Result(i, {"a": v}, {"x": x, "k": k}) for i, (x, k, v) in enumerate(points)]
    ranked = sorted(observations, key=lambda one: (one.results["a"], one.number), reverse=True)
    pool = ranked[: max(math.ceil(len(points) / 5), count)]

    found = best(observations, Definition(space, (Metric("a"),), num_solutions=count))

    def apart(one, other):
        return math.hypot(one.assignments["x"] - other.assignments["x"], one.assignments["k"] != other.assignments["k"])

    def reach(chosen):
        return max(min(apart(one, other) for other in chosen) for one in pool)

    assert found == [one for one in pool if one in found]
    assert found[0] is pool[0]
    assert len(found) == min(count, len(pool))
    # Centres reach twice as far as the best choice at most, and a cluster's best is within its centre's reach.
    assert reach(found) <= 4 * min(reach(chosen) for chosen in combinations(pool, len(found))) + 1e-12


@given(rows=st.lists(st.none() | st.tuples(small, small), max_size=10), objective=objectives, limit=small)
def test_the_best_so_far_is_the_best_of_what_has_come_so_far(rows, objective, limit):
    metric = Metric("a", objective)
    definition = Definition(SPACE, (metric, Metric("b", Objective.MINIMIZE, Strategy.CONSTRAINT, limit)))
    observations = numbered(rows)

    trace = best_so_far(observations, metric, definition)

    each = [best(observations[: place + 1], definition) for place in range(len(rows))]
    assert trace == [found[0].number if found else None for found in each]
