import numpy as np
import pytest
from scipy.stats import gamma

from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.kernels import matern52_value
from optsvc.engine.surrogates.priors import Prior
from tests.engine.builders import numeric_gradient

CATEGORICAL = np.array([False, True, False, True])


@pytest.mark.parametrize("known_noise", [False, True])
def test_the_gradient_vanishes_at_the_mode_and_agrees_with_differences_elsewhere(known_noise):
    prior = Prior(CATEGORICAL, known_noise, DEFAULTS)
    theta = prior.sample(np.random.default_rng(0))

    np.testing.assert_allclose(prior.log_density(prior.mode)[1], 0.0, atol=1e-12)
    np.testing.assert_allclose(
        prior.log_density(theta)[1], numeric_gradient(lambda t: prior.log_density(t)[0], theta), atol=1e-7
    )


def test_draws_stay_within_the_bounds():
    prior = Prior(CATEGORICAL, False, DEFAULTS)

    draws = np.array([prior.sample(np.random.default_rng(i)) for i in range(200)])

    assert (draws >= prior.bounds[:, 0]).all()
    assert (draws <= prior.bounds[:, 1]).all()
    medians = np.median(np.exp(draws[:, :4]), axis=0)
    np.testing.assert_allclose(medians, gamma.median(3.0, scale=np.where(CATEGORICAL, 1 / 2, 1 / 6)), rtol=0.2)


def test_what_is_seen_in_one_category_says_something_of_another():
    numbers, categories = (Prior(np.full(4, kind), False, DEFAULTS) for kind in (False, True))

    correlations = [matern52_value(np.exp(-2.0 * prior.mode[0]), 1.0, NUMPY) for prior in (numbers, categories)]

    assert correlations[0] < 0.2
    assert correlations[1] > 0.7
