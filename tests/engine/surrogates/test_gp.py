import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.gp import TrainingData, condition, fit, negative_log_posterior
from optsvc.engine.surrogates.priors import Prior
from tests.engine.builders import numeric_gradient


class Flat(Prior):
    """No belief at all: what is left is the likelihood."""

    def log_density(self, theta):
        return 0.0, np.zeros_like(theta)


def data(n=25, groups=(0, 1, 2, 2, 2), seed=0, noise=0.05):
    rng = np.random.default_rng(seed)
    features = rng.random((n, len(groups)))
    targets = np.sin(5 * features[:, 0]) + features[:, 1] ** 2 + features[:, 2] + noise * rng.normal(size=n)
    targets = (targets - targets.mean()) / targets.std()
    return TrainingData(features, np.array(groups), targets, rng.random(n) * 0.02)


def sklearn_model(training, theta, jitter):
    """The same process; the constant mean has to be subtracted by hand."""
    joint, noise, additive = np.exp(theta[-3:])
    scales = np.exp(theta[:-3])[training.groups]
    kernel = ConstantKernel(joint) * Matern(length_scale=scales, nu=2.5)
    for j in range(len(theta) - 3):
        # A length scale without end leaves a parameter out.
        alone = np.where(training.groups == j, scales, 1e15)
        kernel += ConstantKernel(additive / (len(theta) - 3)) * Matern(length_scale=alone, nu=2.5)
    alpha = noise + training.variances + jitter * (joint + additive)
    return GaussianProcessRegressor(kernel, alpha=alpha, optimizer=None)


@pytest.mark.parametrize("seed", range(20))
def test_the_gradient_of_the_posterior_agrees_with_differences(seed):
    training = data(seed=seed)
    prior = Prior(np.zeros(3, dtype=bool), known_noise=seed % 2 == 0, defaults=DEFAULTS)
    theta = prior.sample(np.random.default_rng(seed))

    _, gradient = negative_log_posterior(theta, training, prior, 1e-10, NUMPY)

    expected = numeric_gradient(lambda t: negative_log_posterior(t, training, prior, 1e-10, NUMPY)[0], theta)
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


def test_the_gradient_is_right_with_repeated_points_and_points_far_away():
    training = data()
    features = training.features.copy()
    features[3], features[7] = features[2], 900.0
    training = TrainingData(features, training.groups, training.targets, training.variances)
    prior = Prior(np.zeros(3, dtype=bool), known_noise=False, defaults=DEFAULTS)
    theta = prior.mode + 0.3

    _, gradient = negative_log_posterior(theta, training, prior, 1e-10, NUMPY)

    expected = numeric_gradient(lambda t: negative_log_posterior(t, training, prior, 1e-10, NUMPY)[0], theta)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-6 * np.abs(expected).max())


def test_the_likelihood_is_that_of_scikit_learn():
    training, theta = data(), np.array([-1.0, 0.2, -0.5, 0.4, -4.0, -0.3])
    value, _ = negative_log_posterior(theta, training, Flat(3, False, DEFAULTS), 1e-10, NUMPY)
    mean = condition(training, theta, DEFAULTS, NUMPY).mean

    model = sklearn_model(training, theta, 1e-10).fit(training.features, training.targets - mean)

    assert -value == pytest.approx(model.log_marginal_likelihood_value_, abs=1e-9)


def test_predictions_are_those_of_scikit_learn():
    training, theta = data(), np.array([-1.0, 0.2, -0.5, 0.4, -4.0, -0.3])
    posterior = condition(training, theta, DEFAULTS, NUMPY)
    candidates = np.random.default_rng(5).random((40, 5))

    mean, variance = posterior.predict(candidates)

    model = sklearn_model(training, theta, posterior.jitter).fit(training.features, training.targets - posterior.mean)
    expected, stddev = model.predict(candidates, return_std=True)
    np.testing.assert_allclose(mean, expected + posterior.mean, atol=1e-10)
    np.testing.assert_allclose(np.sqrt(variance), stddev, atol=1e-8)


