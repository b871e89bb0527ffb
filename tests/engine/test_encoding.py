import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.domain.space import (
    CategoricalParameter,
    Conditional,
    DoubleParameter,
    IntParameter,
    Parameter,
    SearchSpace,
    Value,
)
from optsvc.engine.encoding import INACTIVE, Encoder
from tests.engine.builders import MIXED
from tests.engine.spaces import BRANCHED, FINITE_BRANCHES

finite = st.floats(allow_nan=False, allow_infinity=False)


def encoder(*parameters: Parameter) -> Encoder:
    return Encoder(SearchSpace(parameters), relaxed_levels=32)


def round_trip(parameter: Parameter, value: Value) -> Value:
    space = encoder(parameter)
    return space.decode(space.encode([{parameter.name: value}])[0])[parameter.name]


@given(st.integers(-(2**40), 2**40), st.integers(1, 2**40), st.floats(0, 1))
def test_whole_numbers_survive_the_round_trip(low, width, share):
    value = low + round(share * width)

    assert round_trip(IntParameter("x", low, low + width), value) == value


@given(st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=30, unique=True), st.data())
def test_grid_values_survive_the_round_trip(values, data):
    grid = tuple(sorted(v + 0.0 for v in set(values)))
    value = data.draw(st.sampled_from(grid))

    back = round_trip(DoubleParameter("x", grid[0], grid[-1], grid=grid), value)

    # Values that differ by less than one part in 2**52 of the range share a coordinate.
    assert back == value or abs(float(back) - value) <= 2**-50 * (grid[-1] - grid[0])


@given(st.lists(st.text(max_size=5), min_size=1, max_size=100, unique=True), st.data())
def test_categories_survive_the_round_trip(values, data):
    value = data.draw(st.sampled_from(values))

    assert round_trip(CategoricalParameter("x", tuple(values)), value) == value


@given(finite, finite, st.floats(0, 1))
def test_doubles_survive_the_round_trip_up_to_rounding_of_the_range(a, b, share):
    low, high = sorted((a, b))
    value = min(max(low * (1 - share) + high * share, low), high)

    back = round_trip(DoubleParameter("x", low, high), value)

    if high / 2 - low / 2 > 1e-300:
        assert abs(back / 4 - value / 4) <= 1e-15 * (high / 4 - low / 4) + 4 * math.ulp(max(abs(low), abs(high)) / 4)
    assert low <= back <= high


@given(st.floats(-300, 300), st.floats(0.1, 300), st.floats(0, 1))
def test_doubles_on_a_log_scale_survive_the_round_trip_in_relative_terms(exponent, decades, share):
    low, high = 10.0**exponent, 10.0 ** min(exponent + decades, 308)
    value = min(max(low * (high / low) ** share if decades < 300 else low, low), high)

    back = round_trip(DoubleParameter("x", low, high, log=True), value)

    assert back == pytest.approx(value, rel=1e-12)
    assert low <= back <= high


