"""A suggestion that somebody waits for while the engine fails: over HTTP, with the job as a worker runs it."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from optsvc import engine
from optsvc.api.app import create_app
from optsvc.config import Settings
from optsvc.jobs import runtime
from optsvc.queueing.queues import URGENT, open_queue
from tests.support import patient
from tests.support.examples import ok
from tests.support.service import eventually, live_server

DEADLINE_S = 30.0


@pytest.fixture
def api(migrated_database, quiet_redis_url, token):
    settings = Settings(
        database_url=migrated_database,
        redis_url=quiet_redis_url,
        suggestion_deadline_s=DEADLINE_S,
        reads_per_second=0,
        writes_per_second=0,
    )
    with live_server(create_app(settings)) as url, patient.Client(base_url=f"{url}/v1", auth=(token, "")) as client:
        client.timeout = 2 * DEADLINE_S
        yield client


@pytest.fixture
def in_a_worker(sessions, redis):
    """Makes this process one whose jobs can run."""
    before = runtime._current
    runtime.start(runtime.Runtime(sessions, redis))
    yield
    runtime._current = before


@pytest.mark.usefixtures("in_a_worker")
def test_who_waits_is_answered_as_soon_as_the_engine_has_failed_and_the_next_one_at_once(
    api, redis, new_experiment, observe, monkeypatch
):
    def fail(*_, **__):
        raise ArithmeticError("provoked")

    experiment_id = new_experiment()
    observe(experiment_id, 20)
    began = time.monotonic()

    with ThreadPoolExecutor() as others, monkeypatch.context() as broken:
        broken.setattr(engine, "suggest", fail)
        waiting = others.submit(api.post, f"/experiments/{experiment_id}/suggestions", json={})
        [job] = eventually(lambda: open_queue(redis, URGENT).jobs)
        with pytest.raises(ArithmeticError):
            job.perform()
        first = ok(waiting.result())["optsvc"]
        second = ok(api.post(f"/experiments/{experiment_id}/suggestions", json={}))["optsvc"]

    assert time.monotonic() - began < DEADLINE_S / 2
    for answer in (first, second):
        assert answer["source"] == "fallback"
        assert "failed" in answer["reason"]
    assert redis.llen(f"rq:queue:{URGENT}") == 1  # the job above, and none for the second
