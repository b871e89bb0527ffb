import numpy as np
import pytest
from scipy.stats import norm

from optsvc.engine.acquisition.feasibility import LogFeasibility
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.gp import TrainingData, condition
from tests.engine.builders import numeric_gradient

CANDIDATES = np.random.default_rng(4).random((6, 2))


def posterior():
    rng = np.random.default_rng(2)
    features = rng.random((10, 2))
    targets = np.sin(6 * features[:, 0]) - features[:, 1]
    training = TrainingData(features, np.arange(2), targets, np.zeros(10))
    return condition(training, np.log([0.4, 0.5, 0.8, 1e-6, 0.4]), DEFAULTS, NUMPY)


def test_it_is_the_probability_of_a_normal_variable_below_the_bar():
    mean, variance = posterior().predict(CANDIDATES)

    np.testing.assert_allclose(
        LogFeasibility(posterior(), 0.3).value(CANDIDATES), norm.logcdf((0.3 - mean) / np.sqrt(variance)), rtol=1e-12
    )


@pytest.mark.parametrize("bar", [-1e9, -40.0, -2.0, 0.0, 3.0, 1e9])
def test_it_is_finite_and_its_gradient_agrees_with_differences(bar):
    function = LogFeasibility(posterior(), bar)

    values, gradients = function.value_and_gradient(CANDIDATES)

    assert np.isfinite(values).all()
    np.testing.assert_allclose(values, function.value(CANDIDATES), rtol=1e-9)
    for x, gradient in zip(CANDIDATES, gradients, strict=True):
        expected = numeric_gradient(lambda u: float(function.value(u[None])[0]), x)
        np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-6 * max(np.abs(expected).max(), 1e-3))
