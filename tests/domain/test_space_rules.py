"""No combination of conditionals may leave a point without parameters."""

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.domain.errors import InvalidExperiment
from optsvc.domain.space import Conditional, DoubleParameter, SearchSpace
from optsvc.domain.space_rules import check_space

NAMES, VALUES = ("c", "d", "e"), ("p", "q", "r")
CONDITIONALS = tuple(Conditional(name, VALUES) for name in NAMES)
conditions = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sets(st.sampled_from(VALUES), min_size=1).map(sorted).map(tuple)),
    max_size=3,
    unique_by=lambda condition: condition[0],
).map(tuple)


@given(conditions=st.lists(conditions, min_size=1, max_size=6))
def test_a_space_is_refused_exactly_if_brute_force_finds_an_empty_branch(conditions):
    parameters = tuple(DoubleParameter(f"x{i}", 0.0, 1.0, conditions=c) for i, c in enumerate(conditions))
    space = SearchSpace(parameters, CONDITIONALS)
    empty = any(
        not space.existing(dict(zip(NAMES, values, strict=True))) for values in product(VALUES, repeat=len(NAMES))
    )

    try:
        check_space(space)
        refused = False
    except InvalidExperiment:
        refused = True

    assert refused is empty


def test_a_hopeless_number_of_branches_is_refused_in_good_time():
    conditionals = tuple(Conditional(f"c{i}", ("p", "q")) for i in range(40))
    parameters = tuple(
        DoubleParameter(f"x{i}{v}", 0.0, 1.0, conditions=((f"c{i}", (v,)), (f"c{(i + 1) % 40}", (v,))))
        for i in range(40)
        for v in "pq"
    )
    began = time.monotonic()

    with pytest.raises(InvalidExperiment, match="conditionals"):
        check_space(SearchSpace(parameters, conditionals))

    assert time.monotonic() - began < 10
