import json
import math

import numpy as np
import pytest

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.domain.space import DoubleParameter, IntParameter, SearchSpace
from optsvc.engine import Problem, Seed, contour, slices, suggest
from tests.engine.builders import MIXED, box, failed, history, observed, problem
from tests.engine.spaces import BRANCHED, TRIANGLE

SEED = Seed(1, 0)


def bowl(point):
    return (point["x000"] - 0.3) ** 2 + (point["x001"] - 0.6) ** 2


def of(space, rows, **options):
    asked = problem(space)
    return slices(asked, rows, seed=SEED, metric=asked.metrics[0], **options)


def by_name(found):
    return {one.name: one for one in found.slices}


def test_a_slice_passes_through_an_observed_point_and_is_sure_of_it():
    space = SearchSpace((IntParameter("k", 1, 9), *box(1).parameters))
    rows = history(space, 30, lambda a: (a["k"] - 4) ** 2 + a["x000"])
    best = min(rows, key=lambda row: row.values[0].value)

    found = of(space, rows)

    along = by_name(found)["k"]
    place = along.values.index(best.assignments["k"])
    assert found.point == best.assignments
    assert along.mean[place] == pytest.approx(best.values[0].value, abs=0.05)
    assert along.upper[place] - along.lower[place] < 0.2
    assert not along.extrapolates[place]


@pytest.mark.parametrize("objective", list(Objective))
def test_a_slice_follows_the_function_within_its_band(objective):
    asked = problem(box(2), objective)
    rows = history(box(2), 40, bowl)

    found = slices(asked, rows, seed=SEED, metric=asked.metrics[0], point={"x000": 0.5, "x001": 0.6})

    along = by_name(found)["x000"]
    truth = [bowl({"x000": value, "x001": 0.6}) for value in along.values]
    assert along.mean == pytest.approx(truth, abs=0.02)
    assert all(low <= mean <= high for low, mean, high in zip(along.lower, along.mean, along.upper, strict=True))
    assert np.mean([low <= y <= high for low, y, high in zip(along.lower, truth, along.upper, strict=True)]) > 0.9


def test_each_axis_is_walked_in_its_own_scale():
    space = SearchSpace((*MIXED.parameters, IntParameter("many", 0, 1000)))

    found = by_name(of(space, history(space, 30, lambda a: a["a"])))

    assert np.diff(found["a"].values) == pytest.approx(5.0 / 63)
    assert np.diff(np.log(found["b"].values)) == pytest.approx(math.log(1e6) / 63)
    assert found["c"].values == (1, 2, 3, 4, 5, 6)
    assert found["d"].values == ("red", "green", "blue")
    assert found["e"].values == (0.1, 0.2, 0.4, 0.8)
    assert (found["many"].values[0], found["many"].values[-1], len(found["many"].values)) == (0, 1000, 64)
    assert found["many"].p_success is None


def test_far_from_all_data_a_slice_says_that_it_extrapolates():
    space = SearchSpace((DoubleParameter("x", 0.0, 100.0),))
    rows = [observed({"x": x}, math.sin(3.0 * x)) for x in np.linspace(0.0, 10.0, 25).tolist()]

    [along] = of(space, rows).slices

    assert not any(flag for flag, x in zip(along.extrapolates, along.values, strict=True) if x < 9.0)
    assert all(flag for flag, x in zip(along.extrapolates, along.values, strict=True) if x > 40.0)


def test_where_evaluations_fail_the_probability_of_success_falls():
    rows = history(box(2), 40, bowl)
    rows = [failed(row.assignments) if row.assignments["x000"] > 0.7 else row for row in rows]

    along = by_name(of(box(2), rows, names=["x000"]))["x000"]

    assert along.p_success[0] > 0.8
    assert along.p_success[-1] < 0.3


def test_linear_constraints_are_marked_where_they_do_not_hold():
    found = by_name(of(TRIANGLE, history(TRIANGLE, 20, lambda a: a["x"]), point={"x": 5.0, "y": 4.0, "z": 0.0}))

    assert found["x"].legal == tuple(x <= 6.0 for x in found["x"].values)
    assert all(found["z"].legal)


