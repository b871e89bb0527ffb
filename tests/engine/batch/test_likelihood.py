"""Batched fits: padding, neighbours and memory change nothing."""

import numpy as np
import pytest

from optsvc.engine.backend import NUMPY, NumpyBackend
from optsvc.engine.batch.likelihood import LikelihoodBatch, fit_many
from optsvc.engine.batch.padding import COLUMNS, ROWS, Memory, bucket
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.gp import TrainingData
from optsvc.engine.surrogates.likelihood import REJECTED, NegativeLogPosterior, fit
from optsvc.engine.surrogates.priors import Prior

PLENTY = Memory(NUMPY)


def data(n, groups, seed):
    rng = np.random.default_rng(seed)
    features = rng.random((n, len(groups)))
    targets = np.sin(5 * features[:, 0]) + features[:, -1] ** 2 + 0.05 * rng.normal(size=n)
    return TrainingData(features, np.array(groups), (targets - targets.mean()) / targets.std(), rng.random(n) * 0.01)


PROBLEMS = [data(5, [0], 1), data(16, [0, 1, 2], 2), data(17, [0, 1, 1, 1, 2], 3), data(40, list(range(9)), 4)]
CATEGORICAL = [[True], [False] * 3, [False, True, False], [False] * 9]
PRIORS = [Prior(np.array(kinds), k % 2 == 0, DEFAULTS) for k, kinds in enumerate(CATEGORICAL)]


def alone(k, theta):
    return NegativeLogPosterior(PROBLEMS[k], PRIORS[k], DEFAULTS.base_jitter, NUMPY)(theta)


@pytest.mark.parametrize("seed", range(10))
def test_value_and_gradient_in_a_padded_batch_are_those_of_each_problem_alone(seed):
    batch = LikelihoodBatch(PROBLEMS, PRIORS, DEFAULTS.base_jitter, NUMPY, PLENTY)
    rng = np.random.default_rng(seed)
    owners = rng.integers(len(PROBLEMS), size=7)
    thetas = [PRIORS[k].sample(rng) for k in owners]

    values, gradients = batch.value_and_gradient(batch.pad(thetas), owners)

    for k, theta, value, gradient in zip(owners, thetas, values, gradients, strict=True):
        expected, slope = alone(k, theta)
        assert value == pytest.approx(expected, rel=1e-9)
        np.testing.assert_allclose(batch.unpad(gradient, k), slope, rtol=1e-8, atol=1e-9 * np.abs(slope).max())
        assert not gradient[PRIORS[k].dimension : batch.p].any()


def test_a_covariance_that_is_not_positive_definite_is_rejected_alone():
    torn = TrainingData(PROBLEMS[1].features, PROBLEMS[1].groups, PROBLEMS[1].targets, np.full(16, -2.0))
    batch = LikelihoodBatch([PROBLEMS[0], torn, PROBLEMS[2]], PRIORS[:3], 1e-10, NUMPY, PLENTY)
    thetas = [prior.mode for prior in PRIORS[:3]]

    values, gradients = batch.value_and_gradient(batch.pad(thetas), np.arange(3))

    assert (values[1], np.abs(gradients[1]).max()) == (REJECTED, 0.0)
    assert values[[0, 2]] == pytest.approx([alone(k, thetas[k])[0] for k in (0, 2)], rel=1e-9)


def test_fits_in_a_batch_are_as_good_as_alone():
    rng = np.random.default_rng(0)
    starts = [[prior.mode, *(prior.sample(rng) for _ in range(3))] for prior in PRIORS]

    together = fit_many(PROBLEMS, PRIORS, starts, DEFAULTS, NUMPY, PLENTY)

    for k, theta in enumerate(together):
        best = fit(PROBLEMS[k], PRIORS[k], starts[k], DEFAULTS, NUMPY)
        assert alone(k, theta)[0] <= alone(k, best)[0] + 1e-3


def test_a_fit_does_not_depend_on_its_neighbours():
    starts = [[prior.mode] for prior in PRIORS]

    together = fit_many(PROBLEMS, PRIORS, starts, DEFAULTS, NUMPY, PLENTY)

    for k, theta in enumerate(together):
        [by_itself] = fit_many(PROBLEMS[k : k + 1], PRIORS[k : k + 1], starts[k : k + 1], DEFAULTS, NUMPY, PLENTY)
        np.testing.assert_allclose(theta, by_itself, atol=1e-4)


class Small(NumpyBackend):
    """A device with room for so many matrices."""

    def __init__(self, room):
        self.room, self.sizes = room, []

    def cholesky_many(self, matrices):
        self.sizes.append(len(matrices))
        if len(matrices) > self.room:
            raise MemoryError
        return super().cholesky_many(matrices)


def test_a_batch_that_does_not_fit_is_halved_until_it_does():
    backend = Small(3)
    batch = LikelihoodBatch(PROBLEMS, PRIORS, 1e-10, backend, Memory(backend))
    owners = np.resize(np.arange(4), 12)
    thetas = batch.pad([PRIORS[k].mode for k in owners])

    values, _ = batch.value_and_gradient(thetas, owners)

    assert backend.sizes == [12, 6, 3, 3, 3, 3]
    assert values == pytest.approx([alone(k, PRIORS[k].mode)[0] for k in owners], rel=1e-9)


def test_where_not_even_one_fits_that_is_said():
    backend = Small(0)
    batch = LikelihoodBatch(PROBLEMS, PRIORS, 1e-10, backend, Memory(backend))

    with pytest.raises(MemoryError):
        batch.value_and_gradient(batch.pad([prior.mode for prior in PRIORS]), np.arange(4))


def test_a_budget_splits_a_batch():
    backend = Small(99)
    batch = LikelihoodBatch(PROBLEMS, PRIORS, 1e-10, backend, Memory(backend, budget=2 * 9 * 8 * 48 * 48))

    batch.value_and_gradient(batch.pad([prior.mode for prior in PRIORS]), np.arange(4))

    assert backend.sizes == [2, 2]


@pytest.mark.parametrize("n", [1, 16, 17, 700, 1024, 1025, 3000])
def test_a_bucket_holds_its_size_and_wastes_little(n):
    size = bucket(n, ROWS)

    assert n <= size
    assert size == 16 or size <= max(1.5 * n + 15, n + 1023)
    assert bucket(size, ROWS) == size
    assert bucket(5, COLUMNS) == 8
