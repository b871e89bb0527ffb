import json

import pytest

from optsvc.domain.metrics import Metric, Objective
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.domain.space import CategoricalParameter, IntParameter, SearchSpace
from optsvc.engine import Problem, Seed, importances, metric_importances
from tests.engine.builders import box, failed, history, observed, problem
from tests.engine.spaces import BRANCHED

SEED = Seed(1, 0)


def of(space, rows, objective=Objective.MINIMIZE):
    asked = problem(space, objective)
    return metric_importances(asked, rows, seed=SEED, metric=asked.metrics[0])


def by_name(found):
    return {parameter.name: parameter for parameter in found.parameters}


def test_shares_are_those_of_the_plain_importances_and_say_how_sure_they_are():
    rows = history(box(3), 200, lambda a: 3 * a["x000"] + 2 * a["x001"] ** 2)

    found = of(box(3), rows)

    assert {p.name: p.share for p in found.parameters} == pytest.approx(importances(problem(box(3)), rows, seed=SEED))
    assert [p.name for p in found.parameters] == ["x000", "x001", "x002"]
    assert all(0.0 < p.stddev < 0.1 for p in found.parameters[:2])
    assert (found.values, found.best) == (200, 20)


def test_one_that_alone_decides_has_all_in_both_views_and_interacts_with_none():
    found = of(box(4), history(box(4), 150, lambda a: abs(a["x002"] - 0.3)))

    assert by_name(found)["x002"].share > 0.95
    assert by_name(found)["x002"].among_best > 0.95
    assert found.interactions == ()


def test_those_that_matter_only_together_are_told_as_a_pair():
    found = of(box(3), history(box(3), 300, lambda a: (a["x000"] - 0.5) * (a["x001"] - 0.5)))

    assert found.interactions[0].names == ("x000", "x001")
    assert found.interactions[0].share > 0.5
    assert len(found.interactions) == 1


def test_a_sum_has_no_interactions():
    found = of(box(3), history(box(3), 300, lambda a: a["x000"] + 2 * a["x001"] ** 2 + a["x002"]))

    assert found.interactions == ()


def test_conditionals_and_what_hangs_on_them_have_importances():
    rows = history(BRANCHED, 200, lambda a: {"adam": 1, "rms": 5, "sgd": 0}[a["solver"]] + 8 * a.get("momentum", 1.0))

    found = of(BRANCHED, rows)

    assert set(by_name(found)) == {"always", "momentum", "steps", "mode", "rate", "solver", "decay"}
    assert {p.name for p in found.parameters[:2]} == {"solver", "momentum"}
    assert found.interactions[0].names == ("solver", "momentum")


def test_each_metric_by_name_and_in_its_own_direction():
    def row(point):
        return Observation(point, (MetricEvaluation("p", point["x000"]), MetricEvaluation("q", point["x001"] ** 4)))

    rows = [row(o.assignments) for o in history(box(2), 100, lambda _: 0.0)]
    gain, loss = Metric("p", Objective.MAXIMIZE), Metric("q", Objective.MINIMIZE)

    of_gain, of_loss = (
        metric_importances(Problem(box(2), (gain, loss)), rows, seed=SEED, metric=m) for m in (gain, loss)
    )

    assert (of_gain.metric, of_loss.metric) == ("p", "q")
    assert by_name(of_gain)["x000"].among_best > 0.9
    assert by_name(of_loss)["x001"].share > 0.9


def test_neither_order_nor_failures_matter_and_few_values_have_no_best():
    space = SearchSpace((*box(2).parameters, IntParameter("one", 4, 4), CategoricalParameter("kind", ("a", "b"))))
    rows = history(space, 15, lambda a: a["x000"])

    found = of(space, rows)

    assert of(space, [failed(rows[0].assignments), *rows[::-1]]) == found
    assert by_name(found)["one"].share == 0.0
    assert found.best is None
    assert all(parameter.among_best is None for parameter in found.parameters)
    assert json.loads(json.dumps(found.to_dict())) == found.to_dict()


def test_nothing_is_said_where_nothing_can_be_told():
    assert of(box(2), [observed({"x000": 0.5, "x001": 0.5}, 1.0)] * 30) is None
