import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from optsvc.engine.analysis.honesty import Prediction, honesty, share_interval


@given(st.integers(1, 500).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count))))
def test_the_interval_of_a_share_is_wilsons(counted):
    successes, count = counted

    low, high = share_interval(successes, count)

    known = binomtest(successes, count).proportion_ci(0.95, method="wilson")
    assert (low, high) == pytest.approx((known.low, known.high), abs=1e-12)


def test_predictions_that_are_as_sure_as_they_say_are_inside_19_times_in_20():
    rng = np.random.default_rng(5)
    drawn = rng.normal(size=(2000, 3))
    made = [Prediction(m, 0.6, m + 0.6 * e + 0.8 * noise, noise=0.8) for m, e, noise in drawn]

    record = honesty(made)

    low, high = share_interval(record.covered, record.count)
    assert low < 0.95 < high
    assert high - low < 0.03


def test_noise_that_is_not_reported_makes_predictions_look_too_sure():
    assert Prediction(0.0, 1.0, 2.5, noise=1.0).held()
    assert not Prediction(0.0, 1.0, 2.5).held()


def test_a_value_that_was_foretold_without_doubt_is_inside_its_point():
    assert Prediction(1.5, 0.0, 1.5).held()
