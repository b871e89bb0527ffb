"""The health report: planted cases for each verdict of each card."""

import json

import numpy as np
import pytest

from optsvc.domain.space import CategoricalParameter, Conditional, DoubleParameter, IntParameter, SearchSpace
from optsvc.engine import Prediction, Problem, Verdict, health
from tests.engine.analysis.builders import SEED, gain, limit, loss, measured, points, runs, shuffled
from tests.engine.builders import box, failed

PASS, WARN, FAIL, UNKNOWN = Verdict.PASS, Verdict.WARN, Verdict.FAIL, Verdict.UNKNOWN


ONE = (loss("v"),)


def card(name, history, *, metrics=ONE, space=None, budget=None, metric=None, predictions=None):
    report = health(Problem(space or box(2), metrics, budget), history, seed=SEED, predictions=predictions)
    [found] = [c for c in report.cards if c.name == name and metric in (None, c.metric)]
    return found


def line(a):
    return a["x000"] + 0.5 * a["x001"]


def noise(seed=1):
    rng = np.random.default_rng(seed)
    return lambda _: float(rng.standard_normal())


def with_failures(pattern):
    spots = points(box(2), len(pattern))
    return [failed(a) if f else measured(a, {"v": line(a)}) for a, f in zip(spots, pattern, strict=True)]


@pytest.mark.parametrize(
    ("pattern", "verdict", "told"),
    [
        ([0] * 20, PASS, "None of 20"),
        ([1] * 8 + [0] * 12, PASS, "have become rare"),
        ([1] * 8 + [0] * 2 + [1] * 2 + [0] * 8, WARN, "becoming rarer"),
        ([1, 0, 0, 0] * 5, WARN, "in common"),
        ([1, 1, 1, 0] * 5, FAIL, "shrink the search space"),
        ([1, 0], UNKNOWN, "too few"),
    ],
)
def test_failures_are_judged_by_how_many_there_are_lately(pattern, verdict, told):
    found = card("failures", with_failures(pattern))

    assert found.verdict is verdict
    assert told in found.sentence


@pytest.mark.parametrize(("copies", "verdict"), [(0, PASS), (2, PASS), (10, WARN), (30, FAIL)])
def test_repeats_that_teach_nothing_are_waste(copies, verdict):
    history = runs(box(2), 20, {"v": line})

    found = card("duplicates", history + [history[i % 20] for i in range(copies)])

    assert found.verdict is verdict
    assert found.figures["repeated"] == copies
    assert found.figures["noise"] == [{"metric": "v", "stddev": 0.0}]


def test_repeats_that_differ_tell_the_noise():
    wobble = noise()
    history = [measured(a, {"v": line(a) + 0.1 * wobble(a)}) for a in points(box(2), 40) for _ in range(2)]

    found = card("duplicates", history)

    assert found.verdict is PASS
    assert found.figures["noise"][0]["stddev"] == pytest.approx(0.1, rel=0.25)
    assert "v varies by" in found.sentence


RATE = SearchSpace(
    (
        DoubleParameter("learning_rate", 1e-4, 0.1, log=True),
        IntParameter("depth", 1, 3),
        CategoricalParameter("kind", ("a", "b")),
    )
)


def near_the_bound(count):
    """Of the five best, so many lie at the upper bound."""
    rates = [0.099, 0.0985, 0.098, 0.0995, 0.1]
    best = [
        {"learning_rate": rates[i] if i < count else 0.003 + i / 1e4, "depth": 1 + i % 3, "kind": "a"} for i in range(5)
    ]
    rest = [measured(a, {"v": 10.0 + i}) for i, a in enumerate(points(RATE, 15))]
    return [measured(a, {"v": float(i)}) for i, a in enumerate(best)] + rest


@pytest.mark.parametrize(("count", "verdict"), [(0, PASS), (2, PASS), (4, WARN), (5, FAIL)])
def test_best_points_piled_at_a_bound_ask_for_it_to_be_widened(count, verdict):
    found = card("space_edges", near_the_bound(count), space=RATE)

    assert found.verdict is verdict
    if count >= 4:
        pile = {"parameter": "learning_rate", "bound": "upper", "value": pytest.approx(0.1), "near": count, "of": 5}
        assert found.figures["piled"] == [pile]
        assert f"learning_rate: {count} of the 5 best lie within 2 % of the upper bound 0.1" in found.sentence
        assert "widen it" in found.sentence


def test_a_parameter_that_does_not_exist_at_the_best_points_is_not_at_its_bound():
    space = SearchSpace(
        (DoubleParameter("x", 0.0, 1.0), DoubleParameter("y", 0.0, 1.0, conditions=(("gate", ("on",)),))),
        (Conditional("gate", ("on", "off")),),
    )
    history = [measured({"gate": "off", "x": 0.3 + i / 50}, {"v": float(i)}) for i in range(12)]

    assert card("space_edges", history, space=space).verdict is PASS


def test_the_good_points_of_several_objectives_are_the_front():
    history = [measured({"x000": 0.0, "x001": i / 20}, {"p": i, "q": -i}) for i in range(6)]
    history += [measured(a, {"p": 20.0, "q": 20.0}) for a in points(box(2), 12)]

    found = card("space_edges", history, metrics=(loss("p"), loss("q")))

    assert found.figures["good_points"] == 6
    assert found.figures["piled"][0]["parameter"] == "x000"
    assert found.verdict is FAIL


