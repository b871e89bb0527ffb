import numpy as np
import pytest

from optsvc.engine.acquisition.places import LogCoverage, Near, log_covered
from tests.engine.builders import numeric_gradient

POINTS = np.random.default_rng(0).random((7, 3))
LOG_WEIGHTS = np.linspace(-3.0, 0.0, 7)


@pytest.mark.parametrize(
    "function",
    [
        LogCoverage(POINTS, LOG_WEIGHTS, 0.3, 2),
        LogCoverage(POINTS, LOG_WEIGHTS, 0.3, 6),
        Near(POINTS[0], 0.3),
        Near(POINTS[0], 0.3, power=8),
    ],
)
def test_gradients_agree_with_differences(function):
    for x in np.random.default_rng(1).random((5, 3)):
        value, gradient = function.value_and_gradient(x[None])
        expected = numeric_gradient(lambda u: float(function.value(u[None])[0]), x)
        np.testing.assert_allclose(gradient[0], expected, rtol=1e-5)
        assert value[0] == function.value(x[None])[0]


def test_half_is_covered_at_the_radius_however_sharply_it_ends():
    others = POINTS + np.array([0.2, 0.0, 0.0])
    for power in (2, 6):
        at_radius = np.diag(log_covered(POINTS, others, 0.2, power))
        np.testing.assert_allclose(at_radius, np.log(0.5), rtol=1e-9)
        within = np.exp(log_covered(POINTS, POINTS + np.array([0.1, 0.0, 0.0]), 0.2, power).diagonal())
        np.testing.assert_allclose(within, 0.5 ** (0.5**power))


def test_a_place_is_covered_as_much_as_it_is_worth_where_nothing_else_is_near():
    lonely = np.vstack([POINTS, [[50.0, 50.0, 50.0]]])
    weights = np.append(LOG_WEIGHTS, -2.0)

    assert LogCoverage(lonely, weights, 0.3, 6).value(lonely[-1:])[0] == pytest.approx(-2.0)


def test_far_from_all_places_coverage_is_finite_and_falls_towards_them():
    value, gradient = LogCoverage(POINTS, LOG_WEIGHTS, 0.05, 6).value_and_gradient(np.full((1, 3), 9.0))

    assert value[0] < -1e4
    assert np.isfinite(gradient).all()
    assert (gradient < 0.0).all()


def test_the_stricter_the_nearer():
    for power in (2, 8):
        near = Near(np.zeros(3), 0.5, power)
        inside, outside = near.value(np.array([[0.25, 0.0, 0.0], [1.0, 0.0, 0.0]]))
        assert inside == pytest.approx(-(0.5**power) / power)
        assert outside == pytest.approx(-(2.0**power) / power)
