import numpy as np
import pytest
from scipy.optimize import LinearConstraint, minimize

from optsvc.engine.candidates.constrained_search import minimize_in_polytope
from optsvc.engine.candidates.local_search import minimize_in_cube
from optsvc.engine.defaults import DEFAULTS, EngineDefaults
from tests.engine.candidates.test_local_search import quadratic, rosenbrock

PATIENT = EngineDefaults(polish_iterations=300, polish_value_tolerance=0.0)
SIMPLEX = (np.ones((1, 3)), np.ones(1))
STARTS = np.random.default_rng(0).dirichlet(np.ones(4), 12)[:, :3]


def test_the_nearest_point_of_a_simplex_is_found_from_everywhere():
    target = np.array([0.9, 0.5, -0.2])

    points, _ = minimize_in_polytope(quadratic(target, np.ones(3)), STARTS, np.ones(3), *SIMPLEX, DEFAULTS)

    np.testing.assert_allclose(points, np.tile([0.7, 0.3, 0.0], (12, 1)), atol=1e-5)


def test_a_minimum_inside_is_found_as_without_constraints():
    target = np.array([0.2, 0.3, 0.1])

    points, _ = minimize_in_polytope(quadratic(target, np.array([1, 100, 1e4])), STARTS, np.ones(3), *SIMPLEX, DEFAULTS)

    np.testing.assert_allclose(points, np.tile(target, (12, 1)), atol=2e-3)


@pytest.mark.parametrize("seed", range(4))
def test_random_quadratics_in_random_polytopes_are_solved_as_by_slsqp(seed):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((4, 4))
    H, target = root @ root.T + 0.1 * np.eye(4), rng.uniform(-0.5, 1.5, 4)
    A = rng.standard_normal((5, 4))
    b = A @ np.full(4, 0.5) + 0.2 * np.linalg.norm(A, axis=1)

    def objective(x):
        gap = x - target
        return np.einsum("bi,ij,bj->b", gap, H, gap), 2 * gap @ H

    points, values = minimize_in_polytope(objective, np.full((1, 4), 0.5), np.ones(4), A, b, PATIENT)

    expected = minimize(
        lambda u: objective(u[None])[0][0],
        np.full(4, 0.5),
        bounds=[(0, 1)] * 4,
        constraints=LinearConstraint(A, -np.inf, b),
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    assert values[0] <= expected.fun + 1e-4 * (1 + abs(expected.fun))
    assert (points @ A.T <= b + 1e-9).all()


def test_a_curved_valley_ends_at_the_facet():
    def objective(points):
        return rosenbrock(points)

    points, values = minimize_in_polytope(objective, 0.5 * STARTS, np.full(3, 0.3), *SIMPLEX, PATIENT)

    assert (values <= rosenbrock(0.5 * STARTS)[0]).all()
    assert (points.sum(axis=1) <= 1 + 1e-12).all()
    assert ((points >= 0) & (points <= 1)).all()


def test_a_held_coordinate_stays_and_the_others_make_room():
    starts = np.array([[0.6, 0.1, 0.1]])

    points, _ = minimize_in_polytope(
        quadratic(np.array([0.0, 0.9, 0.9]), np.ones(3)), starts, np.array([0.0, 1.0, 1.0]), *SIMPLEX, DEFAULTS
    )

    np.testing.assert_allclose(points, [[0.6, 0.2, 0.2]], atol=1e-6)


def test_with_a_constraint_that_never_bites_it_agrees_with_the_search_in_the_cube():
    far = (np.ones((1, 3)), np.full(1, 10.0))
    objective = quadratic(np.array([1.4, -0.3, 0.5]), np.array([1.0, 5.0, 20.0]))

    constrained, _ = minimize_in_polytope(objective, STARTS, np.ones(3), *far, DEFAULTS)
    free, _ = minimize_in_cube(objective, STARTS, np.ones(3), DEFAULTS)

    np.testing.assert_allclose(constrained, free, atol=1e-4)
