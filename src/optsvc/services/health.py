"""Whether this installation can do its work."""

from redis import Redis, RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from optsvc.queueing import workers
from optsvc.storage.migrations import VERSION_TABLE, head

OK = "ok"


def readiness(sessions: sessionmaker[Session], redis: Redis) -> dict[str, str]:
    """What each part that is needed says: `OK`, or what is wrong with it."""
    return _database(sessions) | _redis(redis)


def _database(sessions: sessionmaker[Session]) -> dict[str, str]:
    try:
        with sessions() as session:
            session.execute(text("SELECT 1"))
            tables = session.execute(text("SELECT to_regclass(:name) IS NOT NULL"), {"name": VERSION_TABLE})
            have = (
                session.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608  our own constant
                if tables.scalar()
                else None
            )
    except SQLAlchemyError as error:
        return {"postgres": f"cannot be reached: {type(error).__name__}", "migrations": "not known"}
    need = head()
    return {
        "postgres": OK,
        "migrations": OK
        if have == need
        else f"the database is at {have or 'none'}, {need} is needed: run `optsvc migrate`",
    }


def _redis(redis: Redis) -> dict[str, str]:
    try:
        names = workers.seen(redis)
    except RedisError as error:
        return {"redis": f"cannot be reached: {type(error).__name__}", "workers": "not known"}
    return {"redis": OK, "workers": OK if names else "none seen lately: start one with `optsvc worker`"}
