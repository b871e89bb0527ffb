import numpy as np
import pytest
from scipy.optimize import minimize

from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.gp import TrainingData, condition
from optsvc.engine.surrogates.likelihood import NegativeLogPosterior, fit
from optsvc.engine.surrogates.priors import Prior
from tests.engine.builders import numeric_gradient
from tests.engine.surrogates.samples import data, sklearn_model


class Flat(Prior):
    """No belief at all: what is left is the likelihood."""

    def log_density(self, theta):
        return 0.0, np.zeros_like(theta)


@pytest.mark.parametrize("seed", range(20))
def test_the_gradient_of_the_posterior_agrees_with_differences(seed):
    training = data(seed=seed)
    prior = Prior(np.zeros(3, dtype=bool), known_noise=seed % 2 == 0, defaults=DEFAULTS)
    theta = prior.sample(np.random.default_rng(seed))

    objective = NegativeLogPosterior(training, prior, 1e-10, NUMPY)

    _, gradient = objective(theta)

    expected = numeric_gradient(lambda t: objective(t)[0], theta)
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


def test_the_gradient_is_right_with_repeated_points_and_points_far_away():
    training = data()
    features = training.features.copy()
    features[3], features[7] = features[2], 900.0
    training = TrainingData(features, training.groups, training.targets, training.variances)
    prior = Prior(np.zeros(3, dtype=bool), known_noise=False, defaults=DEFAULTS)
    theta = prior.mode + 0.3

    objective = NegativeLogPosterior(training, prior, 1e-10, NUMPY)

    _, gradient = objective(theta)

    expected = numeric_gradient(lambda t: objective(t)[0], theta)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-6 * np.abs(expected).max())


def test_the_gradient_is_right_where_parameters_are_worked_through_in_blocks():
    training = data(n=150, groups=(0, 1, 2, 2, 2, 3, 4, 5))
    prior = Prior(np.zeros(6, dtype=bool), known_noise=False, defaults=DEFAULTS)
    objective = NegativeLogPosterior(training, prior, 1e-10, NUMPY)
    theta = prior.sample(np.random.default_rng(0))

    _, gradient = objective(theta)

    expected = numeric_gradient(lambda t: objective(t)[0], theta)
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


def test_one_observation_and_two_have_gradients_too():
    for n in (1, 2):
        training = data(n=25)
        training = training.take(np.arange(n))
        prior = Prior(np.zeros(3, dtype=bool), known_noise=False, defaults=DEFAULTS)
        objective = NegativeLogPosterior(training, prior, 1e-10, NUMPY)

        _, gradient = objective(prior.mode)

        expected = numeric_gradient(lambda t, f=objective: f(t)[0], prior.mode)
        np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


def test_the_likelihood_is_that_of_scikit_learn():
    training, theta = data(), np.array([-1.0, 0.2, -0.5, 0.4, -4.0, -0.3])
    value, _ = NegativeLogPosterior(training, Flat(np.zeros(3, dtype=bool), False, DEFAULTS), 1e-10, NUMPY)(theta)
    mean = condition(training, theta, DEFAULTS, NUMPY).mean

    model = sklearn_model(training, theta, 1e-10).fit(training.features, training.targets - mean)

    assert -value == pytest.approx(model.log_marginal_likelihood_value_, abs=1e-9)


def test_the_fit_is_as_good_as_that_of_a_general_optimizer_from_ten_starts():
    training = data(n=30, noise=0.1)
    prior = Prior(np.zeros(3, dtype=bool), known_noise=False, defaults=DEFAULTS)
    rng = np.random.default_rng(0)

    theta = fit(training, prior, [prior.mode, *(prior.sample(rng) for _ in range(3))], DEFAULTS, NUMPY)

    objective = NegativeLogPosterior(training, prior, 1e-10, NUMPY)

    def value(t):
        return objective(t)[0]

    others = [minimize(value, prior.sample(rng), method="L-BFGS-B", bounds=prior.bounds).fun for _ in range(10)]
    assert value(theta) <= min(others) + 1e-3


def test_a_parameter_that_does_nothing_gets_the_longest_length_scale():
    rng = np.random.default_rng(3)
    features = rng.random((40, 3))
    targets = np.sin(6 * features[:, 0]) + np.cos(5 * features[:, 1])
    training = TrainingData(features, np.arange(3), (targets - targets.mean()) / targets.std(), np.zeros(40))
    prior = Prior(np.zeros(3, dtype=bool), known_noise=False, defaults=DEFAULTS)

    theta = fit(training, prior, [prior.mode], DEFAULTS, NUMPY)

    assert np.argmax(theta[:3]) == 2


def test_a_covariance_that_is_not_positive_definite_gives_no_slope():
    training = data(n=4)
    broken = TrainingData(training.features, training.groups, training.targets, np.full(4, -10.0))
    prior = Flat(np.zeros(3, dtype=bool), False, DEFAULTS)

    value, gradient = NegativeLogPosterior(broken, prior, 1e-10, NUMPY)(np.zeros(6))

    assert value == 1e25
    assert not gradient.any()
    assert condition(broken, np.zeros(6), DEFAULTS, NUMPY) is None
