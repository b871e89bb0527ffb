"""Many experiments in one job: as many jobs would have left them."""

import logging
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import func, select

from optsvc import engine
from optsvc.domain.observation import MetricEvaluation
from optsvc.jobs import batches, refresh, runtime
from optsvc.jobs.batches import Batches, find
from optsvc.jobs.probe import made_up, probe
from optsvc.queueing import queues, replays
from optsvc.services import observations
from optsvc.services import refresh as service
from optsvc.services.observations import Report
from optsvc.services.replay import replay
from optsvc.services.suggestions import take_next
from optsvc.storage.models import Experiment, Proposal

ALWAYS = engine.Routes({8: 1.0}, {(8, 1): 0.1})


BATCHES = Batches(np, ALWAYS)
"""Of a worker that computes in batches, with NumPy."""


@pytest.fixture(autouse=True)
def as_long_as_it_takes(monkeypatch):
    """To collect what waits: a busy machine finds less of it in the time of a worker."""
    monkeypatch.setattr(refresh, "_COLLECT_S", 60.0)


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


def test_one_job_does_what_all_that_wait_would_have_done(sessions, redis, waiting, monkeypatch):
    monkeypatch.setattr(runtime, "_current", runtime.Runtime(sessions, redis, BATCHES))

    work_off_one_job(redis)

    made = proposals(sessions, waiting)
    assert sorted(made) == sorted(waiting)
    # The values of the first experiment are all equal: nothing to model.
    assert [made[i].provenance["source"] for i in waiting] == ["initial", "gp", "gp", "gp"]
    assert {row.provenance["details"]["backend"] for row in made.values()} == {"numpy, in a batch"}
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

    assert queues.take_refreshes(redis, 2, 60.0) == [3, 0]
    assert queues.take_refreshes(redis, 0, 60.0) == []
    assert queues.take_refreshes(redis, 64, 60.0) == [1, 2, 4]
    assert queues.take_refreshes(redis, 64, 60.0) == []


def test_a_job_takes_refreshes_only_and_leaves_what_came_before_them_first(redis):
    queues.enqueue_importances(redis, 5)
    queues.enqueue_refresh(redis, 1, urgent=True)
    replay = replays.ask(redis, 7, 2)
    queues.enqueue_refresh(redis, 3, urgent=True)

    assert queues.take_refreshes(redis, 64, 60.0) == [1]

    assert queues.open_queue(redis, queues.URGENT).job_ids[0] == replay
    assert left(redis) == 3


def test_an_experiment_that_another_worker_computes_is_left_to_it(sessions, waiting):
    with sessions.begin() as holder:
        holder.execute(select(func.pg_advisory_xact_lock(service._LOCK_SPACE, waiting[1])))

        assert service.refresh_many(sessions, waiting, lambda _: None, BATCHES) == []

    assert sorted(proposals(sessions, waiting)) == sorted({*waiting} - {waiting[1]})


class Failing(Batches):
    """Batches that call another function first."""

    def __init__(self, before):
        super().__init__(np, ALWAYS)
        object.__setattr__(self, "before", before)

    def compute(self, requests):
        self.before(requests)
        return super().compute(requests)


def test_where_a_device_fails_each_experiment_is_computed_alone(sessions, waiting, caplog):
    def fail(_):
        raise RuntimeError("the device has fallen off the bus")

    assert service.refresh_many(sessions, waiting, lambda _: None, Failing(fail)) == []

    made = proposals(sessions, waiting)
    assert sorted(made) == sorted(waiting)
    assert not any("backend" in row.provenance["details"] for row in made.values())
    assert "together they failed" in caplog.text


def test_an_experiment_that_fails_costs_the_others_nothing(sessions, waiting, monkeypatch):
    with sessions() as session:
        poison = session.get_one(Experiment, waiting[2]).seed_key.int
    suggest = engine.suggest

    def poisonous(*arguments, seed, **others):
        if seed.key == poison:
            raise ArithmeticError("poison")
        return suggest(*arguments, seed=seed, **others)

    def fail(requests):
        if any(request.seed.key == poison for request in requests):
            raise ArithmeticError("poison")

    monkeypatch.setattr(engine, "suggest", poisonous)
    announced = []

    with pytest.raises(ArithmeticError, match="poison"):
        service.refresh_many(sessions, waiting, announced.append, Failing(fail))

    assert sorted(proposals(sessions, waiting)) == sorted({*waiting} - {waiting[2]})
    assert sorted(announced) == sorted(waiting)  # whoever waits for the one that failed need not wait any longer
    with sessions() as session:
        assert waiting[2] not in service.experiments_left_behind(session, quiet_s=0.0)


