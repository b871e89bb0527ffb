import math
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from optsvc.engine import Seed, Source, space_filling, suggest
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.history import EncodedHistory
from optsvc.engine.members.densities import Densities
from optsvc.engine.members.situation import Situation
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.steps import complete
from optsvc.engine.success_model import fit_success
from optsvc.engine.tpe.estimator import Tpe
from optsvc.engine.tpe.split import Split
from tests.engine.builders import box, failed, history, observed, problem


def bowl(assignments):
    return sum((float(v) - 0.3) ** 2 for v in assignments.values())


def ask(space, past, pending=(), seed=None):
    sampler = SpaceSampler.of(space)
    encoded = EncodedHistory.of(problem(space), past, sampler.encoder)
    fitted = fit_success(encoded, len(past), sampler.encoder, state=None, defaults=DEFAULTS, backend=NUMPY)
    waiting = sampler.encoder.encode(pending)
    situation = Situation(problem(space), encoded, sampler, fitted[0] if fitted else None)
    seed = seed or Seed(5, len(past))
    return complete(Densities(situation, seed).propose(waiting, seed))[1]


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


def test_of_ten_thousand_observations_the_best_are_what_counts():
    rng = np.random.default_rng(0)
    sampler = SpaceSampler.of(box(10))
    points = rng.random((10_000, 10))
    values = ((points - 0.3) ** 2).sum(axis=1)
    encoded = EncodedHistory(points, values[:, None], np.full((10_000, 1), np.nan), np.empty((0, 10)))

    situation = Situation(problem(box(10)), encoded, sampler, None)

    point, _ = complete(Densities(situation, Seed(1, 0)).propose(np.empty((0, 10)), Seed(1, 10_000)))

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
