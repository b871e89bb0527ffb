import numpy as np
import pytest

from optsvc.domain.metrics import Objective
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.history import EncodedHistory
from optsvc.engine.tpe.split import Split, thinned
from tests.engine.builders import box, observed, problem


def split(values, at=None, objective=Objective.MINIMIZE, seed=0):
    at = np.linspace(0, 1, len(values)) if at is None else at
    past = [observed({"x000": x}, v) for x, v in zip(at, values, strict=True)]
    asked = problem(box(1), objective)
    encoded = EncodedHistory.of(asked, past, Encoder(box(1), DEFAULTS.relaxed_levels))
    return Split.of(encoded, asked, np.random.default_rng(seed), DEFAULTS)


@pytest.mark.parametrize(("count", "good"), [(1, 1), (6, 1), (7, 2), (40, 6), (1000, 25)])
def test_the_best_share_is_good_up_to_a_limit(count, good):
    parts = split(np.arange(float(count)))

    np.testing.assert_allclose(parts.good[:, 0], np.linspace(0, 1, count)[:good])
    assert len(parts.bad) == count - good
    assert parts.worst_good == good - 1
    assert parts.share == good / count


def test_of_a_maximized_metric_the_largest_values_are_good():
    assert split([5.0, 9.0, 1.0], objective=Objective.MAXIMIZE).good.tolist() == [[0.5]]


def test_a_point_that_was_lucky_once_is_judged_by_its_mean():
    parts = split([-1.0, 5.0, 1.0, 3.0], at=[0.2, 0.2, 0.6, 0.8])

    assert parts.good.tolist() == [[0.6]]
    assert parts.bad.tolist() == [[0.2], [0.8]]


def test_between_equal_values_chance_decides_not_place():
    chosen = {split(np.zeros(10), seed=seed).good[0, 0] for seed in range(30)}

    assert len(chosen) >= 8


def test_the_largest_values_do_not_overflow():
    assert split([1.7e308, -1.7e308, 1.7e308], at=[0.1, 0.3, 0.1]).good.tolist() == [[0.3]]


def test_few_kernels_are_kept_as_they_are():
    rows, weights = thinned(DEFAULTS.tpe_kernels, DEFAULTS)

    np.testing.assert_array_equal(rows, np.arange(2000))
    np.testing.assert_array_equal(weights, 1.0)


def test_of_many_kernels_the_best_and_a_spread_of_the_others_weigh_as_much_as_all():
    rows, weights = thinned(10_000, DEFAULTS)

    assert len(rows) == len(np.unique(rows)) == 1025
    assert (rows[0], rows[24], rows[-1]) == (0, 24, 9_999)
    assert weights.sum() == pytest.approx(10_000)
