"""The problems with several metrics, what they are measured against, and the measures."""

import math
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.campaign import Plan, carry_out
from benchmarks.peers import PEERS
from benchmarks.problems.instance import DEVELOPMENT_SEEDS
from benchmarks.scores import mean_difference
from benchmarks.several.attainment import attained
from benchmarks.several.moves import Bend, Fold, Permutation
from benchmarks.several.problem import MovedInstance, MovedProblem
from benchmarks.several.problems import PROBLEMS
from benchmarks.several.references import CORNER
from benchmarks.several.report import report
from benchmarks.store import Key, Store

from optsvc.domain.metrics import Strategy
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.pareto.hypervolume import hypervolume

SEED = DEVELOPMENT_SEEDS + 900
WITH_REFERENCE = [problem for problem in PROBLEMS if problem.objectives]
WITH_FRONT = [problem for problem in PROBLEMS if problem.objectives >= 2]
UNIT = np.linspace(0, 1, 11)

by_name = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.name)
of_reference = pytest.mark.parametrize("problem", WITH_REFERENCE, ids=lambda p: p.name)
of_front = pytest.mark.parametrize("problem", WITH_FRONT, ids=lambda p: p.name)


def named(name: str) -> MovedProblem:
    return next(problem for problem in PROBLEMS if problem.name == name)


def told(instance: MovedInstance, points: np.ndarray) -> dict:
    """What is measured when the function's points are evaluated, one after the other."""
    measure = instance.measure()
    for at, unit in enumerate(instance.sources(points), start=1):
        assignments = instance.decode(unit)
        values, fine = instance.evaluate(assignments)
        if fine:
            measure.add(at, assignments, values, values)
    return measure.summary()


def test_problems_have_names_of_their_own_and_at_most_four_constraints():
    assert len({problem.name for problem in PROBLEMS}) == len(PROBLEMS) >= 30
    assert {problem.group for problem in PROBLEMS} == {
        "pareto-2",
        "pareto-3",
        "constrained",
        "pareto-constrained",
        "coverage",
        "multisolution",
    }
    for problem in PROBLEMS:
        assert len(problem.metrics) - problem.objectives <= 4
        assert all(metric.strategy is Strategy.OPTIMIZE for metric in problem.metrics[: problem.objectives])


@by_name
def test_a_seed_moves_a_problem_but_not_what_can_be_reached(problem):
    one, other = problem.instance(SEED), problem.instance(SEED + 1)
    unit = problem.uniform(200, np.random.default_rng(0))

    values = problem.function(one.points(unit))

    assert not np.allclose(values, problem.function(other.points(unit)))
    assert other.points(other.sources(one.points(unit))) == pytest.approx(one.points(unit), rel=1e-9, abs=1e-9)


@of_reference
def test_what_a_problem_is_measured_against_is_within_reach(problem):
    instance, reference = problem.instance(SEED), problem.reference
    expected = problem.function(reference.points)

    reached = [instance.evaluate(instance.decode(unit)) for unit in instance.sources(reference.points)]

    assert all(fine for _, fine in reached)
    # A constraint that is just met may be missed by a rounding error on the way there and back.
    assert np.array([values for values, _ in reached]) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert problem.feasible(reference.points).all()


@of_reference
def test_no_draw_beats_what_a_problem_is_measured_against(problem):
    reference = problem.reference
    points = problem.own(problem.uniform(2000, np.random.default_rng(1)))
    draws = reference.normalized(problem.losses(points[problem.feasible(points)]))
    best = reference.normalized(problem.losses(reference.points))

    if problem.objectives == 1:
        assert (draws >= -1e-9).all()
    else:
        worse = (draws[:, np.newaxis] >= best - 1e-6).any(axis=2)
        assert worse.all()


@of_front
def test_a_reference_front_is_not_dominated_and_has_nearly_its_whole_hypervolume(problem):
    reference = problem.reference
    front = reference.normalized(problem.losses(reference.points))

    volume = hypervolume(front, np.full(problem.objectives, CORNER))

    assert nondominated(front).all()
    assert len(front) <= 100
    assert front.min(axis=0) == pytest.approx(0, abs=1e-9)
    assert front.max(axis=0) == pytest.approx(1, abs=0.01)
    assert 0.85 * reference.hypervolume < volume <= reference.hypervolume + 1e-9


@pytest.mark.parametrize(
    ("name", "volume"),
    [
        ("zdt1-6", CORNER**2 - 1 / 3),
        ("zdt2-6", CORNER**2 - 2 / 3),
        ("dtlz2-two-6", CORNER**2 - math.pi / 4),
        ("dtlz2-three-6", CORNER**3 - math.pi / 6),
    ],
)
def test_a_stored_hypervolume_is_that_of_the_closed_form(name, volume):
    assert named(name).reference.hypervolume == pytest.approx(volume, rel=0.006)


@pytest.mark.parametrize(
    ("name", "optimum"),
    [
        ("speed-reducer-7", 2994.47),
        ("pressure-vessel-4", 5850.38),
        ("tension-spring-3", 0.012665),
        ("gramacy-2", 0.5998),
    ],
)
def test_a_single_optimum_is_the_one_that_is_known(name, optimum):
    assert named(name).reference.zero == pytest.approx([optimum], rel=1e-3)


