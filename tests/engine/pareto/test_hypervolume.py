from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.engine.pareto import hypervolume as module
from optsvc.engine.pareto.hypervolume import hypervolume, hypervolume_trace
from tests.engine.pareto.sets import curved_front, points

REFERENCE = 3.5


def of(values):
    return hypervolume(values, np.full(values.shape[1], REFERENCE))


def lattice(objectives, size):
    """Whole numbers >= 0 with the sum ``size - 1``: together with their neighbours a staircase."""
    return np.array([point for point in product(range(size), repeat=objectives) if sum(point) == size - 1], dtype=float)


@pytest.mark.parametrize(
    ("front", "reference", "expected"),
    [
        ([[1, 2], [2, 1]], [3, 3], 3),
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [2, 2, 2], 7),
        ([[2]], [5], 3),
        ([[1, 1, 1, 1]], [3, 3, 3, 3], 16),
        ([[1, 3], [4, 0]], [3, 3], 0),
    ],
)
def test_small_fronts_have_the_volume_that_one_can_count(front, reference, expected):
    assert hypervolume(np.array(front, dtype=float), np.array(reference, dtype=float)) == expected


@pytest.mark.parametrize(("objectives", "size"), [(1, 3), (2, 9), (3, 6), (4, 5)])
def test_a_lattice_leaves_the_cells_below_it(objectives, size):
    front = lattice(objectives, size)

    volume = hypervolume(front, np.full(objectives, float(size)))

    # Free are the cells whose lower corner has a sum below size - 1.
    assert volume == size**objectives - comb(size - 2 + objectives, objectives)


@given(values=points(), rng=st.randoms())
def test_neither_order_nor_dominated_points_change_the_volume(values, rng):
    order = list(range(len(values)))
    rng.shuffle(order)
    dominated = values[:3] + 0.25

    assert of(np.vstack([values[order], dominated])) == pytest.approx(of(values), rel=1e-12)


@given(values=points(least=1), axis=st.integers(0, 3))
def test_the_volume_scales_with_each_axis(values, axis):
    scale = np.ones(values.shape[1])
    scale[axis % values.shape[1]] = 8.0

    scaled = hypervolume(values * scale, REFERENCE * scale)

    assert scaled == pytest.approx(8.0 * of(values), rel=1e-12)


@given(values=points(least=1))
def test_the_trace_never_falls_and_is_the_volume_of_what_there_was(values):
    trace = hypervolume_trace(values, np.full(values.shape[1], REFERENCE))

    assert (np.diff(trace) >= 0.0).all()
    np.testing.assert_allclose(trace, [of(values[: k + 1]) for k in range(len(values))], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("objectives", [3, 4])
def test_summing_what_points_add_gives_the_same_as_the_grid(monkeypatch, objectives):
    front = curved_front(30, objectives)
    by_grid = of(front)
    monkeypatch.setattr(module, "_MOST_CELLS", 50)

    assert of(front) == pytest.approx(by_grid, rel=1e-12)
