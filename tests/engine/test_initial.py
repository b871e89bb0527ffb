import time

import numpy as np
import pytest

from optsvc.domain.space import CategoricalParameter, DoubleParameter, IntParameter, SearchSpace
from optsvc.engine import Seed, Source, needs_model, space_filling
from optsvc.engine.initial import start_length
from tests.engine.builders import MIXED, box, failed, history, observed, problem

TINY = SearchSpace((IntParameter("a", 1, 3), CategoricalParameter("b", ("p", "q"))))


def spread(space, count, key=1, ordinal=0, past=(), pending=()):
    return [p.assignments for p in space_filling(problem(space), past, pending, seed=Seed(key, ordinal), count=count)]


@pytest.mark.parametrize(
    ("dimension", "budget", "expected"),
    [(1, None, 5), (7, None, 8), (40, None, 12), (7, 20, 5), (7, 4, 3), (7, 1000, 8)],
)
def test_the_start_grows_with_the_dimension_and_leaves_most_of_the_budget(dimension, budget, expected):
    assert start_length(dimension, budget) == expected


def test_the_start_counts_what_was_issued_not_what_came_back():
    past = history(box(4), 3, lambda a: a["x000"])
    pending = spread(box(4), 2)

    assert not needs_model(problem(box(4)), past, pending[:1])
    assert needs_model(problem(box(4)), past, pending)


def test_without_three_values_there_is_no_model():
    past = history(box(2), 2, lambda a: a["x000"])

    assert not needs_model(problem(box(2)), past, spread(box(2), 50))


def test_failures_lengthen_the_start_to_three_times_its_length_at_most():
    past = history(box(4), 3, lambda a: a["x000"])
    failures = [failed(a) for a in spread(box(4), 12, key=2)]

    assert not needs_model(problem(box(4)), [*past, *failures[:11]], [])
    assert needs_model(problem(box(4)), [*past, *failures], [])


def test_a_small_finite_space_is_worked_through_before_there_is_a_model():
    points = spread(TINY, 6)
    past = [observed(a, i) for i, a in enumerate(points)]

    assert len({tuple(a.items()) for a in points}) == 6
    assert not needs_model(problem(TINY), past[:5], [])
    assert needs_model(problem(TINY), past, [])


def test_a_small_finite_space_is_finished_whatever_the_ordinals():
    past = [observed(a, 0.0) for a in spread(TINY, 5, ordinal=3)]

    (last,) = spread(TINY, 1, ordinal=77, past=past)

    assert last not in [o.assignments for o in past]


def test_an_exhausted_space_still_answers_and_says_so():
    past = [observed(a, 0.0) for a in spread(TINY, 6)]

    (proposal,) = space_filling(problem(TINY), past, [], seed=Seed(1, 6))

    TINY.validate(proposal.assignments)
    assert proposal.details["exhausted"]
    assert "again" in proposal.reason


def test_consecutive_ordinals_follow_one_sequence():
    one_by_one = [spread(MIXED, 1, ordinal=k)[0] for k in range(8)]

    assert one_by_one == spread(MIXED, 8)


def test_the_start_is_spread_evenly():
    x = np.array([[a["x000"], a["x001"]] for a in spread(box(2), 16)])

    counts, *_ = np.histogram2d(*x.T, bins=4, range=[[0, 1], [0, 1]])
    assert (counts > 0).sum() >= 11  # 16 independent draws hit about 10 of 16 cells


def test_experiments_start_at_different_points():
    assert spread(box(3), 4, key=1) != spread(box(3), 4, key=2)


def test_a_point_that_is_taken_is_replaced():
    first = spread(box(3), 1)[0]

    assert spread(box(3), 1, pending=[first])[0] != first
    assert spread(box(3), 1, past=[observed(first, 1.0)])[0] != first


def test_the_source_and_reason_are_those_asked_for():
    (proposal,) = space_filling(problem(box(1)), [], [], seed=Seed(1, 9), source=Source.FALLBACK, reason="Late.")

    assert (proposal.source, proposal.reason, proposal.ordinal) == (Source.FALLBACK, "Late.", 9)


def test_a_space_without_a_choice_has_its_one_point():
    space = SearchSpace((CategoricalParameter("a", ("x",)), IntParameter("b", 2, 2)))

    assert spread(space, 2) == [{"a": "x", "b": 2}] * 2


def test_it_takes_milliseconds_even_with_a_long_history():
    space = SearchSpace(tuple(DoubleParameter(f"p{j}", 1e-3, 1.0, log=True) for j in range(20)))
    past = history(space, 300, lambda a: a["p0"])
    space_filling(problem(space), past, [], seed=Seed(1, 300))

    started = time.perf_counter()
    space_filling(problem(space), past, [], seed=Seed(1, 301))
    assert time.perf_counter() - started < 0.25  # about 5 ms on an idle machine