def test_along_a_conditional_other_parameters_come_and_go():
    level = {"adam": 1.0, "rms": 5.0, "sgd": 9.0}
    rows = history(BRANCHED, 60, lambda a: level[a["solver"]])

    found = of(BRANCHED, rows)

    assert found.point["solver"] == "adam"
    assert "momentum" not in by_name(found)
    assert dict(zip(by_name(found)["solver"].values, by_name(found)["solver"].mean, strict=True)) == pytest.approx(
        level, abs=0.3
    )
    with pytest.raises(ValueError, match="'momentum' does not exist at"):
        of(BRANCHED, rows, names=["momentum"])


def test_a_contour_agrees_with_the_slices_across_it():
    asked, rows = problem(box(3)), history(box(3), 40, lambda a: bowl(a) + a["x002"])
    point = {"x000": 0.0, "x001": 1.0, "x002": 0.25}

    found = contour(asked, rows, seed=SEED, metric=asked.metrics[0], names=("x001", "x000"), point=point)

    assert np.shape(found.mean) == np.shape(found.stddev) == np.shape(found.extrapolates) == (32, 32)
    truth = [[bowl({"x001": y, "x000": x}) + 0.25 for x in found.values[1]] for y in found.values[0]]
    assert np.array(found.mean) == pytest.approx(np.array(truth), abs=0.05)
    ends = by_name(of(box(3), rows, point=point))["x000"].mean
    assert (found.mean[-1][0], found.mean[-1][-1]) == pytest.approx((ends[0], ends[-1]))


def test_all_metrics_are_cut_at_the_best_point_that_is_feasible():
    loss, size = Metric("loss", Objective.MINIMIZE), Metric("size", Objective.MINIMIZE, Strategy.CONSTRAINT, 0.5)
    rows = [
        Observation(
            o.assignments,
            (MetricEvaluation("loss", -o.assignments["x000"]), MetricEvaluation("size", o.assignments["x000"])),
        )
        for o in history(box(2), 30, bowl)
    ]
    asked = Problem(box(2), (loss, size))

    found = [slices(asked, rows, seed=SEED, metric=metric) for metric in (loss, size)]

    assert found[0].point == found[1].point
    assert found[0].point["x000"] == max(x for o in rows if (x := o.assignments["x000"]) <= 0.5)
    assert by_name(found[1])["x000"].mean[-1] == pytest.approx(1.0, abs=0.02)


def test_the_engines_state_spares_the_fit_and_the_order_does_not_matter():
    asked, rows = problem(box(2)), history(box(2), 30, bowl)
    _, state = suggest(asked, rows, [], seed=Seed(1, 30))

    spared = of(box(2), rows, state=state)

    assert of(box(2), rows[::-1], state=state) == spared
    assert by_name(of(box(2), rows))["x000"].mean == pytest.approx(by_name(spared)["x000"].mean, abs=0.02)


def test_the_results_are_ready_for_json():
    asked, rows = problem(MIXED), history(MIXED, 20, lambda a: a["a"])

    one = of(MIXED, rows)
    two = contour(asked, rows, seed=SEED, metric=asked.metrics[0], names=("c", "d"))

    for found in (one, two):
        assert json.loads(json.dumps(found.to_dict())) == found.to_dict()
    assert len(two.to_dict()["mean"]) == 6


def test_without_a_model_there_is_nothing_to_cut_and_names_are_checked():
    rows = history(box(2), 20, bowl)

    assert of(box(2), rows[:2]) is None
    assert of(box(2), [observed(row.assignments, 1.0) for row in rows]) is None
    with pytest.raises(ValueError, match="'nothing' is not a parameter"):
        of(box(2), rows, names=["nothing"])
    with pytest.raises(ValueError, match="got 'x000' twice"):
        contour(problem(box(2)), rows, seed=SEED, metric=Metric(objective=Objective.MINIMIZE), names=("x000", "x000"))
