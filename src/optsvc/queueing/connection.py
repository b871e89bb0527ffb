"""Connections to Redis. Whatever is in it may vanish at any moment."""

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT_S = 1.0


def connect(redis_url: str) -> Redis:
    """A client for short commands that gives up at once: nobody waits for Redis, whose loss costs nothing."""
    return Redis.from_url(
        redis_url, socket_connect_timeout=TIMEOUT_S, socket_timeout=TIMEOUT_S, retry=Retry(NoBackoff(), 0)
    )


def connect_async(redis_url: str) -> AsyncRedis:
    """The same for use in an event loop."""
    return AsyncRedis.from_url(redis_url, socket_connect_timeout=TIMEOUT_S, retry=AsyncRetry(NoBackoff(), 0))


def connect_worker(redis_url: str) -> Redis:
    """A client for an RQ worker, which blocks on its queues and reconnects by itself."""
    return Redis.from_url(redis_url, socket_connect_timeout=TIMEOUT_S)
