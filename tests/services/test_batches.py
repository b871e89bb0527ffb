"""Many experiments in one job: as many jobs would have left them."""

import sys

import numpy as np
import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, select

from optsvc import engine
from optsvc.domain.observation import MetricEvaluation
from optsvc.jobs import runtime
from optsvc.jobs.batching import Batching, find, probe
from optsvc.queueing import queues, replays
from optsvc.services import observations
from optsvc.services import refresh as service
from optsvc.services.observations import Report
from optsvc.storage.models import Experiment, Proposal

ALWAYS = engine.Routes({8: 1.0}, {(8, 1): 0.1})


@pytest.fixture
def batching():
    """A worker that computes in batches, with NumPy."""
    return Batching(np, ALWAYS, limit=64)


@pytest.fixture
def waiting(queueing_sessions, caller, new_experiment):
    """Experiments that want a model and have a job in the queue."""
    ids = [new_experiment() for _ in range(4)]
    for k, experiment_id in enumerate(ids):
        reports = [
            Report(
                assignments={"x": (i + 0.5) / 9, "kind": "ab"[i % 2]},
                values=[MetricEvaluation("y", float((i * k) % 5))],
            )
            for i in range(9)
        ]
        with queueing_sessions.begin() as session:
            observations.create(session, caller, experiment_id, reports)
    return ids


def work_off_one_job(redis):
    waiting = [queues.open_queue(redis, name) for name in queues.QUEUES]
    job, _ = Queue.dequeue_any(waiting, None, redis, serializer=JSONSerializer)
    job.perform()


def proposals(sessions, ids):
    with sessions() as session:
        rows = session.scalars(select(Proposal).where(Proposal.experiment_id.in_(ids)))
        return {row.experiment_id: row for row in rows}


def left(redis):
    return sum(redis.llen(f"rq:queue:{name}") for name in queues.QUEUES)


def test_one_job_does_what_all_that_wait_would_have_done(sessions, redis, waiting, batching, monkeypatch):
    monkeypatch.setattr(runtime, "_current", runtime.Runtime(sessions, redis, batching))

    work_off_one_job(redis)

    made = proposals(sessions, waiting)
    assert sorted(made) == sorted(waiting)
    # The values of the first experiment are all equal: nothing to model.
    assert [made[i].provenance["source"] for i in waiting] == ["initial", "gp", "gp", "gp"]
    assert {row.provenance["details"]["backend"] for row in made.values()} == {"numpy batch"}
    assert (left(redis), redis.keys("*:waiting:*")) == (0, [])
    with sessions() as session:
        rows = [session.get_one(Experiment, i) for i in waiting]
        assert all(row.computed_version == row.wanted_version == row.data_version for row in rows)


def test_a_worker_without_a_gpu_does_one_experiment_at_a_time(sessions, redis, waiting, monkeypatch):
    monkeypatch.setattr(runtime, "_current", runtime.Runtime(sessions, redis))

    work_off_one_job(redis)

    made = proposals(sessions, waiting)
    assert (list(made), left(redis)) == (waiting[:1], 3)


def test_a_job_takes_at_most_so_many_and_urgent_ones_first(redis):
    for experiment_id in range(5):
        queues.enqueue_refresh(redis, experiment_id, urgent=experiment_id == 3)

    assert queues.take_refreshes(redis, 2, 1.0) == [3, 0]
    assert queues.take_refreshes(redis, 0, 1.0) == []
    assert queues.take_refreshes(redis, 64, 1.0) == [1, 2, 4]
    assert queues.take_refreshes(redis, 64, 1.0) == []


def test_a_job_takes_refreshes_only_and_leaves_what_came_before_them_first(redis):
    queues.enqueue_importances(redis, 5)
    queues.enqueue_refresh(redis, 1, urgent=True)
    replay = replays.ask(redis, 7, 2)
    queues.enqueue_refresh(redis, 3, urgent=True)

    assert queues.take_refreshes(redis, 64, 1.0) == [1]

    assert queues.open_queue(redis, queues.URGENT).job_ids[0] == replay
    assert left(redis) == 3


def test_an_experiment_that_another_worker_computes_is_left_to_it(sessions, waiting, batching):
    with sessions.begin() as holder:
        holder.execute(select(func.pg_advisory_xact_lock(service._LOCK_SPACE, waiting[1])))

        assert service.refresh_many(sessions, waiting, lambda _: None, batching.compute) == []

    assert sorted(proposals(sessions, waiting)) == sorted({*waiting} - {waiting[1]})


def test_an_experiment_that_fails_costs_the_others_nothing(sessions, waiting, monkeypatch):
    with sessions() as session:
        poison = session.get_one(Experiment, waiting[2]).seed_key.int
    alone = service.one_by_one

    def compute(requests):
        if any(request.seed.key == poison for request in requests):
            raise ArithmeticError("poison")
        return alone(requests)

    monkeypatch.setattr(service, "one_by_one", compute)
    announced = []

    with pytest.RaisesGroup(ArithmeticError):
        service.refresh_many(sessions, waiting, announced.append, compute)

    assert sorted(proposals(sessions, waiting)) == sorted({*waiting} - {waiting[2]})
    assert sorted(announced) == sorted(waiting)  # whoever waits for the one that failed need not wait any longer
    with sessions() as session:
        assert waiting[2] not in service.experiments_left_behind(session, quiet_s=0.0)


def test_data_that_come_while_a_batch_is_computed_are_computed_as_well(sessions, waiting, observe, batching):
    sizes = []

    def compute(requests):
        sizes.append(len(requests))
        if len(sizes) == 1:
            observe(waiting[3], 1)
        return batching.compute(requests)

    assert service.refresh_many(sessions, waiting, lambda _: None, compute) == []

    assert sizes == [4, 1]
    assert [proposals(sessions, waiting)[i].data_version for i in waiting] == [1, 1, 1, 2]


def test_measuring_fills_the_table_that_batches_are_chosen_by():
    ticks = iter(range(100))

    routes = probe(np, rows=[12], batches=[1, 2], clock=lambda: float(next(ticks)))

    assert routes == engine.Routes({12: 1.0}, {(12, 1): 1.0, (12, 2): 1.0})
    assert (routes.together_pays(12, 1), routes.together_pays(12, 2)) == (False, True)


def test_where_there_is_no_cupy_everything_is_computed_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)

    assert find() == Batching()
