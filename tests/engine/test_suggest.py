import math

import numpy as np
import pytest

from optsvc.domain.metrics import Objective
from optsvc.domain.space import CategoricalParameter, DoubleParameter, IntParameter, SearchSpace
from optsvc.engine import EngineState, Seed, Source, suggest
from tests.engine.builders import MIXED, box, failed, history, observed, problem


def bowl(assignments):
    """Least at 0.3 in every coordinate."""
    return sum((float(v) - 0.3) ** 2 for v in assignments.values())


def mixed_value(a):
    return (a["a"] - 1) ** 2 + math.log10(a["b"]) ** 2 + 0.3 * a["c"] + (a["d"] != "green") + a["e"]


BOWL = history(box(3), 12, bowl)
MIXED_PAST = history(MIXED, 15, mixed_value)


def points(proposals):
    return [tuple(p.assignments.values()) for p in proposals]


def ask(space, past, pending=(), **options):
    options.setdefault("seed", Seed(42, len(past)))
    return suggest(problem(space), past, pending, **options)[0]


def test_before_there_is_enough_to_model_points_are_space_filling():
    (proposal,) = ask(box(3), BOWL[:2])

    assert proposal.source is Source.INITIAL
    assert proposal.mean is None


def test_with_enough_values_the_model_proposes_near_the_optimum():
    (proposal,) = ask(box(3), BOWL)

    assert proposal.source is Source.GP
    assert bowl(proposal.assignments) < 0.1
    assert proposal.mean == pytest.approx(bowl(proposal.assignments), abs=0.1)


def test_a_mixed_space_is_searched_in_all_its_parts():
    past, state = list(MIXED_PAST), None
    for ordinal in range(15, 35):
        (proposal,), state = suggest(problem(MIXED), past, [], seed=Seed(5, ordinal), state=state)
        past.append(observed(proposal.assignments, mixed_value(proposal.assignments)))

    best = min(past, key=lambda o: o.values[0].value).assignments

    assert (best["c"], best["d"], best["e"]) == (1, "green", 0.1)
    assert best["a"] == pytest.approx(1.0, abs=0.15)


def test_the_same_input_gives_the_same_proposals_bit_for_bit():
    assert ask(MIXED, MIXED_PAST, count=3) == ask(MIXED, MIXED_PAST, count=3)


def test_the_order_of_observations_and_pending_points_does_not_matter():
    noisy = [observed(o.assignments, o.values[0].value, 0.1 * (i % 3)) for i, o in enumerate(MIXED_PAST)]
    past = [*noisy, failed(MIXED_PAST[0].assignments), failed(MIXED_PAST[3].assignments)]
    pending = [p.assignments for p in ask(MIXED, past, count=3)]

    forwards, backwards = ask(MIXED, past, pending), ask(MIXED, past[::-1], pending[::-1])

    assert forwards == backwards


def test_another_seed_gives_another_proposal():
    pending = [p.assignments for p in ask(box(3), BOWL, count=2)]

    assert points(ask(box(3), BOWL, pending, seed=Seed(1, 12))) != points(ask(box(3), BOWL, pending, seed=Seed(2, 12)))


def test_direction_is_only_a_sign():
    negated = [observed(o.assignments, -o.values[0].value) for o in BOWL]

    (down,), _ = suggest(problem(box(3)), BOWL, [], seed=Seed(3, 12))
    (up,), _ = suggest(problem(box(3), Objective.MAXIMIZE), negated, [], seed=Seed(3, 12))

    assert down.assignments == up.assignments
    assert down.mean == -up.mean
    assert down.stddev == up.stddev


def test_units_that_are_a_power_of_two_change_nothing():
    scaled = [observed(o.assignments, o.values[0].value * 2.0**70) for o in BOWL]

    assert points(ask(box(3), BOWL)) == points(ask(box(3), scaled))


def test_names_of_categories_do_not_matter():
    names = {"red": "x", "green": "a", "blue": "q"}
    space = SearchSpace(
        tuple(CategoricalParameter("d", ("x", "a", "q")) if p.name == "d" else p for p in MIXED.parameters)
    )
    renamed = [observed({**o.assignments, "d": names[o.assignments["d"]]}, o.values[0].value) for o in MIXED_PAST]

    (one,), (other,) = ask(MIXED, MIXED_PAST), ask(space, renamed)

    assert {**one.assignments, "d": names[one.assignments["d"]]} == other.assignments


def test_proposals_of_a_batch_and_pending_points_are_distinct_and_apart():
    pending = [p.assignments for p in ask(box(3), BOWL, count=3)]

    batch = [p.assignments for p in ask(box(3), BOWL, pending, count=8)]

    x = np.array([list(a.values()) for a in pending + batch])
    gaps = np.linalg.norm(x[:, None] - x, axis=2) + 9 * np.eye(len(x))
    assert gaps.min() > 0.005
    assert np.median(gaps.min(axis=1)) > 0.02


def test_a_batch_takes_consecutive_ordinals_and_its_first_is_the_single_proposal():
    batch = ask(box(3), BOWL, count=3)

    assert [p.ordinal for p in batch] == [12, 13, 14]
    assert batch[0] == ask(box(3), BOWL)[0]