def test_a_feasible_share_is_under_two_percent_somewhere():
    problem = named("tension-spring-3")

    share = problem.feasible(problem.own(problem.uniform(20_000, np.random.default_rng(0)))).mean()

    assert 0 < share < 0.02


@pytest.mark.parametrize("move", [Bend(2.0, True), Bend(0.5, False), Bend(1.0, True), Fold(0.3), Fold(0.7)])
def test_a_move_keeps_the_whole_axis_and_can_be_undone(move):
    assert move.forward(move.backward(UNIT)) == pytest.approx(UNIT)
    assert move.forward(UNIT).min() >= 0
    assert move.forward(UNIT).max() == pytest.approx(1)


def test_a_permutation_can_be_undone():
    move = Permutation((2, 0, 1))

    assert move.forward(move.backward(np.arange(3.0))).tolist() == [0, 1, 2]


def test_a_fold_brings_the_lower_bound_inside():
    assert Fold(0.3).forward(np.array([0.3])) == pytest.approx([0])


def test_a_front_attains_what_lies_behind_its_steps():
    front, nothing = np.array([[0.2, 0.6], [0.5, 0.1]]), np.empty((0, 2))

    surfaces = attained([front, nothing], np.array([0.0, 0.2, 0.4, 0.5, 1.0]))

    assert surfaces.tolist() == [[math.inf, 0.6, 0.6, 0.1, 0.1], [math.inf] * 5]


def test_evaluating_the_whole_reference_front_leaves_little_regret():
    problem = named("branin-currin-2")

    found = told(problem.instance(SEED), problem.reference.points)

    steps = np.array(found["regret"])
    assert (np.diff(steps[:, 1]) < 0).all()
    assert 0 <= steps[-1, 1] < 0.02
    assert found["feasible"] == 1


def test_only_feasible_points_lower_a_regret():
    problem = named("gramacy-2")
    infeasible = np.array([[0.0, 0.0], [1.0, 1.0]])

    nothing = told(problem.instance(SEED), infeasible)
    optimum = told(problem.instance(SEED), np.vstack([infeasible, [0.195, 0.41]]))

    assert nothing == {"regret": [], "feasible": 0}
    assert optimum["regret"] == [[3, pytest.approx(0.0, abs=0.02)]]


def test_coverage_counts_what_lies_within_the_radius_of_a_feasible_point():
    problem = named("crescent-2")
    instance = problem.instance(SEED)
    grid = np.stack(np.meshgrid(np.linspace(0, 1, 30), np.linspace(0, 1, 30)), axis=-1).reshape(-1, 2)

    none = told(instance, np.array([[0.95, 0.95]]))
    every = told(instance, grid)

    assert none["regret"] == []
    assert none["fill"]["100"] == pytest.approx(math.sqrt(2))
    assert every["regret"][-1][1] == 0
    assert every["feasible"] == pytest.approx(0.2, abs=0.05)
    assert every["fill"]["20"] > 0.3


def test_solutions_count_once_each():
    problem = named("himmelblau-2")
    optima = problem.reference.points
    beside = optima[0] + 0.01

    found = told(problem.instance(SEED), np.vstack([optima[0], beside, optima[1], [0.0, 0.0]]))

    assert found["regret"] == [[1, 0.75], [3, 0.5]]


def test_a_peer_is_left_out_of_what_it_cannot_do_and_the_report_says_so(tmp_path):
    random = next(peer for peer in PEERS if peer.name == "random")
    unable = replace(random, name="optuna-tpe", lacks=frozenset({"constraints without an objective"}))
    plan = Plan([random, unable], [named("crescent-2"), named("bnh-2")], [SEED, SEED + 1], 20)

    store = Store(tmp_path)
    broken = carry_out(plan, store)
    text = report(plan, store, ["random", "optuna-tpe"], [])

    assert broken == []
    assert Key("optuna-tpe", "bnh-2", SEED, 20) in store
    assert Key("optuna-tpe", "crescent-2", SEED, 20) not in store
    assert "optuna-tpe: knows no constraints without an objective" in text
    assert (
        text.count("| optuna-tpe") == 2
    )  # its row in one group, its column in the table of the problems of that group


def test_a_peer_that_has_run_in_part_of_a_group_does_not_shorten_its_table(tmp_path):
    random = next(peer for peer in PEERS if peer.name == "random")
    rare = replace(random, name="ax")
    problems = [named("bnh-2"), named("cliff-srn-2")]
    store = Store(tmp_path)
    carry_out(Plan([random], problems, [SEED], 20), store)
    carry_out(Plan([rare], problems[:1], [SEED], 20), store)

    text = report(Plan([random, rare], problems, [SEED], 20), store, ["random", "ax"], [])

    assert "2 problems, 2 pairs of problem and seed" in text
    assert "those of random on the same pairs" in text
    assert "| +0.000 |" in next(line for line in text.splitlines() if line.startswith("| ax"))


def test_an_interval_of_differences_resamples_seeds_within_problems():
    mean, low, high = mean_difference({"a": np.array([0.0, 1.0]), "b": np.array([0.5])})

    assert (mean, low, high) == pytest.approx((0.5, 0.25, 0.75))
