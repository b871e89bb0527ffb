import numpy as np
import pytest
from scipy.stats import truncnorm

from optsvc.domain.space import (
    BetaPrior,
    CategoricalParameter,
    Conditional,
    DoubleParameter,
    IntParameter,
    NormalPrior,
    SearchSpace,
)
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import INACTIVE
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.tpe.parzen import Parzen
from tests.engine.builders import box
from tests.engine.spaces import BRANCHED, FINITE_BRANCHES

NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(400)
NODES, NODE_WEIGHTS = 0.5 * NODES + 0.5, 0.5 * NODE_WEIGHTS

ONE = {
    "continuous": DoubleParameter("x", 0.0, 1.0),
    "logarithmic": DoubleParameter("x", 1e-5, 10.0, log=True),
    "believed normal": DoubleParameter("x", 0.0, 1.0, prior=NormalPrior(0.3, 0.1)),
    "believed beta": DoubleParameter("x", 0.0, 1.0, prior=BetaPrior(2.0, 6.0)),
}
FEW = {
    "two whole numbers": IntParameter("x", 0, 1),
    "whole numbers": IntParameter("x", -3, 40),
    "thousands": IntParameter("x", 0, 3000),
    "grid": DoubleParameter("x", 0.1, 0.8, grid=(0.1, 0.2, 0.4, 0.8)),
    "grid in logarithms": DoubleParameter("x", 1.0, 100.0, log=True, grid=(1.0, 10.0, 100.0)),
    "categories": CategoricalParameter("x", ("p", "q", "r")),
}


def estimate(space, points, weights=None, believes=True):
    points = np.array(points, dtype=float).reshape(-1, SpaceSampler.of(space).encoder.dimension)
    weights = np.ones(len(points)) if weights is None else np.array(weights)
    return Parzen.of(points, weights, SpaceSampler.of(space), DEFAULTS, believes=believes)


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("centers", [[], [0.5], [0.0, 1.0, 0.02], [3.0, -7.0, 0.4, 0.4]], ids=str)
def test_along_an_interval_the_density_integrates_to_one(name, centers):
    parzen = estimate(SearchSpace((ONE[name],)), centers)

    mass = NODE_WEIGHTS @ np.exp(parzen.log_density(NODES[:, None]))

    assert mass == pytest.approx(1.0, abs=1e-8)


@pytest.mark.parametrize("name", FEW)
@pytest.mark.parametrize("centers", [[], [0.5], [0.0, 1.0, 0.02], [3.0, -7.0, 0.4, 0.4]], ids=str)
def test_along_levels_the_probabilities_sum_to_one(name, centers):
    parzen = estimate(SearchSpace((FEW[name],)), centers)

    mass = np.exp(parzen.log_density(parzen.sampler.all_points())).sum()

    assert mass == pytest.approx(1.0, abs=1e-9)


def test_over_all_branches_of_a_finite_space_the_probabilities_sum_to_one():
    sampler = SpaceSampler.of(FINITE_BRANCHES)
    points = sampler.all_points()

    parzen = estimate(FINITE_BRANCHES, points[[0, 3, 9, 9]], weights=[1.0, 0.2, 2.0, 0.5])

    assert np.exp(parzen.log_density(points)).sum() == pytest.approx(1.0, abs=1e-12)


def test_where_a_point_lacks_a_parameter_its_kernel_is_the_prior():
    space = SearchSpace(
        (DoubleParameter("y", 0.0, 1.0, conditions=(("gate", ("on",)),)),), (Conditional("gate", ("on", "off")),)
    )
    gate_on, gate_off = 0.25, 0.75

    parzen = estimate(space, [[gate_off, INACTIVE]])

    on = np.exp(parzen.log_density(np.column_stack([np.full(400, gate_on), NODES])))
    off = np.exp(parzen.log_density(np.array([[gate_off, INACTIVE]])))
    # Half a kernel with (1 + 1/2) / (1 + 2/2) of its own category, half a prior.
    np.testing.assert_allclose(on, 0.5 * 0.25 + 0.5 * 0.5)
    np.testing.assert_allclose(off, 0.5 * 0.75 + 0.5 * 0.5)


