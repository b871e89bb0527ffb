"""Importances: asked for or due, computed once, found again when lost."""

import numpy as np
import pytest
from sqlalchemy import func, select

from optsvc import engine
from optsvc.domain.errors import Unprocessable
from optsvc.domain.experiment import ExperimentType
from optsvc.domain.metrics import Metric, Strategy
from optsvc.domain.observation import MetricEvaluation
from optsvc.domain.revision import ParameterChange
from optsvc.domain.space import Conditional, DoubleParameter, SearchSpace
from optsvc.queueing.queues import ANALYSES, IMPORTANCES_JOB, open_queue
from optsvc.services import experiment_changes, importances, observations
from optsvc.services.importances import _LOCK_SPACE, Importances
from optsvc.services.observations import Report
from optsvc.storage.importances import left_behind
from optsvc.storage.models import Experiment, MetricImportances
from optsvc.storage.pages import PageQuery

METRICS = (
    Metric("y"),
    Metric("kept", strategy=Strategy.STORE),
    Metric("flat", strategy=Strategy.STORE),
)
BRANCHED = SearchSpace(
    (DoubleParameter("x", 0.0, 1.0), DoubleParameter("z", 0.0, 1.0, conditions=(("gate", ("on",)),))),
    (Conditional("gate", ("on", "off")),),
)


@pytest.fixture
def report(sessions, caller):
    """Stores values of `y`, which follow x, of `kept`, which follow the kind, and of `flat`, at random points."""

    def store(experiment_id, count, *, failed=0, key=0):
        rng = np.random.default_rng(key)
        reports = [Report(assignments={"x": 0.5, "kind": "a"}, failed=True)] * failed
        for _ in range(count):
            x, second = rng.random(), rng.random() < 0.5
            values = [
                MetricEvaluation("y", x),
                MetricEvaluation("kept", 5.0 * second + 0.1 * x),
                MetricEvaluation("flat", 3.0),
            ]
            reports.append(Report(assignments={"x": x, "kind": "ab"[second]}, values=values))
        with sessions.begin() as session:
            observations.create(session, caller, experiment_id, reports)

    return store


@pytest.fixture
def measured(new_experiment, report):
    experiment_id = new_experiment(metrics=METRICS)
    report(experiment_id, 40, failed=2)
    return experiment_id


def ask(sessions, caller, experiment_id):
    with sessions.begin() as session:
        importances.request(session, caller, experiment_id)


def read(sessions, caller, experiment_id):
    with sessions() as session:
        return importances.of_experiment(session, caller, experiment_id)


def stored(sessions, experiment_id):
    """What the importances were computed from."""
    with sessions() as session:
        rows = session.scalars(select(MetricImportances).where(MetricImportances.experiment_id == experiment_id)).all()
        return {(row.data_version, row.observation_count) for row in rows}


def waiting(sessions):
    with sessions() as session:
        return set(left_behind(session, limit=100))


def test_what_was_asked_for_is_computed_for_every_metric_from_the_present_data(sessions, caller, measured):
    ask(sessions, caller, measured)

    importances.compute(sessions, measured)

    flat, kept, y = read(sessions, caller, measured)
    assert flat == Importances("flat", {"kind": None, "x": None})
    assert kept.of_parameters["kind"] > 0.9
    assert y.of_parameters["x"] > 0.9
    assert sum(y.of_parameters.values()) == pytest.approx(1.0)
    assert stored(sessions, measured) == {(1, 42)}


def test_a_wish_waits_until_it_is_computed_and_is_computed_once(sessions, caller, measured, monkeypatch):
    assert measured not in waiting(sessions)
    ask(sessions, caller, measured)
    assert measured in waiting(sessions)

    importances.compute(sessions, measured)
    ask(sessions, caller, measured)
    monkeypatch.setattr(engine, "importances", None)  # would fail if it were called again
    importances.compute(sessions, measured)

    assert measured not in waiting(sessions)


def test_newer_data_replace_what_was_computed_from_older_ones(sessions, caller, measured, report):
    ask(sessions, caller, measured)
    importances.compute(sessions, measured)
    report(measured, 1)
    ask(sessions, caller, measured)

    importances.compute(sessions, measured)

    assert stored(sessions, measured) == {(2, 43)}


def test_a_request_is_queued_when_it_is_committed_and_only_once(queueing_sessions, redis, caller, measured):
    for _ in range(2):
        ask(queueing_sessions, caller, measured)

    [job] = open_queue(redis, ANALYSES).jobs
    assert (job.func_name, job.args) == (IMPORTANCES_JOB, [measured])


def test_a_worker_leaves_at_once_while_another_one_computes(sessions, caller, measured):
    ask(sessions, caller, measured)
    with sessions.begin() as holder:
        holder.execute(select(func.pg_advisory_xact_lock(_LOCK_SPACE, measured)))

        importances.compute(sessions, measured)

    assert stored(sessions, measured) == set()
    assert measured in waiting(sessions)


