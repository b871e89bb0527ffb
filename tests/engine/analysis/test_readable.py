import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.engine.analysis.readable import short_number

FINITE = st.floats(-1e300, 1e300)


@given(ends=st.tuples(FINITE, FINITE).filter(lambda pair: pair[0] != pair[1]), above=st.booleans(), log=st.booleans())
def test_a_short_number_separates_what_lies_below_from_what_lies_above(ends, above, log):
    low, high = sorted(ends)

    number = short_number(low, high, above=above, log=log)

    assert (number >= low and high > number) if above else (number > low and high >= number)


@given(low=st.integers(-(2**53), 2**53 - 1), gap=st.integers(1, 1000), above=st.booleans())
def test_whole_numbers_stay_whole(low, gap, above):
    number = short_number(float(low), float(low + gap), above=above, whole=True)

    assert isinstance(number, int)
    assert low <= number < low + gap if above else low < number <= low + gap


@pytest.mark.parametrize(
    ("low", "high", "log", "expected"),
    [
        (-2.3, -1.9, False, -2.0),
        (0.4431, 0.5562, False, 0.5),
        (3e-5, 4e-4, True, 0.0001),
        (0.123, 0.1239, False, 0.1235),
    ],
)
def test_numbers_are_as_short_as_the_gap_allows(low, high, log, expected):
    assert math.isclose(short_number(low, high, above=True, log=log), expected, rel_tol=1e-2)