def test_a_mixture_is_that_of_the_textbook():
    space = SearchSpace((DoubleParameter("x", 0.0, 1.0), CategoricalParameter("y", ("p", "q", "r"))))
    p, r = 1 / 6, 5 / 6
    width = DEFAULTS.tpe_width * 2 ** (-1 / 6)

    parzen = estimate(space, [[0.1, p], [0.6, r]], weights=[1.0, 3.0])

    def kernel(x, center):
        return truncnorm(-center / width, (1 - center) / width, loc=center, scale=width).pdf(x)

    same, other = (1 + 1 / 3) / 2, (1 / 3) / 2
    by_hand = [
        (1 * kernel(x, 0.1) * (same if y == p else other) + 3 * kernel(x, 0.6) * (same if y == r else other) + 1 / 3)
        / 5
        for x, y in [(0.15, p), (0.55, p), (0.55, r)]
    ]
    density = np.exp(parzen.log_density(np.array([[0.15, p], [0.55, p], [0.55, r]])))
    np.testing.assert_allclose(density, by_hand, rtol=1e-10)


def test_far_from_everything_the_prior_is_left():
    parzen = estimate(box(3), [[0.0, 0.0, 0.0]] * 9)

    assert parzen.log_density(np.ones((1, 3)))[0] == pytest.approx(np.log(0.1))


def test_only_where_it_is_to_believe_does_the_density_follow_the_users_beliefs():
    space = SearchSpace((ONE["believed normal"],))
    points = np.array([[0.3], [0.9]])

    believing, plain = (estimate(space, [], believes=b).log_density(points) for b in (True, False))

    assert believing[0] - believing[1] > 2.0
    np.testing.assert_array_equal(plain, 0.0)


def test_whole_numbers_too_many_to_tell_apart_have_a_density():
    parzen = estimate(SearchSpace((IntParameter("x", -(2**53), 2**53),)), [0.4])

    near, far = parzen.log_density(np.array([[0.4], [0.9]]))

    assert np.isfinite([near, far]).all()
    assert near - far > 1.0


@pytest.mark.parametrize("name", ["whole numbers", "grid", "categories"])
def test_draws_are_as_frequent_as_the_density_says(name):
    parzen = estimate(SearchSpace((FEW[name],)), [0.2, 0.7, 0.95, 0.97])
    levels = parzen.sampler.all_points()

    draws = parzen.draw(4096, np.random.default_rng(1))

    shares = (draws[:, 0] == levels[:, :1]).mean(axis=1)
    np.testing.assert_allclose(shares, np.exp(parzen.log_density(levels)), atol=0.02)


def test_draws_along_an_interval_have_the_distribution_function_of_the_density():
    parzen = estimate(SearchSpace((ONE["believed normal"],)), [0.1, 0.8, 1.0])

    draws = parzen.draw(4096, np.random.default_rng(1))[:, 0]

    for end in (0.05, 0.3, 0.5, 0.79, 0.99):
        mass = end * NODE_WEIGHTS @ np.exp(parzen.log_density(end * NODES[:, None]))
        assert (draws <= end).mean() == pytest.approx(mass, abs=0.02)


def test_every_branch_is_drawn_though_only_one_was_seen():
    sampler = SpaceSampler.of(BRANCHED)
    seen = sampler.encoder.encode(
        [{"always": 0.1 * k, "solver": "sgd", "decay": "off", "momentum": 0.5} for k in range(10)]
    )
    parzen = Parzen.of(seen, np.ones(10), sampler, DEFAULTS, believes=True)

    draws = [sampler.encoder.decode(point) for point in parzen.draw(512, np.random.default_rng(3))]

    assert len({(a["solver"], a["decay"]) for a in draws}) == 6
    for assignments in draws:
        assert BRANCHED.validate(assignments) == assignments
