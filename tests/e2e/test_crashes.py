"""The promises that must survive a crash, tried on servers of our own that are killed for it.

What PostgreSQL acknowledged is there; Redis holds nothing that matters; a suggestion always comes in time;
work that was interrupted is found again.
"""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import make_url
from sqlalchemy.orm import Session, sessionmaker

from optsvc.api.app import create_app
from optsvc.config import Settings
from optsvc.embedded import EmbeddedPostgres, EmbeddedRedis
from optsvc.queueing.connection import connect
from optsvc.queueing.queues import QUEUES, open_queue
from optsvc.storage import migrations
from optsvc.storage.session import make_sessionmaker
from tests.support import patient
from tests.support.examples import experiment_body, ok, taste
from tests.support.service import eventually, live_server, make_tenant, worker_process

DEADLINE_S = 3.0


@dataclass
class Installation:
    """Servers that may be killed, the API in front of them, and a tenant."""

    postgres: EmbeddedPostgres
    redis: EmbeddedRedis
    settings: Settings
    sessions: sessionmaker[Session]
    address: str
    token: str

    def client(self) -> httpx.Client:
        return patient.Client(base_url=f"{self.address}/v1", auth=(self.token, ""))

    def query(self, statement: str, *parameters: object) -> list[tuple]:
        url = make_url(self.settings.database_url).set(drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
            return connection.execute(statement, parameters).fetchall()


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with (
        tempfile.TemporaryDirectory(prefix="optsvc-", ignore_cleanup_errors=True) as directory,
        EmbeddedPostgres(Path(directory) / "postgres") as postgres,
        EmbeddedRedis(Path(directory) / "redis") as redis,
    ):
        settings = Settings(
            database_url=postgres.url, redis_url=redis.url, suggestion_deadline_s=DEADLINE_S, writes_per_second=0
        )
        migrations.upgrade(postgres.url)
        sessions = make_sessionmaker(postgres.url)
        token = make_tenant(sessions)[1]
        with live_server(create_app(settings)) as address:
            yield Installation(postgres, redis, settings, sessions, address, token)
        sessions.kw["bind"].dispose()


def experiment_with_results(client: httpx.Client, count: int, *, dimensions: int = 0) -> str:
    """The path of an experiment with so many observations; with `dimensions`, of a space that takes time to model."""
    rng = random.Random(7)
    body = experiment_body()
    if dimensions:
        body["parameters"] = [
            {"name": f"x{i:02}", "type": "double", "bounds": {"min": 0, "max": 1}} for i in range(dimensions)
        ]
    path = f"/experiments/{ok(client.post('/experiments', json=body))['id']}"
    results = []
    for _ in range(count):
        if dimensions:
            assignments = {parameter["name"]: rng.random() for parameter in body["parameters"]}
            value = -sum((x - 0.3) ** 2 for x in assignments.values())
        else:
            assignments = {
                "sugar": 10 ** rng.uniform(-1, 1),
                "eggs": rng.randint(1, 6),
                "oven": rng.choice(["gas", "electric"]),
            }
            value = taste(assignments)
        results.append({"assignments": assignments, "value": value})
    ok(client.post(f"{path}/observations/batch", json={"observations": results, "no_optimize": True}))
    return path


def computing(installation: Installation, path: str) -> bool:
    """Whether a worker holds the experiment's lock."""
    experiment_id = int(path.rsplit("/", 1)[1])
    return bool(installation.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", experiment_id))


def test_a_worker_killed_in_mid_computation_loses_nothing_and_the_next_one_carries_on(installation):
    with installation.client() as client, ThreadPoolExecutor(1) as thread:
        path = experiment_with_results(client, 300, dimensions=12)
        with worker_process(installation.settings) as worker:
            asked = time.monotonic()
            waiting = thread.submit(client.post, f"{path}/suggestions", json={})
            eventually(lambda: computing(installation, path), every_s=0.005)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            answer = ok(waiting.result())
            waited_s = time.monotonic() - asked

        assert answer["optsvc"]["source"] == "fallback"
        assert waited_s < DEADLINE_S + 2
        eventually(lambda: not computing(installation, path))
        assert ok(client.get(path))["progress"]["observation_count"] == 300
        with worker_process(installation.settings):
            eventually(lambda: suggestion_source(client, path) == "gp")


def suggestion_source(client: httpx.Client, path: str) -> str:
    return str(ok(client.post(f"{path}/suggestions", json={}))["optsvc"]["source"])


def test_work_that_was_queued_in_a_flushed_redis_is_found_again_from_postgres(installation):
    redis = connect(installation.redis.url)
    with installation.client() as client:
        path = experiment_with_results(client, 30)
        assignments = {"sugar": 2.0, "eggs": 3, "oven": "gas"}
        ok(client.post(f"{path}/observations", json={"assignments": assignments, "value": 0.5}))
        assert sum(open_queue(redis, name).count for name in QUEUES) > 0

        redis.flushall()
        assert sum(open_queue(redis, name).count for name in QUEUES) == 0

        experiment_id = int(path.rsplit("/", 1)[1])
        ready = "SELECT 1 FROM proposals WHERE experiment_id = %s"
        with worker_process(installation.settings):
            eventually(lambda: installation.query(ready, experiment_id))
    redis.close()


def test_without_redis_results_are_taken_and_suggestions_come_within_the_deadline(installation):
    with installation.client() as client, worker_process(installation.settings):
        path = experiment_with_results(client, 30)
        eventually(lambda: suggestion_source(client, path) == "gp")

        os.kill(installation.redis.pid, signal.SIGKILL)
        assignments = {"sugar": 2.0, "eggs": 3, "oven": "gas"}
        observed = client.post(f"{path}/observations", json={"assignments": assignments, "value": 0.5})
        asked = time.monotonic()
        suggested = ok(client.post(f"{path}/suggestions", json={}))
        waited_s = time.monotonic() - asked
        readiness = patient.get(f"{installation.address}/readyz")
        installation.redis.start()

        assert ok(observed)["values"][0]["value"] == 0.5
        made_without_it = suggested["optsvc"]["source"] == "fallback" or suggested["optsvc"]["observation_count"] == 30
        assert made_without_it
        assert waited_s < DEADLINE_S + 2
        assert readiness.status_code == 503
        assert readiness.json()["postgres"] == "ok"
        assert readiness.json()["redis"] != "ok"
        eventually(lambda: suggestion_source(client, path) == "gp")


class Reporters:
    """Threads that report results as fast as they can, each result with a key of its own, repeated until taken."""

    def __init__(self, address: str, token: str, path: str) -> None:
        self.acknowledged: dict[str, str] = {}
        self._address, self._token, self._path = address, token, path
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._report, args=(number,)) for number in range(4)]

    def __enter__(self) -> "Reporters":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _report(self, number: int) -> None:
        rng = random.Random(number)
        with patient.Client(base_url=f"{self._address}/v1", auth=(self._token, "")) as client:
            while not self._stop.is_set():
                key = str(uuid.uuid4())
                assignments = {"sugar": 10 ** rng.uniform(-1, 1), "eggs": rng.randint(1, 6), "oven": "gas"}
                body = {"assignments": assignments, "value": taste(assignments)}
                while True:
                    try:
                        answer = client.post(f"{self._path}/observations", json=body, headers={"Idempotency-Key": key})
                    except httpx.TransportError:
                        answer = None
                    if answer is not None and answer.status_code == 200:
                        self.acknowledged[key] = answer.json()["id"]
                        break
                    assert answer is None or answer.status_code == 503, answer.text
                    time.sleep(0.05)


