import numpy as np
import pytest
from sklearn.gaussian_process.kernels import Matern

from optsvc.engine.backend import NUMPY
from optsvc.engine.surrogates.kernels import Kernel, matern52, matern52_value, squared_distance
from tests.engine.builders import numeric_gradient

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


def kernel(joint=1.3, additive=0.6):
    groups = np.array([0, 1, 1, 2])
    return Kernel(np.array([4.0, 1.0, 1.0, 9.0]), groups, joint, additive, NUMPY)


def test_without_what_each_does_alone_there_is_one_matern_function():
    a, b = rng.random((7, 4)), rng.random((5, 4))
    distance = squared_distance(a, b, kernel().inverse_squared_scale, NUMPY)

    np.testing.assert_allclose(kernel(additive=0.0).value(a, b), matern52_value(distance, 1.3, NUMPY), rtol=1e-12)


def test_what_each_does_alone_adds_up():
    # The mixed difference of a sum of functions of one parameter each is zero.
    a, b = rng.random((1, 4)), rng.random((5, 4))
    corners = np.repeat(a, 4, axis=0)
    corners[[1, 3], 0], corners[[2, 3], 3] = 0.9, 0.1

    K = kernel(joint=0.0).value(corners, b)

    np.testing.assert_allclose(K[0] - K[1] - K[2] + K[3], 0.0, atol=1e-12)
    together = kernel(additive=0.0).value(corners, b)
    assert np.abs(together[0] - together[1] - together[2] + together[3]).max() > 1e-3


def test_the_variance_is_that_of_a_point_with_itself():
    a = rng.random((3, 4))

    np.testing.assert_array_equal(np.diag(kernel().value(a, a)), kernel().variance)


@pytest.mark.parametrize("block", [1, 2**21])
def test_its_gradient_agrees_with_differences(monkeypatch, block):
    monkeypatch.setattr("optsvc.engine.surrogates.kernels.BLOCK", block)
    a, b, weights = rng.random((3, 4)), rng.random((6, 4)), rng.standard_normal((3, 6))

    K, slopes = kernel().value_and_slopes(a, b)
    gradient = kernel().gradient(weights, slopes, a, b)

    np.testing.assert_allclose(K, kernel().value(a, b), rtol=1e-12)
    for i in range(3):
        expected = numeric_gradient(lambda x, i=i: -float(weights[i] @ kernel().value(x[None, :], b)[0]), a[i])
        np.testing.assert_allclose(gradient[i], expected, atol=1e-7)