def test_what_nobody_asked_for_or_is_not_there_is_nothing_to_do(sessions, measured):
    importances.compute(sessions, measured)
    importances.compute(sessions, 2**30)

    assert stored(sessions, measured) == set()


def test_what_the_engine_cannot_do_is_logged_and_not_tried_again_with_the_same_data(
    sessions, caller, measured, report, monkeypatch, caplog
):
    def fail(*_, **__):
        raise ArithmeticError("provoked")

    ask(sessions, caller, measured)
    with monkeypatch.context() as broken:
        broken.setattr(engine, "importances", fail)
        with pytest.raises(ArithmeticError):
            importances.compute(sessions, measured)

    assert f"experiment {measured}: no importances from data version 1" in caplog.text
    assert (measured in waiting(sessions), stored(sessions, measured)) == (False, set())
    report(measured, 1)
    ask(sessions, caller, measured)
    importances.compute(sessions, measured)
    assert stored(sessions, measured) == {(2, 43)}


def test_they_are_due_with_five_observations_per_parameter_and_when_a_tenth_has_come(sessions, new_experiment, report):
    experiment_id = new_experiment(metrics=METRICS)
    due = []
    for count in (9, 1, 1, 8, 2):  # 9, 10, 11, 19, 21 in all
        report(experiment_id, count)
        due.append(importances.want_if_due(sessions, experiment_id))
        importances.compute(sessions, experiment_id)

    assert due == [False, True, True, True, True]
    report(experiment_id, 2)
    assert importances.want_if_due(sessions, experiment_id) is False
    report(experiment_id, 1)
    assert importances.want_if_due(sessions, experiment_id) is True
    assert importances.want_if_due(sessions, experiment_id) is False  # it is wanted already
    assert experiment_id in waiting(sessions)


def test_they_are_due_again_when_many_observations_were_deleted(sessions, caller, measured):
    importances.want_if_due(sessions, measured)
    importances.compute(sessions, measured)
    with sessions.begin() as session:
        for row in observations.page(session, caller, measured, PageQuery(limit=5)).rows:
            observations.delete(session, caller, measured, row.id)

    assert importances.want_if_due(sessions, measured) is True


def test_they_are_never_due_where_they_cannot_be_computed(sessions, caller, new_experiment, measured):
    branched = new_experiment(space=BRANCHED)
    reports = [
        Report(assignments={"x": i / 20, "z": 0.5, "gate": "on"}, values=(MetricEvaluation("y", float(i)),))
        for i in range(20)
    ]
    with sessions.begin() as session:
        observations.create(session, caller, branched, reports)
        experiment_changes.delete(session, caller, measured)

    assert [importances.want_if_due(sessions, id_) for id_ in (branched, measured, 2**30)] == [False] * 3
    with pytest.raises(Unprocessable, match="conditionals"):
        ask(sessions, caller, branched)
    with pytest.raises(Unprocessable, match="not been computed yet: it is not supported with conditionals"):
        read(sessions, caller, branched)


def test_who_asks_too_early_hears_how_many_observations_it_takes(sessions, caller, new_experiment, report):
    experiment_id = new_experiment(metrics=METRICS)
    report(experiment_id, 8, failed=1)

    with pytest.raises(Unprocessable, match="at least 10 observations with 2 parameters, there are 9"):
        ask(sessions, caller, experiment_id)

    report(experiment_id, 0, failed=1)
    ask(sessions, caller, experiment_id)
    importances.compute(sessions, experiment_id)
    assert read(sessions, caller, experiment_id)[2] == Importances("y", {"kind": None, "x": None})  # 8 values


def test_a_parameter_that_came_later_is_not_known_and_one_that_went_is_not_shown(sessions, caller, measured):
    ask(sessions, caller, measured)
    importances.compute(sessions, measured)
    added = ParameterChange("z", type="double", bounds=(0.0, 1.0), default=0.5)
    with sessions.begin() as session:
        experiment_changes.update(session, caller, measured, {"parameters": (ParameterChange("x"), added)})

    found = read(sessions, caller, measured)[2].of_parameters

    assert found.keys() == {"x", "z"}
    assert found["x"] > 0.9
    assert found["z"] is None


def test_random_experiments_have_importances_too_when_asked(sessions, caller, new_experiment, report):
    constraint = Metric("flat", strategy=Strategy.CONSTRAINT, threshold=0.0)
    experiment_id = new_experiment(type=ExperimentType.RANDOM, metrics=(*METRICS[:2], constraint), budget=50)
    report(experiment_id, 30)
    ask(sessions, caller, experiment_id)

    importances.compute(sessions, experiment_id)

    assert len(read(sessions, caller, experiment_id)) == 3


def test_asking_moves_neither_the_data_nor_the_time_of_the_last_update(sessions, caller, measured):
    with sessions() as session:
        before = session.get_one(Experiment, measured)

    ask(sessions, caller, measured)
    importances.compute(sessions, measured)

    with sessions() as session:
        after = session.get_one(Experiment, measured)
    assert (after.updated, after.data_version) == (before.updated, before.data_version)
