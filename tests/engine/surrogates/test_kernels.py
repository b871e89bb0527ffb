import numpy as np
import pytest
from sklearn.gaussian_process.kernels import Matern

from optsvc.engine.backend import NUMPY
from optsvc.engine.surrogates.kernels import matern52, matern52_value, squared_distance

rng = np.random.default_rng(0)


def test_the_covariance_is_that_of_scikit_learn():
    a, b, scales = rng.random((7, 3)), rng.random((5, 3)), np.array([0.2, 0.7, 3.0])

    K, _ = matern52(squared_distance(a, b, 1 / scales**2, NUMPY), 2.5, NUMPY)

    np.testing.assert_allclose(K, 2.5 * Matern(length_scale=scales, nu=2.5)(a, b), rtol=1e-12)


def test_both_forms_of_the_covariance_agree():
    distance = rng.random(50) * 10

    np.testing.assert_allclose(matern52_value(distance, 1.7, NUMPY), matern52(distance, 1.7, NUMPY)[0], rtol=1e-13)


@pytest.mark.parametrize("distance", [1e-4, 0.01, 0.5, 3.0, 40.0])
def test_the_slope_by_squared_distance_is_minus_half_of_p(distance):
    step = 1e-4 * distance
    high, low = (matern52(np.array(distance + s), 1.3, NUMPY)[0] for s in (step, -step))

    assert (high - low) / (2 * step) == pytest.approx(-0.5 * matern52(np.array(distance), 1.3, NUMPY)[1], rel=1e-6)


def test_a_point_is_at_no_distance_from_itself():
    _, P = matern52(np.zeros(1), 1.0, NUMPY)

    assert P[0] == pytest.approx(5 / 3)