def test_a_small_front_is_too_little_to_tell_of_bounds():
    history = [measured(a, {"p": float(i), "q": float(i)}) for i, a in enumerate(points(box(2), 12))]

    found = card("space_edges", history, metrics=(loss("p"), loss("q")))

    assert found.verdict is UNKNOWN
    assert found.sentence == "1 good point so far: too few to tell."


@pytest.mark.parametrize(
    ("value", "verdict", "told"),
    [
        (line, PASS, "range from"),
        (lambda a: 0.0 if a["x000"] < 0.95 else 1.0, WARN, "of the values are 0"),
        (lambda a: 1e6 + 1e-3 * line(a), WARN, "first digits"),
        (lambda _: 3.0, FAIL, "All 20 values are 3"),
    ],
)
def test_values_that_hardly_differ_teach_little(value, verdict, told):
    found = card("spread", runs(box(2), 20, {"v": value}))

    assert found.verdict is verdict
    assert told in found.sentence


@pytest.mark.parametrize(
    ("budget", "count", "verdict"),
    [(20, 5, PASS), (None, 20, PASS), (12, 5, WARN), (6, 5, FAIL), (None, 5, UNKNOWN)],
)
def test_the_budget_is_held_against_the_number_of_parameters(budget, count, verdict):
    found = card("budget", runs(box(2), count, {"v": line}), budget=budget)

    assert found.verdict is verdict
    assert "2 parameters take about 20 evaluations" in found.sentence


@pytest.mark.parametrize(("threshold", "verdict"), [(0.5, PASS), (0.05, WARN), (-1.0, FAIL)])
def test_thresholds_that_hardly_anything_reaches_are_named(threshold, verdict):
    history = runs(box(2), 40, {"v": line, "easy": lambda a: -a["x000"], "hard": lambda a: a["x001"]})

    found = card("constraints", history, metrics=(loss("v"), limit("easy", 2.0), limit("hard", threshold)))

    assert found.verdict is verdict
    assert ("hard" in found.sentence) == (verdict is not PASS)
    assert found.figures["metrics"][0]["share"] == 1.0


@pytest.mark.parametrize(
    ("signal", "verdict", "told"),
    [(1.0, PASS, "explains"), (0.0, FAIL, "no better than guessing")],
)
def test_a_model_is_held_against_guessing_the_mean(signal, verdict, told):
    wobble = noise(4)

    found = card("fit", runs(box(2), 40, {"v": lambda a: signal * line(a) + 0.05 * wobble(a)}))

    assert found.verdict is verdict
    assert told in found.sentence


def test_a_model_that_explains_a_part_is_a_warning():
    wobble = noise(4)

    found = card("fit", runs(box(2), 60, {"v": lambda a: line(a) + 0.4 * wobble(a)}))

    assert found.verdict is WARN
    assert 0.1 < found.figures["explained"] < 0.5


def test_a_smooth_function_is_well_calibrated():
    found = card("calibration", runs(box(2), 40, {"v": lambda a: np.sin(3.0 * line(a))}, noise=0.05))

    assert found.verdict is PASS
    assert found.figures["coverage"] > 0.85


def predicted(count, off):
    """So many predictions, of which `off` missed their interval."""
    return {"v": [Prediction(float(i), 1.0, float(i) + (5.0 if i < off else 0.5)) for i in range(count)]}


@pytest.mark.parametrize(("count", "off", "verdict"), [(40, 2, PASS), (40, 7, WARN), (40, 15, FAIL), (5, 5, UNKNOWN)])
def test_stored_predictions_are_held_against_what_came_out(count, off, verdict):
    found = card("honesty", runs(box(2), 10, {"v": line}), predictions=predicted(count, off))

    assert found.verdict is verdict
    assert found.figures["covered"] == count - off
    assert found.metric == "v"


def test_the_report_has_a_card_of_each_metric_the_worst_first_and_is_json():
    history = runs(box(2), 15, {"p": line, "q": lambda _: 2.0})

    report = health(Problem(box(2), (gain("p"), limit("q", 3.0))), history, seed=SEED, predictions={})

    told = [c.verdict for c in report.cards]
    assert report.verdict is told[0] is FAIL
    assert told == sorted(told, key=[FAIL, WARN, UNKNOWN, PASS].index)
    for name in ("spread", "fit", "calibration", "honesty"):
        assert {c.metric for c in report.cards if c.name == name} == {"p", "q"}
    assert json.loads(json.dumps(report.to_dict()))["verdict"] == "fail"


def test_only_the_card_on_failures_depends_on_the_order():
    history = [*with_failures([1, 0, 0, 1] * 5), *runs(box(2), 5, {"v": line})]
    mixed, _ = shuffled(history)

    one, other = (health(Problem(box(2), (loss("v"),)), h, seed=SEED).cards for h in (history, mixed))

    assert [c for c in one if c.name != "failures"] == [c for c in other if c.name != "failures"]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_next_to_nothing_observed_is_no_failure(count):
    for metrics in ((loss("v"),), (loss("v"), limit("c", 0.5)), (limit("v", 1.0), limit("c", 0.5))):
        history = [failed({"x000": 0.2, "x001": 0.1})] * count + runs(box(2), count, {"v": line, "c": line})

        report = health(Problem(box(2), metrics), history, seed=SEED, predictions={})

        assert report.verdict is UNKNOWN
        assert all(c.sentence for c in report.cards)
