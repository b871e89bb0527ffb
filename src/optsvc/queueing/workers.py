"""Which workers are alive: each says so every few seconds."""

from redis import Redis

BEAT_EVERY_S = 3.0
_SEEN_FOR_S = 15
_PREFIX = "optsvc:worker:"


def beat(redis: Redis, name: str) -> None:
    """Say that the worker of this name is alive."""
    redis.set(_PREFIX + name, 1, ex=_SEEN_FOR_S)


def gone(redis: Redis, name: str) -> None:
    """Say that the worker of this name has ended."""
    redis.delete(_PREFIX + name)


def seen(redis: Redis) -> list[str]:
    """Names of the workers that were alive in the last fifteen seconds, sorted.

    Raises:
        redis.RedisError: Redis cannot be reached.
    """
    keys: list[bytes] = list(redis.scan_iter(match=_PREFIX + "*", count=1000))
    return sorted(key.decode().removeprefix(_PREFIX) for key in keys)
