"""Servers that the whole test run shares, and how Hypothesis looks for counterexamples."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

from optsvc.embedded import EmbeddedPostgres, EmbeddedRedis
from tests.support.directories import server_directory

pytest_plugins = ["tests.support.service"]

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


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
        yield given
    else:
        with EmbeddedRedis(servers_directory / "redis") as server:
            yield server.url