def test_the_constant_mean_is_the_likeliest():
    training, theta = data(), np.array([-1.0, 0.2, -0.5, 0.4, -4.0, -0.3])
    mean = condition(training, theta, DEFAULTS, NUMPY).mean

    def likelihood(c):
        model = sklearn_model(training, theta, 1e-10).fit(training.features, training.targets - c)
        return -model.log_marginal_likelihood_value_

    best = minimize(lambda c: likelihood(c[0]), [0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13})
    assert mean == pytest.approx(best.x[0], abs=1e-5)


def test_the_fit_is_as_good_as_that_of_a_general_optimizer_from_ten_starts():
    training = data(n=30, noise=0.1)
    prior = Prior(np.zeros(3, dtype=bool), known_noise=False, defaults=DEFAULTS)
    rng = np.random.default_rng(0)

    theta = fit(training, prior, [prior.mode, *(prior.sample(rng) for _ in range(3))], DEFAULTS, NUMPY)

    def value(t):
        return negative_log_posterior(t, training, prior, 1e-10, NUMPY)[0]

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


def test_intervals_cover_what_they_promise():
    """Functions drawn from the prior itself, hyperparameters fitted: 90 % intervals hold about 90 % of new values."""
    rng = np.random.default_rng(11)
    prior = Prior(np.zeros(2, dtype=bool), known_noise=False, defaults=DEFAULTS)
    inside = []
    for _ in range(60):
        X = rng.random((50, 2))
        truth = np.log([0.4, 0.6, 0.5, 1e-4, 0.5])
        everything = TrainingData(X, np.arange(2), np.zeros(50), np.zeros(50))
        f = condition(everything, truth, DEFAULTS, NUMPY).factor @ rng.normal(size=50)
        training = TrainingData(X[:30], np.arange(2), (f[:30] - f[:30].mean()) / f[:30].std(), np.zeros(30))
        theta = fit(training, prior, [prior.mode], DEFAULTS, NUMPY)
        mean, variance = condition(training, theta, DEFAULTS, NUMPY).predict(X[30:])
        z = ((f[30:] - f[:30].mean()) / f[:30].std() - mean) / np.sqrt(variance + np.exp(theta[-2]))
        inside.append(np.abs(z) < 1.645)
    assert 0.84 < np.mean(inside) < 0.96


def test_a_covariance_that_is_not_positive_definite_gives_no_slope():
    training = data(n=4)
    broken = TrainingData(training.features, training.groups, training.targets, np.full(4, -10.0))

    value, gradient = negative_log_posterior(np.zeros(6), broken, Flat(3, False, DEFAULTS), 1e-10, NUMPY)

    assert value == 1e25
    assert not gradient.any()
    assert condition(broken, np.zeros(6), DEFAULTS, NUMPY) is None


def test_leaving_one_out_is_conditioning_on_the_others():
    rng = np.random.default_rng(8)
    theta = np.array([-0.7, 0.1, 0.3, -3.0, 0.2])
    features, targets = rng.random((9, 2)), rng.standard_normal(9)
    data = TrainingData(features, np.arange(2), targets, np.full(9, 0.01))
    posterior = condition(data, theta, DEFAULTS, NUMPY)

    means, variances = posterior.leave_one_out(targets)

    for i in range(9):
        others = condition(data.take(np.delete(np.arange(9), i)), theta, DEFAULTS, NUMPY)
        shift = posterior.mean - others.mean  # left out at the same constant mean
        K = others.kernel.value(features[i : i + 1], others.features)[0]
        weights = others.weights - shift * others.backend.solve_upper(
            others.factor, others.backend.solve_lower(others.factor, np.ones(8))
        )
        _, variance = others.predict(features[i : i + 1])
        assert means[i] == pytest.approx(posterior.mean + K @ weights, abs=1e-9)
        jitter = posterior.jitter * posterior.signal_variance
        assert variances[i] == pytest.approx(variance[0] + np.exp(-3.0) + 0.01 + jitter, abs=1e-9)
