"""Histories at the edge of what there can be: an answer in finite numbers, never an exception."""

import json
import math

import pytest

from optsvc.domain.space import CategoricalParameter, SearchSpace
from optsvc.engine import Prediction, Problem, belief, convergence, coverage, health, robustness
from tests.engine.analysis.builders import SEED, gain, limit, loss, measured, points
from tests.engine.builders import MIXED, box
from tests.engine.spaces import SPACES


def answers(space, metrics, history):
    problem = Problem(space, metrics, budget=30)
    predictions = {m.name: [Prediction(1.7e308, 1.0, -1.7e308)] * 12 for m in metrics}
    yield belief(problem, history, seed=SEED)
    yield health(problem, history, seed=SEED, predictions=predictions)
    yield convergence(problem, history, seed=SEED)
    yield coverage(problem, history, seed=SEED)
    yield robustness(problem, history, assignments=history[0].assignments, seed=SEED)


def is_finite(value):
    if isinstance(value, dict):
        return all(is_finite(inner) for inner in value.values())
    if isinstance(value, list):
        return all(is_finite(inner) for inner in value)
    return not isinstance(value, float) or math.isfinite(value)


def checked(space, metrics, history):
    for found in answers(space, metrics, history):
        assert found is None or is_finite(json.loads(json.dumps(found.to_dict())))


@pytest.mark.parametrize(
    ("size", "metrics"),
    [
        (1e-300, (gain("p"),)),
        (1.7e308, (loss("p"),)),
        (1e300, (loss("p"), gain("q"))),
        (1.7e308, (loss("p"), limit("q", 0.0))),
    ],
)
def test_values_may_be_as_large_or_small_as_there_are(size, metrics):
    spots = points(box(2), 18)
    history = [measured(a, {"p": size * (-1.0) ** i, "q": size * a["x000"]}) for i, a in enumerate(spots)]

    checked(box(2), metrics, [*history, measured(spots[0], {"p": 0.0, "q": 0.0})])


@pytest.mark.parametrize("name", ["finite branches", "everything", "portions"])
def test_every_kind_of_space_will_do(name):
    space = SPACES[name]
    history = [measured(a, {"p": float(i % 7), "q": float(i)}) for i, a in enumerate(points(space, 14))]

    checked(space, (loss("p"), limit("q", 9.0)), history)


def test_a_space_without_a_choice_and_points_outside_it_do_no_harm():
    fixed = SearchSpace((CategoricalParameter("only", ("this",)),))
    checked(fixed, (loss("p"),), [measured({"only": "this"}, {"p": float(i)}) for i in range(14)])

    far = {"a": 1e9, "b": 1e-30, "c": -50, "d": "removed", "e": 0.1}
    history = [measured(far, {"p": 0.0})] + [measured(a, {"p": a["a"]}) for a in points(MIXED, 14)]
    checked(MIXED, (loss("p"),), history)
