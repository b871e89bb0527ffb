"""The same numbers from a device as from NumPy: from a made-up one everywhere, from CUDA's where there is one."""

from types import ModuleType

import numpy as np
import pytest

from optsvc.engine import Request, suggest_many
from optsvc.engine.backend import NUMPY, backend_for
from optsvc.engine.batch import many
from optsvc.engine.batch.improvement import ImprovementBatch
from optsvc.engine.batch.likelihood import LikelihoodBatch, fit_many
from optsvc.engine.batch.padding import Memory
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.gp import TrainingData
from optsvc.engine.surrogates.likelihood import REJECTED, NegativeLogPosterior
from tests.engine.batch.foreign import ForeignBackend
from tests.engine.batch.test_improvement import NOISELESS, SAMPLED, candidates
from tests.engine.batch.test_likelihood import PRIORS, PROBLEMS
from tests.engine.batch.test_many import PLAIN, alone, coordinates


@pytest.fixture(scope="module", params=["foreign", pytest.param("cupy", marks=pytest.mark.gpu)])
def device(request):
    """A backend that is not NumPy's."""
    if request.param == "foreign":
        return ForeignBackend()
    try:
        import cupy
    except ImportError as error:
        pytest.skip(f"CuPy cannot be imported: {error}")
    try:
        cupy.cuda.runtime.getDeviceProperties(0)
        return backend_for(cupy)
    except (ImportError, cupy.cuda.runtime.CUDARuntimeError) as error:
        pytest.skip(f"no CUDA device: {error}")


def likelihood(backend, data=PROBLEMS):
    return LikelihoodBatch(data, PRIORS, DEFAULTS.base_jitter, backend, Memory(backend))


def test_likelihoods_and_their_gradients_agree(device):
    rng = np.random.default_rng(3)
    owners = rng.integers(len(PROBLEMS), size=12)
    thetas = likelihood(NUMPY).pad([PRIORS[k].sample(rng) for k in owners])

    host, there = (likelihood(backend).value_and_gradient(thetas, owners) for backend in (NUMPY, device))

    np.testing.assert_allclose(there[0], host[0], rtol=1e-7)
    np.testing.assert_allclose(there[1], host[1], rtol=1e-7, atol=1e-7 * np.abs(host[1]).max())


@pytest.mark.parametrize("k", range(len(PROBLEMS)))
def test_the_likelihood_of_one_problem_agrees(device, k):
    theta = PRIORS[k].sample(np.random.default_rng(4))

    host, there = (NegativeLogPosterior(PROBLEMS[k], PRIORS[k], 1e-10, backend)(theta) for backend in (NUMPY, device))

    assert there[0] == pytest.approx(host[0], rel=1e-7)
    np.testing.assert_allclose(there[1], host[1], rtol=1e-7, atol=1e-7 * np.abs(host[1]).max())


def test_a_covariance_that_is_not_positive_definite_is_rejected_alone(device):
    torn = TrainingData(PROBLEMS[1].features, PROBLEMS[1].groups, PROBLEMS[1].targets, np.full(16, -2.0))
    data = [PROBLEMS[0], torn, *PROBLEMS[2:]]
    thetas = likelihood(NUMPY).pad([prior.mode for prior in PRIORS])

    values, gradients = likelihood(device, data).value_and_gradient(thetas, np.arange(4))

    expected, _ = likelihood(NUMPY).value_and_gradient(thetas, np.arange(4))
    assert (values[1], np.abs(gradients[1]).max()) == (REJECTED, 0.0)
    np.testing.assert_allclose(values[[0, 2, 3]], expected[[0, 2, 3]], rtol=1e-7)


def test_fits_reach_the_same_peaks(device):
    starts = [[prior.mode] for prior in PRIORS]

    host, there = (
        fit_many(PROBLEMS, PRIORS, starts, DEFAULTS, backend, Memory(backend)) for backend in (NUMPY, device)
    )

    batch = likelihood(NUMPY)
    reached = [batch.value_and_gradient(batch.pad(thetas), np.arange(4))[0] for thetas in (host, there)]
    np.testing.assert_allclose(reached[1], reached[0], atol=1e-4)


@pytest.mark.parametrize("functions", [NOISELESS, SAMPLED], ids=["noiseless", "sampled"])
def test_predictions_and_acquisition_values_and_gradients_agree(device, functions):
    _, padded = candidates(functions)
    host, there = (ImprovementBatch(functions, backend, Memory(backend)) for backend in (NUMPY, device))
    every = np.arange(3)

    pairs = [
        (host.value(every, padded), there.value(every, padded)),
        *zip(host.value_and_gradient(every, padded), there.value_and_gradient(every, padded), strict=True),
        *zip(host.predict(every, padded), there.predict(every, padded), strict=True),
        (host.value(every[:2], padded[:2]), there.value(every[:2], padded[:2])),
    ]

    for expected, found in pairs:
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7 * np.abs(expected).max())


def test_suggestions_agree_and_say_what_computed_them(device, monkeypatch):
    monkeypatch.setattr(many, "backend_for", lambda _: device)
    fitted = [Request(r.problem, r.history, r.pending, r.seed, r.count, alone(r)[1]) for r in PLAIN]

    together = suggest_many(fitted, xp=ModuleType("device"))

    for one, (proposals, _) in zip(fitted, together, strict=True):
        for proposal, other in zip(proposals, alone(one)[0], strict=True):
            np.testing.assert_allclose(coordinates(one, proposal), coordinates(one, other), atol=1e-5)
            assert proposal.details["backend"] == f"{device.description()}, in a batch"
