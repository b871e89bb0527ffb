"""`optsvc doctor`: what this installation finds, and what to do about what it does not find."""

import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import click

from optsvc.cli.environment import postgres_in, redis_in
from optsvc.cli.errors import explain, first_line
from optsvc.cli.up import cores
from optsvc.config import Settings
from optsvc.embedded import find_postgres, find_redis, holder

PACKAGES = ("optsvc", "fastapi", "sqlalchemy", "psycopg", "redis", "rq", "numpy", "scipy", "scikit-learn")
LITTLE_SPACE_BYTES = 2**30


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Args:
        state: ``fail`` is what keeps the service from working.
        what: What was looked at.
        said: What was found, and what to do about it.
    """

    state: Literal["ok", "warn", "fail"]
    what: str
    said: str


def examine(data_dir: Path) -> list[Finding]:
    """Look at everything that the service needs.

    Args:
        data_dir: Directory of the embedded servers.
    """
    return [
        _finding("Python", python),
        _finding("packages", packages),
        _finding("processor", processor),
        _finding("GPU", gpu),
        _finding("data directory", lambda: data_directory(data_dir)),
        _finding("PostgreSQL", lambda: postgres_program(Settings())),
        _finding("database", lambda: database(Settings(), data_dir)),
        _finding("Redis", lambda: redis_program(Settings())),
        _finding("queue", lambda: queue(Settings(), data_dir)),
        _finding("files", lambda: files(Settings(), data_dir)),
    ]


class Doubt(Exception):
    """Something that works, but not as well as it could."""


def _finding(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding("ok", what, look())
    except Doubt as doubt:
        return Finding("warn", what, str(doubt))
    except Exception as error:
        return Finding("fail", what, explain(error) or f"{type(error).__name__}: {first_line(error)}")


def python() -> str:
    """The interpreter and the system."""
    return f"{platform.python_version()}, {platform.system()} {platform.machine()}"


def packages() -> str:
    """Versions of the packages that matter most."""
    return ", ".join(f"{package} {version(package)}" for package in PACKAGES)


def processor() -> str:
    """Cores, and the threads that linear algebra would use."""
    from threadpoolctl import threadpool_info

    import_module("scipy.linalg")
    pools = {
        f"{pool['internal_api']} {pool['version']} with {pool['num_threads']} threads" for pool in threadpool_info()
    }
    return f"{cores()} of {os.cpu_count()} cores, {', '.join(sorted(pools)) or 'no BLAS found'}"


def gpu() -> str:
    """CUDA devices; none is fine."""
    if find_spec("cupy") is None:
        return "none used, computing on the processor (CuPy is not installed)"
    runtime = import_module("cupy").cuda.runtime
    try:
        names = [runtime.getDeviceProperties(n)["name"].decode() for n in range(runtime.getDeviceCount())]
    except runtime.CUDARuntimeError as error:
        raise Doubt(f"CuPy is installed but finds no device, computing on the processor: {error}") from error
    return ", ".join(names)


def data_directory(data_dir: Path) -> str:
    """Whether `optsvc up` could use the directory."""
    if not data_dir.exists():
        return f"{data_dir} does not exist yet, `optsvc up` makes it"
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise PermissionError(f"{data_dir} cannot be written: choose another with --data-dir, or change its owner")
    free = shutil.disk_usage(data_dir).free
    if free < LITTLE_SPACE_BYTES:
        raise Doubt(f"{data_dir} has only {free / 2**20:.0f} MB left")
    owner = holder(data_dir)
    return f"{data_dir}, " + ("not in use" if owner is None else f"in use by `optsvc up` (process {owner})")


def postgres_program(settings: Settings) -> str:
    """The embedded PostgreSQL."""
    if settings.database_url:
        return "not needed, OPTSVC_DATABASE_URL is set"
    return str(find_postgres() / "postgres")


def redis_program(settings: Settings) -> str:
    """The embedded Redis."""
    if settings.redis_url:
        return "not needed, OPTSVC_REDIS_URL is set"
    program, found = find_redis()
    return f"{program} ({'.'.join(map(str, found))})"


def database(settings: Settings, data_dir: Path) -> str:
    """Whether the database answers and has the tables of this version."""
    from optsvc.storage import migrations

    if settings.database_url is None and holder(data_dir) is None:
        return "not running, `optsvc up` starts it"
    url = settings.database_url or postgres_in(data_dir).url
    migrations.check(url)
    return f"reachable, at migration {migrations.head()}"


def queue(settings: Settings, data_dir: Path) -> str:
    """Whether Redis answers and workers are there."""
    from optsvc.queueing.connection import connect
    from optsvc.queueing.workers import seen

    if settings.redis_url is None and holder(data_dir) is None:
        return "not running, `optsvc up` starts it"
    with connect(settings.redis_url or redis_in(data_dir).url) as redis:
        names = seen(redis)
    if not names:
        raise Doubt("reachable, but no worker was seen lately: start one with `optsvc worker`")
    return f"reachable, workers seen lately: {', '.join(names)}"


def files(settings: Settings, data_dir: Path) -> str:
    """Whether there is a place for files."""
    from optsvc.api.file_stores import file_store

    if settings.files_dir is not None and settings.secret_key is None and settings.s3_bucket is None:
        raise Doubt("OPTSVC_FILES_DIR is set without OPTSVC_SECRET_KEY: `optsvc up` makes one, `optsvc api` needs it")
    store = file_store(settings)
    if store is None:
        return f"`optsvc up` keeps them in {data_dir / 'files'}; `optsvc api` takes none until a place is set"
    return store.examine()


def report(finding: Finding) -> str:
    """A finding as a line for the terminal."""
    color = {"ok": "green", "warn": "yellow", "fail": "red"}[finding.state]
    return f"{click.style(f'{finding.state:<4}', fg=color)}  {finding.what:<14}  {finding.said}"
