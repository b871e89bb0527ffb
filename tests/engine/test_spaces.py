"""Suggestions in spaces with conditions, constraints, priors, and parameters that come and go."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optsvc.domain.space import (
    CategoricalParameter,
    Conditional,
    DoubleParameter,
    IntParameter,
    LinearConstraint,
    NormalPrior,
    SearchSpace,
)
from optsvc.engine import Problem, Seed, Source, check_space, random_point, space_filling, suggest
from tests.engine.builders import box, failed, history, observed, problem
from tests.engine.spaces import BRANCHED, PORTIONS, SPACES, TRIANGLE, total


def rank_of(assignments):
    """Some value that depends on everything."""
    return sum(len(v) if isinstance(v, str) else math.atan(v - 2.0) ** 2 for v in assignments.values())


def optimized(space, value, count, key=3):
    past, state = [], None
    for ordinal in range(count):
        (proposal,), state = suggest(problem(space), past, [], seed=Seed(key, ordinal), state=state)
        past.append(observed(proposal.assignments, value(proposal.assignments)))
    return past


def best(past):
    return min(past, key=lambda o: o.values[0].value)


@pytest.mark.parametrize("name", SPACES)
def test_every_proposal_is_legal_and_none_comes_twice(name):
    space = SPACES[name]
    past = history(space, 14, rank_of)
    past[3] = failed(past[3].assignments)
    pending = [p.assignments for p in space_filling(problem(space), past, [], seed=Seed(1, 14), count=2)]

    proposals, _ = suggest(problem(space), past, pending, seed=Seed(1, 16), count=4)

    for proposal in proposals:
        assert space.validate(proposal.assignments) == dict(proposal.assignments)
        for parameter in space.existing(proposal.assignments):
            if not isinstance(parameter, CategoricalParameter):
                assert parameter.low <= proposal.assignments[parameter.name] <= parameter.high
    everything = [*(o.assignments for o in past), *pending, *(p.assignments for p in proposals)]
    assert len({tuple(sorted(a.items())) for a in everything}) == len(everything)


@pytest.mark.parametrize("name", SPACES)
def test_the_answer_is_the_same_in_any_order_of_the_past(name):
    past = history(SPACES[name], 13, rank_of)

    forwards, backwards = (suggest(problem(SPACES[name]), p, [], seed=Seed(1, 13))[0] for p in (past, past[::-1]))

    assert forwards == backwards
    assert forwards[0].source is not Source.FALLBACK


def test_the_right_branch_is_found_and_its_own_parameter_tuned():
    def value(a):
        if a["solver"] == "sgd":
            return (a["always"] - 0.3) ** 2 + (a["momentum"] - 0.9) ** 2 + 0.2 * (a["decay"] == "on")
        return 0.5 + (a["always"] - 0.3) ** 2 + 0.02 * a["steps"]

    assignments = best(optimized(BRANCHED, value, 30)).assignments

    assert (assignments["solver"], assignments["decay"]) == ("sgd", "off")
    assert assignments["momentum"] == pytest.approx(0.9, abs=0.05)
    assert assignments["always"] == pytest.approx(0.3, abs=0.05)


def test_an_optimum_on_a_facet_is_reached():
    past = optimized(TRIANGLE, lambda a: (a["x"] - 8) ** 2 + (a["y"] - 5) ** 2 + a["z"] ** 2, 22)

    # The nearest point of x + y <= 10 to (8, 5) is (6.5, 3.5).
    assert best(past).values[0].value == pytest.approx(4.5, abs=0.02)


def test_whole_numbers_that_share_a_total_are_exchanged():
    target = {"a": 4, "b": 6, "c": 5, "d": 5.0, "e": 3.0}  # sums to 23, three too many

    past = optimized(PORTIONS, lambda a: sum((a[k] - v) ** 2 for k, v in target.items()), 25)

    assert best(past).values[0].value < 3.01  # about 2.6 at the optimum


def test_a_prior_draws_the_search_to_where_the_user_believes_the_optimum():
    def share_near(space, centre):
        past = [observed(p, 1.0 + 0.1 * p["x"] * p["y"]) for p in ({"x": x, "y": x * x} for x in (0.1, 0.4, 0.6, 0.9))]
        past += [observed({"x": 0.5, "y": 0.5}, 1.01)]
        points = [suggest(problem(space), past, [], seed=Seed(k, 6))[0][0].assignments["x"] for k in range(6)]
        return np.mean(np.abs(np.array(points) - centre))

    plain = SearchSpace((DoubleParameter("x", 0.0, 1.0), DoubleParameter("y", 0.0, 1.0)))
    believed = SearchSpace(
        (DoubleParameter("x", 0.0, 1.0, prior=NormalPrior(0.75, 0.05)), DoubleParameter("y", 0.0, 1.0))
    )

    assert share_near(believed, 0.75) < 0.12
    assert share_near(plain, 0.75) > 0.2


def test_a_wrong_prior_is_overcome():
    space = SearchSpace((DoubleParameter("x", 0.0, 1.0, prior=NormalPrior(0.9, 0.03)), DoubleParameter("y", 0.0, 1.0)))

    past = optimized(space, lambda a: (a["x"] - 0.2) ** 2 + (a["y"] - 0.4) ** 2, 30)

    assert best(past).values[0].value < 1e-3


def test_a_parameter_added_later_has_its_default_in_the_past():
    past = history(box(2), 14, lambda a: (a["x000"] - 0.5) ** 2 + (a["x001"] - 0.5) ** 2)
    grown = SearchSpace((*box(2).parameters, DoubleParameter("new", 0.0, 1.0, default=0.25)))
    written_out = [observed({**o.assignments, "new": 0.25}, o.values[0].value) for o in past]

    (without,), (with_it,) = (suggest(problem(grown), p, [], seed=Seed(1, 14))[0] for p in (past, written_out))

    assert without == with_it


def test_a_parameter_that_was_removed_is_ignored():
    past = history(box(2), 14, lambda a: a["x000"])
    more = [observed({**o.assignments, "gone": "x"}, o.values[0].value) for o in past]

    assert suggest(problem(box(2)), past, [], seed=Seed(1, 14)) == suggest(problem(box(2)), more, [], seed=Seed(1, 14))


def test_a_past_outside_the_constraints_is_learned_from_but_not_repeated():
    past = [observed(a.assignments, -a.assignments["x"] - a.assignments["y"]) for a in _anywhere(20)]

    proposals, _ = suggest(problem(TRIANGLE), past, [], seed=Seed(1, 20), count=3)

    assert max(p.assignments["x"] + p.assignments["y"] for p in proposals) == pytest.approx(10.0, abs=0.3)


def _anywhere(count):
    free = SearchSpace(TRIANGLE.parameters)
    return [random_point(problem(free), seed=Seed(9, k)) for k in range(count)]


def test_the_budget_sets_how_long_a_prior_matters():
    space = SearchSpace((DoubleParameter("x", 0.0, 1.0, prior=NormalPrior(0.9, 0.1)),))
    past = [observed({"x": x}, (x - 0.3) ** 2) for x in (0.02, 0.25, 0.4, 0.6, 0.97)]

    short, long = (
        suggest(Problem(space, problem(space).metrics, budget=b), past, [], seed=Seed(1, 5))[0][0].assignments["x"]
        for b in (20, 100_000)
    )

    assert short < 0.5 < long


@st.composite
def search_spaces(draw):
    """A space with gates, and constraints that a drawn point keeps to with room to spare."""
    gates = tuple(Conditional(f"g{i}", tuple("abc"[: draw(st.integers(1, 3))])) for i in range(draw(st.integers(0, 2))))
    parameters, inside = [], {}
    for i in range(draw(st.integers(1, 5))):
        conditions = ()
        if gates and draw(st.booleans()):
            gate = draw(st.sampled_from(gates))
            conditions = ((gate.name, tuple(draw(st.lists(st.sampled_from(gate.values), min_size=1, unique=True)))),)
        kind = draw(st.sampled_from(["double", "int", "grid", "categorical"]))
        if kind == "categorical":
            values = tuple("pqrs"[: draw(st.integers(1, 4))])
            parameters.append(CategoricalParameter(f"p{i}", values, conditions=conditions))
            continue
        low, width = draw(st.integers(-50, 50)), draw(st.integers(1, 60))
        if kind == "int":
            parameters.append(IntParameter(f"p{i}", low, low + width, conditions=conditions))
        elif kind == "grid":
            grid = (float(low), low + 0.3 * width, float(low + width))
            parameters.append(DoubleParameter(f"p{i}", grid[0], grid[-1], grid=grid, conditions=conditions))
        else:
            parameters.append(DoubleParameter(f"p{i}", float(low), float(low + width), conditions=conditions))
        if not conditions:
            inside[f"p{i}"] = low + 0.3 * width if kind == "grid" else low + width // 2
    constraints = []
    for _ in range(draw(st.integers(0, 3)) if inside else 0):
        weights = [(name, draw(st.sampled_from([-2.0, -1.0, 1.0, 0.5]))) for name in inside]
        middle = sum(w * inside[name] for name, w in weights)
        constraints.append(LinearConstraint(tuple(weights), middle + draw(st.sampled_from([0.5, 2.0, 20.0]))))
    return SearchSpace(tuple(parameters), gates, tuple(constraints))


@given(search_spaces(), st.integers(0, 2**64))
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_in_whatever_space_all_kinds_of_points_are_legal(space, key):
    check_space(space)
    past = history(space, 6, rank_of, key=key)

    proposals, _ = suggest(problem(space), past, [], seed=Seed(key, 6), count=2)
    proposals.append(random_point(problem(space), seed=Seed(key, 8)))

    for assignments in [*(o.assignments for o in past), *(p.assignments for p in proposals)]:
        assert space.validate(assignments) == dict(assignments)
        assert all(c.holds(assignments) for c in space.linear_constraints)


def test_a_total_of_many_whole_numbers_leaves_room_to_climb():
    names = [f"n{i}" for i in range(12)]
    space = SearchSpace(
        tuple(IntParameter(n, 0, 100) for n in names),
        linear_constraints=(total(names, 100.0), total(names, 99.0, at_least=True)),
    )

    past = optimized(space, lambda a: -a["n0"], 22)

    assert all(space.validate(o.assignments) for o in past)
    assert best(past).values[0].value < 1.2 * min(o.values[0].value for o in past[:12])
