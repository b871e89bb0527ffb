import math
from math import factorial

import numpy as np
import pytest

from optsvc.domain.errors import InvalidExperiment
from optsvc.domain.space import (
    CategoricalParameter,
    Conditional,
    DoubleParameter,
    IntParameter,
    LinearConstraint,
    SearchSpace,
)
from optsvc.engine import check_space, feasible_share
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.points.feasible import Region
from optsvc.engine.points.polytope import chebyshev_center, hit_and_run, legal_point
from tests.engine.builders import box
from tests.engine.spaces import PORTIONS, SLIVER, SPACES, TRIANGLE, total


def numbers(names, low=0.0, high=1.0):
    return tuple(DoubleParameter(name, low, high) for name in names)


def region(space):
    return Region(Encoder(space, DEFAULTS.relaxed_levels))


def simplex(d):
    return SearchSpace(numbers("abcdefgh"[:d]), linear_constraints=(total("abcdefgh"[:d], 1.0),))


@pytest.mark.parametrize("name", SPACES)
def test_a_space_with_room_is_accepted(name):
    check_space(SPACES[name])


@pytest.mark.parametrize(
    ("parameters", "constraints", "words"),
    [
        (numbers("xy"), (total("xy", -1.0),), "no point"),
        (numbers("xy"), (total("xy", 1.0), total("xy", 1.5, at_least=True)), "no point"),
        (numbers("xy"), (total("xy", 1.0), total("xy", 1.0, at_least=True)), "equality"),
        (numbers("xy"), (total("xy", 2.0, at_least=True),), "equality"),
        ((IntParameter("x", 0, 9),), (total("x", 2.9), total("x", 2.1, at_least=True)), "whole numbers"),
        (
            (DoubleParameter("x", 0.0, 9.0, grid=(0.0, 5.0, 9.0)), *numbers("y")),
            (total("xy", 4.9), total("x", 0.5, at_least=True)),
            "whole numbers",
        ),
        ((CategoricalParameter("x", ("a", "b")), *numbers("y")), (total("xy", 1.0),), "categorical"),
        ((DoubleParameter("x", 0.1, 1.0, log=True),), (total("x", 0.5),), "log scale"),
        (numbers("x"), (total("xq", 0.5),), "'q', which is not a parameter"),
        ((IntParameter("x", 3, 3), IntParameter("y", 4, 4)), (total("xy", 6.0),), "no point"),
    ],
)
def test_a_space_without_room_is_refused_in_words(parameters, constraints, words):
    with pytest.raises(InvalidExperiment, match=words):
        check_space(SearchSpace(parameters, linear_constraints=constraints))


def test_a_constraint_on_a_parameter_that_may_not_exist_is_refused():
    space = SearchSpace(
        (DoubleParameter("x", 0.0, 1.0, conditions=(("gate", ("a",)),)),),
        (Conditional("gate", ("a", "b")),),
        (total("x", 0.5),),
    )

    with pytest.raises(InvalidExperiment, match="does not always exist"):
        check_space(space)


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_the_feasible_share_of_a_simplex_is_one_over_the_factorial(d):
    assert feasible_share(simplex(d)) == pytest.approx(1.0 / factorial(d), abs=0.01)


def test_the_feasible_share_counts_whole_numbers():
    space = SearchSpace(
        (IntParameter("x", 0, 3), IntParameter("y", 0, 3)), linear_constraints=(total("xy", 1.0, at_least=True),)
    )

    assert feasible_share(space) == pytest.approx(15 / 16, abs=0.005)
    assert feasible_share(box(3)) == 1.0


def test_the_largest_ball_in_a_triangle_has_the_radius_of_the_formula():
    center, radius = chebyshev_center(region(TRIANGLE).polytope)

    # Legs of length 1: radius (1 + 1 - √2)/2.
    assert radius == pytest.approx(1.0 - math.sqrt(0.5))
    assert center == pytest.approx((radius, radius))


def test_a_legal_point_has_whole_numbers_and_keeps_to_the_constraints():
    ground = region(PORTIONS)
    point = np.full((1, 5), 0.5)
    point[:, ground.columns] = legal_point(ground.polytope)

    assert ground.holds(point).all()
    np.testing.assert_allclose(Encoder(PORTIONS, 32).snap(point), point, atol=1e-12)


@pytest.mark.parametrize("d", [2, 5])
def test_walks_in_a_simplex_have_the_mean_and_variance_of_the_uniform_distribution(d):
    polytope = region(simplex(d)).polytope
    rng = np.random.default_rng(3)
    points = np.tile(chebyshev_center(polytope)[0], (4000, 1))

    points = hit_and_run(polytope, hit_and_run(polytope, points, 20 * d, rng), 10 * d, rng)

    # Each coordinate is beta(1, d).
    assert points.min() >= -1e-12
    assert points.sum(axis=1).max() <= 1 + 1e-12
    np.testing.assert_allclose(points.mean(axis=0), 1 / (d + 1), atol=0.012)
    np.testing.assert_allclose(points.var(axis=0), d / ((d + 1) ** 2 * (d + 2)), rtol=0.12)


@pytest.mark.parametrize("name", ["triangle", "sliver", "portions", "everything"])
def test_every_point_drawn_or_mended_keeps_to_the_constraints_in_native_units(name):
    space = SPACES[name]
    encoder, ground = Encoder(space, DEFAULTS.relaxed_levels), region(space)
    rng = np.random.default_rng(0)
    drawn = np.full((50, encoder.dimension), 0.5)
    drawn[:, ground.columns] = ground.draw(50, rng)

    for points in (encoder.snap(drawn), encoder.snap(ground.repair(rng.random((200, encoder.dimension))))):
        for point in points:
            assert all(c.holds(encoder.decode(point)) for c in space.linear_constraints)


def test_mending_leaves_a_feasible_point_alone_and_moves_another_to_the_nearest():
    ground = region(TRIANGLE)

    mended = ground.repair(np.array([[0.2, 0.3, 0.9], [0.9, 0.5, 0.1]]))

    np.testing.assert_allclose(mended, [[0.2, 0.3, 0.9], [0.7, 0.3, 0.1]], atol=1e-9)


def test_a_thin_set_is_reached_although_no_scattered_point_hits_it():
    assert feasible_share(SLIVER) < 0.01

    draws = region(SLIVER).draw(300, np.random.default_rng(1))

    np.testing.assert_allclose(draws.mean(axis=0), 0.249, atol=0.04)


def test_constraints_on_a_parameter_with_one_value_count_its_value():
    space = SearchSpace((IntParameter("x", 3, 3), *numbers("y", 0.0, 10.0)), linear_constraints=(total("xy", 5.0),))

    assert feasible_share(space) == pytest.approx(0.2, abs=0.01)


def test_points_at_the_edge_count_as_feasible_whatever_the_units():
    space = SearchSpace(numbers("xy", 0.0, 3e9), linear_constraints=(LinearConstraint((("x", 0.1), ("y", 0.2)), 3e8),))
    encoder = Encoder(space, 32)

    edge = encoder.encode([{"x": 3e9, "y": 0.0}, {"x": 0.0, "y": 1.5e9}, {"x": 3e9, "y": 10.0}])

    assert region(space).holds(edge).tolist() == [True, True, False]
