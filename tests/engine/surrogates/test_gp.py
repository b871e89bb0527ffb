import numpy as np
import pytest
from scipy.optimize import minimize

from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.gp import TrainingData, condition
from optsvc.engine.surrogates.likelihood import fit
from optsvc.engine.surrogates.priors import Prior
from tests.engine.surrogates.samples import data, sklearn_model


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