def test_asking_one_by_one_gives_the_batch():
    batch, state = suggest(problem(box(3)), BOWL, [], seed=Seed(9, 12), count=3)

    pending = []
    for ordinal in (12, 13, 14):
        (proposal,), _ = suggest(problem(box(3)), BOWL, pending, seed=Seed(9, ordinal), state=state)
        pending.append(proposal.assignments)

    assert pending == [p.assignments for p in batch]


def test_a_point_is_not_proposed_near_where_it_failed():
    (proposal,) = ask(box(3), BOWL)
    x = np.array(list(proposal.assignments.values()))

    (again,) = ask(box(3), [*BOWL, failed(proposal.assignments)], seed=Seed(42, 12))

    assert np.linalg.norm(np.array(list(again.assignments.values())) - x) > 0.01


def test_the_state_spares_the_fit_on_the_same_data_and_survives_json():
    proposals, state = suggest(problem(box(3)), BOWL, [], seed=Seed(4, 12))

    again, same = suggest(problem(box(3)), BOWL, [], seed=Seed(4, 12), state=EngineState.from_dict(state.to_dict()))

    assert again == proposals
    assert same == state
    assert state.observation_count == 12


def test_a_state_of_another_space_is_no_trouble():
    _, state = suggest(problem(box(3)), BOWL, [], seed=Seed(4, 12))

    (proposal,), new = suggest(problem(MIXED), MIXED_PAST, [], seed=Seed(4, 15), state=state)

    MIXED.validate(proposal.assignments)
    assert new.observation_count == 15


def test_in_a_finite_space_nothing_is_observed_twice_while_something_is_new():
    space = SearchSpace((IntParameter("a", 1, 10), CategoricalParameter("b", tuple("pqrstuvwxyz"))))
    past, state = [], None
    for ordinal in range(60):
        (proposal,), state = suggest(problem(space), past, [], seed=Seed(8, ordinal), state=state)
        past.append(observed(proposal.assignments, proposal.assignments["a"] + ord(proposal.assignments["b"])))

    assert len({tuple(o.assignments.items()) for o in past}) == 60
    assert min(o.values[0].value for o in past) == 1 + ord("p")


def test_the_last_unused_point_of_a_finite_space_is_found():
    space = SearchSpace((IntParameter("a", 1, 60), IntParameter("b", 1, 50)))
    past = [observed({"a": a, "b": b}, a + b) for a in range(1, 61) for b in range(1, 51) if (a, b) != (57, 33)]

    (last, repeated) = ask(space, past, count=2)

    assert last.assignments == {"a": 57, "b": 33}
    assert not last.details["exhausted"]
    assert repeated.details["exhausted"]


def test_noise_that_is_only_suspected_is_no_reason_to_observe_a_point_twice():
    space = SearchSpace((IntParameter("a", 1, 100),))
    rng = np.random.default_rng(0)
    past = [observed({"a": a}, rng.normal()) for a in range(1, 71)]

    seen = {p.assignments["a"] for p in ask(space, past, count=30)}

    assert seen == set(range(71, 101))


def test_a_repeat_that_came_out_differently_makes_repeats_legal():
    space = SearchSpace((IntParameter("a", 1, 80),))
    rng = np.random.default_rng(0)
    past = [observed({"a": a}, abs(a - 20) / 5 + rng.normal()) for a in [*range(1, 76), 20]]

    proposals = [p for p in ask(space, past, count=8) if p.source is Source.GP]

    assert len(proposals) >= 4
    assert {p.assignments["a"] for p in proposals} <= set(range(1, 76))


def test_a_noisy_metric_may_be_observed_again_at_the_same_point():
    space = SearchSpace((IntParameter("a", 1, 5),))
    rng = np.random.default_rng(0)
    past = [observed({"a": a}, a + rng.normal(), 1.0) for a in [1, 2, 3, 4, 5] * 4]

    (proposal,) = ask(space, past)

    assert proposal.source is Source.GP
    assert not proposal.details["exhausted"]
    assert proposal.assignments["a"] <= 3


def test_the_reported_noise_sets_how_sure_the_prediction_is():
    def stddev(reported):
        rng = np.random.default_rng(1)
        past = [observed({"x000": x}, 10 * x + reported * rng.normal(), reported) for x in rng.random(30)]
        return ask(box(1), past)[0].stddev

    assert stddev(1.0) > 3 * stddev(0.05)


def test_the_details_say_what_the_proposal_rests_on():
    (proposal,) = ask(MIXED, [*MIXED_PAST, failed(MIXED_PAST[0].assignments)], [MIXED_PAST[1].assignments])

    assert proposal.details["observations"] == 15
    assert proposal.details["failures"] == 1
    assert proposal.details["pending"] == 1
    assert set(proposal.details["length_scales"]) == {"a", "b", "c", "d", "e"}
    assert proposal.details["incumbent"] == pytest.approx(min(o.values[0].value for o in MIXED_PAST), abs=0.2)


