"""Expected improvement in a batch: the same numbers as alone."""

import numpy as np
import pytest

from optsvc.engine.acquisition.noisy import expected_improvement
from optsvc.engine.acquisition.worlds import Aspect, imagine
from optsvc.engine.backend import NUMPY
from optsvc.engine.batch.improvement import ImprovementBatch
from optsvc.engine.batch.padding import Memory
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.gp import condition
from tests.engine.batch.test_likelihood import data

PLENTY = Memory(NUMPY)


def function(n, groups, seed, pending):
    training = data(n, groups, seed)
    rng = np.random.default_rng(seed)
    theta = np.concatenate([rng.normal(-0.5, 0.3, max(groups) + 1), [0.1, -5.0, -0.4]])
    posterior = condition(training, theta, DEFAULTS, NUMPY)
    waiting = rng.random((pending, len(groups)))
    aspect = Aspect(posterior, noisy=pending > 0)
    return expected_improvement(imagine([aspect], waiting, waiting[:0], rng=rng, defaults=DEFAULTS))


# One bucket of rows, columns and samples each.
NOISELESS = [function(n, groups, n, 0) for n, groups in [(5, [0]), (16, [0, 1, 1]), (9, [0, 1, 2, 3])]]
SAMPLED = [function(n, groups, n, 2) for n, groups in [(12, [0, 1]), (14, [0, 1, 2, 2]), (15, [0, 1, 2])]]


def candidates(functions, m=6):
    rng = np.random.default_rng(1)
    parts = [rng.random((m, f.posterior.features.shape[1])) for f in functions]
    padded = np.zeros((len(parts), m, 4))
    for block, part in zip(padded, parts, strict=True):
        block[:, : part.shape[1]] = part
    return parts, padded


@pytest.mark.parametrize("functions", [NOISELESS, SAMPLED], ids=["noiseless", "sampled"])
def test_value_and_gradient_in_a_padded_batch_are_those_of_each_function_alone(functions):
    parts, padded = candidates(functions)
    batch = ImprovementBatch(functions, NUMPY, PLENTY)

    values = batch.value(np.arange(3), padded)
    again, gradients = batch.value_and_gradient(np.arange(3), padded)

    for k, (one, part) in enumerate(zip(functions, parts, strict=True)):
        expected, slope = one.value_and_gradient(part)
        np.testing.assert_allclose(values[k], expected, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(again[k], expected, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(gradients[k][:, : part.shape[1]], slope, rtol=1e-8, atol=1e-8 * np.abs(slope).max())
        assert not gradients[k][:, part.shape[1] :].any()


def test_predictions_in_a_padded_batch_are_those_of_each_process_alone():
    parts, padded = candidates(NOISELESS)

    means, stddevs = ImprovementBatch(NOISELESS, NUMPY, PLENTY).predict(np.arange(3), padded)

    for one, part, mean, stddev in zip(NOISELESS, parts, means, stddevs, strict=True):
        expected, variance = one.posterior.predict(part)
        np.testing.assert_allclose(mean[:, 0], expected, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(stddev, np.sqrt(variance), rtol=1e-9, atol=1e-9)


def test_some_of_a_batch_answer_as_all_of_it():
    _, padded = candidates(SAMPLED)
    batch = ImprovementBatch(SAMPLED, NUMPY, PLENTY)
    every = batch.value(np.arange(3), padded)

    some = [batch.value(np.array(members), padded[members]) for members in ([2], [0, 2], [0, 2], [1])]

    np.testing.assert_allclose(np.vstack(some), every[[2, 0, 2, 0, 2, 1]], rtol=1e-12)


def test_a_small_budget_changes_nothing():
    _, padded = candidates(SAMPLED)

    whole, parted = (
        ImprovementBatch(SAMPLED, NUMPY, m).value(np.arange(3), padded) for m in (PLENTY, Memory(NUMPY, 1))
    )

    np.testing.assert_allclose(parted, whole, rtol=1e-12)
