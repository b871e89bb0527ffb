"""What a transaction sends to the workers, and when."""

import logging

from optsvc.domain.observation import MetricEvaluation
from optsvc.queueing import queues
from optsvc.queueing.connection import connect
from optsvc.queueing.queues import (
    ANALYSES,
    REFRESH_QUEUES,
    ROUTINE,
    URGENT,
    attach,
    importances_after_commit,
    open_queue,
    refresh_after_commit,
)
from optsvc.services import observations
from optsvc.services.observations import Report
from optsvc.storage.session import make_sessionmaker

GOOD = Report(assignments={"x": 0.5, "kind": "a"}, values=(MetricEvaluation("y", 1.0),))


def waiting(redis):
    """The experiments that jobs wait for, by queue."""
    return {name: [job.args[0] for job in open_queue(redis, name).jobs] for name in REFRESH_QUEUES}


def test_a_rolled_back_transaction_enqueues_nothing(queueing_sessions, redis, caller, new_experiment):
    with queueing_sessions() as session:
        observations.create(session, caller, new_experiment(), [GOOD])
        session.rollback()
        session.commit()

    assert waiting(redis) == {URGENT: [], ROUTINE: []}


def test_a_committed_one_enqueues_one_job_per_experiment_once_it_is_committed(
    queueing_sessions, redis, caller, new_experiment
):
    first, second = new_experiment(), new_experiment()

    with queueing_sessions() as session:
        for experiment_id in (first, second, first):
            observations.create(session, caller, experiment_id, [GOOD, GOOD])
        before = waiting(redis)
        session.commit()

    assert before == {URGENT: [], ROUTINE: []}
    assert waiting(redis) == {URGENT: [], ROUTINE: [first, second]}


def test_at_most_one_job_of_an_experiment_waits_in_each_queue(queueing_sessions, redis):
    for urgent in (False, True, False, True):
        with queueing_sessions.begin() as session:
            refresh_after_commit(session, 7, urgent=urgent)

    assert waiting(redis) == {URGENT: [7], ROUTINE: [7]}


def test_urgent_wins_within_a_transaction_and_a_second_commit_sends_nothing_again(queueing_sessions, redis):
    with queueing_sessions() as session:
        for urgent in (False, True, False):
            refresh_after_commit(session, 7, urgent=urgent)
        session.commit()
        queues.started(redis, 7)
        session.commit()

    assert waiting(redis) == {URGENT: [7], ROUTINE: []}


def test_what_is_asked_for_after_a_job_has_started_waits_as_a_new_job(queueing_sessions, redis):
    for _ in range(2):
        with queueing_sessions.begin() as session:
            refresh_after_commit(session, 7)
        queues.started(redis, 7)

    assert waiting(redis)[ROUTINE] == [7, 7]


def test_importances_wait_in_a_queue_of_their_own_behind_all_suggestions(queueing_sessions, redis):
    for _ in range(2):
        with queueing_sessions.begin() as session:
            importances_after_commit(session, 7)
            refresh_after_commit(session, 7)
    queues.started(redis, 7)
    with queueing_sessions.begin() as session:
        importances_after_commit(session, 7)

    assert waiting(redis)[ROUTINE] == [7]
    assert [job.func_name for job in open_queue(redis, ANALYSES).jobs] == [queues.IMPORTANCES_JOB]
    assert queues.QUEUES[-1] == ANALYSES
    queues.importances_started(redis, 7)
    assert redis.keys("*:waiting:7") == []


def test_the_mark_of_a_waiting_job_expires_in_case_the_job_was_lost(queueing_sessions, redis):
    with queueing_sessions.begin() as session:
        refresh_after_commit(session, 7)

    [mark] = redis.keys("*:waiting:7")
    assert 0 < redis.ttl(mark) <= 30


def test_who_asks_not_to_compute_enqueues_nothing(queueing_sessions, redis, caller, new_experiment):
    with queueing_sessions.begin() as session:
        observations.create(session, caller, new_experiment(), [GOOD], compute=False)

    assert waiting(redis) == {URGENT: [], ROUTINE: []}


def test_without_redis_a_commit_costs_a_line_in_the_log(migrated_database, caller, new_experiment, caplog):
    experiment_id = new_experiment()
    sessions = make_sessionmaker(migrated_database, pool_size=1)
    attach(sessions, connect("redis://127.0.0.1:1"))

    with caplog.at_level(logging.WARNING), sessions.begin() as session:
        [observation] = observations.create(session, caller, experiment_id, [GOOD])

    with sessions() as session:
        assert observations.get(session, caller, experiment_id, observation.id).id == observation.id
    sessions.kw["bind"].dispose()
    assert [record.message for record in caplog.records if "Redis is away" in record.message]
