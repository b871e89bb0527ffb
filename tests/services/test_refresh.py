"""Refreshing an experiment: any number of times, by any number of workers, with one effect."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from optsvc import engine
from optsvc.domain.experiment import ExperimentType
from optsvc.domain.observation import MetricEvaluation
from optsvc.domain.revision import ParameterChange
from optsvc.domain.space import DoubleParameter, SearchSpace
from optsvc.services import experiment_changes, observations, suggestions
from optsvc.services.observations import Report
from optsvc.services.refresh import _LOCK_SPACE, _store, experiments_left_behind, refresh
from optsvc.services.snapshot import Snapshot
from optsvc.storage.models import Experiment, Observation, Proposal, now


@pytest.fixture
def announced():
    return []


@pytest.fixture
def modelled(new_experiment, observe):
    experiment_id = new_experiment()
    observe(experiment_id, 8)
    return experiment_id


def proposals(sessions, experiment_id):
    with sessions() as session:
        return session.scalars(select(Proposal).where(Proposal.experiment_id == experiment_id)).all()


def experiment(sessions, experiment_id):
    with sessions() as session:
        return session.get_one(Experiment, experiment_id)


def test_a_refresh_prepares_one_proposal_with_all_that_is_needed_to_replay_it(sessions, modelled, announced):
    assert refresh(sessions, modelled, announced.append) is False

    [proposal] = proposals(sessions, modelled)
    row = experiment(sessions, modelled)
    assert announced == [modelled]
    assert (proposal.data_version, row.computed_version, row.wanted_version) == (1, 1, 1)
    assert proposal.assignments.keys() == {"x", "kind"}
    assert proposal.provenance["source"] == "gp"
    assert proposal.provenance["observation_count"] == 8
    assert proposal.provenance["seed"] == {"key": f"{row.seed_key.int:032x}", "ordinal": 0}
    assert row.engine_state is not None


def test_a_second_refresh_does_nothing(sessions, modelled, announced):
    refresh(sessions, modelled, announced.append)
    first = proposals(sessions, modelled)

    refresh(sessions, modelled, announced.append)

    assert [row.id for row in proposals(sessions, modelled)] == [row.id for row in first]
    assert announced == [modelled]


def test_new_data_replace_the_proposal_from_older_ones(sessions, modelled, observe, announced):
    refresh(sessions, modelled, announced.append)
    observe(modelled, 1)

    refresh(sessions, modelled, announced.append)

    assert [row.data_version for row in proposals(sessions, modelled)] == [2]
    assert experiment(sessions, modelled).computed_version == 2


def test_a_proposal_that_was_handed_out_while_it_was_computed_is_computed_anew(
    sessions, caller, modelled, observe, announced
):
    refresh(sessions, modelled, announced.append)
    observe(modelled, 1)
    with sessions() as session:
        snapshot = Snapshot.take(session, session.get_one(Experiment, modelled))
    [older] = proposals(sessions, modelled)
    computed = engine.Proposal(older.assignments, source=engine.Source.GP, reason="the same again", ordinal=0)
    with sessions.begin() as session:
        taken = suggestions.take_next(session, caller, modelled, min_version=1)

    stored = _store(sessions, snapshot, [computed], engine.EngineState())
    refresh(sessions, modelled, announced.append)

    [fresh] = proposals(sessions, modelled)
    assert (stored, taken.assignments) == (False, older.assignments)
    assert fresh.assignments != taken.assignments


def test_the_next_proposal_takes_the_one_handed_out_into_account(sessions, caller, modelled, announced):
    refresh(sessions, modelled, announced.append)
    with sessions.begin() as session:
        taken = suggestions.take_next(session, caller, modelled)

    refresh(sessions, modelled, announced.append)

    [proposal] = proposals(sessions, modelled)
    assert proposal.provenance["pending"] == [str(taken.id)]
    assert proposal.assignments != taken.assignments
    assert proposal.provenance["seed"]["ordinal"] == 1


def test_a_worker_leaves_at_once_while_another_one_computes(sessions, modelled, announced):
    with sessions.begin() as holder:
        holder.execute(select(func.pg_advisory_xact_lock(_LOCK_SPACE, modelled)))

        assert refresh(sessions, modelled, announced.append) is False

    assert (announced, proposals(sessions, modelled)) == ([], [])


@pytest.mark.parametrize("gone", ["deleted", "never there"])
def test_an_experiment_that_is_gone_is_nothing_to_do(sessions, caller, modelled, announced, gone):
    with sessions.begin() as session:
        experiment_changes.delete(session, caller, modelled)

    assert refresh(sessions, modelled if gone == "deleted" else 2**30, announced.append) is False

    assert (announced, proposals(sessions, modelled)) == ([], [])


def fail(*_, **__):
    raise ArithmeticError("provoked")


def test_a_failure_of_the_engine_is_logged_wakes_those_who_wait_and_is_not_tried_again_with_the_same_data(
    sessions, modelled, announced, observe, monkeypatch, caplog
):
    with monkeypatch.context() as broken:
        broken.setattr(engine, "suggest", fail)
        with pytest.raises(ArithmeticError):
            refresh(sessions, modelled, announced.append)

    assert f"experiment {modelled}: no proposal from data version 1" in caplog.text
    assert announced == [modelled]
    assert modelled not in left_behind(sessions)
    refresh(sessions, modelled, announced.append)
    assert (announced, proposals(sessions, modelled)) == ([modelled], [])

    observe(modelled, 1)
    refresh(sessions, modelled, announced.append)

    assert [row.data_version for row in proposals(sessions, modelled)] == [2]


def test_in_the_start_there_is_nothing_to_prepare_and_the_wish_counts_as_done(
    sessions, new_experiment, observe, announced
):
    experiment_id = new_experiment()
    observe(experiment_id, 2)

    refresh(sessions, experiment_id, announced.append)

    assert (announced, proposals(sessions, experiment_id)) == ([], [])
    assert experiment(sessions, experiment_id).computed_version == 1


def left_behind(sessions, quiet_s=0.0):
    with sessions() as session:
        return set(experiments_left_behind(session, quiet_s=quiet_s))


def test_what_redis_lost_is_found_until_it_is_computed(sessions, modelled, announced):
    assert modelled in left_behind(sessions)
    assert modelled not in left_behind(sessions, quiet_s=60)

    refresh(sessions, modelled, announced.append)

    assert modelled not in left_behind(sessions)


def test_what_nobody_wants_computed_is_not_found(sessions, caller, new_experiment, observe):
    untouched, unwanted, deleted = new_experiment(), new_experiment(), new_experiment()
    observe(unwanted, 8, compute=False)
    observe(deleted, 8)
    with sessions.begin() as session:
        experiment_changes.delete(session, caller, deleted)

    assert left_behind(sessions).isdisjoint({untouched, unwanted, deleted})


def test_a_wish_stays_a_wish_when_more_data_come_that_want_nothing(sessions, new_experiment, observe, announced):
    experiment_id = new_experiment()
    observe(experiment_id, 8)
    observe(experiment_id, 1, compute=False)

    assert experiment_id in left_behind(sessions)
    refresh(sessions, experiment_id, announced.append)

    assert experiment_id not in left_behind(sessions)
    assert [row.data_version for row in proposals(sessions, experiment_id)] == [2]


def test_those_left_behind_come_oldest_first_up_to_a_limit(sessions, new_experiment, observe):
    ids = [new_experiment() for _ in range(3)]
    with sessions.begin() as session:
        for age, experiment_id in zip([300, 500, 400], ids, strict=True):
            observe(experiment_id, 1)
            session.get_one(Experiment, experiment_id).updated = now() - timedelta(days=age)

    with sessions() as session:
        assert experiments_left_behind(session, quiet_s=3600, limit=2) == [ids[1], ids[2]]


def test_the_engine_hears_of_observations_and_open_suggestions_in_the_order_they_came(
    sessions, caller, new_experiment, observe
):
    experiment_id = new_experiment()
    with sessions.begin() as session:
        taken = [suggestions.take_next(session, caller, experiment_id) for _ in range(3)]
    ids = observe(experiment_id, 20)
    with sessions.begin() as session:
        suggestions.delete(session, caller, experiment_id, taken[1].id)
        session.get_one(Observation, ids[3]).deleted = True
        # Rewriting the rows moves them within the table, so that only a sort keeps their order.
        for observation_id in (ids[7], ids[0]):
            session.get_one(Observation, observation_id).user_metadata = {"moved": 1}

    with sessions() as session:
        snapshot = Snapshot.take(session, session.get_one(Experiment, experiment_id))

    kept = [i for i in range(20) if i != 3]
    assert [observation.assignments["x"] for observation in snapshot.history] == [(i + 0.5) / 20 for i in kept]
    assert [observation.values[0].value for observation in snapshot.history] == [float(i % 5) for i in kept]
    assert snapshot.last_observation_id == ids[-1]
    assert list(snapshot.pending_ids) == [taken[0].id, taken[2].id]
    assert list(snapshot.pending) == [taken[0].assignments, taken[2].assignments]


def test_the_same_snapshot_gives_the_same_proposal(sessions, modelled):
    with sessions() as session:
        snapshot = Snapshot.take(session, session.get_one(Experiment, modelled))

    first, second = (engine.suggest(*snapshot.model_input, seed=snapshot.seed, state=None)[0] for _ in range(2))

    assert first == second


@pytest.mark.parametrize("kind", [ExperimentType.RANDOM, ExperimentType.GRID])
def test_there_is_nothing_to_compute_for_an_experiment_without_the_optimizer(
    sessions, queueing_sessions, redis, caller, new_experiment, announced, kind
):
    grid = SearchSpace((DoubleParameter("x", 0.0, 1.0, grid=(0.0, 0.5, 1.0)),))
    experiment_id = new_experiment(type=kind, space=grid)
    reports = [Report(assignments={"x": 0.5}, values=[MetricEvaluation("y", float(i))]) for i in range(20)]
    with queueing_sessions.begin() as session:
        observations.create(session, caller, experiment_id, reports)

    assert redis.llen("rq:queue:optsvc-routine") == 0
    assert experiment_id not in left_behind(sessions)
    refresh(sessions, experiment_id, announced.append)
    assert (announced, proposals(sessions, experiment_id)) == ([], [])


def change(sessions, caller, experiment_id, *parameters):
    with sessions.begin() as session:
        experiment_changes.update(session, caller, experiment_id, {"parameters": parameters})


def test_another_search_space_throws_away_what_was_prepared_and_learned_and_wants_it_anew(
    sessions, caller, modelled, announced
):
    refresh(sessions, modelled, announced.append)
    new = ParameterChange("z", type="double", bounds=(0.0, 1.0), default=0.5)

    change(sessions, caller, modelled, ParameterChange("x", bounds=(0.0, 0.5)), new)

    row = experiment(sessions, modelled)
    assert (proposals(sessions, modelled), row.engine_state) == ([], None)
    assert row.wanted_version == row.data_version > row.computed_version
    refresh(sessions, modelled, announced.append)
    [proposal] = proposals(sessions, modelled)
    assert proposal.assignments.keys() == {"x", "z"}
    assert proposal.assignments["x"] <= 0.5
    assert proposal.provenance["source"] == "gp"


def test_the_same_search_space_leaves_what_was_prepared(sessions, caller, modelled, announced):
    refresh(sessions, modelled, announced.append)

    change(sessions, caller, modelled, ParameterChange("x", bounds=(0.0, 1.0)), ParameterChange("kind"))

    assert len(proposals(sessions, modelled)) == 1


def test_the_engine_hears_the_defaults_of_parameters_that_older_points_lack(sessions, caller, new_experiment, observe):
    added = ParameterChange("z", type="double", bounds=(0.0, 1.0), default=0.25)
    experiment_id, told = new_experiment(), new_experiment()
    for one in (experiment_id, told):
        observe(one, 8)
    change(sessions, caller, experiment_id, ParameterChange("x"), ParameterChange("kind"), added)
    with sessions.begin() as session:
        for row in session.scalars(select(Observation).where(Observation.experiment_id == told)):
            row.assignments = row.assignments | {"z": 0.25}
    change(sessions, caller, told, ParameterChange("x"), ParameterChange("kind"), added)

    with sessions() as session:
        one, other = (Snapshot.take(session, session.get_one(Experiment, id_)) for id_ in (experiment_id, told))
    points = [engine.suggest(*snapshot.model_input, seed=one.seed)[0][0].assignments for snapshot in (one, other)]

    assert points[0] == points[1]
