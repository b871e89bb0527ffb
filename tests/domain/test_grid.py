"""Laws of walking through a grid."""

from hypothesis import given
from hypothesis import strategies as st

from optsvc.domain.grid import grid_point, grid_size
from optsvc.domain.space import CategoricalParameter, DoubleParameter, SearchSpace

lengths = st.lists(st.integers(2, 4), min_size=1, max_size=4)


def space_of(lengths):
    return SearchSpace(
        tuple(
            DoubleParameter(f"p{i}", 0.0, float(n - 1), grid=tuple(map(float, range(n))))
            if i % 2
            else CategoricalParameter(f"p{i}", tuple("abcd"[:n]))
            for i, n in enumerate(lengths)
        )
    )


@given(lengths=lengths)
def test_one_round_visits_every_point_once_and_the_next_is_the_same(lengths):
    space = space_of(lengths)
    size = grid_size(space)

    one_round = [grid_point(space, index) for index in range(size)]

    assert len({tuple(point.items()) for point in one_round}) == size == space.point_count
    assert [grid_point(space, index + size) for index in range(size)] == one_round
    assert all(space.validate(point) == point for point in one_round)


@given(lengths=lengths, index=st.integers(0, 100))
def test_a_step_moves_the_first_parameter_and_the_next_only_when_it_starts_over(lengths, index):
    space = space_of(lengths)

    here, there = grid_point(space, index), grid_point(space, index + 1)

    first_that_stays = next((i for i, n in enumerate(lengths) if (index + 1) % n), None)
    moved = [name for name in here if here[name] != there[name]]
    carried = len(lengths) if first_that_stays is None else first_that_stays + 1
    assert "p0" in moved
    assert set(moved) <= {f"p{i}" for i in range(carried)}
