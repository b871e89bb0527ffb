import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.engine.acquisition.expected_improvement import LogExpectedImprovement, log_h, log_h_slope
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.gp import TrainingData, condition
from tests.engine.builders import numeric_gradient

# (z, log(phi(z) + z Phi(z))), from mpmath at 60 digits and more
LOG_H = [
    (-1e8, -5000000000000037.7603),
    (-1e7, -50000000000033.15513),
    (-1000001.0, -500001000029.04996165),
    (-999999.0, -499999000029.04995765),
    (-1e4, -50000019.339619307157),
    (-300.0, -45012.326536814554207),
    (-40.0, -808.29856835661996024),
    (-10.0, -55.553122036122355927),
    (-5.0, -16.744301162660990143),
    (-2.0, -4.7687835239171141569),
    (-1.0000001, -2.4851212161397683908),
    (-1.0, -2.4851210257126413368),
    (-0.9999999, -2.4851208352855217139),
    (-0.5, -1.6205162643873199193),
    (0.0, -0.91893853320467274178),
    (0.5, -0.35982768374506381859),
    (2.0, 0.69738354578822831219),
    (10.0, 2.302585092994045684),
    (40.0, 3.6888794541139363029),
]


def posterior(n=12, d=3):
    rng = np.random.default_rng(2)
    features = rng.random((n, d))
    targets = np.sin(6 * features[:, 0]) - features[:, 1]
    training = TrainingData(features, np.arange(d), targets, np.zeros(n))
    return condition(training, np.log([0.4] * d + [0.8, 1e-3, 0.4]), DEFAULTS, NUMPY)


def single(process, incumbent):
    return LogExpectedImprovement(process, process.weights[:, None], np.array([incumbent]))


@pytest.mark.parametrize(("z", "expected"), LOG_H)
def test_log_h_is_exact_everywhere(z, expected):
    assert log_h(np.array([z]), NUMPY)[0] == pytest.approx(expected, rel=1e-14)


@given(st.floats(-1e6, 1e3), st.floats(-1e6, 1e3))
def test_log_h_never_falls(a, b):
    low, high = log_h(np.array(sorted((a, b))), NUMPY)

    assert low <= high + 1e-12 * abs(high)


@pytest.mark.parametrize("z", [-1e7, -3e4, -9e3, -50.0, -3.0, -1.0, 0.0, 2.0, 20.0])
def test_the_slope_of_log_h_agrees_with_differences(z):
    step = 1e-4 * max(1.0, abs(z))
    high, low = log_h(np.array([z + step, z - step]), NUMPY)
    here = np.array([z])

    assert log_h_slope(here, log_h(here, NUMPY), NUMPY)[0] == pytest.approx((high - low) / (2 * step), rel=1e-4)


def test_the_improvement_is_what_sampling_gives():
    process = posterior()
    candidates = np.random.default_rng(3).random((6, 3))
    mean, variance = process.predict(candidates)
    draws = np.random.default_rng(4).normal(mean, np.sqrt(variance), (200_000, 6))
    gains = np.maximum(-0.5 - draws, 0.0)

    computed = np.exp(single(process, -0.5).value(candidates))

    error = 4 * gains.std(axis=0) / np.sqrt(200_000)
    assert (np.abs(computed - gains.mean(axis=0)) <= error + 1e-12).all()


def test_averaging_over_samples_averages_the_improvement_itself():
    process = posterior()
    candidates = np.random.default_rng(3).random((6, 3))
    weights = np.stack([process.weights, 1.1 * process.weights], axis=1)

    both = LogExpectedImprovement(process, weights, np.array([-0.5, -0.3])).value(candidates)

    alone = [
        LogExpectedImprovement(process, weights[:, [s]], np.array([b])).value(candidates)
        for s, b in ((0, -0.5), (1, -0.3))
    ]
    np.testing.assert_allclose(np.exp(both), np.exp(alone).mean(axis=0), rtol=1e-10)


@pytest.mark.parametrize("incumbent", [-1.0, -30.0, 5.0])
def test_the_gradient_agrees_with_differences(incumbent):
    process = posterior()
    weights = np.stack([process.weights, 1.1 * process.weights, 0.8 * process.weights], axis=1)
    acquisition = LogExpectedImprovement(process, weights, incumbent + np.array([0.0, 0.1, 0.2]))
    candidates = np.random.default_rng(6).random((10, 3))

    value, gradient = acquisition.value_and_gradient(candidates)

    np.testing.assert_allclose(value, acquisition.value(candidates), rtol=1e-12)
    for x, g in zip(candidates, gradient, strict=True):
        expected = numeric_gradient(lambda u: float(acquisition.value(u[None])[0]), x)
        np.testing.assert_allclose(g, expected, rtol=1e-5, atol=1e-6 * np.abs(expected).max())


def test_far_from_the_incumbent_there_is_still_a_slope():
    process = posterior()

    value, gradient = single(process, -1e4).value_and_gradient(np.full((1, 3), 0.5))

    assert np.isfinite(value).all()
    assert np.abs(gradient).max() > 1.0
