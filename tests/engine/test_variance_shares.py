"""The variance of piecewise constant functions: closed forms, and sums over a lattice as the oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeRegressor

from optsvc.engine.variance_shares import boxes_of, pair_covariances, variance_shares

CELLS = 8


def boxes(cuts, value):
    """Leaves of a square that is cut at 0.5 along these axes."""
    corners = np.array([[i, j] for i in range(2 if "x" in cuts else 1) for j in range(2 if "y" in cuts else 1)])
    sizes = np.array([0.5 if "x" in cuts else 1.0, 0.5 if "y" in cuts else 1.0])
    return corners * sizes, (corners + 1) * sizes, np.array(value, dtype=float)


@pytest.mark.parametrize(
    ("cuts", "value", "total", "main", "effect"),
    [
        ("", [7.0], 0.0, [0.0, 0.0], [0.0, 0.0]),
        ("x", [0.0, 2.0], 1.0, [1.0, 0.0], [1.0, 0.0]),
        ("xy", [0.0, 4.0, 2.0, 6.0], 5.0, [1.0, 4.0], [1.0, 4.0]),
        ("xy", [1.0, -1.0, -1.0, 1.0], 1.0, [0.0, 0.0], [1.0, 1.0]),
    ],
    ids=["constant", "one axis", "sum of both", "interaction alone"],
)
def test_shares_of_small_functions_are_what_one_works_out_by_hand(cuts, value, total, main, effect):
    shares = variance_shares(*boxes(cuts, value))

    assert shares.total == pytest.approx(total)
    assert shares.main == pytest.approx(main)
    assert shares.effect == pytest.approx(effect)


def lattice_tree(values):
    """A tree that repeats these values on the cells of a lattice, and its leaves."""
    dimension = values.ndim
    centres = (np.stack(np.meshgrid(*[np.arange(n) for n in values.shape], indexing="ij"), -1) + 0.5) / CELLS
    tree = DecisionTreeRegressor(random_state=0).fit(centres.reshape(-1, dimension), values.ravel())
    return boxes_of(tree.tree_, dimension)


@given(seed=st.integers(0, 99), dimension=st.integers(1, 3), coarse=st.booleans())
def test_the_closed_forms_agree_with_sums_over_a_lattice(seed, dimension, coarse):
    rng = np.random.default_rng(seed)
    values = rng.integers(3, size=(CELLS,) * dimension).astype(float) if coarse else rng.random((CELLS,) * dimension)

    shares = variance_shares(*lattice_tree(values))

    axes = range(dimension)
    main = [values.mean(axis=tuple(k for k in axes if k != j)).var() for j in axes]
    effect = [values.var() - values.mean(axis=j).var() for j in axes]
    assert shares.total == pytest.approx(values.var())
    assert shares.main == pytest.approx(main, abs=1e-9)
    assert shares.effect == pytest.approx(effect, abs=1e-9)


@given(shift=st.floats(-1e6, 1e6), scale=st.floats(1e-3, 1e3))
def test_shares_follow_the_scale_and_forget_the_shift(shift, scale):
    low, high, value = lattice_tree(np.random.default_rng(1).random((CELLS, CELLS)))

    before, after = variance_shares(low, high, value), variance_shares(low, high, shift + scale * value)

    assert after.main == pytest.approx(scale**2 * before.main, rel=1e-4)
    assert after.effect == pytest.approx(scale**2 * before.effect, rel=1e-4)


def test_the_leaves_of_a_tree_tile_the_cube_and_hold_its_predictions():
    rng = np.random.default_rng(2)
    points, values = rng.random((80, 4)), rng.random(80)
    tree = DecisionTreeRegressor(min_samples_leaf=3, random_state=0).fit(points, values)

    low, high, value = boxes_of(tree.tree_, 4)

    asked = rng.random((200, 4)).astype(np.float32)
    inside = ((low < asked[:, None]) & (asked[:, None] <= high)).all(axis=2)
    assert (inside.sum(axis=1) == 1).all()
    assert inside @ value == pytest.approx(tree.predict(asked))
    assert (high - low).prod(axis=1).sum() == pytest.approx(1.0)


def test_pairs_are_what_is_left_of_the_variance_beyond_the_axes_alone():
    values = np.random.default_rng(3).random((CELLS,) * 3)
    boxes = lattice_tree(values)

    shares, pairs = variance_shares(*boxes), pair_covariances(boxes, boxes)

    for i, j in ((0, 1), (0, 2), (1, 2)):
        [other] = {0, 1, 2} - {i, j}
        expected = values.mean(axis=other).var() - shares.main[i] - shares.main[j]
        assert pairs[i, j] == pytest.approx(expected)
        assert pairs[j, i] == pytest.approx(expected)
    assert np.diag(pairs).tolist() == [0.0, 0.0, 0.0]


def test_a_sum_has_no_interactions_and_a_product_about_its_centre_has_nothing_else():
    x, y, z = np.meshgrid(*[np.arange(CELLS) - (CELLS - 1) / 2] * 3, indexing="ij")
    product, total = (lattice_tree(values) for values in (x * y, x**2 + np.sin(y) + z))

    together = pair_covariances(product, product)

    assert together[0, 1] == pytest.approx(variance_shares(*product).total)
    assert together[2] == pytest.approx(0.0, abs=1e-9)
    assert pair_covariances(total, total) == pytest.approx(0.0, abs=1e-9)
    assert pair_covariances(product, total) == pytest.approx(0.0, abs=1e-9)


def test_two_functions_have_of_their_interactions_the_covariance_in_common():
    x, y, _ = np.meshgrid(*[np.arange(CELLS) - (CELLS - 1) / 2] * 3, indexing="ij")
    noise = np.random.default_rng(4).random((CELLS,) * 3)
    one, other = x * y + 5.0, 3.0 * x * y + noise

    shared = pair_covariances(lattice_tree(one), lattice_tree(other))

    given_both = other.mean(axis=2)
    assert shared[0, 1] == pytest.approx(((one - one.mean()).mean(axis=2) * (given_both - given_both.mean())).mean())
