"""Constraints whose values never change: no model can be fitted to them, but they count."""

import math

import numpy as np
import pytest

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.engine import Problem, Seed, Source, space_filling, suggest
from tests.engine.builders import box

LOSS = Metric("loss", Objective.MINIMIZE)
STRENGTH = Metric("strength", Objective.MAXIMIZE, Strategy.CONSTRAINT, 4.0)
LENGTH = Metric("length", Objective.MINIMIZE, Strategy.CONSTRAINT, 0.6)
SPACE = box(2)


def values(x, y, strength):
    return {"loss": (x - 0.3) ** 2 + y, "other": 1.0 - x, "strength": strength, "length": y}


def past(problem, count, strength):
    points = space_filling(problem, [], [], seed=Seed(1, 0), count=count)
    return [observe(problem, point.assignments, strength) for point in points]


def observe(problem, assignments, strength):
    found = values(*assignments.values(), strength)
    return Observation(assignments, tuple(MetricEvaluation(m.name, found[m.name]) for m in problem.metrics))


def ask(problem, history, count=4):
    proposals, _ = suggest(problem, history, [], seed=Seed(1, len(history)), count=count)
    return proposals


def unit(things):
    return np.array([list(thing.assignments.values()) for thing in things])


OTHERS = {
    "nothing else": (),
    "one objective": (LOSS,),
    "two objectives": (LOSS, Metric("other", Objective.MINIMIZE)),
    "another constraint": (LOSS, LENGTH),
}


@pytest.mark.parametrize("others", OTHERS.values(), ids=OTHERS)
def test_what_was_never_met_is_looked_for_and_named(others):
    problem = Problem(SPACE, (*others, STRENGTH))
    history = past(problem, 12, strength=3.0)

    proposals = ask(problem, history)

    for proposal in proposals:
        assert proposal.reason.startswith("So far strength is always 3 and misses its threshold, 4. ")
        assert proposal.details.get("p_feasible", 0.0) <= 1 / 14
        assert "incumbent" not in proposal.details
    points = np.vstack([unit(history), unit(proposals)])
    distances = np.linalg.norm(points[:, None] - points, axis=2)[12:]
    distances[distances == 0.0] = math.inf
    assert distances.min() > 0.05


@pytest.mark.parametrize("others", [(LOSS,), (LOSS, Metric("other", Objective.MINIMIZE))], ids=["one", "two"])
def test_without_a_model_of_any_constraint_points_are_far_from_all_others(others):
    problem = Problem(SPACE, (*others, STRENGTH))

    proposals = ask(problem, past(problem, 12, strength=3.0))

    assert {proposal.source for proposal in proposals} == {Source.EXPLORE}
    assert all(proposal.details["p_feasible"] == pytest.approx(1 / 14) for proposal in proposals)


def test_meanwhile_the_other_constraints_are_kept():
    problem = Problem(SPACE, (LOSS, LENGTH, STRENGTH))
    history = past(problem, 12, strength=3.0)

    proposals = [p for p in ask(problem, history, count=12) if p.source is Source.GP]

    assert len(proposals) == 9
    assert (unit(proposals)[:, 1] < 0.65).all()
    assert np.ptp(unit(proposals), axis=0).min() > 0.4


def test_once_it_is_met_the_search_goes_on_from_there():
    problem = Problem(SPACE, (LOSS, STRENGTH))
    history = past(problem, 12, strength=3.0)
    history += [observe(problem, {"x000": x, "x001": 0.9}, 5.0) for x in (0.85, 0.9, 0.95)]

    proposal, *_ = ask(problem, history, count=1)

    assert "always" not in proposal.reason
    assert proposal.source is Source.GP
    assert 0.0 < proposal.details["p_feasible"] <= 1.0
    assert proposal.details["incumbent"] == pytest.approx(1.2, abs=0.1)


@pytest.mark.parametrize("strength", [4.0, 7.0])
def test_what_was_always_met_counts_as_met(strength):
    problem = Problem(SPACE, (LOSS, STRENGTH))
    history = past(problem, 12, strength)

    proposals = ask(problem, history)

    for proposal in proposals:
        assert "always" not in proposal.reason
        assert proposal.details["p_feasible"] == 1.0
    without, _ = suggest(
        Problem(SPACE, (LOSS,)),
        [Observation(o.assignments, o.values[:1]) for o in history],
        [],
        seed=Seed(1, 12),
        count=4,
    )
    assert [p.assignments for p in proposals] == [p.assignments for p in without]
