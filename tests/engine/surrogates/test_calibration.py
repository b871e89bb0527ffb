import numpy as np
import pytest
from scipy.stats import t as student

from optsvc.engine import Seed, suggest
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.calibration import variance_scale
from optsvc.engine.surrogates.gp import TrainingData, condition
from tests.engine.builders import box, history, observed, problem

TRUTH = np.log([0.3, 0.3, 0.9, 1e-6, 0.1])
"""Length scales, signal and noise variance."""


@pytest.mark.parametrize("k", [4, 6, 10])
def test_errors_of_one_unknown_variance_lie_inside_as_often_as_students_distribution_says(k):
    errors = 20.0 * np.random.default_rng(k).normal(size=(20_000, k + 1))  # so large that the least scale never counts

    scales = np.array([variance_scale(group**2) for group in errors[:, :k]])
    inside = (np.abs(errors[:, k]) < 1.96 * np.sqrt(scales)).mean()

    assert inside == pytest.approx(1.0 - 2.0 * student.sf(1.96 * np.sqrt(k / (k - 3)), k), abs=0.005)


def test_no_prediction_becomes_surer_and_too_few_rows_still_count():
    assert variance_scale(np.array([0.1, 0.2, 0.3, 0.2])) == 1.0
    assert variance_scale(np.array([3.0, 2.0, 1.0])) == 6.0


def draws(believed):
    """Errors at a new point of functions drawn from the process `TRUTH`: in stddevs, and in calibrated ones."""
    rng = np.random.default_rng(4)
    raw, calibrated = [], []
    for _ in range(300):
        X = rng.random((21, 2))
        everything = TrainingData(X, np.arange(2), np.zeros(21), np.zeros(21))
        f = condition(everything, TRUTH, DEFAULTS, NUMPY).factor @ rng.normal(size=21)
        posterior = condition(TrainingData(X[:20], np.arange(2), f[:20], np.zeros(20)), believed, DEFAULTS, NUMPY)
        expected, spread = posterior.leave_one_out(f[:20])
        judges = np.argsort(f[:20])[: DEFAULTS.calibration_rows]
        scale = variance_scale((f[judges] - expected[judges]) ** 2 / spread[judges])
        mean, variance = posterior.predict(X[20:])
        raw.append((f[20] - mean[0]) / np.sqrt(variance[0]))
        calibrated.append((f[20] - mean[0]) / np.sqrt(scale * variance[0]))
    return np.abs(raw), np.abs(calibrated)


def test_a_process_that_takes_the_function_for_smoother_than_it_is_is_corrected():
    raw, calibrated = draws(TRUTH + np.log([3.0, 3.0, 1.0, 1.0, 1.0]))

    assert (raw < 1.96).mean() < 0.5
    assert 0.9 < (calibrated < 1.96).mean() < 0.99


def test_a_process_that_knows_the_function_becomes_cautious_not_ignorant():
    raw, calibrated = draws(TRUTH)

    assert 0.92 < (raw < 1.96).mean() < 0.98
    assert (calibrated < 1.96).mean() > 0.95
    assert np.exp(np.log(raw / calibrated).mean()) < 2.0


def test_intervals_stored_with_proposals_hold_a_function_with_a_sharp_optimum():
    def cone(assignments):
        return sum(abs(float(v) - 0.37) ** 0.5 for v in assignments.values())

    errors, scales = [], []
    for key in range(1, 5):
        past, state = history(box(3), 8, cone, key), None
        for ordinal in range(8, 26):
            (proposal,), state = suggest(problem(box(3)), past, [], seed=Seed(key, ordinal), state=state)
            past.append(observed(proposal.assignments, cone(proposal.assignments)))
            errors.append(abs(cone(proposal.assignments) - proposal.mean) / proposal.stddev)
            scales.append(proposal.details["variance_scale"])

    raw, calibrated = (np.array(errors) * np.sqrt(scales) < 1.96).mean(), (np.array(errors) < 1.96).mean()
    assert raw < 0.6
    assert calibrated > 0.8
