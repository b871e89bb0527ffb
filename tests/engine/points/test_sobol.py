import numpy as np
from scipy.stats import qmc

from optsvc.engine.points.sobol import sobol_points


def rng():
    return np.random.default_rng(4)


def test_parts_of_a_sequence_fit_together():
    whole = sobol_points(20, 3, rng())

    parts = np.vstack([sobol_points(1, 3, rng(), first=k) for k in range(20)])

    np.testing.assert_array_equal(whole, parts)


def test_points_are_spread_far_more_evenly_than_random_ones():
    points = sobol_points(256, 4, rng())

    assert qmc.discrepancy(points) < 0.2 * qmc.discrepancy(rng().random((256, 4)))
    assert points.min() > 0
    assert points.max() < 1


def test_each_half_of_each_axis_gets_its_share():
    points = sobol_points(64, 5, rng())

    assert (np.abs((points < 0.5).sum(axis=0) - 32) <= 1).all()


def test_another_shift_gives_other_points():
    assert not np.allclose(sobol_points(8, 2, rng()), sobol_points(8, 2, np.random.default_rng(5)))
