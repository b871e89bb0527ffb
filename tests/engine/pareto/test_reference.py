import numpy as np
import pytest

from optsvc.engine.pareto.reference import extent, reference_point

NONE = [np.nan, np.nan]
FRONT = [[0.0, 5.0], [10.0, 3.0]]


@pytest.mark.parametrize(
    ("front", "values", "expected"),
    [
        (FRONT, [[99.0, 99.0]], [10.0, 2.0]),
        ([[1.0, 2.0]], [[1.0, 2.0], [11.0, 22.0]], [10.0, 20.0]),
        ([[1.0, 2.0]], [[1.0, 2.0], [11.0, 2.0]], [10.0, 1.0]),
    ],
    ids=["of the front", "one point: of all values", "no range at all: 1"],
)
def test_the_extent_of_a_front(front, values, expected):
    np.testing.assert_array_equal(extent(np.array(front), np.array(values)), expected)


def test_the_reference_point_lies_a_share_of_the_extent_beyond_the_worst_of_the_front():
    found = reference_point(np.array(FRONT), np.array(FRONT), np.array(NONE), 0.1)

    np.testing.assert_allclose(found, np.array([10.0, 5.0]) + 0.1 * np.array([10.0, 2.0]))


def test_thresholds_come_first():
    found = reference_point(np.array(FRONT), np.array(FRONT), np.array([np.nan, 4.0]), 0.1)

    assert found[0] > 10.0
    assert found[1] == 4.0
