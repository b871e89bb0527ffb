import numpy as np
import pytest

from optsvc.engine.acquisition.places import LogNovelty, Near
from tests.engine.builders import numeric_gradient

POINTS = np.random.default_rng(0).random((7, 3))
PROBABILITIES = np.linspace(0.0, 1.0, 7)


@pytest.mark.parametrize("function", [LogNovelty(POINTS, PROBABILITIES, 0.3), Near(POINTS[0], 0.3)])
def test_gradients_agree_with_differences(function):
    for x in np.random.default_rng(1).random((5, 3)):
        value, gradient = function.value_and_gradient(x[None])
        expected = numeric_gradient(lambda u: float(function.value(u[None])[0]), x)
        np.testing.assert_allclose(gradient[0], expected, rtol=1e-6)
        assert value[0] == function.value(x[None])[0]


def test_far_from_all_points_everything_is_fresh_and_at_a_sure_one_nothing():
    novelty = LogNovelty(POINTS, np.ones(7), 0.1)

    assert novelty.value(np.array([[9.0, 9.0, 9.0]]))[0] == 0.0
    value, gradient = novelty.value_and_gradient(POINTS[:1])
    assert -50.0 < value[0] < -20.0
    assert np.isfinite(gradient).all()


def test_a_point_that_does_not_count_covers_nothing():
    assert LogNovelty(POINTS[:1], np.zeros(1), 0.1).value(POINTS[:1])[0] == 0.0
