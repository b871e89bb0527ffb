"""Convergence: planted cases for each verdict, and what the numbers must obey."""

import json

import numpy as np
import pytest

from optsvc.engine import Outlook, Problem, convergence
from optsvc.engine.analysis.convergence import plateau, wide
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.remaining import remaining
from optsvc.engine.defaults import DEFAULTS
from tests.engine.analysis.builders import SEED, gain, limit, loss, measured, runs, shuffled
from tests.engine.builders import box, failed


def bowl(a):
    return 5.0 + (a["x000"] - 0.3) ** 2


def settled(value=bowl):
    """A function well known, best of all near its optimum, then results that bring nothing."""
    late = [0.29, 0.31, 0.3, 0.8, 0.83, 0.86, 0.89, 0.92]
    return [*runs(box(1), 20, {"v": value}), *(measured({"x000": x}, {"v": value({"x000": x})}) for x in late)]


def of(metrics, history, space=None):
    return convergence(Problem(space or box(1), metrics), history, seed=SEED)


@pytest.mark.parametrize("metric", [loss("v"), gain("v")], ids=["less", "more"])
def test_where_all_is_known_and_nothing_comes_any_more_it_has_converged(metric):
    sign = 1.0 if metric == loss("v") else -1.0

    found = of((metric,), settled(lambda a: sign * bowl(a)))

    assert found.outlook is Outlook.CONVERGED
    assert {s.name: s.reached for s in found.signals} == {"regret_bound": True, "remaining_gain": True, "plateau": True}
    assert all(np.isfinite(list(s.figures.values())).all() for s in found.signals)
    json.dumps(found.to_dict())


def test_while_results_improve_it_goes_on_and_says_by_how_much():
    history = [measured({"x000": 1.0 - i / 20}, {"v": 10.0 * (1.0 - i / 20)}) for i in range(15)]

    found = of((loss("v"),), history)

    assert found.outlook is Outlook.PROGRESSING
    signals = {s.name: s for s in found.signals}
    assert signals["plateau"].reached is False
    assert signals["plateau"].figures["gain"] == pytest.approx(2.5)
    assert signals["remaining_gain"].figures["recent_gain"] == pytest.approx(1.5)
    # Three twentieths of the line are left, 3.0 of the values.
    assert signals["regret_bound"].figures["regret_bound"] == pytest.approx(3.0, abs=0.7)


def test_where_much_is_unknown_a_plateau_is_not_enough():
    rng = np.random.default_rng(2)
    history = [
        measured({f"x{j:03d}": float(x) for j, x in enumerate(row)}, {"v": float(np.sin(37.0 * row).sum())})
        for row in rng.random((30, 4))
    ]
    worst = sorted(history, key=lambda o: o.values[0].value)

    found = of((loss("v"),), worst, box(4))

    assert found.outlook is Outlook.PROGRESSING
    assert {s.name: s.reached for s in found.signals} == {
        "regret_bound": False,
        "remaining_gain": False,
        "plateau": True,
    }
    assert found.sentence == found.signals[0].sentence


@pytest.mark.parametrize("count", [0, 1, 3, 9])
def test_a_few_results_are_too_few(count):
    history = [failed({"x000": 0.5}), *runs(box(1), count, {"v": bowl})]

    assert of((loss("v"),), history).outlook is Outlook.TOO_EARLY


def test_nothing_feasible_is_said_with_the_hardest_threshold():
    history = runs(box(1), 20, {"v": bowl, "easy": lambda a: a["x000"], "hard": lambda a: a["x000"]})

    found = of((loss("v"), limit("easy", 0.5), limit("hard", -1.0)), history)

    assert found.outlook is Outlook.INFEASIBLE
    assert "hard" in found.sentence
    assert "0 %" in found.sentence


def test_points_that_miss_thresholds_are_no_progress_and_hold_no_hope():
    history = [
        measured(o.assignments, {"v": o.values[0].value, "c": o.assignments["x000"]})
        for o in settled(lambda a: 5.0 - 3.0 * a["x000"])
    ]

    found = of((loss("v"), limit("c", 0.5)), history)

    signals = {s.name: s for s in found.signals}
    assert signals["plateau"].reached
    # The best of the space is 1.5 better than the best that keeps to the threshold.
    assert signals["regret_bound"].figures["regret_bound"] < 0.3


def test_without_an_objective_it_is_open_ended():
    found = of((limit("c", 0.5),), runs(box(1), 10, {"c": lambda a: a["x000"]}))

    assert found.outlook is Outlook.OPEN_ENDED
    assert "5 of 10" in found.sentence or "4 of 10" in found.sentence or "6 of 10" in found.sentence


@pytest.mark.parametrize(("step", "outlook"), [(0.0, Outlook.CONVERGED), (0.3, Outlook.PROGRESSING)])
def test_of_several_objectives_it_is_the_volume_and_the_front_that_stop(step, outlook):
    old = [{"p": x, "q": 1.0 - x} for x in np.linspace(0.0, 1.0, 10).tolist()]
    new = [{"p": x + 0.1 - step, "q": 1.1 - x - step} for x in np.linspace(0.2, 0.8, 5).tolist()]
    history = [measured({"x000": i / 15}, values) for i, values in enumerate(old + new)]

    found = of((loss("p"), loss("q")), history)

    assert found.outlook is outlook
    volume, front = found.signals
    assert (volume.figures["growth"] > 0.01) == (front.figures["new"] > 0) == (step > 0.0)
    assert of((loss("p"), loss("q")), history[:9]).outlook is Outlook.TOO_EARLY


def test_a_plateau_is_no_gain_or_hardly_any_after_enough_results():
    before = [5.0, 1.0, 2.0, 3.0, 4.0]

    assert plateau(np.array([*before, *[1.0] * 5]), 1, 0.0).reached is True
    assert plateau(np.array([*before, *[5.0] * 4, 0.9]), 1, 0.0).reached is False
    assert plateau(np.array([*before, *[5.0] * 4, 0.9]), 1, 0.2).reached is True
    assert plateau(np.array([*before[:4], *[5.0] * 5]), 1, 0.0).reached is None


def test_what_remains_does_not_depend_on_the_order_and_shrinks_with_what_is_known():
    def left(history):
        problem = Problem(box(2), (loss("v"),))
        fitted = FittedMetric.fit(problem, history, problem.metrics[0], seed=SEED, defaults=wide(2, DEFAULTS))
        return remaining(fitted, [], problem.space, SEED)

    few, many = (runs(box(2), n, {"v": bowl}) for n in (8, 40))
    mixed, _ = shuffled(many)

    assert left(mixed) == left(many)
    assert 0.0 <= left(many).regret_bound < left(few).regret_bound
    assert left(many).expected_gain < left(few).regret_bound
