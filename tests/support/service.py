"""The running service for tests: a database of its own, the application, tenants, and real worker processes.

Each test that asks for a `token` gets an organization of its own, so tests share one database and see nothing of each
other.
"""

import contextlib
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from redis import Redis
from sqlalchemy import make_url
from sqlalchemy.orm import Session, sessionmaker
from starlette.types import ASGIApp

from optsvc.api.app import create_app
from optsvc.api.server import Server
from optsvc.cli.environment import listen
from optsvc.config import Settings
from optsvc.domain.rights import Right, Rule, TokenKind
from optsvc.queueing import workers
from optsvc.queueing.connection import connect
from optsvc.services import tokens
from optsvc.services.access import Caller
from optsvc.storage import migrations
from optsvc.storage.models import Client, Membership, Organization, Token, User
from optsvc.storage.session import make_sessionmaker
from tests.support import patient

DEADLINE_S = 5.0
PATIENCE_S = 60.0


@contextlib.contextmanager
def scratch_database(server_url: str) -> Iterator[str]:
    """An empty database of our own on this server, dropped at the end."""
    url = make_url(server_url)
    name = f"optsvc_test_{uuid.uuid4().hex[:12]}"
    admin = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def live_server(app: FastAPI, around: ASGIApp | None = None) -> Iterator[str]:
    """The application behind a real socket, with what is put around it; its address."""
    with listen("127.0.0.1", 0) as listener:
        live = getattr(app.state, "live", None)  # an application that is not ours has no streams to end
        options = {"log_level": "warning", "timeout_graceful_shutdown": 2}
        server = Server(around or app, live, **options) if live else uvicorn.Server(uvicorn.Config(app, **options))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        eventually(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)


@contextlib.contextmanager
def worker_process(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A real `optsvc worker` in a process of its own, ready for work."""
    redis = connect(settings.redis_url or "")
    before = set(workers.seen(redis))
    environment = os.environ | {
        "OPTSVC_DATABASE_URL": settings.database_url or "",
        "OPTSVC_REDIS_URL": settings.redis_url or "",
        "OPENBLAS_NUM_THREADS": "1",
    }
    process = subprocess.Popen([sys.executable, "-m", "optsvc", "worker"], env=environment)
    try:
        eventually(lambda: set(workers.seen(redis)) - before)
        yield process
    finally:
        redis.close()
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def eventually(check: Callable[[], Any], *, every_s: float = 0.05) -> Any:
    """The first true answer of `check`; fails when none comes in time."""
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := check()):
        assert time.monotonic() < deadline, f"did not happen within {PATIENCE_S} s"
        time.sleep(every_s)
    return answer


def make_tenant(sessions: sessionmaker[Session]) -> tuple[Caller, str]:
    """A new organization with a client, an owner and a token with all rights."""
    [tenant] = make_tenants(sessions, 1)
    return tenant


def make_tenants(sessions: sessionmaker[Session], count: int) -> list[tuple[Caller, str]]:
    """As many, in the time of a few."""
    secrets = [f"test-{uuid.uuid4().hex}" for _ in range(count)]
    with sessions.begin() as session:
        organizations = [Organization(name="Test organization") for _ in secrets]
        users = [User(name="Test user") for _ in secrets]
        session.add_all([*organizations, *users])
        session.flush()
        clients = [Client(name="Test team", organization_id=organization.id) for organization in organizations]
        session.add_all(clients)
        session.flush()
        session.add_all(
            Membership(organization_id=organization.id, user_id=user.id, owner=True)
            for organization, user in zip(organizations, users, strict=True)
        )
        issued = [
            Token(client_id=client.id, user_id=user.id, name="test", digest=tokens.digest(secret), hint="…")
            for client, user, secret in zip(clients, users, secrets, strict=True)
        ]
        session.add_all(issued)
        session.flush()
        rule = Rule(Right.WRITE, development=True)
        callers = [Caller(token.id, TokenKind.API, token.client_id, token.user_id, rule) for token in issued]
    return list(zip(callers, secrets, strict=True))


@cache
def stock(sessions: sessionmaker[Session]) -> Iterator[tuple[Caller, str]]:
    """Tenants that nobody was yet, without end."""
    while True:
        yield from make_tenants(sessions, 20)


@pytest.fixture(scope="session")
def migrated_database(database_url: str) -> Iterator[str]:
    with scratch_database(database_url) as url:
        migrations.upgrade(url)
        yield url


@pytest.fixture(scope="session")
def settings(migrated_database: str, redis_url: str) -> Settings:
    return Settings(
        database_url=migrated_database,
        redis_url=redis_url,
        suggestion_deadline_s=DEADLINE_S,
        reads_per_second=0,  # a test is faster than any user
        writes_per_second=0,
        wrong_passwords=0,
    )


@pytest.fixture(scope="session")
def sessions(migrated_database: str) -> Iterator[sessionmaker[Session]]:
    factory = make_sessionmaker(migrated_database)
    yield factory
    factory.kw["bind"].dispose()


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A transaction that is rolled back at the end."""
    with sessions() as session:
        yield session
        session.rollback()


@pytest.fixture(scope="session")
def redis(redis_url: str) -> Iterator[Redis]:
    client = connect(redis_url)
    yield client
    client.close()


@pytest.fixture(scope="session")
def server_url(settings: Settings) -> Iterator[str]:
    with live_server(create_app(settings)) as url:
        yield url


@pytest.fixture
def tenant(sessions: sessionmaker[Session]) -> tuple[Caller, str]:
    return next(stock(sessions))


@pytest.fixture
def caller(tenant: tuple[Caller, str]) -> Caller:
    return tenant[0]


@pytest.fixture
def token(tenant: tuple[Caller, str]) -> str:
    return tenant[1]


@pytest.fixture
def api(server_url: str, token: str) -> Iterator[httpx.Client]:
    """An HTTP client of the running service, signed in as a tenant of its own."""
    with patient.Client(base_url=f"{server_url}/v1", auth=(token, "")) as client:
        yield client


@pytest.fixture(scope="session")
def worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    with worker_process(settings) as process:
        yield process
