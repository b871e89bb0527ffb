import numpy as np
import pytest
from scipy.optimize import minimize

from optsvc.engine.candidates.local_search import minimize_in_cube
from optsvc.engine.defaults import DEFAULTS, EngineDefaults

STARTS = np.random.default_rng(0).random((15, 3))
PATIENT = EngineDefaults(polish_iterations=300, polish_value_tolerance=0.0)


def quadratic(center, curvature):
    def objective(points):
        gap = points - center
        return (curvature * gap * gap).sum(axis=1), 2 * curvature * gap

    return objective


def rosenbrock(points):
    x = 4 * points - 2
    a, b = x[:, :-1], x[:, 1:]
    gradient = np.zeros_like(x)
    gradient[:, :-1] += -400 * a * (b - a * a) - 2 * (1 - a)
    gradient[:, 1:] += 200 * (b - a * a)
    return (100 * (b - a * a) ** 2 + (1 - a) ** 2).sum(axis=1), 4 * gradient


def test_an_ill_conditioned_bowl_is_solved_from_everywhere():
    center = np.array([0.2, 0.5, 0.7])

    points, values = minimize_in_cube(quadratic(center, np.array([1.0, 100.0, 1e4])), STARTS, np.ones(3), DEFAULTS)

    np.testing.assert_allclose(points, np.tile(center, (15, 1)), atol=1e-3)
    assert values.max() < 1e-5


def test_a_minimum_outside_is_found_on_the_wall():
    points, _ = minimize_in_cube(
        quadratic(np.array([1.4, -0.3, 0.5]), np.array([1.0, 5.0, 20.0])), STARTS, np.ones(3), DEFAULTS
    )

    np.testing.assert_allclose(points, np.tile([1.0, 0.0, 0.5], (15, 1)), atol=1e-4)


def test_a_curved_valley_is_followed_as_by_scipy():
    points, values = minimize_in_cube(rosenbrock, STARTS, np.full(3, 0.3), PATIENT)

    for start, value in zip(STARTS, values, strict=True):
        expected = minimize(
            lambda u: tuple(a[0] for a in rosenbrock(u[None])), start, jac=True, bounds=[(0, 1)] * 3, method="L-BFGS-B"
        )
        assert value <= expected.fun + 1e-4
    assert ((points >= 0) & (points <= 1)).all()


def test_coordinates_without_slope_stay_where_they_are():
    points, _ = minimize_in_cube(
        quadratic(np.array([0.5, 0.5, 0.5]), np.array([1.0, 0.0, 1.0])), STARTS, np.ones(3), DEFAULTS
    )

    np.testing.assert_array_equal(points[:, 1], STARTS[:, 1])


@pytest.mark.parametrize("iterations", [1, 2, 5])
def test_no_start_is_made_worse(iterations):
    _, values = minimize_in_cube(rosenbrock, STARTS, np.ones(3), EngineDefaults(polish_iterations=iterations))

    assert (values <= rosenbrock(STARTS)[0]).all()


def test_each_start_is_climbed_as_if_it_were_alone():
    together, _ = minimize_in_cube(rosenbrock, STARTS, np.full(3, 0.3), DEFAULTS)

    alone = np.vstack([minimize_in_cube(rosenbrock, s[None], np.full(3, 0.3), DEFAULTS)[0] for s in STARTS])

    np.testing.assert_allclose(together, alone, atol=1e-8)
