"""Experiments with several metrics, from the definition to the proposal in the database, and back."""

import pytest
from sqlalchemy import select

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation
from optsvc.domain.revision import MetricChange
from optsvc.services import experiment_changes, observations, replay, suggestions
from optsvc.services.observations import Report
from optsvc.services.refresh import refresh
from optsvc.storage.models import Experiment, Proposal

COST = Metric("cost", Objective.MINIMIZE)
GAIN = Metric("gain", Objective.MAXIMIZE)
LIMIT = Metric("limit", Objective.MINIMIZE, Strategy.CONSTRAINT, threshold=0.5)
NOTE = Metric("note", strategy=Strategy.STORE)

KINDS = {
    "two optimized": {"metrics": (COST, GAIN, NOTE)},
    "a constraint": {"metrics": (GAIN, LIMIT)},
    "two optimized and a constraint": {"metrics": (COST, GAIN, LIMIT)},
    "only a constraint": {"metrics": (LIMIT, NOTE)},
    "several solutions": {"metrics": (GAIN,), "num_solutions": 2},
}


@pytest.fixture
def modelled(sessions, caller, new_experiment):
    def with_results(**fields):
        experiment_id = new_experiment(budget=30, **fields)
        names = [metric.name for metric in fields["metrics"]]
        reports = []
        for i in range(9):
            x = (i + 0.5) / 9
            values = {"cost": x, "gain": 1 - (x - 0.7) ** 2, "limit": abs(x - 0.4), "note": float(i % 2)}
            evaluations = tuple(MetricEvaluation(name, values[name]) for name in names)
            reports.append(Report(assignments={"x": x, "kind": "ab"[i % 2]}, values=evaluations))
        with sessions.begin() as session:
            observations.create(session, caller, experiment_id, reports)
        return experiment_id

    return with_results


def proposal_of(sessions, experiment_id):
    with sessions() as session:
        return session.scalars(select(Proposal).where(Proposal.experiment_id == experiment_id)).one()


@pytest.mark.parametrize("kind", KINDS)
def test_the_optimizer_serves_every_kind_of_experiment_and_a_replay_gives_the_same(sessions, caller, modelled, kind):
    experiment_id = modelled(**KINDS[kind])

    refresh(sessions, experiment_id, lambda _: None)

    told = proposal_of(sessions, experiment_id).provenance
    counting = [metric for metric in KINDS[kind]["metrics"] if metric.strategy is not Strategy.STORE]
    assert told["source"] == "gp"
    assert (told["p_feasible"] is None) == (LIMIT not in counting)
    assert (None if len(counting) == 1 and LIMIT not in counting else {m.name for m in counting}) == (
        told["predictions"] and set(told["predictions"])
    )
    with sessions.begin() as session:
        taken = suggestions.take_next(session, caller, experiment_id)
    with sessions.begin() as session:
        again = replay.replay(session, taken.id)
    assert again.verdict == "identical", again.differences


def test_a_threshold_that_moves_brings_a_new_proposal(sessions, caller, modelled):
    experiment_id = modelled(metrics=(GAIN, LIMIT))
    refresh(sessions, experiment_id, lambda _: None)
    before = proposal_of(sessions, experiment_id)

    with sessions.begin() as session:
        changes = [MetricChange("gain"), MetricChange("limit", threshold=0.05, moves_threshold=True)]
        experiment_changes.update(session, caller, experiment_id, {"metrics": changes})
    refresh(sessions, experiment_id, lambda _: None)

    after = proposal_of(sessions, experiment_id)
    with sessions() as session:
        assert session.get_one(Experiment, experiment_id).computed_version == after.data_version
    assert after.data_version > before.data_version
    assert abs(after.assignments["x"] - 0.4) < abs(before.assignments["x"] - 0.4)