def test_what_a_job_has_no_time_for_is_left_to_another(sessions, waiting, monkeypatch):
    monkeypatch.setattr(service, "_LONG_ENOUGH_S", -1.0)

    assert service.refresh_many(sessions, waiting, lambda _: None, BATCHES) == sorted(waiting)

    assert proposals(sessions, waiting) == {}


def test_data_that_come_while_a_batch_is_computed_are_computed_as_well(sessions, waiting, observe):
    sizes = []

    def observe_more(requests):
        sizes.append(len(requests))
        if len(sizes) == 1:
            observe(waiting[3], 1)

    assert service.refresh_many(sessions, waiting, lambda _: None, Failing(observe_more)) == []

    assert sizes == [4, 1]
    assert [proposals(sessions, waiting)[i].data_version for i in waiting] == [1, 1, 1, 2]


def test_batches_that_pay_come_first_and_the_others_alone():
    requests = [made_up(n, key) for key, n in enumerate([30, 12, 31, 13])]
    small = Batches(np, engine.Routes({12: 1.0, 30: 1.0}, {(12, 1): 0.5, (30, 1): 2.0}))

    groups = small.groups(requests)

    assert groups == [[1, 3], [0], [2]]
    assert ["backend" in small.compute([requests[g[0]]])[0][0][0].details for g in groups] == [True, False, False]


def test_a_proposal_of_a_batch_is_replayed_in_a_batch_and_its_record_says_what_computed_it(sessions, caller, waiting):
    service.refresh_many(sessions, waiting[1:2], lambda _: None, BATCHES)
    with sessions.begin() as session:
        taken = take_next(session, caller, waiting[1])
        again = replay(session, taken.id)

    assert taken.inputs["environment"]["backend"] == "numpy, in a batch"
    assert again.environment["backend"] == "numpy, in a batch"
    assert (again.verdict, again.differences) == ("identical", [])


def test_a_replay_that_comes_out_otherwise_names_both_backends(sessions, caller, waiting):
    service.refresh_many(sessions, waiting[1:2], lambda _: None, BATCHES)
    with sessions.begin() as session:
        taken = take_next(session, caller, waiting[1])
        taken.provenance = taken.provenance | {"mean": 0.125}
        card = "cupy 14.2.0 with cuBLAS 120901 on a card"
        taken.inputs = taken.inputs | {"environment": taken.inputs["environment"] | {"backend": card}}
        again = replay(session, taken.id)

    assert again.verdict == "different"
    assert again.differences[0].startswith("mean: 0.125 then")
    assert again.differences[1:] == [f"backend: {card} then, numpy, in a batch now"]


def test_measuring_fills_the_table_that_batches_are_chosen_by():
    ticks = iter(range(100))

    routes = probe(np, rows=[12], batches=[1, 2], clock=lambda: float(next(ticks)))

    assert routes == engine.Routes({12: 1.0}, {(12, 1): 1.0, (12, 2): 1.0})
    assert (routes.together_pays(12, 1), routes.together_pays(12, 2)) == (False, True)


def test_where_there_is_no_cupy_everything_is_computed_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)

    assert find() is None


class Cupy(ModuleType):
    """As much of CuPy as a worker looks at before anything is computed."""

    def __init__(self, device):
        super().__init__("cupy")
        error = type("CUDARuntimeError", (RuntimeError,), {})

        def properties(_):
            if device is None:
                raise error("cudaErrorNoDevice")
            return {"name": device.encode()}

        compiler = SimpleNamespace(CompileException=type("CompileException", (Exception,), {}))
        runtime_ = SimpleNamespace(CUDARuntimeError=error, getDeviceProperties=properties)
        self.cuda = SimpleNamespace(runtime=runtime_, compiler=compiler)


SLOW = engine.Routes({8: 1.0}, {(8, 1): 2.0, (8, 32): 64.0})


@pytest.mark.parametrize(
    ("device", "measured", "said"),
    [
        (None, ALWAYS, "CuPy finds no device (cudaErrorNoDevice)"),
        ("Card", ImportError("libcublas.so.12"), "Card is there, but does not compute: libcublas.so.12"),
        ("Card", SLOW, "Card is not faster than the processor"),
        ("Card", ALWAYS, "batches of up to 64 experiments are computed on Card"),
    ],
)
def test_a_worker_uses_a_gpu_that_computes_and_pays_and_says_why_it_does_not(
    device, measured, said, monkeypatch, caplog
):
    def measure(_):
        if isinstance(measured, Exception):
            raise measured
        return measured

    cupy = Cupy(device)
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    monkeypatch.setattr(batches, "probe", measure)
    caplog.set_level(logging.INFO)

    found = find()

    assert found == (Batches(cupy, ALWAYS) if "up to 64" in said else None)
    assert said in caplog.text
