import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from optsvc.engine.valleys import highest_between, valleys

CENTERS = np.array([[0.2, 0.2], [0.8, 0.3], [0.4, 0.85]])
DEPTHS = np.array([1.0, 0.8, 0.6])


def wells(features):
    return -(DEPTHS * np.exp(-30 * ((features[:, None] - CENTERS) ** 2).sum(axis=2))).max(axis=1)


def bowl(features):
    return (features**2).sum(axis=1)


def test_the_best_point_of_each_valley_is_found_and_the_deepest_comes_first():
    points = np.vstack([np.random.default_rng(0).random((100, 2)), CENTERS])

    assert valleys(wells, points, wells(points), 3).tolist() == [100, 101, 102]


def test_a_bowl_is_one_valley():
    points = np.random.default_rng(1).normal(size=(60, 4))

    assert valleys(bowl, points, bowl(points), 5).tolist() == [int(bowl(points).argmin())]


@given(st.integers(1, 30), st.integers(1, 6), st.integers(0, 1000))
def test_there_are_no_more_than_wanted_the_best_point_is_first_and_none_is_named_twice(count, wanted, seed):
    points = np.random.default_rng(seed).random((count, 2))
    means = wells(points)

    rows = valleys(wells, points, means, wanted)

    assert 1 <= len(rows) <= wanted
    assert rows[0] == means.argmin()
    assert len(set(rows.tolist())) == len(rows)
    assert (np.diff(means[rows]) >= 0.0).all()


def test_the_highest_on_a_way_is_that_of_its_ridge():
    ridge = highest_between(lambda x: -np.abs(x[:, 0] - 0.5), np.zeros(1), np.array([[1.0], [0.25]]))

    np.testing.assert_allclose(ridge, [0.0, -0.5 + 0.25 * 7 / 8])
