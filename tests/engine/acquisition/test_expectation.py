import numpy as np

from optsvc.engine.acquisition.expectation import Expectation
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.gp import TrainingData, condition
from tests.engine.builders import numeric_gradient

CANDIDATES = np.random.default_rng(4).random((6, 2))
WEIGHTS = np.array([0.3, 2.0])


def posterior(slope):
    features = np.random.default_rng(2).random((10, 2))
    targets = np.sin(6 * features[:, 0]) + slope * features[:, 1]
    training = TrainingData(features, np.arange(2), targets, np.zeros(10))
    return condition(training, np.log([0.4, 0.5, 0.8, 1e-6, 0.4]), DEFAULTS, NUMPY)


def test_it_is_the_weighted_sum_of_the_means_negated():
    posteriors = [posterior(-1.0), posterior(3.0)]

    values = Expectation(posteriors, WEIGHTS).value(CANDIDATES)

    means = np.array([one.predict(CANDIDATES)[0] for one in posteriors])
    np.testing.assert_allclose(values, -WEIGHTS @ means, rtol=1e-12)


def test_its_gradient_agrees_with_differences():
    function = Expectation([posterior(-1.0), posterior(3.0)], WEIGHTS)

    values, gradients = function.value_and_gradient(CANDIDATES)

    np.testing.assert_allclose(values, function.value(CANDIDATES), rtol=1e-12)
    for x, gradient in zip(CANDIDATES, gradients, strict=True):
        expected = numeric_gradient(lambda u: float(function.value(u[None])[0]), x)
        np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-6)
