"""An API process of a benchmark's own on embedded databases, without workers."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from optsvc.cli.up import set_up
from optsvc.embedded import EmbeddedPostgres, EmbeddedRedis

_PATIENCE_S = 600.0
_START_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Api:
    """What runs.

    Args:
        address: Where it answers.
        token: That may do everything.
        client: A client of it.
        server: The process.
        database_url: For rows that are written past the API.
    """

    address: str
    token: str
    client: httpx.Client
    server: psutil.Process
    database_url: str


@contextmanager
def running_api() -> Iterator[Api]:
    """The API and its databases in a new directory."""
    token = secrets.token_hex(24)
    with tempfile.TemporaryDirectory(prefix="optsvc-bench-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)  # PostgreSQL may run as another user
        with EmbeddedPostgres(directory / "postgres") as postgres, EmbeddedRedis(directory / "redis") as redis:
            set_up(postgres.url, token)
            with (
                _process(postgres.url, redis.url) as (address, process),
                httpx.Client(base_url=f"{address}/v1", auth=(token, ""), timeout=_PATIENCE_S) as client,
            ):
                _wait_for(client)
                url = postgres.url.replace("postgresql+psycopg", "postgresql")
                yield Api(address, token, client, psutil.Process(process.pid), url)


@contextmanager
def _process(database_url: str, redis_url: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "OPTSVC_DATABASE_URL": database_url,
        "OPTSVC_REDIS_URL": redis_url,
        "OPTSVC_READS_PER_SECOND": "0",
    }
    process = subprocess.Popen([sys.executable, "-m", "optsvc", "api", "--port", str(port)], env=environment)
    try:
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait()


def _wait_for(client: httpx.Client) -> None:
    deadline = time.monotonic() + _START_WITHIN_S
    while True:
        try:
            client.get("/tokens/self")
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise SystemExit("the server does not answer") from None
            time.sleep(0.1)
        else:
            return
