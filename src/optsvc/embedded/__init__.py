"""Real PostgreSQL and Redis servers inside one directory, for `optsvc up` and for the tests."""

from optsvc.embedded.lock import DirectoryLock, holder
from optsvc.embedded.postgres import EmbeddedPostgres, find_postgres
from optsvc.embedded.process import EmbeddedError, last_lines, open_log
from optsvc.embedded.redis import EmbeddedRedis, find_redis

__all__ = [
    "DirectoryLock",
    "EmbeddedError",
    "EmbeddedPostgres",
    "EmbeddedRedis",
    "find_postgres",
    "find_redis",
    "holder",
    "last_lines",
    "open_log",
]