def assert_nothing_lost_or_doubled(installation: Installation, path: str, reporters: Reporters) -> None:
    experiment_id = int(path.rsplit("/", 1)[1])
    stored = {
        str(row[0]) for row in installation.query("SELECT id FROM observations WHERE experiment_id = %s", experiment_id)
    }
    assert stored == set(reporters.acknowledged.values())
    assert len(stored) == len(reporters.acknowledged)


def test_postgres_killed_under_load_keeps_every_acknowledged_result_exactly_once(installation):
    with installation.client() as client:
        path = f"/experiments/{ok(client.post('/experiments', json=experiment_body()))['id']}"
        with Reporters(installation.address, installation.token, path) as reporters:
            for _ in range(2):
                before = len(reporters.acknowledged)
                eventually(lambda: len(reporters.acknowledged) > before + 50)  # noqa: B023  asked at once
                os.kill(installation.postgres.pid, signal.SIGKILL)
                time.sleep(0.3)
                installation.postgres.start()
            before = len(reporters.acknowledged)
            eventually(lambda: len(reporters.acknowledged) > before + 50)

    assert_nothing_lost_or_doubled(installation, path, reporters)


def test_an_api_process_killed_under_load_keeps_every_acknowledged_result_exactly_once(installation):
    with installation.client() as client:
        path = f"/experiments/{ok(client.post('/experiments', json=experiment_body()))['id']}"
    port = _free_port()
    environment = os.environ | {
        "OPTSVC_DATABASE_URL": installation.settings.database_url,
        "OPTSVC_REDIS_URL": installation.settings.redis_url,
        "OPTSVC_WRITES_PER_SECOND": "0",
    }
    command = [sys.executable, "-m", "optsvc", "api", "--port", str(port)]

    with Reporters(f"http://127.0.0.1:{port}", installation.token, path) as reporters:
        for _ in range(2):
            api = subprocess.Popen(command, env=environment)
            before = len(reporters.acknowledged)
            eventually(lambda: len(reporters.acknowledged) > before + 50)  # noqa: B023  asked at once
            api.send_signal(signal.SIGKILL)
            api.wait()
        api = subprocess.Popen(command, env=environment)
        before = len(reporters.acknowledged)
        eventually(lambda: len(reporters.acknowledged) > before + 20)
    api.terminate()
    api.wait(timeout=20)

    assert_nothing_lost_or_doubled(installation, path, reporters)


def _free_port() -> int:
    """One below those that systems hand out by themselves: nobody takes it while our server is down."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as free, contextlib.suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
