import math
import time
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from optsvc.engine import Seed, Source, space_filling, suggest
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.model import EncodedHistory
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.success_model import fit_success
from optsvc.engine.tpe.member import Tpe, propose
from optsvc.engine.tpe.split import Split
from tests.engine.builders import MIXED, box, failed, history, observed, problem
from tests.engine.spaces import SPACES

ALL = {**SPACES, "mixed": MIXED}


def rank_of(assignments):
    return sum(len(v) if isinstance(v, str) else math.atan(v - 2.0) ** 2 for v in assignments.values())


def bowl(assignments):
    return sum((float(v) - 0.3) ** 2 for v in assignments.values())


def ask(space, past, pending=(), seed=None):
    sampler = SpaceSampler.of(space)
    encoded = EncodedHistory.of(problem(space), past, sampler.encoder)
    fitted = fit_success(encoded, len(past), sampler.encoder, state=None, defaults=DEFAULTS, backend=NUMPY)
    waiting = sampler.encoder.encode(pending)
    return propose(
        problem(space), encoded, waiting, sampler, fitted[0] if fitted else None, seed or Seed(5, len(past))
    )[1]


@pytest.mark.parametrize("name", ALL)
def test_in_any_space_proposals_are_legal_new_and_the_same_in_any_order(name):
    space = ALL[name]
    past = history(space, 14, rank_of)
    past[3] = failed(past[3].assignments)
    pending = [p.assignments for p in space_filling(problem(space), past, [], seed=Seed(1, 14), count=2)]

    proposals = [ask(space, past, pending, Seed(1, k)) for k in range(16, 20)]

    assert proposals == [ask(space, past[::-1], pending[::-1], Seed(1, k)) for k in range(16, 20)]
    used = [tuple(sorted(a.items())) for a in [*(o.assignments for o in past), *pending]]
    for proposal in proposals:
        assert proposal.source is Source.TPE
        assert space.validate(proposal.assignments) == dict(proposal.assignments)
        assert tuple(sorted(proposal.assignments.items())) not in used


def test_the_score_is_the_log_ratio_of_the_densities():
    sampler = SpaceSampler.of(box(1))
    split = Split(good=np.array([[0.2]]), bad=np.array([[0.8]]), worst_good=0.0)
    tpe = Tpe.of(split, np.array([[0.8]]), sampler)

    near_good, middle, near_bad = tpe.value(np.array([[0.2], [0.5], [0.8]]))

    # Kernels 3 widths or more away count for nothing next to the prior components of weight 1/2 and 1/3.
    peak = 1 / (DEFAULTS.tpe_width * math.sqrt(2 * math.pi))
    narrow = peak * 2 ** (1 / 5)
    assert near_good == pytest.approx(math.log((peak + 1) / 2 / (1 / 3)), abs=0.01)
    assert near_bad == pytest.approx(math.log((1 / 2) / ((2 * narrow + 1) / 3)), abs=0.01)
    assert near_bad < middle < near_good
    share, ratio = 0.5, math.exp(near_good)
    assert math.exp(tpe.log_probability(np.array([[0.2]]))[0]) == pytest.approx(
        share * ratio / (share * ratio + 1 - share)
    )


@pytest.mark.parametrize(
    "past",
    [
        pytest.param([observed({"x000": 0.5, "x001": 0.5}, 1.0)], id="one value"),
        pytest.param([observed({"x000": 0.5, "x001": 0.5}, 1.0)] * 9, id="one point"),
        pytest.param(history(box(2), 20, lambda _: 7.0), id="constant"),
        pytest.param([observed({"x000": 1e300, "x001": -k}, k) for k in range(9)], id="outside the bounds"),
    ],
)
def test_whatever_the_data_the_answer_is_legal(past):
    proposal = ask(box(2), past)

    assert all(0.0 <= v <= 1.0 for v in proposal.assignments.values())
    assert math.isfinite(proposal.details["acquisition_value"])
    assert 0.0 < proposal.details["p_good"] <= 1.0


def test_the_search_closes_in_on_the_optimum():
    past = history(box(3), 8, bowl)
    for _ in range(40):
        assignments = ask(box(3), past).assignments
        past.append(observed(assignments, bowl(assignments)))

    at_random = min(bowl(o.assignments) for o in history(box(3), 48, bowl))
    assert min(bowl(o.assignments) for o in past) < min(0.01, at_random)


def test_pending_points_are_kept_away_from():
    past = history(box(2), 30, bowl)
    pending, apart = [], []
    for k in range(4):
        proposal = ask(box(2), past, pending, Seed(9, 30 + k)).assignments
        apart += [math.dist(proposal.values(), other.values()) for other in pending]
        pending.append(proposal)

    assert min(apart) > 0.02


def test_where_everything_failed_is_left_alone():
    points = [p.assignments for p in space_filling(problem(box(2)), [], [], seed=Seed(2, 0), count=40)]
    past = [failed(a) if a["x000"] > 0.3 else observed(a, bowl(a)) for a in points]

    proposals = [ask(box(2), past, seed=Seed(k, 41)) for k in range(6)]

    assert max(p.assignments["x000"] for p in proposals) < 0.4
    assert all(0.5 < p.details["p_success"] < 1.0 for p in proposals)


def test_ten_thousand_observations_take_well_under_a_second():
    rng = np.random.default_rng(0)
    sampler = SpaceSampler.of(box(10))
    points = rng.random((10_000, 10))
    values = ((points - 0.3) ** 2).sum(axis=1)
    encoded = EncodedHistory(points, values, np.full(10_000, np.nan), np.empty((0, 10)))

    started = time.process_time()
    point, _ = propose(problem(box(10)), encoded, np.empty((0, 10)), sampler, None, Seed(1, 10_000))

    assert time.process_time() - started < 1.0  # about 0.2 s
    assert ((point - 0.3) ** 2).sum() < np.quantile(values, 0.05)


def test_it_answers_where_no_process_can_be_fitted(monkeypatch):
    # With this on its diagonal no covariance matrix has a Cholesky factor.
    monkeypatch.setattr(import_module("optsvc.engine.suggest"), "DEFAULTS", replace(DEFAULTS, jitter_ladder=(-100.0,)))
    past = history(box(3), 12, bowl)

    proposals, state = suggest(problem(box(3)), past, [], seed=Seed(1, 12), count=2)

    assert [p.source for p in proposals] == [Source.TPE, Source.TPE]
    assert [p.ordinal for p in proposals] == [12, 13]
    assert proposals[0].assignments != proposals[1].assignments
    assert state.hyperparameters == {}
