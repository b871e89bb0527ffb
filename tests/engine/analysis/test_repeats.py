"""What to repeat: the paper's closed form, and the design farthest behind it."""

import math

import numpy as np
import pytest

from optsvc.engine.analysis.repeats import allocation, most_starving


def test_the_best_allocation_is_that_of_the_paper():
    shares = allocation(np.array([0.0, 1.0, 2.0]), 1.0)

    assert shares[1] / shares[2] == pytest.approx(4.0)
    assert shares[0] == pytest.approx(math.hypot(shares[1], shares[2]))
    assert shares.sum() == pytest.approx(1.0)


def test_what_is_known_least_for_its_share_is_repeated_first():
    means, stddevs = np.array([0.0, 1.0, 1.0]), np.array([0.2, 0.2, 1.0])

    assert most_starving(means, stddevs, 1.0, 1).tolist() == [2]
    assert most_starving(np.zeros(1), np.ones(1), 1.0, 3).tolist() == [0, 0, 0]
