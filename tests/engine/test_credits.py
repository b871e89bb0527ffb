import math
from itertools import permutations

import pytest

from optsvc.domain.metrics import Metric, Objective
from optsvc.domain.observation import Forecast
from optsvc.engine.credits import mean_losses
from optsvc.engine.defaults import DEFAULTS
from tests.engine.builders import failed, observed


def judged(value, member="explore", **p_good):
    point = {"x": 0.0}
    observation = failed(point) if value is None else observed(point, value)
    return type(observation)(
        **{name: getattr(observation, name) for name in ("assignments", "values", "failed")},
        **{"forecast": Forecast(member, 1.0, p_good)},
    )


def losses(*past, objective=Objective.MINIMIZE):
    return mean_losses(past, Metric(objective=objective), DEFAULTS)


def test_who_foretells_well_loses_little():
    past = [judged(0.5, gp=0.9, tpe=0.6), judged(2.0, gp=0.2, tpe=0.6), judged(None, gp=0.1, tpe=0.6)]

    assert losses(*past) == {
        "gp": pytest.approx(-math.log(0.9 * 0.8 * 0.9) / 3),
        "tpe": pytest.approx(-math.log(0.6 * 0.4 * 0.4) / 3),
    }


def test_good_is_what_reaches_the_bar_in_the_direction_of_the_metric():
    past = [judged(1.0, gp=0.9), judged(1.5, gp=0.9)]

    assert losses(*past)["gp"] == pytest.approx(-math.log(0.9 * 0.1) / 2)
    assert losses(*past, objective=Objective.MAXIMIZE)["gp"] == pytest.approx(-math.log(0.9))


def test_a_members_own_suggestions_count_half():
    past = [judged(0.5, member="gp", gp=0.9), judged(2.0, gp=0.4)]

    assert losses(*past)["gp"] == pytest.approx((-0.5 * math.log(0.9) - math.log(0.6)) / 1.5)


def test_nobody_is_so_sure_that_one_mistake_ruins_it():
    assert losses(judged(2.0, gp=1.0))["gp"] == pytest.approx(-math.log(0.01))


def test_the_order_of_observations_does_not_matter():
    past = [judged(0.1 * k, gp=0.1 + 0.2 * k, tpe=0.77 / (k + 1)) for k in range(4)]

    assert len({tuple(losses(*some).items()) for some in permutations(past)}) == 1


def test_without_forecasts_there_are_no_credits():
    assert losses(observed({"x": 0.0}, 1.0)) == {}
