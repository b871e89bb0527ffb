import numpy as np
import pytest

from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.priors import Prior
from tests.engine.builders import numeric_gradient


@pytest.mark.parametrize("known_noise", [False, True])
def test_the_gradient_vanishes_at_the_mode_and_agrees_with_differences_elsewhere(known_noise):
    prior = Prior(3, known_noise, DEFAULTS)
    theta = prior.sample(np.random.default_rng(0))

    np.testing.assert_allclose(prior.log_density(prior.mode)[1], 0.0, atol=1e-12)
    np.testing.assert_allclose(
        prior.log_density(theta)[1], numeric_gradient(lambda t: prior.log_density(t)[0], theta), atol=1e-7
    )


def test_draws_stay_within_the_bounds():
    prior = Prior(4, False, DEFAULTS)

    draws = np.array([prior.sample(np.random.default_rng(i)) for i in range(200)])

    assert (draws >= prior.bounds[:, 0]).all()
    assert (draws <= prior.bounds[:, 1]).all()
    assert np.median(np.exp(draws[:, :4])) == pytest.approx(0.45, abs=0.05)  # of the gamma distribution (3, 6)
