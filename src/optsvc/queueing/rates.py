"""How often a token may call, counted per second in Redis. Without Redis nobody is held back."""

import logging
import time
from dataclasses import dataclass

from redis import Redis, RedisError

logger = logging.getLogger(__name__)

_WITHOUT_REDIS_S = 5.0
"""After Redis could not be reached it is left alone this long: a limit must not cost a time-out per request."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a token has left in this second.

    Args:
        limit: Calls in a second.
        remaining: How many more may follow now; below zero if this one is too many.
        reset_s: Seconds until the count begins anew.
    """

    limit: int
    remaining: int
    reset_s: int = 1


class RateLimiter:
    """Counts calls by token and kind.

    Args:
        redis: Where the processes of the API count together.
        reads: Calls per second that only read; 0 for no limit.
        writes: Calls per second that change something; 0 for no limit.
    """

    def __init__(self, redis: Redis, *, reads: int, writes: int) -> None:
        self._redis = redis
        self._limits = {"read": reads, "write": writes}
        self._away_until = 0.0

    def count(self, token_id: int, *, write: bool) -> Allowance | None:
        """Count one call; None if there is no limit, or no Redis to count in."""
        kind = "write" if write else "read"
        limit = self._limits[kind]
        if limit == 0 or time.monotonic() < self._away_until:
            return None
        key = f"optsvc:rate:{token_id}:{kind}:{int(time.time())}"
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.incr(key)
                pipeline.expire(key, 2)
                used: int = pipeline.execute()[0]
        except RedisError as error:
            logger.warning("no rate limits for %g s, Redis is away: %s", _WITHOUT_REDIS_S, error)
            self._away_until = time.monotonic() + _WITHOUT_REDIS_S
            return None
        return Allowance(limit, limit - used)
