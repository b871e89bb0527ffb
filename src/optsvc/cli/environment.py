"""Where the commands find the database: at a given address, else in a data directory."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from optsvc.config import Settings
from optsvc.embedded import DirectoryLock, EmbeddedError, EmbeddedPostgres, EmbeddedRedis, holder
from optsvc.storage import migrations
from optsvc.storage.session import make_sessionmaker


def postgres_in(data_dir: Path) -> EmbeddedPostgres:
    """The PostgreSQL of a data directory."""
    return EmbeddedPostgres(data_dir / "postgres", log=logs_in(data_dir) / "postgres.log")


def redis_in(data_dir: Path) -> EmbeddedRedis:
    """The Redis of a data directory."""
    return EmbeddedRedis(data_dir / "redis", log=logs_in(data_dir) / "redis.log")


def logs_in(data_dir: Path) -> Path:
    """Where the logs of a data directory are."""
    return data_dir / "logs"


def secret_key_in(data_dir: Path) -> str:
    """The key that signs the addresses of files, made at the first start and kept beside the data."""
    path = data_dir / "secret_key"
    if not path.exists():
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        draft.replace(path)  # in one step: half a key would be of no use
    return path.read_text()


@contextmanager
def database(settings: Settings, data_dir: Path) -> Iterator[str]:
    """URL of the database: the given one, else the one in the data directory, started for as long as needed.

    Raises:
        EmbeddedError: no address is given and the data directory holds no database.
    """
    if settings.database_url:
        yield settings.database_url
        return
    data_dir = data_dir.absolute()
    server = postgres_in(data_dir)
    if not server.directory.exists():
        raise EmbeddedError(
            f"there is no database in {data_dir}: "
            "start one with `optsvc up`, name its --data-dir, or set OPTSVC_DATABASE_URL"
        )
    if holder(data_dir) is not None:
        yield server.url
        return
    with DirectoryLock(data_dir), server:
        yield server.url


def servers_given(settings: Settings) -> tuple[str, str]:
    """URLs of PostgreSQL and Redis for a process that others run beside.

    Raises:
        EmbeddedError: one of them is not set.
    """
    if not settings.database_url or not settings.redis_url:
        missing = "OPTSVC_DATABASE_URL" if not settings.database_url else "OPTSVC_REDIS_URL"
        raise EmbeddedError(f"{missing} is not set: set it, or start everything at once with `optsvc up`")
    return settings.database_url, settings.redis_url


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections at this address; port 0 chooses a free one.

    Raises:
        EmbeddedError: the address is in use or is none of this machine's.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = (error.strerror or str(error)).split(" (while")[0]
        raise EmbeddedError(
            f"cannot listen on {host} port {port} ({reason}): choose another with --port or --host"
        ) from error
    # Opened anew, so that it knows its protocol number: asyncio looks for that before it turns Nagle's algorithm off,
    # without which every answer waits for the 40 ms of the other side's delayed acknowledgement.
    return socket.socket(fileno=listener.detach())


@contextmanager
def transaction(data_dir: Path) -> Iterator[Session]:
    """A transaction in the database that `database` finds, committed at the end.

    Raises:
        EmbeddedError: there is no database.
        Outdated: it needs migrations first.
    """
    settings = Settings()
    with database(settings, data_dir) as url:
        migrations.check(url)
        sessions = make_sessionmaker(url, pool_size=1)
        try:
            with sessions.begin() as session:
                yield session
        finally:
            sessions.kw["bind"].dispose()