@given(st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_snapping_gives_the_coordinates_of_what_is_decoded(point):
    space = Encoder(MIXED, relaxed_levels=32)
    snapped = space.snap(np.array([point]))

    again = space.encode([space.decode(np.array(point))])

    np.testing.assert_allclose(snapped, again, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(space.snap(snapped), snapped)


def test_every_whole_number_owns_the_same_share_of_the_interval():
    space = encoder(IntParameter("x", 1, 5))

    values = [space.decode(np.array([u]))["x"] for u in (np.arange(1000) + 0.5) / 1000]

    assert [values.count(v) for v in range(1, 6)] == [200] * 5


def test_the_cells_of_levels_fill_the_interval_and_hold_what_snaps_to_them():
    axes = encoder(
        IntParameter("a", 1, 7),
        CategoricalParameter("b", ("p", "q")),
        DoubleParameter("c", 0.1, 0.8, grid=(0.1, 0.2, 0.8)),
    ).levelled

    for axis in axes.values():
        low, high = axis.cells(np.arange(axis.levels))

        assert (low[0], high[-1]) == (0.0, 1.0)
        np.testing.assert_array_equal(low[1:], high[:-1])
        for share in (0.001, 0.5, 0.999):
            np.testing.assert_array_equal(axis.index(low + share * (high - low)), np.arange(axis.levels))


def test_two_categories_are_at_squared_distance_one():
    space = encoder(CategoricalParameter("x", ("a", "b", "c")))

    features = space.features(space.encode([{"x": "a"}, {"x": "b"}, {"x": "c"}]))

    distances = ((features[:, None] - features) ** 2).sum(axis=2)
    np.testing.assert_allclose(distances, 1.0 - np.eye(3), atol=1e-15)


def test_a_category_that_is_gone_has_no_features():
    space = encoder(CategoricalParameter("x", ("a", "b")))

    assert not space.features(space.encode([{"x": "gone"}])).any()


def test_points_outside_the_bounds_keep_their_place():
    space = encoder(DoubleParameter("x", 0.0, 2.0), IntParameter("y", 0, 9))

    np.testing.assert_allclose(space.encode([{"x": 3.0, "y": 14}]), [[1.5, 1.45]])


def test_a_log_parameter_is_linear_in_its_exponent():
    space = encoder(DoubleParameter("x", 1e-4, 1.0, log=True))

    np.testing.assert_allclose(space.encode([{"x": 1e-4}, {"x": 1e-3}, {"x": 1e-2}])[:, 0], [0.0, 0.25, 0.5])


def test_a_grid_on_a_log_scale_takes_the_value_nearest_in_logarithms():
    space = encoder(DoubleParameter("x", 1.0, 100.0, log=True, grid=(1.0, 10.0, 100.0)))

    assert space.decode(np.array([0.26]))["x"] == 10.0
    assert space.decode(np.array([0.25]))["x"] == 1.0  # a tie goes to the smaller


def test_parameters_without_a_choice_take_no_coordinate():
    space = encoder(
        CategoricalParameter("a", ("only",)), IntParameter("b", 3, 3), DoubleParameter("c", 2.0, 2.0, grid=(2.0,))
    )

    assert space.dimension == 0
    assert space.decode(np.empty(0)) == {"a": "only", "b": 3, "c": 2.0}


def test_all_points_of_a_finite_space_are_distinct_and_legal():
    space = encoder(
        IntParameter("a", 1, 3), CategoricalParameter("b", ("p", "q")), DoubleParameter("c", 0, 1, grid=(0, 1))
    )

    points = [tuple(space.decode(p).values()) for p in space.all_points()]

    assert len(set(points)) == space.point_count == 12


def test_a_continuous_space_has_no_point_count():
    assert Encoder(MIXED, relaxed_levels=32).point_count is None


def test_pulling_back_a_gradient_undoes_the_features():
    space = Encoder(MIXED, relaxed_levels=2)
    point = space.snap(np.array([[0.3, 0.6, 0.5, 0.5, 0.5]]))
    slope = np.arange(1.0, len(space.groups) + 1)
    step = np.array([[1e-6, 0, 0, 0, 0]])

    difference = (space.features(point + step) - space.features(point - step)) @ slope / 2e-6

    assert space.pull_back(point, slope[None])[0, 0] == pytest.approx(difference[0])


def branched() -> Encoder:
    return Encoder(BRANCHED, relaxed_levels=32)


def row_of(space: Encoder, **assignments: Value) -> np.ndarray:
    return space.features(space.encode([assignments]))[0]


def squared(a: np.ndarray, b: np.ndarray) -> float:
    return float(((a - b) ** 2).sum())


@given(st.lists(st.floats(0, 1), min_size=7, max_size=7))
def test_a_point_has_exactly_the_parameters_whose_conditions_hold(point):
    space = branched()
    snapped = space.snap(np.array([point]))

    assignments = space.decode(snapped[0])

    assert BRANCHED.validate(assignments) == assignments
    np.testing.assert_allclose(space.encode([assignments]), snapped, rtol=0, atol=1e-14)


def test_the_ends_of_a_conditional_number_and_its_absence_are_at_distance_one_from_each_other():
    space = branched()
    low, high = (row_of(space, always=0.5, solver="sgd", decay="off", momentum=m) for m in (0.0, 1.0))
    absent = row_of(space, always=0.5, solver="adam", decay="off", steps=5)
    columns = np.flatnonzero(space.groups == [a.name for a in space.axes].index("momentum"))

    for a, b in [(low, high), (low, absent), (high, absent)]:
        assert squared(a[columns], b[columns]) == pytest.approx(1.0, abs=1e-12)


def test_a_parameter_that_two_points_lack_does_not_tell_them_apart():
    space = branched()
    one = row_of(space, always=0.5, solver="adam", decay="off", steps=5)
    other = row_of(space, always=0.5, solver="adam", decay="off", steps=5, momentum=0.3, mode="q")

    np.testing.assert_array_equal(one, other)


def test_having_and_lacking_a_category_is_as_far_as_two_categories():
    space = branched()
    columns = np.flatnonzero(space.groups == [a.name for a in space.axes].index("mode"))
    p, q, none = (
        row_of(space, always=0.5, solver=s, decay="off", steps=5, mode=m)[columns]
        for s, m in (("rms", "p"), ("rms", "q"), ("adam", "p"))
    )

    assert [squared(p, q), squared(p, none), squared(q, none)] == pytest.approx([1.0] * 3)


def test_the_gradient_along_an_arc_is_that_of_differences():
    space = branched()
    point = space.encode([{"always": 0.2, "solver": "sgd", "decay": "on", "momentum": 0.7, "rate": 0.01}])
    slope = np.sin(np.arange(len(space.groups)) + 1.0)
    exists = space.active(point)[0]

    gradient = space.pull_back(point, slope[None])[0]

    for j in np.flatnonzero(space.smooth):
        step = 1e-6 * np.eye(space.dimension)[j] * exists[j]
        difference = (space.features(point + step) - space.features(point - step))[0] @ slope / 2e-6
        assert gradient[j] == pytest.approx(difference, abs=1e-8)


def test_the_legal_points_of_finite_branches_are_counted_and_listed():
    space = Encoder(FINITE_BRANCHES, relaxed_levels=32)

    points = [tuple(sorted(space.decode(p).items())) for p in space.all_points()]

    assert len(set(points)) == len(points) == space.point_count == 2 * (4 + 3 + 3)


def test_what_an_old_point_lacks_is_taken_from_the_default_and_what_is_gone_is_ignored():
    space = encoder(DoubleParameter("new", 0.0, 10.0, default=2.5), DoubleParameter("old", 0.0, 1.0))

    np.testing.assert_allclose(space.encode([{"old": 0.3, "removed": "x"}]), [[0.25, 0.3]])


def test_a_conditional_parameter_that_an_old_point_lacks_without_a_default_is_inactive():
    space = branched()

    (point,) = space.encode([{"always": 0.5, "solver": "sgd", "decay": "off"}])

    assert point[[a.name for a in space.axes].index("momentum")] == INACTIVE


def test_a_condition_that_never_holds_takes_its_parameter_out():
    space = SearchSpace(
        (DoubleParameter("x", 0.0, 1.0), DoubleParameter("y", 0.0, 1.0, conditions=(("gate", ("b",)),))),
        (Conditional("gate", ("a",)),),
    )

    never = Encoder(space, relaxed_levels=32)

    assert [axis.name for axis in never.axes] == ["x"]
    assert never.decode(np.array([0.5])) == {"gate": "a", "x": 0.5}
