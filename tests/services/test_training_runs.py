"""Training runs: query counts, locks, visibility, and what moves experiments and projects on."""

from dataclasses import replace
from threading import Thread

import pytest

from optsvc.api.schemas.training_runs import RunOut
from optsvc.domain.errors import NotFound
from optsvc.domain.metrics import Metric
from optsvc.domain.rights import Right, Rule
from optsvc.domain.training_run import RunState
from optsvc.services import accounts, experiment_changes, experiment_runs, projects, training_runs
from optsvc.services.suggestions import take_next
from optsvc.storage.definitions import metrics_to_json, parameters_to_json
from optsvc.storage.models import Client, Experiment, Project, RunTag, Tag
from optsvc.storage.pages import PageQuery
from optsvc.storage.training_runs import WantedRuns
from tests.services.conftest import SPACE
from tests.services.test_query_counts import counted


@pytest.fixture
def project(sessions, caller):
    with sessions.begin() as session:
        return projects.create(session, caller, None, reference="cakes", name="Cakes")


@pytest.fixture
def new_runs(sessions, caller, project):
    def new(count, **said):
        with sessions.begin() as session:
            described = [{"name": f"run {number}", **said} for number in range(count)]
            return training_runs.create(session, caller, None, project.reference, described)

    return new


@pytest.fixture
def ai_experiment(sessions, caller, project):
    with sessions.begin() as session:
        row = Experiment(
            client_id=caller.client_id,
            project_id=project.id,
            user_id=caller.user_id,
            name="AI",
            runs_only=True,
            parameters=parameters_to_json(SPACE),
            metrics=metrics_to_json([Metric("y")]),
        )
        session.add(row)
        session.flush()
        return row


@pytest.fixture
def start(sessions, caller, ai_experiment):
    def new(**said):
        with sessions.begin() as session:
            suggestion = take_next(session, caller, ai_experiment.id, for_run=True)
            return experiment_runs.create(session, caller, ai_experiment.id, {"name": "a run", **said}, suggestion)

    return new


@pytest.fixture
def change(sessions, caller):
    def send(run, changes, *, merge=False):
        with sessions.begin() as session:
            return training_runs.update(session, caller, run.id, changes, merge=merge)

    return send


def test_pages_of_3_and_of_30_runs_take_the_same_number_of_queries(sessions, caller, project, new_runs):
    runs = new_runs(30, values={"y": {"value": 1.0}})
    with sessions.begin() as session:
        tag = Tag(client_id=caller.client_id, name="a", color="#000000")
        session.add(tag)
        session.flush()
        session.add_all(RunTag(training_run_id=run.id, tag_id=tag.id) for run in runs)
    counts = []

    for limit in (3, 30):
        with sessions() as session, counted(session) as statements:
            page, _ = training_runs.page(session, caller, PageQuery(limit), WantedRuns(), reference=project.reference)
            extras = training_runs.extras(session, page.rows)
            shown = [RunOut.of(row, extras[row.id]) for row in page.rows]
        assert [len(run.tags) for run in shown] == [1] * limit
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 14


def test_who_merges_waits_for_who_merges_and_keeps_what_it_wrote(sessions, caller, new_runs, change):
    [run] = new_runs(1)

    with sessions.begin() as session:
        training_runs.update(session, caller, run.id, {"metadata": {"a": 1}}, merge=True)
        second = Thread(target=change, args=(run, {"metadata": {"b": 2}}), kwargs={"merge": True})
        second.start()
        second.join(timeout=0.3)
        assert second.is_alive()
    second.join()

    with sessions() as session:
        assert training_runs.get(session, caller, run.id).user_metadata == {"a": 1, "b": 2}


def moments(sessions, experiment, project):
    with sessions() as session:
        return session.get_one(Experiment, experiment.id).updated, session.get_one(Project, project.id).updated


def test_what_moves_an_experiment_moves_its_project_too(sessions, start, change, ai_experiment, project):
    before = moments(sessions, ai_experiment, project)

    def moved():
        nonlocal before
        now = moments(sessions, ai_experiment, project)
        both, before = [a < b for a, b in zip(before, now, strict=True)], now
        return both

    run = start()
    assert moved() == [True, True]
    change(run, {"values": {"y": {"value": 1.0}}, "name": "renamed"}, merge=True)
    assert moved() == [False, False]
    change(run, {"state": RunState.COMPLETED})
    assert moved() == [True, True]
    change(run, {"deleted": True})
    assert moved() == [True, True]
    change(run, {"deleted": False})
    assert moved() == [True, True]


def test_plain_runs_do_not_move_their_project(sessions, ai_experiment, project, new_runs, change):
    before = moments(sessions, ai_experiment, project)

    [run] = new_runs(1)
    change(run, {"state": RunState.COMPLETED})
    change(run, {"deleted": True})

    assert moments(sessions, ai_experiment, project) == before


def test_a_run_that_ends_asks_for_the_next_computation_and_a_log_does_not(sessions, start, change, ai_experiment):
    def versions():
        with sessions() as session:
            row = session.get_one(Experiment, ai_experiment.id)
            return row.data_version, row.wanted_version

    run = start()
    before = versions()
    change(run, {"values": {"y": {"value": 1.0}}}, merge=True)
    assert versions() == before

    change(run, {"state": RunState.COMPLETED})

    assert versions() == (before[0] + 1, before[0] + 1)


def test_ending_a_run_and_deleting_its_experiment_at_once_does_not_lock_up(
    sessions, caller, start, change, ai_experiment
):
    runs = [start() for _ in range(12)]

    def delete():
        for deleted in (True, False) * 6:
            with sessions.begin() as session:
                experiment_changes.update(session, caller, ai_experiment.id, {"deleted": deleted})
                if deleted:
                    experiment_changes.delete(session, caller, ai_experiment.id, with_data=True)

    deleting = Thread(target=delete)
    deleting.start()
    for run in runs:
        change(run, {"state": RunState.FAILED})
    deleting.join()

    with sessions() as session:
        assert all(training_runs.get(session, caller, run.id).observation_id for run in runs)


def test_members_who_see_only_their_own_things_see_no_runs_and_projects_of_others(sessions, caller, project, new_runs):
    [run] = new_runs(1)
    with sessions.begin() as session:
        session.get_one(Client, caller.client_id).sees_others = False
        member = accounts.create_user(session, "Member")
        accounts.grant(session, caller.client_id, member.id, Right.WRITE)
    other = replace(caller, user_id=member.id, rule=Rule(Right.READ))

    with sessions() as session:
        with pytest.raises(NotFound):
            training_runs.get(session, other, run.id)
        with pytest.raises(NotFound):
            projects.get(session, other, None, project.reference)
        page, fields = training_runs.page(session, other, PageQuery(), WantedRuns())
        assert (page.count, list(page.rows), list(fields)) == (0, [], [])
        seen, _ = training_runs.page(session, caller, PageQuery(), WantedRuns())
        assert [row.id for row in seen.rows] == [run.id]
