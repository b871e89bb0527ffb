"""Whatever was observed, in whatever space: explanations are finite, legal and ready for JSON."""

import json

import numpy as np
import pytest

from optsvc.domain.space import CategoricalParameter, DoubleParameter, SearchSpace
from optsvc.engine import (
    Seed,
    contour,
    failure_regions,
    metric_importances,
    partial_dependence,
    random_point,
    slices,
)
from tests.engine.builders import MIXED, failed, observed, problem
from tests.engine.spaces import SPACES

SEED = Seed(1, 0)


def explained(space, rows):
    """Everything that there is to say, as it is sent."""
    asked = problem(space)
    metric = asked.metrics[0]
    found = [
        failure_regions(asked, rows, seed=SEED),
        metric_importances(asked, rows, seed=SEED, metric=metric),
        slices(asked, rows, seed=SEED, metric=metric),
        partial_dependence(asked, rows, seed=SEED, metric=metric),
    ]
    axes = [one.name for one in found[2].slices] if found[2] else []
    if len(axes) > 1:
        found.append(contour(asked, rows, seed=SEED, metric=metric, names=(axes[0], axes[1])))
    return [json.loads(json.dumps(one.to_dict(), allow_nan=False)) for one in found if one is not None]


def points_of(space, count):
    return [random_point(problem(space), seed=Seed(5, i)).assignments for i in range(count)]


@pytest.mark.parametrize("space", [MIXED, *SPACES.values()], ids=["mixed", *SPACES])
def test_in_every_kind_of_space(space):
    rng = np.random.default_rng(0)
    rows = [failed(p) if rng.random() < 0.2 else observed(p, rng.normal(), 0.1) for p in points_of(space, 25)]

    assert len(explained(space, rows)) == 5


@pytest.mark.parametrize("scale", [1e-300, 1e150, 1e307])
def test_with_values_of_every_size(scale):
    rng = np.random.default_rng(1)
    rows = [observed(p, scale * min(rng.lognormal(sigma=3.0), 15.0)) for p in points_of(MIXED, 25)]

    assert len(explained(MIXED, rows)) == 5


def test_with_points_outside_the_space_and_categories_that_are_gone():
    rows = [observed(p, p["a"]) for p in points_of(MIXED, 25)]
    rows += [observed({**rows[0].assignments, "a": 1e30, "b": 1e-200, "c": -999, "d": "gone"}, -1e9)]
    rows += [failed({**rows[1].assignments, "a": -1e300})]

    assert len(explained(MIXED, rows)) == 5


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_with_next_to_nothing(count):
    rows = [observed(p, p["a"]) for p in points_of(MIXED, count)]

    assert explained(MIXED, rows)[0]["rules"] == []


def test_in_a_space_without_a_choice():
    space = SearchSpace((CategoricalParameter("c", ("only",)), DoubleParameter("x", 1.0, 1.0)))

    assert len(explained(space, [observed({"c": "only", "x": 1.0}, float(i)) for i in range(30)])) == 1
