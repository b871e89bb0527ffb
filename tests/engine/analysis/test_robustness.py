"""How far metrics move under small changes: linear functions have slopes, and every point is legal."""

import json
import math

import pytest

from optsvc.domain.space import CategoricalParameter, DoubleParameter, IntParameter, SearchSpace
from optsvc.engine import Problem, robustness
from tests.engine.analysis.builders import SEED, gain, limit, loss, measured, points, runs, shuffled
from tests.engine.builders import box
from tests.engine.spaces import BRANCHED, PORTIONS, TRIANGLE


def of(space, metrics, history, assignments, **options):
    return robustness(Problem(space, metrics), history, assignments=assignments, seed=SEED, **options)


@pytest.mark.parametrize("metric", [loss("v"), gain("v")], ids=["less", "more"])
def test_of_a_linear_function_it_is_slope_times_step(metric):
    history = runs(box(2), 25, {"v": lambda a: 100.0 + 30.0 * a["x000"] - 7.0 * a["x001"]})

    [found] = of(box(2), (metric,), history, {"x000": 0.5, "x001": 0.5}).metrics

    up, down = ({c.parameter: c for c in changes} for changes in (found.up, found.down))
    for name, slope in (("x000", 30.0), ("x001", -7.0)):
        assert up[name].value == pytest.approx(0.55)
        assert down[name].value == pytest.approx(0.45)
        assert up[name].change == pytest.approx(0.05 * slope, abs=0.05)
        assert down[name].change == pytest.approx(-0.05 * slope, abs=0.05)
        assert up[name].low <= up[name].change <= up[name].high
    assert found.expected_change == pytest.approx(0.0, abs=0.3)
    # The sum of two uniform changes of widths 1.5 and 0.35: its 95 % quantile is 1.35 for the first alone.
    assert abs(found.worst_change) == pytest.approx(1.37, abs=0.2)
    assert math.copysign(1.0, found.worst_change) == (1.0 if metric == loss("v") else -1.0)


def test_the_worst_is_worse_on_a_ridge_than_on_a_plateau():
    history = runs(box(2), 40, {"v": lambda a: 20.0 * (a["x000"] - 0.5) ** 2 + 0.1 * (a["x001"] - 0.5) ** 2})

    [found] = of(box(2), (loss("v"),), history, {"x000": 0.5, "x001": 0.5}).metrics

    changes = {c.parameter: c.change for c in found.up}
    assert changes["x000"] == pytest.approx(20.0 * 0.05**2, abs=0.03)
    assert abs(changes["x001"]) < 0.02
    assert "x000" in found.sentence


def test_steps_are_made_in_each_parameters_own_scale_and_whole_numbers_move_by_one():
    space = SearchSpace(
        (
            DoubleParameter("rate", 1e-4, 1.0, log=True),
            IntParameter("depth", 1, 6),
            DoubleParameter("grid", 1.0, 100.0, grid=(1.0, 2.0, 50.0, 100.0)),
            CategoricalParameter("kind", ("a", "b", "c")),
        )
    )
    history = runs(space, 40, {"v": lambda a: math.log10(a["rate"]) + a["depth"] + (a["kind"] == "b")})
    point = {"rate": 1e-2, "depth": 3, "grid": 2.0, "kind": "a"}

    [found] = of(space, (loss("v"),), history, point).metrics

    assert {c.parameter: c.value for c in found.up} == {"rate": pytest.approx(10**-1.8), "depth": 4, "grid": 50.0}
    assert {c.parameter: c.value for c in found.down} == {"rate": pytest.approx(10**-2.2), "depth": 2, "grid": 1.0}
    assert [(c.parameter, c.value) for c in found.alternatives] == [("kind", "b"), ("kind", "c")]
    assert next(c for c in found.up if c.parameter == "depth").change == pytest.approx(1.0, abs=0.3)
    assert found.alternatives[0].change == pytest.approx(1.0, abs=0.4)
    assert found.alternatives[1].change == pytest.approx(0.0, abs=0.4)


def test_at_a_bound_there_is_but_one_way_to_go():
    history = runs(box(1), 15, {"v": lambda a: a["x000"]})

    [found] = of(box(1), (loss("v"),), history, {"x000": 0.0}).metrics

    assert found.down == ()
    assert [c.value for c in found.up] == [pytest.approx(0.05)]


@pytest.mark.parametrize(
    ("space", "point"),
    [
        (TRIANGLE, {"x": 6.0, "y": 4.0, "z": 0.0}),
        (PORTIONS, {"a": 3, "b": 5, "c": 4, "d": 7.0, "e": 1.0}),
        (BRANCHED, {"solver": "sgd", "decay": "off", "always": 0.5, "momentum": 0.9}),
    ],
    ids=["linear constraint", "whole numbers too", "conditions"],
)
def test_only_legal_points_are_looked_at(space, point):
    history = [measured(a, {"v": float(i % 5)}) for i, a in enumerate(points(space, 20))]

    found = of(space, (loss("v"),), history, point)

    assert found.assignments == pytest.approx(point)
    [metric] = found.metrics
    existing = {p.name for p in space.existing(point)}
    for change in (*metric.down, *metric.up, *metric.alternatives):
        space.validate({**point, change.parameter: change.value})
        assert change.parameter in existing
        assert change.value != point[change.parameter]


def test_where_there_are_only_categories_it_tells_of_those_alone():
    space = SearchSpace((CategoricalParameter("k", ("a", "b", "c")), CategoricalParameter("l", ("a", "b"))))
    history = [measured({"k": k, "l": m}, {"v": "abc".index(k) + 0.1 * "ab".index(m)}) for k in "abc" for m in "ab"]

    [found] = of(space, (loss("v"),), history, {"k": "a", "l": "a"}).metrics

    assert (found.down, found.up, found.expected_change, found.worst_change) == ((), (), 0.0, 0.0)
    assert {(c.parameter, c.value) for c in found.alternatives} == {("k", "b"), ("k", "c"), ("l", "b")}
    assert found.sentence.startswith("The largest single change is +2, with k at c.")


def test_of_a_constraint_it_tells_how_likely_it_is_still_met():
    history = runs(box(1), 20, {"v": lambda a: a["x000"], "c": lambda a: a["x000"]})
    metrics = (loss("v"), limit("c", 0.5))

    at = {x: of(box(1), metrics, history, {"x000": x}).metrics for x in (0.3, 0.5, 0.7)}

    assert [found[0].p_met for found in at.values()] == [None] * 3
    assert [found[1].p_met for found in at.values()] == [1.0, pytest.approx(0.5, abs=0.1), 0.0]


def test_it_depends_on_the_history_not_on_its_order():
    history = runs(box(2), 15, {"v": lambda a: a["x000"]}, noise=0.1)
    mixed, _ = shuffled(history)

    found = of(box(2), (loss("v"),), history, {"x000": 0.5, "x001": 0.5}, share=0.1)

    assert of(box(2), (loss("v"),), mixed, {"x000": 0.5, "x001": 0.5}, share=0.1) == found
    assert json.loads(json.dumps(found.to_dict()))["share"] == 0.1


@pytest.mark.parametrize("values", [[], [1.0, 2.0], [3.0] * 9], ids=["nothing", "too few", "all equal"])
def test_without_a_model_nothing_is_told(values):
    history = [measured({"x000": i / 10}, {"v": v}) for i, v in enumerate(values)]

    assert of(box(1), (loss("v"),), history, {"x000": 0.5}) is None
