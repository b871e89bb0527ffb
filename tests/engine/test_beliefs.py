import numpy as np
import pytest
from scipy.integrate import quad

from optsvc.domain.space import BetaPrior, DoubleParameter, NormalPrior
from optsvc.engine.beliefs import Belief, Beliefs, BeliefTerm
from optsvc.engine.encoding import Encoder
from tests.engine.spaces import BELIEVED, EVERYTHING

PRIORS = [
    NormalPrior(4.0, 1.0),
    NormalPrior(-30.0, 5.0),
    NormalPrior(0.0, 1e4),
    BetaPrior(2.0, 6.0),
    BetaPrior(0.5, 0.7),
]


def belief(prior):
    return Belief(DoubleParameter("x", -10.0, 10.0, prior=prior))


@pytest.mark.parametrize("prior", PRIORS, ids=str)
def test_a_belief_is_a_density_on_the_unit_interval(prior):
    mass, _ = quad(lambda u: float(np.exp(belief(prior).log_density(np.array([u]))[0][0])), 0, 1, limit=200)

    assert mass == pytest.approx(1.0, abs=3e-3)


@pytest.mark.parametrize("prior", PRIORS, ids=str)
def test_its_slope_is_that_of_differences(prior):
    u = np.linspace(0.02, 0.98, 25)
    value = belief(prior).log_density(u)[0]
    inside = value > value.max() - 20

    slope = (belief(prior).log_density(u + 1e-7)[0] - belief(prior).log_density(u - 1e-7)[0]) / 2e-7

    np.testing.assert_allclose(belief(prior).log_density(u)[1][inside], slope[inside], rtol=1e-4, atol=1e-4)


def test_nothing_is_ruled_out():
    value, slope = belief(NormalPrior(4.0, 0.01)).log_density(np.array([0.0, 0.7, 1.0]))

    np.testing.assert_allclose(value[1] - value[[0, 2]], 12 * np.log(10))
    np.testing.assert_array_equal(slope[[0, 2]], 0.0)


@pytest.mark.parametrize("prior", PRIORS, ids=str)
def test_even_numbers_are_stretched_within_the_interval(prior):
    stretched = belief(prior).stretch(np.linspace(0, 1, 101))

    assert ((stretched >= 0) & (stretched <= 1)).all()


@pytest.mark.parametrize("prior", PRIORS, ids=str)
def test_stretched_numbers_have_the_mixed_density(prior):
    stretched = belief(prior).stretch((np.arange(20_000) + 0.5) / 20_000)

    for end in (0.1, 0.45, 0.7, 0.95):
        mass, _ = quad(
            lambda u: float(np.exp(belief(prior).log_mixed_density(np.array([u]))[0])), 0, end, points=[end / 2]
        )
        assert (stretched <= end).mean() == pytest.approx(mass, abs=3e-3)


def test_a_parameter_that_does_not_exist_adds_nothing():
    encoder = Encoder(EVERYTHING, 32)
    on, off = encoder.encode([{"a": 4.0, "b": 3, "gate": "on", "c": 0.5}, {"a": 4.0, "b": 3, "gate": "off", "d": 1}])
    beliefs = Beliefs(encoder)

    alone = Belief(DoubleParameter("c", 0.0, 1.0, prior=BetaPrior(0.5, 0.5))).log_density(np.array([0.5]))[0]

    values, _ = beliefs.log_density(np.array([on, off]))
    assert values[0] - values[1] == pytest.approx(alone[0])


def test_the_term_is_weighted():
    beliefs, points = Beliefs(Encoder(BELIEVED, 32)), np.random.default_rng(0).random((4, 3))

    value, gradient = BeliefTerm(beliefs, 0.25).value_and_gradient(points)

    np.testing.assert_allclose(value, 0.25 * beliefs.log_density(points)[0])
    np.testing.assert_allclose(gradient, 0.25 * beliefs.log_density(points)[1])
    np.testing.assert_array_equal(BeliefTerm(beliefs, 0.25).value(points), value)
