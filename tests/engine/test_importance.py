"""Importances: what functions with known answers get, and what must not matter."""

import math

import numpy as np
import pytest

from optsvc.domain.metrics import Metric, Objective
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.domain.space import CategoricalParameter, DoubleParameter, IntParameter, SearchSpace
from optsvc.engine import Problem, Seed, importances, random_point, suggest
from tests.engine.builders import MIXED, box, failed, history, observed, problem
from tests.engine.spaces import BRANCHED

SEED = Seed(1, 0)


def of(space, observations):
    return importances(problem(space), observations, seed=SEED)


def scattered(space, count, value, key=3):
    """Values of a function at independent random points."""
    points = [random_point(problem(space), seed=Seed(key, i)).assignments for i in range(count)]
    return [observed(point, value(point)) for point in points]


PEAK = {
    "double": (DoubleParameter("f", -2.0, 3.0), lambda f: abs(f - 1.0)),
    "log": (DoubleParameter("f", 1e-6, 1.0, log=True), lambda f: abs(math.log(f) + 6.0)),
    "int": (IntParameter("f", 1, 12), lambda f: (f - 4) ** 2),
    "grid": (DoubleParameter("f", 0.1, 10.0, grid=(0.1, 0.5, 2.0, 10.0)), lambda f: abs(f - 2.0)),
    "categorical": (CategoricalParameter("f", tuple("pqrst")), lambda f: "rptsq".index(f)),
}


@pytest.mark.parametrize(("axis", "value"), PEAK.values(), ids=PEAK)
def test_a_parameter_that_alone_decides_gets_nearly_all_whatever_its_kind(axis, value):
    space = SearchSpace((*MIXED.parameters, axis))

    found = of(space, scattered(space, 100, lambda a: value(a["f"])))

    assert found["f"] > 0.95
    assert sum(found.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("count", [10, 20, 2000])
def test_few_values_and_many_are_enough_to_tell_what_matters_from_what_does_not(count):
    found = of(box(2), scattered(box(2), count, lambda a: a["x000"]))

    assert found["x000"] > 0.8


def test_more_slope_is_more_importance_and_no_slope_is_none():
    found = of(box(4), history(box(4), 300, lambda a: 3 * a["x000"] + 1.5 * a["x001"]))

    assert found["x000"] == pytest.approx(0.8, abs=0.06)  # variances are as squares of slopes: 4 to 1
    assert found["x001"] == pytest.approx(0.2, abs=0.06)
    assert found["x002"] + found["x003"] < 0.02


def test_those_that_matter_only_together_share_the_importance():
    found = of(box(3), scattered(box(3), 400, lambda a: (a["x000"] - 0.5) * (a["x001"] - 0.5)))

    assert found["x000"] == pytest.approx(0.5, abs=0.15)
    assert found["x002"] < 0.1


@pytest.mark.parametrize("count", [30, 200])
def test_many_categories_that_do_nothing_look_no_more_important_than_anything_else(count):
    names = tuple(f"c{i:02d}" for i in range(20))
    space = SearchSpace((CategoricalParameter("idle", names), DoubleParameter("x", 0.0, 1.0)))
    noise = iter(np.random.default_rng(5).random(count).tolist())

    assert of(space, scattered(space, count, lambda a: a["x"]))["idle"] < 0.02
    assert of(space, scattered(space, count, lambda _: next(noise)))["idle"] < 0.6


def test_what_varies_most_among_the_rows_is_not_what_matters_most_in_the_space():
    rng = np.random.default_rng(7)
    near = [{"x000": 0.3 + 0.05 * x, "x001": y} for x, y in rng.random((150, 2)).tolist()]
    spread = [{"x000": x, "x001": y} for x, y in rng.random((50, 2)).tolist()]
    observations = [observed(a, abs(a["x000"] - 0.32) + 0.05 * a["x001"]) for a in near + spread]

    found = of(box(2), observations)

    assert found["x000"] > 0.8


def test_neither_the_order_of_rows_nor_failures_nor_the_unit_nor_the_direction_change_anything():
    rows = scattered(MIXED, 60, lambda a: a["a"] ** 2 + a["c"])
    scaled = [observed(row.assignments, 2.0**40 * row.values[0].value) for row in rows]
    negated = [observed(row.assignments, -row.values[0].value) for row in rows]

    reference = of(MIXED, rows)

    assert of(MIXED, rows[::-1]) == reference
    assert of(MIXED, [failed(rows[0].assignments), *rows, failed(rows[9].assignments)]) == reference
    assert of(MIXED, scaled) == reference
    upwards = importances(problem(MIXED, Objective.MAXIMIZE), negated, seed=SEED)
    assert upwards == pytest.approx(reference, abs=0.02)


def test_a_few_disasters_do_not_decide():
    disaster = iter([1e9 if i % 50 == 0 else -1e9 if i % 50 == 25 else 0.0 for i in range(200)])

    assert of(box(2), scattered(box(2), 200, lambda a: a["x000"] + next(disaster)))["x000"] > 0.9


def test_the_same_seed_gives_the_same_numbers_and_another_one_nearly_the_same():
    rows = scattered(box(3), 100, lambda a: a["x000"] + 0.5 * a["x001"])

    first, again = (importances(problem(box(3)), rows, seed=Seed(8, ordinal)) for ordinal in (0, 5))
    other = importances(problem(box(3)), rows, seed=Seed(9, 0))

    assert first == again
    assert other != first
    assert other == pytest.approx(first, abs=0.05)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        scattered(box(2), 9, lambda a: a["x000"]),
        [failed(row.assignments) for row in scattered(box(2), 40, lambda _: 0.0)],
        scattered(box(2), 40, lambda _: 3.0),
        [observed({"x000": 0.5, "x001": 0.5}, float(i)) for i in range(40)],
    ],
    ids=["nothing", "too few", "only failures", "all equal", "one point"],
)
def test_nothing_is_said_where_nothing_can_be_told(rows):
    assert of(box(2), rows) is None


