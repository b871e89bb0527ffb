import numpy as np
import pytest

from optsvc.engine.acquisition.noisy import expected_improvement
from optsvc.engine.acquisition.worlds import Aspect, imagine
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS, EngineDefaults
from optsvc.engine.surrogates.gp import TrainingData, condition
from tests.engine.builders import numeric_gradient

NOTHING = np.empty((0, 2))
PENDING = np.array([[0.31, 0.62], [0.9, 0.1]])


def posterior(noise=0.05, n=10):
    rng = np.random.default_rng(2)
    features = rng.random((n, 2))
    targets = np.sin(6 * features[:, 0]) - features[:, 1] + np.sqrt(noise) * rng.normal(size=n)
    training = TrainingData(features, np.arange(2), targets, np.zeros(n))
    return condition(training, np.log([0.4, 0.5, 0.8, noise, 0.4]), DEFAULTS, NUMPY)


def acquisition(process, pending=NOTHING, failed=NOTHING, *, noisy=False, samples=16, seed=0):
    defaults, rng = EngineDefaults(fantasy_samples=samples), np.random.default_rng(seed)
    return expected_improvement(imagine([Aspect(process, noisy)], pending, failed, rng=rng, defaults=defaults))


def test_with_nothing_uncertain_the_incumbent_is_the_best_posterior_mean():
    process = posterior(noise=1e-6)
    best = process.predict(process.features)[0].min()
    mean, variance = process.predict(PENDING)
    draws = np.random.default_rng(0).normal(mean, np.sqrt(variance), (200_000, 2))
    gains = np.maximum(best - draws, 0)

    computed = np.exp(acquisition(process).value(PENDING))

    assert (np.abs(computed - gains.mean(axis=0)) <= 4 * gains.std(axis=0) / np.sqrt(200_000) + 1e-9).all()


def test_with_many_samples_it_is_the_improvement_over_the_joint_posterior():
    """Everything drawn jointly and directly: true values at observed and pending points, and at the candidates."""
    process = posterior()
    candidates = np.random.default_rng(7).random((5, 2))
    known = np.vstack([process.features, PENDING])
    everything = np.vstack([known, candidates])
    T = NUMPY.solve_lower(process.factor, process.kernel.value(process.features, everything))
    covariance = process.kernel.value(everything, everything) - T.T @ T
    mean = process.predict(everything)[0]
    draws = np.random.default_rng(1).multivariate_normal(mean, covariance, 200_000, method="svd")
    gains = np.maximum(draws[:, : len(known)].min(axis=1)[:, None] - draws[:, len(known) :], 0)

    computed = np.exp(acquisition(process, PENDING, noisy=True, samples=2048).value(candidates))

    error = 4 * gains.std(axis=0) / np.sqrt(200_000) + 0.02 * gains.mean(axis=0)
    assert (np.abs(computed - gains.mean(axis=0)) <= error).all()


@pytest.mark.parametrize("noisy", [False, True])
def test_the_gradient_agrees_with_differences(noisy):
    function = acquisition(posterior(), PENDING, PENDING[:1] + 0.2, noisy=noisy)

    for x in np.random.default_rng(8).random((8, 2)):
        expected = numeric_gradient(lambda u: float(function.value(u[None])[0]), x)
        gradient = function.value_and_gradient(x[None])[1][0]
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("role", ["pending", "failed"])
def test_little_is_expected_where_a_point_is_pending_or_has_failed(role):
    process = posterior(noise=1e-6)
    grid = np.random.default_rng(9).random((500, 2))
    best = grid[np.argmax(acquisition(process).value(grid))][None]

    taken = acquisition(process, **{role: best})

    assert taken.value(best)[0] < acquisition(process).value(best)[0] - 5
    assert np.linalg.norm(grid[np.argmax(taken.value(grid))] - best[0]) > 0.02


def test_a_pending_point_far_away_changes_little():
    process = posterior(noise=1e-6)
    near = np.array([[0.3, 0.6]])

    without, far = acquisition(process).value(near), acquisition(process, np.array([[9.0, 9.0]])).value(near)

    # The far point may itself turn out best, which raises the bar a little.
    assert far[0] == pytest.approx(without[0], abs=0.7)


def test_the_same_point_pending_many_times_is_no_trouble():
    function = acquisition(posterior(), np.repeat(PENDING[:1], 50, axis=0), noisy=True)

    assert np.isfinite(function.value(np.vstack([PENDING, np.random.default_rng(0).random((50, 2))]))).all()
