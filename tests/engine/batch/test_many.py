"""Suggestions for many experiments at once: those that each would get alone."""

import numpy as np
import pytest

from optsvc.domain.space import LinearConstraint, SearchSpace
from optsvc.engine import Request, Routes, Seed, Source, suggest, suggest_many
from optsvc.engine.backend import NumpyBackend
from optsvc.engine.batch import many
from optsvc.engine.candidates.questions import Climb, Scores
from optsvc.engine.encoding import Encoder
from optsvc.engine.surrogates.questions import Fit
from tests.engine.builders import MIXED, box, failed, history, observed, problem


def bowl(assignments):
    numbers = [v for v in assignments.values() if not isinstance(v, str)]
    return sum((v - 0.3) ** 2 for v in numbers) + (assignments.get("d") == "red")


def request(space, count, key, **fields):
    return Request(problem(space), history(space, count, bowl, key), [], Seed(key, count), **fields)


def alone(one, state=None):
    return suggest(one.problem, one.history, one.pending, seed=one.seed, count=one.count, state=state or one.state)


def coordinates(one, proposal):
    return Encoder(one.problem.space, 32).encode([proposal.assignments])[0]


def with_pending(one, *points):
    return Request(one.problem, one.history, points, one.seed, one.count, one.state)


def with_count(one, count):
    return Request(one.problem, one.history, one.pending, one.seed, count, one.state)


PLAIN = [request(box(2), 14, 1), request(MIXED, 15, 2), request(box(3), 30, 3), with_count(request(MIXED, 20, 4), 2)]
CASES = [*PLAIN, with_pending(request(box(2), 12, 5), {"x000": 0.3, "x001": 0.3}), request(box(2), 3, 6)]


def test_with_the_same_hyperparameters_each_gets_the_point_that_it_would_get_alone():
    fitted = [Request(r.problem, r.history, r.pending, r.seed, r.count, alone(r)[1]) for r in CASES]

    together = suggest_many(fitted)

    for one, (proposals, state) in zip(fitted, together, strict=True):
        expected, expected_state = alone(one)
        assert state == expected_state
        for proposal, other in zip(proposals, expected, strict=True):
            np.testing.assert_allclose(coordinates(one, proposal), coordinates(one, other), atol=1e-6)
            assert (proposal.source, proposal.reason, proposal.ordinal) == (other.source, other.reason, other.ordinal)
            predictions = np.array([[p.mean, p.stddev] for p in (proposal, other)], dtype=float)  # NaN without a model
            np.testing.assert_allclose(*predictions, rtol=1e-3)


def test_plain_experiments_are_computed_in_batches_throughout(monkeypatch):
    for kind in (Fit, Scores, Climb):
        monkeypatch.setattr(kind, "answer", None)

    together = suggest_many(PLAIN)

    assert {p.details["backend"] for proposals, _ in together for p in proposals} == {"numpy, in a batch"}


def test_with_fits_of_its_own_a_batch_finds_the_same_optimum():
    together = suggest_many(PLAIN[:1] + PLAIN[2:3])

    for one, (proposals, _) in zip(PLAIN[:1] + PLAIN[2:3], together, strict=True):
        np.testing.assert_allclose(coordinates(one, proposals[0]), coordinates(one, alone(one)[0][0]), atol=0.02)
        assert proposals[0].source == Source.GP


def test_failures_constraints_and_flat_values_are_answered_as_alone():
    cliff = request(box(2), 12, 7)
    cliff = Request(cliff.problem, [*cliff.history, failed({"x000": 0.9, "x001": 0.9})], [], cliff.seed)
    constraint = LinearConstraint((("x000", 1.0), ("x001", 1.0)), 0.5)
    fenced_space = SearchSpace(box(2).parameters, linear_constraints=(constraint,))
    fenced = Request(problem(fenced_space), history(fenced_space, 12, bowl), [], Seed(8, 12))
    flat = Request(problem(box(2)), [observed({"x000": i / 20, "x001": 0.5}, 1.0) for i in range(20)], [], Seed(9, 20))
    fitted = [Request(r.problem, r.history, r.pending, r.seed, 1, alone(r)[1]) for r in (cliff, fenced, flat)]

    together = suggest_many(fitted)

    for one, ([proposal], _) in zip(fitted, together, strict=True):
        [expected], _ = alone(one)
        np.testing.assert_allclose(coordinates(one, proposal), coordinates(one, expected), atol=1e-6)
        assert proposal.details["backend"] == "numpy, in a batch"


class Full(NumpyBackend):
    def cholesky_many(self, matrices):
        raise MemoryError(len(matrices))


def test_a_device_without_memory_leaves_the_work_to_the_host(monkeypatch, caplog):
    monkeypatch.setattr(many, "backend_for", lambda _: Full())

    [(proposals, _)] = suggest_many(PLAIN[:1])

    assert proposals[0].assignments == alone(PLAIN[0])[0][0].assignments
    assert "backend" not in proposals[0].details
    assert "no memory left" in caplog.text


def test_a_small_budget_gives_the_same_points():
    fitted = [Request(r.problem, r.history, r.pending, r.seed, r.count, alone(r)[1]) for r in PLAIN]

    whole, parted = suggest_many(fitted), suggest_many(fitted, memory_bytes=1)

    for one, (left, _), (right, _) in zip(fitted, whole, parted, strict=True):
        np.testing.assert_allclose(coordinates(one, left[0]), coordinates(one, right[0]), atol=1e-6)


def test_no_requests_get_no_answers():
    assert suggest_many([]) == []


TABLE = Routes({32: 0.02, 512: 0.5}, {(32, 1): 0.05, (32, 32): 0.1, (512, 1): 0.4, (512, 32): 1.0})


@pytest.mark.parametrize(
    ("rows", "count", "pays"), [(20, 1, False), (20, 64, True), (20, 4, False), (2000, 1, True), (400, 20, True)]
)
def test_a_table_of_times_is_read_at_its_nearest_entry(rows, count, pays):
    assert TABLE.together_pays(rows, count) is pays


def test_whether_batches_ever_pay_depends_on_how_large_they_may_be():
    assert (TABLE.ever_pays(1), Routes({32: 0.02}, {(32, 1): 0.05, (32, 32): 0.1}).ever_pays(31)) == (True, False)
