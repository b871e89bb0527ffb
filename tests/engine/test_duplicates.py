import numpy as np

from optsvc.engine.duplicates import conflicts, first_free


def test_points_conflict_only_if_all_coordinates_agree():
    taken = np.array([[0.2, 0.5]])
    points = np.array([[0.2, 0.5], [0.2, 0.5 + 1e-9], [0.2, 0.6], [0.2 + 1e-5, 0.5]])

    np.testing.assert_array_equal(conflicts(points, taken, 1e-6), [True, True, False, False])


def test_the_first_free_point_is_found_beyond_many_taken_ones():
    points = np.linspace(0, 1, 300)[:, None]

    assert first_free(points, points[:251], 1e-6) == 251
    assert first_free(points, points, 1e-6) is None
