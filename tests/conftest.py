"""Servers that all tests of a process share, how tests are dealt out, and how Hypothesis looks for counterexamples."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

from optsvc.embedded import EmbeddedPostgres, EmbeddedRedis
from tests.support.directories import server_directory
from tests.support.redis_databases import beside

pytest_plugins = ["tests.support.service"]

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")

PROCESS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
"""Number of this process, where several share the tests."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal tests out by the file, and those of the dashboard in one: they install a browser and build the pages."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            folder = "tests/dashboard/"
            return folder if nodeid.startswith(folder) else super()._split_scope(nodeid)

    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A long file that comes last by its name first: the other processes would wait for it a minute."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/test_up.py"))


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """As in the workers: on small matrices threads wait for each other, and the tests take ten times as long."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


@pytest.fixture(scope="session")
def servers_directory() -> Iterator[Path]:
    with server_directory() as directory:
        yield directory


@pytest.fixture(scope="session")
def database_url(servers_directory: Path) -> Iterator[str]:
    if given := os.environ.get("OPTSVC_DATABASE_URL"):
        yield given
    else:
        with EmbeddedPostgres(servers_directory / "postgres") as server:
            yield server.url


@pytest.fixture(scope="session")
def redis_url(servers_directory: Path) -> Iterator[str]:
    if given := os.environ.get("OPTSVC_REDIS_URL"):
        yield beside(given, 2 * PROCESS)
    else:
        with EmbeddedRedis(servers_directory / "redis") as server:
            yield server.url


@pytest.fixture(scope="session")
def quiet_redis_url(redis_url: str) -> str:
    """A database of Redis that no worker looks into."""
    return beside(redis_url, 1)
