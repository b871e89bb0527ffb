"""Whose turn it is, and what every member foretells."""

import math
from collections import Counter
from dataclasses import replace

import pytest

from optsvc.engine import Problem, Seed, Source, suggest
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.ensemble import Shares
from tests.engine.builders import box, history, problem


def bowl(assignments):
    return sum((float(v) - 0.3) ** 2 for v in assignments.values())


def test_turns_come_as_often_as_the_shares_say_in_every_stretch():
    some = Shares("some", tpe=0.2, explore=0.1)

    for first in (0, 17, 1000):
        turns = Counter(some.leader(k) for k in range(first, first + 100))

        assert turns[Source.TPE] == pytest.approx(20, abs=2)
        assert turns[Source.EXPLORE] == pytest.approx(10, abs=2)


def test_as_long_as_the_process_sees_all_values_it_leads():
    assert Shares.of(DEFAULTS.exact_rows, DEFAULTS).gp == 1.0
    assert Shares.of(DEFAULTS.exact_rows + 1, DEFAULTS).tpe > 0.0
    assert Shares.of(DEFAULTS.huge_rows + 1, DEFAULTS).tpe > Shares.of(DEFAULTS.huge_rows, DEFAULTS).tpe


def leaders(past, one: Problem, count: int):
    proposals, _ = suggest(one, past, [], seed=Seed(4, len(past)), count=count)
    return proposals


def test_members_take_turns_and_all_say_what_they_expect(monkeypatch):
    monkeypatch.setattr("optsvc.engine.ensemble.DEFAULTS", replace(DEFAULTS, usual_shares=(0.3, 0.3)))
    past = history(box(2), 20, bowl)

    proposals = leaders(past, problem(box(2)), 12)

    assert {p.source for p in proposals} == {Source.GP, Source.TPE, Source.EXPLORE}
    for proposal in proposals:
        assert sum(proposal.details["shares"].values()) == pytest.approx(1.0)
        assert proposal.details["forecasts"].keys() == {"gp", "tpe", "explore"}
        assert all(0.0 <= p <= 1.0 for p in proposal.details["forecasts"].values())
        assert proposal.details["forecasts"]["explore"] == pytest.approx(DEFAULTS.tpe_share)
        assert math.isfinite(proposal.mean)
        assert proposal.stddev > 0.0


def test_what_the_process_foretells_of_a_function_that_it_knows_comes_true():
    past = history(box(2), 40, bowl)
    bar = sorted(bowl(o.assignments) for o in past)[math.ceil(DEFAULTS.tpe_share * 40) - 1]

    proposals = leaders(past, problem(box(2)), 20)

    assert all(p.details["good_value"] == bar for p in proposals)
    foretold = [p.details["forecasts"]["gp"] for p in proposals]
    came = [bowl(p.assignments) <= bar for p in proposals]
    assert sum(abs(p - c) for p, c in zip(foretold, came, strict=True)) < 2.0


def test_a_process_that_expects_nothing_more_shares_its_turns_with_exploration():
    # The optimum is known to ten digits: 3^-23 of the way is left.
    past = history(box(1), 8, bowl)
    past += [replace(o, assignments={"x000": 0.3 + 3.0**-k}) for k, o in enumerate(past, start=16)]
    past = [replace(o, values=(replace(o.values[0], value=bowl(o.assignments)),)) for o in past]

    proposals = leaders(past, problem(box(1)), 4)

    assert [p.source for p in proposals] == [Source.GP, Source.EXPLORE, Source.GP, Source.EXPLORE]
    assert all(abs(p.assignments["x000"] - 0.3) > 0.02 for p in proposals[1::2])
