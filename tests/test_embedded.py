import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from optsvc.embedded import DirectoryLock, EmbeddedError, EmbeddedPostgres, EmbeddedRedis, holder
from tests.support.directories import server_directory


@pytest.fixture
def directory() -> Iterator[Path]:
    with server_directory() as path:
        yield path


@pytest.fixture(scope="module")
def cluster_directory() -> Iterator[Path]:
    with server_directory() as path:
        yield path / "postgres"


@pytest.fixture
def cluster(cluster_directory: Path) -> Iterator[EmbeddedPostgres]:
    """A running cluster without tables of ours."""
    with EmbeddedPostgres(cluster_directory) as server:
        with connect(server) as connection:
            connection.execute("DROP TABLE IF EXISTS remembered")
        yield server


def connect(server: EmbeddedPostgres) -> psycopg.Connection:
    return psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True)


def remember(server: EmbeddedPostgres, number: int) -> None:
    with connect(server) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS remembered (number int)")
        connection.execute("INSERT INTO remembered VALUES (%s)", [number])


def remembered(server: EmbeddedPostgres) -> list[int]:
    with connect(server) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM remembered ORDER BY number")]


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 60
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, f"process {pid} still runs"
        time.sleep(0.02)


def test_postgres_is_the_version_we_ship_and_durable(cluster):
    with connect(cluster) as connection:
        shown = {
            setting: connection.execute(f"SHOW {setting}").fetchone()[0]
            for setting in (
                "fsync",
                "synchronous_commit",
                "full_page_writes",
                "data_checksums",
                "listen_addresses",
            )
        }

        version = connection.info.server_version

    assert version // 10000 == 18
    assert shown == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "listen_addresses": "",
    }


def test_postgres_keeps_its_data_across_stop_and_start(cluster):
    remember(cluster, 1)
    url, pid = cluster.url, cluster.pid

    cluster.stop()
    stopped = cluster.pid
    cluster.start()

    assert stopped is None
    assert not psutil.pid_exists(pid)
    assert cluster.url == url
    assert remembered(cluster) == [1]


def test_postgres_keeps_its_data_across_a_killed_postmaster(cluster):
    remember(cluster, 1)
    postmaster = cluster.pid
    os.kill(postmaster, signal.SIGKILL)
    wait_until_gone(postmaster)

    noticed = cluster.pid is None
    cluster.start()

    assert noticed
    assert remembered(cluster) == [1]


def test_a_postgres_that_lost_its_owner_is_taken_over_without_loss(cluster):
    remember(cluster, 1)
    orphan = cluster.pid

    with EmbeddedPostgres(cluster.directory) as successor:
        remember(successor, 2)
        numbers = remembered(successor)

    assert cluster.pid is None, f"the first server ({orphan}) must have been stopped"
    assert numbers == [1, 2]


def test_a_pid_file_that_names_another_program_does_not_stop_postgres(cluster):
    cluster.stop()
    (cluster.directory / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.directory}\n0\n5432\n\n\n")

    cluster.start()

    assert cluster.pid is not None


def test_postgres_is_not_made_in_a_directory_of_other_things(directory):
    (directory / "thesis.txt").write_text("years of work")

    with pytest.raises(EmbeddedError, match="neither empty nor a PostgreSQL cluster"):
        EmbeddedPostgres(directory).start()


def test_a_half_made_cluster_is_made_anew(directory):
    (directory / "postgres.unfinished").mkdir()
    (directory / "postgres.unfinished" / "PG_VERSION").write_text("18\n")

    with EmbeddedPostgres(directory / "postgres") as server:
        remember(server, 1)

    assert not (directory / "postgres.unfinished").exists()


@pytest.mark.parametrize("name", ["x" * 120, "my own, 'quoted' data"], ids=["long", "odd characters"])
def test_servers_work_in_any_directory(directory, name):
    with (
        EmbeddedPostgres(directory / name / "postgres") as postgres,
        EmbeddedRedis(directory / name / "redis") as other,
    ):
        remember(postgres, 1)
        numbers = remembered(postgres)
        with redis.Redis.from_url(other.url) as client:
            answer = client.ping()

    assert numbers == [1]
    assert answer


def test_a_server_that_cannot_start_says_what_its_log_says(cluster):
    cluster.stop()
    settings = cluster.directory / "postgresql.conf"
    before = settings.read_text()
    settings.write_text(f"{before}\nno_such_setting = 1\n")

    try:
        with pytest.raises(EmbeddedError, match="no_such_setting"):
            cluster.start()
    finally:
        settings.write_text(before)


def test_redis_answers_and_keeps_nothing(directory):
    server = EmbeddedRedis(directory / "redis")

    with server, redis.Redis.from_url(server.url) as client:
        client.set("key", "value")
        kept = client.get("key")
    with server, redis.Redis.from_url(server.url) as client:
        after = client.get("key")

    assert (kept, after) == (b"value", None)
    assert server.pid is None


def test_a_redis_that_lost_its_owner_is_replaced(directory):
    with EmbeddedRedis(directory / "redis") as orphan, EmbeddedRedis(directory / "redis") as successor:
        with redis.Redis.from_url(successor.url) as client:
            assert client.info("server")["process_id"] == successor.pid
        assert orphan.pid is None


def test_a_missing_redis_names_what_to_install(directory, monkeypatch):
    monkeypatch.setenv("PATH", str(directory))
    monkeypatch.setattr("optsvc.embedded.redis.find_spec", lambda _: None)

    with pytest.raises(EmbeddedError, match="install redis-server or valkey-server"):
        EmbeddedRedis(directory / "redis").start()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_servers_end_with_a_killed_owner_and_the_data_is_there_afterwards(directory):
    program = (
        "import pathlib, sys, time; from optsvc.embedded import *; d = pathlib.Path(sys.argv[1])\n"
        "with EmbeddedPostgres(d / 'postgres') as p, EmbeddedRedis(d / 'redis') as r:\n"
        "    print(p.pid, r.pid, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", program, directory], stdout=subprocess.PIPE, text=True)
    pids = [int(pid) for pid in owner.stdout.readline().split()]
    server = EmbeddedPostgres(directory / "postgres")
    remember(server, 1)

    owner.kill()
    owner.communicate()

    for pid in pids:
        wait_until_gone(pid)
    with server:
        assert remembered(server) == [1]


def test_a_directory_has_one_holder_and_the_second_is_told_who(directory):
    with DirectoryLock(directory / "data"):
        with pytest.raises(EmbeddedError, match=rf"{directory}/data is in use by .*process {os.getpid()}"):
            DirectoryLock(directory / "data").__enter__()
        during = holder(directory / "data")

    assert during == os.getpid()
    assert holder(directory / "data") is None


def test_the_lock_of_a_killed_process_is_free(directory):
    program = (
        "import pathlib, sys, time; from optsvc.embedded import DirectoryLock\n"
        "with DirectoryLock(pathlib.Path(sys.argv[1])): print(flush=True); time.sleep(60)"
    )
    first = subprocess.Popen([sys.executable, "-c", program, directory], stdout=subprocess.PIPE)
    first.stdout.readline()
    held = holder(directory)

    first.kill()
    first.communicate()

    assert held == first.pid
    with DirectoryLock(directory):
        assert holder(directory) == os.getpid()
