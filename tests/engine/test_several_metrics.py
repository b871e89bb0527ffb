"""What holds for every problem with several metrics, whatever its values."""

import json
import math

import numpy as np
import pytest

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.engine import Problem, Seed, Source, space_filling, suggest
from tests.engine.builders import MIXED, box

MINIMIZE, MAXIMIZE = Objective.MINIMIZE, Objective.MAXIMIZE


def optimized(count):
    return tuple(Metric(f"f{j}", MAXIMIZE if j % 2 else MINIMIZE) for j in range(count))


def constraints(*thresholds):
    return tuple(Metric(f"c{j}", MINIMIZE, Strategy.CONSTRAINT, bar) for j, bar in enumerate(thresholds))


KINDS = {
    "two objectives": optimized(2),
    "four objectives": optimized(4),
    "good enough values": (Metric("f0", MINIMIZE, threshold=-0.5), Metric("f1", MAXIMIZE, threshold=1e5)),
    "one and a constraint": optimized(1) + constraints(0.0),
    "two and two constraints": optimized(2) + constraints(0.0, -1.0),
    "only constraints": constraints(0.0, 0.5),
}
VALUES = {
    "ordinary": lambda rng: rng.normal(),
    "constant": lambda _: 1.0,
    "enormous": lambda rng: rng.choice([1e300, -1e300, 1.0]),
    "minute": lambda rng: 1e-300 * rng.normal(),
    "skewed": lambda rng: math.exp(10 * rng.normal()),
    "of two kinds": lambda rng: rng.integers(2),
}


def past(metrics, names, count, fails=0.3):
    rng = np.random.default_rng(0)
    points = space_filling(Problem(MIXED, metrics), [], [], seed=Seed(3, 0), count=count)
    return [
        Observation(point.assignments, failed=True)
        if rng.random() < fails
        else Observation(
            point.assignments,
            tuple(
                MetricEvaluation(metric.name, float(VALUES[names[j % len(names)]](rng)))
                for j, metric in enumerate(metrics)
            ),
        )
        for point in points
    ]


@pytest.mark.parametrize("names", [*([name] for name in VALUES), [*VALUES], [*VALUES][::-1]], ids="-".join)
@pytest.mark.parametrize("kind", KINDS)
def test_proposals_are_legal_new_and_the_same_in_any_order(kind, names):
    problem = Problem(MIXED, KINDS[kind], budget=60)
    history = past(problem.metrics, names, 14)
    pending = [p.assignments for p in space_filling(problem, history, [], seed=Seed(3, 14), count=2)]

    proposals, _ = suggest(problem, history, pending, seed=Seed(3, 16), count=3)

    again, _ = suggest(problem, history[::-1], pending[::-1], seed=Seed(3, 16), count=3)
    assert again == proposals
    used = [dict(a) for a in [*(o.assignments for o in history), *pending]]
    for proposal in proposals:
        assert MIXED.validate(proposal.assignments) == dict(proposal.assignments)
        assert dict(proposal.assignments) not in used
        used.append(dict(proposal.assignments))
        json.dumps(dict(proposal.details), allow_nan=False)


def run(problem, evaluate, count, key=5):
    history, state = [], None
    for ordinal in range(count):
        (proposal,), state = suggest(problem, history, [], seed=Seed(key, ordinal), state=state)
        values = evaluate(*proposal.assignments.values())
        evaluations = tuple(MetricEvaluation(m.name, float(v)) for m, v in zip(problem.metrics, values, strict=True))
        history.append(Observation(proposal.assignments, evaluations))
    return history, proposal


def points_of(history):
    return np.array([list(o.assignments.values()) for o in history])


def test_of_two_objectives_the_whole_front_is_found_not_one_end():
    # The distances to (0.2, 0.5) and (0.8, 0.5): the best compromises are the points between them.
    problem = Problem(box(2), (*optimized(1), Metric("g", MINIMIZE)))

    history, last = run(problem, lambda x, y: (math.hypot(x - 0.2, y - 0.5), math.hypot(x - 0.8, y - 0.5)), 30)

    points = points_of(history)
    on_front = points[(abs(points[:, 1] - 0.5) < 0.05) & (points[:, 0] > 0.15) & (points[:, 0] < 0.85)]
    assert np.diff(np.sort(np.concatenate([[0.2], on_front[:, 0], [0.8]]))).max() < 0.15
    assert set(last.details["predictions"]) == {"f0", "g"}
    assert last.details["acquisition"].endswith("expected_hypervolume_improvement")


def test_values_that_are_not_good_enough_are_left_alone():
    threshold = Metric("f0", MINIMIZE, threshold=0.2)
    problem = Problem(box(2), (threshold, Metric("g", MINIMIZE)))

    history, _ = run(problem, lambda x, y: (math.hypot(x - 0.2, y - 0.5), math.hypot(x - 0.8, y - 0.5)), 30)

    points = points_of(history)[12:]
    assert (np.hypot(points[:, 0] - 0.2, points[:, 1] - 0.5) < 0.22).mean() > 0.8


def test_the_best_point_that_meets_a_constraint_is_found_on_its_edge():
    problem = Problem(box(2), optimized(1) + constraints(-0.5))  # minimize x + y where x y >= 0.5

    history, last = run(problem, lambda x, y: (x + y, -x * y), 30)

    feasible = [o.values[0].value for o in history if o.values[1].value <= -0.5]
    assert min(feasible) < math.sqrt(2) + 0.01
    assert 0.0 <= last.details["p_feasible"] <= 1.0


def test_while_nothing_meets_the_constraints_the_search_is_for_what_does():
    problem = Problem(box(3), optimized(1) + constraints(0.02))

    history, _ = run(problem, lambda *x: (x[0], sum((v - 0.7) ** 2 for v in x)), 25)

    met = [o.values[1].value <= 0.02 for o in history]  # 0.6 % of the cube
    assert any(met)


def test_with_only_constraints_the_region_that_meets_them_is_covered():
    problem = Problem(box(2), constraints(0.09))

    history, last = run(problem, lambda x, y: ((x - 0.5) ** 2 + (y - 0.5) ** 2,), 35)

    points = points_of(history)
    inside = points[np.hypot(*(points - 0.5).T) <= 0.3]
    grid = np.random.default_rng(0).random((4000, 2))
    grid = grid[np.hypot(*(grid - 0.5).T) <= 0.3]
    assert len(inside) > 20
    assert np.sqrt(((grid[:, None] - inside) ** 2).sum(axis=2)).min(axis=1).max() < 0.15
    assert last.source in (Source.GP, Source.EXPLORE)


def test_of_several_solutions_those_much_worse_than_the_best_one_are_found_too():
    problem = Problem(box(2), optimized(1), budget=60, solutions=3)
    valleys, depths = np.array([[0.2, 0.2], [0.8, 0.3], [0.4, 0.85]]), np.array([1.0, 0.6, 0.4])

    def value(x, y):
        return (-(depths * np.exp(-30 * ((valleys - (x, y)) ** 2).sum(axis=1))).max(),)

    history, _ = run(problem, value, 55)

    nearest = np.sqrt(((points_of(history)[:, None] - valleys) ** 2).sum(axis=2)).min(axis=0)
    assert nearest.max() < 0.03


def test_one_metric_that_never_changes_does_not_keep_the_others_from_being_optimized():
    problem = Problem(box(2), optimized(2))

    history, _ = run(problem, lambda x, y: ((x - 0.3) ** 2 + (y - 0.6) ** 2, 1.0), 20)

    assert min(o.values[0].value for o in history) < 1e-3
