"""Predictions against results: normal laws, and what must not matter."""

import numpy as np
import pytest

from optsvc.engine import Honesty, Prediction, honesty


def drawn(count, *, claimed=1.0, true=1.0, seed=1):
    rng = np.random.default_rng(seed)
    means = rng.normal(0.0, 3.0, count)
    values = means + rng.normal(0.0, true, count)
    return [Prediction(m, claimed, v) for m, v in zip(means.tolist(), values.tolist(), strict=True)]


def test_honest_predictions_cover_95_percent_and_rank_results():
    held = honesty(drawn(4000))

    assert held.coverage == pytest.approx(0.95, abs=0.01)
    assert held.covered == round(held.coverage * held.count)
    # Pearson's correlation is 3/sqrt(10), and Spearman's of normals is 6/π asin(r/2).
    assert held.rank_correlation == pytest.approx(6 / np.pi * np.arcsin(3 / np.sqrt(10) / 2), abs=0.02)


def test_predictions_that_are_twice_too_sure_cover_as_many_as_one_standard_deviation_does():
    assert honesty(drawn(4000, claimed=0.5)).coverage == pytest.approx(0.673, abs=0.02)  # P(|Z| < 0.98)


def test_the_noise_of_results_is_no_fault_of_predictions():
    noisy = drawn(4000, claimed=0.6, true=1.0)

    assert honesty(noisy, noise_stddev=0.8).coverage == pytest.approx(0.95, abs=0.01)


def test_neither_order_nor_unit_matters():
    some = drawn(50)
    scaled = [Prediction(-3.0 * p.mean, 3.0 * p.stddev, -3.0 * p.value) for p in reversed(some)]

    assert honesty(scaled) == honesty(some)


@pytest.mark.parametrize(
    ("predictions", "expected"),
    [
        ([], Honesty(0, 0, None, None)),
        ([Prediction(1.0, 0.0, 1.0)], Honesty(1, 1, 1.0, None)),
        ([Prediction(1.0, 0.1, v) for v in (1.0, 1.1, 9.0, 1.0)], Honesty(4, 3, 0.75, None)),
    ],
    ids=["none", "an exact one", "always the same"],
)
def test_what_cannot_be_told_is_left_out(predictions, expected):
    assert honesty(predictions) == expected