def test_more_rows_than_the_exact_model_takes_are_thinned_around_the_best():
    rng = np.random.default_rng(0)
    past = [observed({"x000": x, "x001": y}, bowl({"x": x, "y": y})) for x, y in rng.random((1100, 2))]

    (proposal,) = ask(box(2), past)

    assert proposal.details["observations"] == 1100
    assert proposal.details["rows"] <= 600
    assert bowl(proposal.assignments) < 1e-3


WIDE = SearchSpace(tuple(IntParameter(f"i{j:03d}", 0, 1) for j in range(200)))
EXTREME = SearchSpace(
    (
        DoubleParameter("a", -1.7e308, 1.7e308),
        DoubleParameter("b", 5e-324, 1e308, log=True),
        CategoricalParameter("c", tuple(f"v{j}" for j in range(100))),
        IntParameter("d", -(2**53), 2**53),
        CategoricalParameter("e", ("only",)),
        IntParameter("f", 3, 3),
        DoubleParameter("g", 1.0, 1.0, grid=(1.0,)),
    )
)
ROWS = np.random.default_rng(0).random((30, 2)).tolist()


def plane(value, count=30):
    return [observed({"x000": p[0], "x001": p[1]}, value(p)) for p in ROWS[:count]]


@pytest.mark.parametrize(
    ("space", "past"),
    [
        pytest.param(box(2), [], id="nothing"),
        pytest.param(box(2), plane(lambda p: p[0], 1), id="one value"),
        pytest.param(box(2), [failed(o.assignments) for o in plane(lambda p: p[0])], id="all failed"),
        pytest.param(box(2), [observed(o.assignments, 7.0) for o in plane(sum)], id="constant"),
        pytest.param(box(2), plane(lambda p: 0.1 + 0.2 if p[0] > p[1] else 0.3), id="constant but for rounding"),
        pytest.param(box(2), plane(lambda p: float(p[0] > 0.5)), id="two values"),
        pytest.param(box(2), plane(lambda p: float(p == ROWS[0])), id="all equal but one"),
        pytest.param(box(2), plane(lambda p: 1e300 if p[0] > 0.5 else p[1]), id="huge bad values"),
        pytest.param(box(2), plane(lambda p: -1e300 if p[0] > 0.5 else p[1]), id="huge good values"),
        pytest.param(box(2), plane(lambda p: 1.7e308 * math.copysign(1, p[0] - 0.5), 8), id="largest doubles"),
        pytest.param(box(2), plane(lambda p: 5e-324 * round(9 * p[0])), id="smallest doubles"),
        pytest.param(box(2), [observed({"x000": 0.5, "x001": 0.5}, v) for v, _ in ROWS], id="one point, many values"),
        pytest.param(box(2), [observed({"x000": 0.5, "x001": 0.5}, 1.0)] * 30, id="one point, one value"),
        pytest.param(
            box(2), [observed({"x000": 1e300 * x, "x001": -y}, y) for x, y in ROWS], id="all far outside the bounds"
        ),
        pytest.param(
            box(2),
            [
                observed(o.assignments, o.values[0].value, [None, 0.0, 1e-300, 1e300, 0.1][i % 5])
                for i, o in enumerate(plane(lambda p: p[0]))
            ],
            id="any standard deviation",
        ),
        pytest.param(WIDE, history(WIDE, 25, lambda a: sum(a.values())), id="200 parameters"),
        pytest.param(EXTREME, history(EXTREME, 12, lambda a: a["d"]), id="extreme bounds"),
        pytest.param(
            EXTREME,
            [observed({**o.assignments, "c": "gone"}, i) for i, o in enumerate(history(EXTREME, 12, len))],
            id="categories that are gone",
        ),
        pytest.param(
            SearchSpace((CategoricalParameter("a", ("only",)),)),
            [observed({"a": "only"}, v) for v, _ in ROWS],
            id="no choice",
        ),
        pytest.param(
            SearchSpace((CategoricalParameter("a", tuple("pq")),)),
            [observed({"a": "pq"[i % 2]}, v) for i, (v, _) in enumerate(ROWS)],
            id="exhausted",
        ),
    ],
)
def test_whatever_the_data_the_answer_is_legal(space, past):
    proposals, state = suggest(problem(space), past, [], seed=Seed(1, len(past)), count=2)
    more, _ = suggest(
        problem(space), past, [p.assignments for p in proposals], seed=Seed(1, len(past) + 2), state=state
    )

    assert len(proposals) == 2
    for proposal in [*proposals, *more]:
        assert space.validate(proposal.assignments) == dict(proposal.assignments)
        for parameter in space.parameters:
            if not isinstance(parameter, CategoricalParameter):
                assert parameter.low <= proposal.assignments[parameter.name] <= parameter.high
        if proposal.source is Source.GP and any(not o.failed for o in past):
            assert math.isfinite(proposal.mean)
            assert math.isfinite(proposal.stddev)
            assert proposal.stddev >= 0


def test_an_unknown_array_module_is_refused():
    with pytest.raises(ValueError, match="math"):
        suggest(problem(box(3)), BOWL, [], seed=Seed(1, 1), xp=math)
