"""How well the region that meets all constraints is covered, against regions that are known."""

import numpy as np
import pytest

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.engine import Problem, Seed, coverage
from tests.engine.builders import box

SPACE = box(2)
NAMES = [parameter.name for parameter in SPACE.parameters]
SEED = Seed(1, 0)
DISC = Metric("distance", Objective.MINIMIZE, Strategy.CONSTRAINT, 0.3)
"""Of a disc around the middle of the unit square: 28 % of it."""


def away(points):
    return np.hypot(*(points - 0.5).T)


def past(points, values=None, failed=()):
    values = away(points) if values is None else values
    return [
        Observation(dict(zip(NAMES, map(float, x), strict=True)), (MetricEvaluation("distance", float(v)),))
        for x, v in zip(points, values, strict=True)
    ] + [Observation(dict(zip(NAMES, map(float, x), strict=True)), failed=True) for x in failed]


def grid(count):
    along = (np.arange(count) + 0.5) / count
    return np.array([(x, y) for x in along for y in along])


def test_the_region_and_what_is_covered_of_it_are_as_they_truly_are():
    points = grid(6)[away(grid(6)) > 0.1]

    found = coverage(Problem(SPACE, (DISC,)), past(points), seed=SEED)

    sample = np.random.default_rng(0).random((20_000, 2))
    inside = sample[away(sample) <= 0.3]
    good = points[away(points) <= 0.3]
    nearest = np.linalg.norm(inside[:, None] - good, axis=2).min(axis=1)
    assert (found.satisfying, found.observations) == (len(good), len(points))
    assert found.region_share == pytest.approx(np.pi * 0.09, abs=0.02)
    assert found.radius == pytest.approx(0.1 * np.sqrt(2))
    assert found.covered == pytest.approx((nearest <= found.radius).mean(), abs=0.02)
    assert found.fill_distance == pytest.approx(nearest.max(), abs=0.03)
    gap = np.array([[found.widest_gap[name] for name in NAMES]])
    assert away(gap)[0] <= 0.32


def test_more_points_cover_more_and_gaps_become_narrower():
    few, many = (coverage(Problem(SPACE, (DISC,)), past(grid(n)), seed=SEED) for n in (4, 9))

    assert few.covered < many.covered == pytest.approx(1.0, abs=0.01)
    assert few.fill_distance > many.fill_distance


def test_where_evaluations_fail_is_no_part_of_the_region():
    points = grid(8)
    left = points[:, 0] < 0.5

    whole = coverage(Problem(SPACE, (DISC,)), past(points), seed=SEED)
    half = coverage(Problem(SPACE, (DISC,)), past(points[~left], failed=points[left]), seed=SEED)

    assert half.region_share < 0.7 * whole.region_share


def test_nothing_satisfies_and_nothing_is_covered():
    points = grid(6)
    found = coverage(Problem(SPACE, (DISC,)), past(points[away(points) > 0.4]), seed=SEED)

    assert (found.satisfying, found.fill_distance, found.widest_gap) == (0, None, None)
    assert found.covered in (0.0, None)
    assert found.sentence.startswith("0 of ")


def test_a_region_too_small_to_be_seen_is_said_to_be():
    tiny = Metric("distance", Objective.MINIMIZE, Strategy.CONSTRAINT, 1e-5)

    found = coverage(Problem(SPACE, (tiny,)), past(grid(7), values=away(grid(7)) ** 2), seed=SEED)

    assert found.satisfying == 1
    assert found.covered is None
    assert "cannot be told" in found.sentence


@pytest.mark.parametrize(("value", "told"), [(0.1, True), (0.9, False)])
def test_a_constraint_whose_values_are_all_equal_is_met_everywhere_or_unknown(value, told):
    found = coverage(Problem(SPACE, (DISC,)), past(grid(4), values=np.full(16, value)), seed=SEED)

    assert (found is not None) == told
    assert found is None or found.region_share == 1.0


def test_without_values_there_is_nothing_to_tell():
    assert coverage(Problem(SPACE, (DISC,)), [], seed=SEED) is None
