import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.engine.acquisition.expectation import Expectation
from optsvc.engine.acquisition.exponential import in_targets, in_values
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

    values = Expectation(posteriors, WEIGHTS, np.zeros(2)).value(CANDIDATES)

    means = np.array([one.predict(CANDIDATES)[0] for one in posteriors])
    np.testing.assert_allclose(values, -WEIGHTS @ means, rtol=1e-12)


def test_of_logarithms_it_is_of_what_the_mean_stands_for():
    posteriors, rates = [posterior(-1.0), posterior(3.0)], np.array([0.7, -0.4])

    values = Expectation(posteriors, WEIGHTS, rates).value(CANDIDATES)

    means = np.array([one.predict(CANDIDATES)[0] for one in posteriors])
    np.testing.assert_allclose(values, -in_values(means.T, rates) @ WEIGHTS, rtol=1e-12)


@given(st.floats(-5, 5), st.floats(-2, 2))
def test_targets_have_values_and_values_targets(target, rate):
    rates = np.array([rate if abs(rate) > 1e-3 else 0.0])

    value = in_values(np.array([target]), rates)

    assert in_targets(value, rates)[0] == pytest.approx(target, abs=1e-3)


def test_what_no_logarithm_reaches_is_as_far_as_can_be():
    # Of a metric that is maximized, a loss of 1/κ is a value of zero.
    assert in_targets(np.array([3.0]), np.array([-0.5]))[0] > 40.0


@pytest.mark.parametrize("rates", [np.zeros(2), np.array([0.7, -0.4])], ids=["values", "logarithms"])
def test_its_gradient_agrees_with_differences(rates):
    function = Expectation([posterior(-1.0), posterior(3.0)], WEIGHTS, rates)

    values, gradients = function.value_and_gradient(CANDIDATES)

    np.testing.assert_allclose(values, function.value(CANDIDATES), rtol=1e-12)
    for x, gradient in zip(CANDIDATES, gradients, strict=True):
        expected = numeric_gradient(lambda u: float(function.value(u[None])[0]), x)
        np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-6)
