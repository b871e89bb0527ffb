from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.pareto.boxes import free_boxes
from optsvc.engine.pareto.hypervolume import hypervolume
from tests.engine.pareto.sets import curved_front, points

BOTTOM, TOP = -2.0, 3.5


def boxes_of(front, defaults=DEFAULTS):
    boxes = free_boxes(front, np.full(front.shape[1], TOP), defaults)
    return np.maximum(boxes.lower, BOTTOM), boxes.upper


def volume(lower, upper):
    return np.prod(upper - lower, axis=1).sum()


@given(front=points())
def test_the_boxes_fill_what_the_front_leaves_of_the_space(front):
    lower, upper = boxes_of(front)

    assert (lower < upper).all()
    left = (TOP - BOTTOM) ** front.shape[1] - hypervolume(front, np.full(front.shape[1], TOP))
    assert volume(lower, upper) == pytest.approx(left, rel=1e-12)


@given(front=points())
def test_the_boxes_are_disjoint_and_nothing_in_them_is_dominated(front):
    lower, upper = boxes_of(front)

    overlaps = np.minimum(upper, upper[:, None]) - np.maximum(lower, lower[:, None])
    together = (overlaps > 0.0).all(axis=2)
    assert (together == np.eye(len(lower), dtype=bool)).all()
    assert not (front < upper[:, None]).all(axis=2).any()


@pytest.mark.parametrize(("objectives", "count"), [(1, 1), (2, 31), (3, 61)])
def test_there_are_as_few_boxes_as_there_can_be(objectives, count):
    assert len(boxes_of(curved_front(30, objectives))[0]) == count


@pytest.mark.parametrize(("objectives", "limits"), [(3, (12, 99)), (4, (99, 12))])
def test_of_a_large_front_those_points_count_that_add_most_one_after_the_other(objectives, limits):
    front = curved_front(25, objectives)
    reference = np.full(objectives, TOP)
    kept = []
    for _ in range(12):
        volumes = [hypervolume(front[[*kept, i]], reference) for i in range(25)]
        kept.append(int(np.argmax(volumes)))

    lower, upper = boxes_of(front, replace(DEFAULTS, front_points=limits))

    expected = boxes_of(front[kept])
    np.testing.assert_array_equal(np.sort(lower, axis=0), np.sort(expected[0], axis=0))
    np.testing.assert_array_equal(np.sort(upper, axis=0), np.sort(expected[1], axis=0))
