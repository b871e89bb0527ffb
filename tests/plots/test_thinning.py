"""What is drawn of many observations: never without what a chart is looked at for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.plots.thinning import (
    LEAST_OTHERS,
    MOST_ESSENTIAL,
    MOST_FAILURES,
    MOST_MARKS,
    NEWEST,
    evenly,
    thin,
)

LIMIT = MOST_ESSENTIAL + MOST_FAILURES + NEWEST + LEAST_OTHERS + 1


def observed(total, failures, essential, seed):
    """Which failed, and the places of the essential ones, none of which did."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(total)
    failed = np.zeros(total, dtype=bool)
    failed[order[:failures]] = True
    return failed, np.sort(order[failures : failures + essential])


few = st.tuples(
    st.integers(MOST_MARKS + 1, 20_000), st.integers(0, MOST_FAILURES), st.integers(0, 2000), st.integers(0, 99)
)


@given(few)
def test_all_essential_ones_all_failures_and_the_newest_are_drawn(case):
    failed, essential = observed(*case)

    drawn = set(thin(failed, essential).places.tolist())

    assert set(essential.tolist()) | set(np.flatnonzero(failed).tolist()) <= drawn
    assert {0, *range(len(failed) - NEWEST, len(failed))} <= drawn
    assert len(drawn) <= LIMIT


@pytest.mark.parametrize("failures", [0, 5_000, 99_000, 100_000])
@pytest.mark.parametrize("essential", [0, 1, 1_000, 100_000])
def test_never_more_than_a_few_thousand_are_drawn(failures, essential):
    failed, places = observed(100_000, failures, essential, seed=1)

    thinned = thin(failed, places)

    assert len(thinned.places) <= LIMIT
    assert (np.diff(thinned.places) > 0).all()
    assert thinned.failures == (failed[thinned.places].sum(), failures)
    assert thinned.essential == (np.isin(places, thinned.places).sum(), len(places))


def test_failures_beyond_a_number_are_thinned_evenly_and_that_is_said():
    failed = np.ones(100_000, dtype=bool)
    failed[::2] = False

    thinned = thin(failed, np.array([0]))

    gaps = np.diff(thinned.places[failed[thinned.places]])
    assert gaps.max() <= 2 * (100_000 / MOST_FAILURES)
    assert f"{thinned.failures[0]:,} of the 50,000 failures" in thinned.note("best observation")
    assert f"Drawn are {len(thinned.places):,} of 100,000 observations" in thinned.note("best observation")
    assert "among them the best observation and " in thinned.note("best observation")


def test_the_others_are_drawn_evenly_over_time():
    thinned = thin(np.zeros(100_000, dtype=bool), np.empty(0, dtype=np.int64))

    assert len(thinned.places) == MOST_MARKS
    assert np.diff(thinned.places).max() <= 1.1 * 100_000 / (MOST_MARKS - NEWEST)


@given(st.integers(0, MOST_MARKS))
def test_of_so_many_nothing_is_left_out(total):
    thinned = thin(np.zeros(total, dtype=bool), np.arange(min(total, 1)))

    assert thinned.places.tolist() == list(range(total))
    assert thinned.note("best observation") == ""


@given(st.lists(st.integers(0, 10**6), unique=True, max_size=300), st.integers(2, 50))
def test_an_even_part_has_both_ends_and_keeps_the_order(places, count):
    part = evenly(np.array(places, dtype=np.int64), count).tolist()

    assert len(part) == min(len(places), count)
    assert part[:1] + part[-1:] == places[:1] + places[-1:]
    assert [place for place in places if place in set(part)] == part
