import numpy as np
import pytest
from benchmarks.scores import ranks, record, regret_at, score, share_of_wins


def test_regret_is_that_of_the_last_step_that_has_been_made():
    steps = [[2, 0.5], [7, 0.1], [9, -0.2]]

    found = [regret_at(steps, at) for at in (1, 2, 6, 7, 100)]

    assert found == [1.0, 0.5, 0.5, 0.1, 0.0]


def test_a_score_counts_digits_up_to_four():
    assert score(np.array([3.0, 1.0, 0.1, 0.01, 1e-4, 0.0])) == pytest.approx([0, 0, 25, 50, 100, 100])


def test_ties_share_their_mean_rank():
    regrets = np.array([[0.1, 0.0], [0.1 + 1e-9, 0.3], [0.05, 0.2]])

    found = ranks(regrets)

    assert found.tolist() == [[2.5, 1], [2.5, 3], [1, 2]]


def test_a_record_counts_wins_ties_and_losses():
    assert record(np.array([0.1, 0.2, 0.3, 0.0]), np.array([0.2, 0.2, 0.1, 1e-9])) == (1, 2, 1)


def test_a_share_of_wins_weighs_problems_alike_and_stands_inside_its_interval():
    one_of_two = (np.array([0.1, 0.3]), np.array([0.2, 0.2]))
    all_tied = (np.zeros(8), np.zeros(8))
    all_won = (np.zeros(1), np.ones(1))

    share, low, high = share_of_wins({"a": one_of_two, "b": all_tied, "c": all_won})

    assert share == pytest.approx((0.5 + 0.5 + 1) / 3)
    # Of the first problem's two pairs, resampling picks none, one or both as won, with chances of 1/4, 1/2 and 1/4.
    assert (low, high) == pytest.approx((0.5, (1 + 0.5 + 1) / 3))


def test_an_interval_of_certain_pairs_has_no_width():
    assert share_of_wins({"a": (np.zeros(3), np.ones(3))}) == (1.0, 1.0, 1.0)
