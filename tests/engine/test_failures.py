"""Suggestions where evaluations fail."""

import numpy as np
import pytest

from optsvc.engine import EngineState, Seed, Source, needs_model, random_point, space_filling, suggest
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.history import EncodedHistory
from optsvc.engine.success_model import fit_success
from tests.engine.builders import box, failed, observed, problem
from tests.engine.spaces import SPACES


def cliff(a):
    """Better and better towards 0.6, beyond which everything fails."""
    return failed(a) if a["x000"] > 0.6 else observed(a, (a["x000"] - 0.8) ** 2 + (a["x001"] - 0.5) ** 2)


def optimized(space, evaluate, count, key=4):
    past, state = [], None
    for ordinal in range(count):
        (proposal,), state = suggest(problem(space), past, [], seed=Seed(key, ordinal), state=state)
        past.append(evaluate(proposal.assignments))
    return past


def scattered(count, evaluate, key=9):
    return [evaluate(random_point(problem(box(2)), seed=Seed(key, k)).assignments) for k in range(count)]


def test_an_optimum_at_a_cliff_is_reached_and_every_other_suggestion_keeps_off_the_edge():
    runs = [optimized(box(2), cliff, 30, key) for key in (0, 1)]

    for past in runs:
        assert min(o.values[0].value for o in past if not o.failed) < 0.04 + 0.01
    assert np.mean([o.failed for past in runs for o in past[13::2]]) < 0.45


def test_a_region_where_everything_failed_is_left_alone():
    def evaluate(a):
        return failed(a) if a["x000"] > 0.6 else observed(a, (a["x000"] - 0.2) ** 2 + (a["x001"] - 0.5) ** 2)

    past = optimized(box(2), evaluate, 25)

    assert sum(o.failed for o in past[-12:]) <= 3


def test_the_chance_of_success_is_told():
    past = scattered(40, cliff)
    sure = [o for o in past if not o.failed]

    proposals = [suggest(problem(box(2)), past, [], seed=Seed(k, 40))[0][0] for k in range(3)]

    for proposal in proposals:
        assert 0.02 < proposal.details["p_success"] <= 1.0
        assert "succeeds with a probability" in proposal.reason
    assert suggest(problem(box(2)), sure, [], seed=Seed(0, 40))[0][0].details["p_success"] == 1.0


def test_until_something_succeeds_likely_points_and_even_ones_take_turns():
    past = scattered(9, failed)

    proposals, state = suggest(problem(box(2)), past, [], seed=Seed(3, 10), count=4)

    assert needs_model(problem(box(2)), past, [])
    assert [p.source for p in proposals] == [Source.GP, Source.INITIAL, Source.GP, Source.INITIAL]
    tried = np.array([list(o.assignments.values()) for o in past])
    likely = np.array([list(p.assignments.values()) for p in proposals[::2]])
    assert np.linalg.norm(likely[:, None] - tried, axis=2).min() > 0.2  # where nothing has failed yet
    assert EngineState.from_dict(state.to_dict()) == state


def test_a_small_island_of_success_is_found_and_stayed_on():
    def evaluate(a):
        inside = abs(a["x000"] - 0.8) < 0.15 and abs(a["x001"] - 0.3) < 0.15
        return observed(a, a["x000"]) if inside else failed(a)

    past = optimized(box(2), evaluate, 45, key=0)

    assert sum(not o.failed for o in past) >= 6  # a ninth of the square: at random, four


def test_the_first_failures_do_not_end_the_space_filling_start():
    past = scattered(4, failed)

    assert not needs_model(problem(box(2)), past, [])


def test_failures_by_chance_do_not_stop_the_search():
    rng = np.random.default_rng(1)

    def evaluate(a):
        return failed(a) if rng.random() < 0.3 else observed(a, (a["x000"] - 0.4) ** 2 + (a["x001"] - 0.7) ** 2)

    past = optimized(box(2), evaluate, 35)

    assert min(o.values[0].value for o in past if not o.failed) < 1e-4


def test_the_order_of_failures_does_not_matter():
    past = scattered(30, cliff)

    one, other = (suggest(problem(box(2)), p, [], seed=Seed(2, 30)) for p in (past, past[::-1]))

    assert one == other


def test_the_state_remembers_both_models_and_spares_the_fits():
    past = scattered(30, cliff)
    proposals, state = suggest(problem(box(2)), past, [], seed=Seed(2, 30))

    again, same = suggest(problem(box(2)), past, [], seed=Seed(2, 30), state=state)

    assert again == proposals
    assert same == state
    assert {"success_length_scale:x000", "length_scale:x000"} <= state.hyperparameters.keys()


@pytest.mark.parametrize("name", SPACES)
def test_failures_in_any_space_leave_legal_answers(name):
    space = SPACES[name]
    points = space_filling(problem(space), [], [], seed=Seed(1, 0), count=14)
    mostly = [failed(p.assignments) if k % 3 else observed(p.assignments, k) for k, p in enumerate(points)]
    wholly = [failed(p.assignments) for p in points]

    for past in (mostly, wholly):
        for proposal in suggest(problem(space), past, [], seed=Seed(1, 14), count=2)[0]:
            assert space.validate(proposal.assignments) == dict(proposal.assignments)


def test_of_many_evaluations_those_near_the_boundary_and_some_others_are_enough():
    encoder = Encoder(box(2), DEFAULTS.relaxed_levels)
    encoded = EncodedHistory.of(problem(box(2)), scattered(900, cliff), encoder)

    classifier, _ = fit_success(encoded, 900, encoder, state=None, defaults=DEFAULTS, backend=NUMPY)

    places = np.random.default_rng(3).random((400, 2))
    succeeds = classifier.log_probability(places) > np.log(0.5)
    assert len(classifier.features) == DEFAULTS.success_rows
    assert (succeeds == (places[:, 0] <= 0.6)).mean() > 0.97
