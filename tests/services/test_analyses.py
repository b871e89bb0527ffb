"""Analyses: asked for once, computed once, kept until the data move on."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from optsvc import engine
from optsvc.domain.errors import InvalidRequest, NotFound, Unprocessable
from optsvc.domain.experiment import ExperimentType
from optsvc.domain.metrics import Metric, Strategy
from optsvc.domain.space import DoubleParameter, SearchSpace
from optsvc.queueing.queues import ANALYSES, ANALYSIS_JOB, analysis_ended, open_queue
from optsvc.services import experiment_changes
from optsvc.services.analyses import computing
from optsvc.services.analyses.asking import Wait, key_of, listing, take
from optsvc.services.analyses.catalog import KINDS
from optsvc.services.analyses.computing import _LOCK_SPACE
from optsvc.services.analyses.options import MetricOptions
from optsvc.storage import analyses
from optsvc.storage.analyses import AnalysisKey, AnalysisRepository
from optsvc.storage.models import Analysis, Experiment
from tests.support.service import make_tenant

IMPORTANCES = KINDS["importances"]
CANONICAL = '{"metric": "y"}'


@pytest.fixture
def measured(new_experiment, observe):
    experiment_id = new_experiment()
    observe(experiment_id, 12)
    return experiment_id


@pytest.fixture
def ask(queueing_sessions, caller):
    """Asks as the API does; what is to be computed is queued."""

    def once(experiment_id, kind=IMPORTANCES, **options):
        more = {name: options.pop(name) for name in ("min_version", "stale") if name in options}
        with queueing_sessions.begin() as session:
            return take(session, caller, experiment_id, kind, kind.options(**options), **more)

    return once


@pytest.fixture
def jobs(redis):
    """What waits to be computed."""

    def waiting():
        return [(job.func_name, *job.args) for job in open_queue(redis, ANALYSES).jobs]

    return waiting


@pytest.fixture
def work(sessions, redis):
    """Does what waits, as a worker does."""

    def all_jobs():
        for job in open_queue(redis, ANALYSES).jobs:
            try:
                computing.compute(sessions, *job.args[:3])
            finally:
                analysis_ended(redis, *job.args)
                job.delete()

    return all_jobs


def test_who_asks_first_waits_for_one_job_and_gets_what_it_computed(ask, jobs, work, measured):
    assert ask(measured) == Wait(1)
    assert ask(measured, metric="y") == Wait(1)
    assert jobs() == [(ANALYSIS_JOB, measured, "importances", CANONICAL, 1)]

    work()

    answer = ask(measured)
    assert (answer.kind, answer.options, answer.fresh) == ("importances", {"metric": "y"}, True)
    assert (answer.data_version, answer.observation_count) == (1, 12)
    assert {parameter["name"] for parameter in answer.result["parameters"]} == {"x", "kind"}
    assert jobs() == []


def test_many_who_ask_at_once_make_one_job(ask, jobs, measured):
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: ask(measured), range(16))) == {Wait(1)}

    assert len(jobs()) == 1


def test_new_data_are_computed_anew_and_an_old_answer_is_given_to_who_takes_one(ask, jobs, work, measured, observe):
    ask(measured)
    work()
    observe(measured, 1)

    old = ask(measured, stale=True)

    assert (old.fresh, old.data_version) == (False, 1)
    assert jobs() == [(ANALYSIS_JOB, measured, "importances", CANONICAL, 2)]
    assert ask(measured) == Wait(2)
    work()
    assert (ask(measured).data_version, ask(measured).observation_count) == (2, 13)


def test_who_began_to_wait_before_the_data_moved_on_gets_what_was_computed_meanwhile(ask, work, measured, observe):
    waiting = ask(measured)
    work()
    observe(measured, 1)

    answer = ask(measured, min_version=waiting.min_version)

    assert (answer.data_version, answer.fresh) == (1, False)


def test_a_job_lost_with_redis_is_asked_for_again(ask, jobs, work, redis, measured):
    ask(measured)
    redis.flushdb()

    assert ask(measured) == Wait(1)

    assert len(jobs()) == 1
    work()
    assert ask(measured).fresh


def test_what_is_there_already_is_not_computed_again(sessions, ask, work, measured, monkeypatch):
    ask(measured)
    work()
    monkeypatch.setattr(engine, "metric_importances", None)  # would fail if it were called

    computing.compute(sessions, measured, "importances", CANONICAL)


def test_of_two_workers_only_one_computes(sessions, measured, monkeypatch):
    monkeypatch.setattr(engine, "metric_importances", None)
    digest = key_of(IMPORTANCES, MetricOptions(metric="y")).digest
    with sessions.begin() as other:
        name = func.hashtext(f"{measured} {digest}")
        other.execute(select(func.pg_advisory_xact_lock(_LOCK_SPACE, name)))

        computing.compute(sessions, measured, "importances", CANONICAL)


def test_one_that_failed_says_so_and_is_tried_again_only_with_new_data(ask, jobs, work, measured, observe, monkeypatch):
    def broken(*_, **__):
        raise ArithmeticError("as if by chance")

    with monkeypatch.context() as patched:
        patched.setattr(engine, "metric_importances", broken)
        ask(measured)
        with pytest.raises(ArithmeticError):
            work()

    with pytest.raises(Unprocessable, match=r"no analysis importances of experiment \d+: .* has failed"):
        ask(measured)
    assert jobs() == []
    observe(measured, 1)
    assert ask(measured) == Wait(2)
    work()
    assert ask(measured).fresh


def test_a_failure_leaves_the_older_result_for_who_takes_one(ask, jobs, work, measured, observe, monkeypatch):
    ask(measured)
    work()
    observe(measured, 1)
    ask(measured)
    monkeypatch.setattr(engine, "metric_importances", None)
    with pytest.raises(TypeError):
        work()

    assert ask(measured, stale=True).data_version == 1
    assert jobs() == []


def test_an_analysis_that_says_why_it_cannot_be_is_quoted(ask, work, measured, monkeypatch):
    def refuses(*_, **__):
        raise Unprocessable("there is too little of everything")

    monkeypatch.setattr(engine, "metric_importances", refuses)
    ask(measured)
    work()

    with pytest.raises(Unprocessable, match="there is too little of everything"):
        ask(measured)


def test_an_option_that_does_not_fit_is_named_with_what_would_do(ask, jobs, measured):
    with pytest.raises(InvalidRequest, match=r"metric: must be one of \['y'\], got 'z'"):
        ask(measured, metric="z")
    assert jobs() == []


def test_of_an_experiment_without_data_or_choice_nothing_is_computed(ask, jobs, new_experiment):
    with pytest.raises(Unprocessable, match="nothing has been observed yet"):
        ask(new_experiment())
    alone = new_experiment(space=SearchSpace((DoubleParameter("x", 0.0, 1.0),)))
    with pytest.raises(Unprocessable, match="only one parameter"):
        ask(alone)
    assert jobs() == []


def test_strangers_find_nothing(sessions, measured):
    stranger, _ = make_tenant(sessions)

    with sessions() as session, pytest.raises(NotFound):
        take(session, stranger, measured, IMPORTANCES, MetricOptions())
    with sessions() as session, pytest.raises(NotFound):
        listing(session, stranger, measured)


def test_the_list_says_how_each_kind_stands(sessions, caller, ask, work, new_experiment, observe):
    metric = Metric("y", strategy=Strategy.CONSTRAINT, threshold=0.0)
    experiment_id = new_experiment(metrics=(metric,), type=ExperimentType.RANDOM, budget=40)

    def states():
        with sessions() as session:
            return {listed.kind.name: listed.state for listed in listing(session, caller, experiment_id)}

    assert set(states().values()) == {"unavailable"}
    observe(experiment_id, 12)
    assert (states()["best_so_far"], states()["importances"]) == ("unavailable", "absent")
    ask(experiment_id)
    work()
    assert states()["importances"] == "fresh"
    observe(experiment_id, 1)
    assert states()["importances"] == "stale"


def test_what_was_computed_from_older_data_does_not_replace_newer(sessions, measured):
    key = AnalysisKey("importances", "d", {})
    with sessions.begin() as session:
        repository = AnalysisRepository(session, session.get_one(Experiment, measured))
        repository.store(key, {"is": "new"}, data_version=2, observation_count=2)
        repository.store(key, {"is": "old"}, data_version=1, observation_count=1)

        assert repository.get(key).result == {"is": "new"}


def test_so_many_are_kept_of_an_experiment_and_no_more(sessions, measured, monkeypatch):
    monkeypatch.setattr(analyses, "MOST_KEPT", 3)
    with sessions.begin() as session:
        repository = AnalysisRepository(session, session.get_one(Experiment, measured))
        for number in range(5):
            repository.store(AnalysisKey("k", str(number), {}), {}, data_version=number, observation_count=1)
        repository.failed(AnalysisKey("k", "f", {}), "why", data_version=1)

        kept = session.scalars(select(Analysis.digest).where(Analysis.experiment_id == measured)).all()

    assert set(kept) == {"3", "4", "f"}


def test_they_go_with_the_data_of_an_experiment(sessions, caller, ask, work, measured):
    ask(measured)
    work()

    with sessions.begin() as session:
        experiment_changes.delete(session, caller, measured, with_data=True)

    with sessions() as session:
        assert session.scalars(select(Analysis).where(Analysis.experiment_id == measured)).all() == []
