"""Laws of the search space: what fits it, and what comes out of fitting."""

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.domain.errors import InvalidAssignments
from optsvc.domain.space import (
    LARGEST_INT,
    CategoricalParameter,
    Conditional,
    DoubleParameter,
    IntParameter,
    Parameter,
    SearchSpace,
)

SUGAR = DoubleParameter("sugar", 0.1, 10.0, log=True)
EGGS = IntParameter("eggs", 1, 6)
OVEN = CategoricalParameter("oven", ("gas", "electric"))
SPACE = SearchSpace((SUGAR, EGGS, OVEN))
CAKE = {"sugar": 1.0, "eggs": 4, "oven": "gas"}

anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2)


@given(value=st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_takes_every_number_in_or_out_of_its_bounds_and_gives_a_float(value):
    fitted = DoubleParameter("x", 0.0, 1.0).validate(value)

    assert type(fitted) is float
    assert fitted == float(value)


@given(value=st.integers(-LARGEST_INT, LARGEST_INT))
def test_an_int_takes_a_whole_number_in_either_form(value):
    parameter = IntParameter("x", 0, 1)

    assert parameter.validate(value) == parameter.validate(float(value)) == value
    assert type(parameter.validate(float(value))) is int


@given(parameter=st.sampled_from([SUGAR, EGGS, OVEN, DoubleParameter("g", 1.0, 2.0, grid=(1.0, 2.0))]), value=anything)
def test_fitting_a_value_twice_is_fitting_it_once_and_nothing_else_than_our_error_comes_out(
    parameter: Parameter, value: object
):
    refusal = None
    try:
        fitted = parameter.validate(value)
    except InvalidAssignments as error:
        refusal = str(error)

    if refusal is None:
        again = parameter.validate(fitted)
        assert (again, type(again)) == (fitted, type(fitted))
    else:
        assert parameter.name in refusal


NOT_NUMBERS = [True, False, None, "1", [1], {}, math.nan, math.inf, -math.inf, 10**400, -(10**400)]


@pytest.mark.parametrize("value", NOT_NUMBERS, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("parameter", [DoubleParameter("x", 0.0, 1.0), IntParameter("x", 0, 1)], ids=["double", "int"])
def test_what_is_no_finite_number_has_the_wrong_type(parameter, value):
    with pytest.raises(InvalidAssignments, match="Invalid type for parameter 'x'"):
        parameter.validate(value)


@pytest.mark.parametrize("value", [0.5, 1e-9, -1.5])
def test_an_int_refuses_a_fraction(value):
    with pytest.raises(InvalidAssignments, match="whole number"):
        EGGS.validate(value)


@pytest.mark.parametrize("value", [LARGEST_INT + 2, -LARGEST_INT - 2, 1e300, sys.float_info.max])
def test_an_int_beyond_what_a_double_tells_apart_is_refused(value):
    with pytest.raises(InvalidAssignments, match="eggs"):
        EGGS.validate(value)


@given(value=st.floats(max_value=0.0, allow_nan=False, allow_infinity=False))
def test_a_log_parameter_refuses_what_has_no_logarithm(value):
    with pytest.raises(InvalidAssignments, match="log scale"):
        SUGAR.validate(value)


@pytest.mark.parametrize(
    ("parameter", "inside", "outside"),
    [(DoubleParameter("x", 0.1, 0.3, grid=(0.1, 0.3)), 0.3, 0.2), (IntParameter("x", 1, 9, grid=(1, 9)), 9.0, 5)],
)
def test_a_grid_takes_its_own_values_only(parameter, inside, outside):
    assert parameter.validate(inside) == inside
    with pytest.raises(InvalidAssignments, match="grid"):
        parameter.validate(outside)


@pytest.mark.parametrize("value", ["Gas", "", "gas ", 1, None, ["gas"]])
def test_a_categorical_takes_its_categories_only(value):
    with pytest.raises(InvalidAssignments, match="oven"):
        OVEN.validate(value)


def test_categories_are_numbered_from_one_in_the_order_declared():
    assert OVEN.enum_indexes == (1, 2)


@given(order=st.permutations([SUGAR, EGGS, OVEN]))
def test_the_order_of_the_parameters_does_not_matter(order):
    assert SearchSpace(tuple(order)) == SPACE


def test_fitted_assignments_name_every_parameter_once_in_the_order_of_the_space():
    assert list(SPACE.validate({"oven": "gas", "sugar": 1, "eggs": 4.0}).items()) == [
        ("eggs", 4),
        ("oven", "gas"),
        ("sugar", 1.0),
    ]


@pytest.mark.parametrize("name", sorted(CAKE))
def test_assignments_without_a_parameter_are_refused_by_its_name(name):
    with pytest.raises(InvalidAssignments, match=f"missing parameter '{name}'"):
        SPACE.validate({key: value for key, value in CAKE.items() if key != name})


def test_assignments_with_a_foreign_name_are_refused_by_that_name():
    with pytest.raises(InvalidAssignments, match="'salt'"):
        SPACE.validate(CAKE | {"salt": 1})


ON = SearchSpace(
    (
        DoubleParameter("x", 0.0, 1.0, default=0.5),
        IntParameter("n", 1, 4, conditions=(("c", ("on",)),), default=3),
        CategoricalParameter("k", ("p", "q"), conditions=(("c", ("off",)), ("d", ("one", "two")))),
    ),
    conditionals=(Conditional("c", ("on", "off")), Conditional("d", ("one", "two", "three"))),
)


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ({"c": "on", "d": "one"}, {"c": "on", "d": "one", "x": 0.5, "n": 3}),
        ({"c": "off", "d": "one", "x": 1}, {"c": "off", "d": "one", "x": 1.0}),
        ({"c": "off", "d": "two", "x": 10**20, "k": "gone"}, {"c": "off", "d": "two", "x": 1e20, "k": "gone"}),
        ({"c": "off", "d": "three", "x": 0.1, "n": 2, "removed": 1}, {"c": "off", "d": "three", "x": 0.1}),
    ],
)
def test_an_older_point_reads_as_of_today(stored, read):
    assert ON.as_of_now(stored) == read
    assert type(ON.as_of_now(stored)["x"]) is float


def test_points_are_counted_branch_by_branch():
    grid = DoubleParameter("x", 0.0, 1.0, grid=(0.0, 1.0))
    finite = SearchSpace((grid, *ON.parameters[:2]), ON.conditionals)  # k, n

    assert ON.point_count is None
    # on: 2 x 4 in each of three; off: 2 x 2 in two, 2 in the third
    assert finite.point_count == 3 * 8 + 2 * 4 + 2
    assert SearchSpace((grid, IntParameter("n", -2, 2))).point_count == 10


def test_too_many_branches_are_not_counted():
    many = tuple(Conditional(f"c{i}", ("p", "q")) for i in range(13))

    assert SearchSpace((IntParameter("n", 0, 1),), many).point_count is None