def test_a_parameter_with_one_value_has_none_and_points_outside_the_space_do_no_harm():
    space = SearchSpace((*box(2).parameters, CategoricalParameter("kind", ("a", "b")), IntParameter("one", 4, 4)))
    rows = scattered(space, 40, lambda a: a["x000"])
    outside = {"x000": 9.0, "x001": -1e9, "kind": "removed", "one": 4}

    found = of(space, [*rows, observed(outside, 1e300), observed({"x000": 0.5, "x001": 0.5, "one": 4}, -1e300)])

    assert found["one"] == 0.0
    assert found["x000"] > 0.8
    assert all(math.isfinite(share) and 0.0 <= share <= 1.0 for share in found.values())


def test_conditionals_are_axes_like_others():
    found = of(BRANCHED, scattered(BRANCHED, 200, lambda a: {"adam": 0, "rms": 5, "sgd": 9}[a["solver"]]))

    assert set(found) == {"always", "momentum", "steps", "mode", "rate", "solver", "decay"}
    assert found["solver"] > 0.95


def test_each_metric_has_importances_of_its_own():
    def row(point):
        values = (MetricEvaluation("p", point["x000"]), MetricEvaluation("q", point["x001"]))
        return Observation(point, values)

    rows = [row(o.assignments) for o in scattered(box(2), 60, lambda _: 0.0)]

    found = {name: importances(Problem(box(2), (Metric(name),)), rows, seed=SEED) for name in "pq"}

    assert found["p"]["x000"] > 0.9
    assert found["q"]["x001"] > 0.9


def test_the_optimizers_own_points_tell_what_matters_too():
    asked, rows = problem(box(3)), []
    for ordinal in range(25):
        [proposal], _ = suggest(asked, rows, [], seed=Seed(2, ordinal))
        rows.append(observed(proposal.assignments, (proposal.assignments["x001"] - 0.7) ** 2))

    found = of(box(3), rows)

    assert max(found, key=found.get) == "x001"
