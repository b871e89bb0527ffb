"""Connections to PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session, sessionmaker

CONNECT_TIMEOUT_S = 5


def make_sessionmaker(database_url: str, *, pool_size: int = 10) -> sessionmaker[Session]:
    """A factory of sessions on a pool of its own.

    Args:
        database_url: ``postgresql://user:password@host:port/name``.
        pool_size: Connections that are kept; as many again are opened when these are busy.

    Raises:
        sqlalchemy.exc.ArgumentError: The address cannot be read.
    """
    engine = create_engine(
        make_url(database_url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,  # a restarted server must not cost a request
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
    )
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def snapshot(sessions: sessionmaker[Session], *, idle_s: int) -> Iterator[Session]:
    """A session that sees the database as it is now, however long it reads, and changes nothing.

    Args:
        sessions: Where it comes from.
        idle_s: PostgreSQL ends it when nothing was read for so long: whoever reads slowly must not hold back the
            removal of dead rows for ever.
    """
    with sessions() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        session.execute(text("SET TRANSACTION READ ONLY"))
        session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{idle_s}s'"))
        yield session
