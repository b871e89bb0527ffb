"""How many wrong passwords are tried, counted in Redis. Without Redis nobody is held back."""

import hashlib
import logging
import time

from redis import Redis, RedisError

logger = logging.getLogger(__name__)

PERIOD_S = 600
ADDRESSES_PER_ACCOUNT = 10
"""So many times the tries of one address may an account be tried from all: enough that no single address can lock
somebody else out, few enough that many addresses together find no password."""
_WITHOUT_REDIS_S = 5.0


class WrongPasswords:
    """Counts tries by address and by account; right ones are taken back.

    A try is counted before its password is looked at, so that many at once are not all let through.

    Args:
        redis: Where the processes of the API count together.
        tries: Wrong passwords from one address in ten minutes; 0 for no limit.
    """

    def __init__(self, redis: Redis, *, tries: int) -> None:
        self._redis = redis
        self._tries = tries
        self._away_until = 0.0

    def count(self, address: str, email: str) -> int | None:
        """Count a try.

        Returns:
            Seconds to wait if it is one too many, else None.
        """
        return self._add(1, address, email)

    def forgive(self, address: str, email: str) -> None:
        """Take a try back whose password was right."""
        self._add(-1, address, email)

    def _add(self, amount: int, address: str, email: str) -> int | None:
        if self._tries == 0 or time.monotonic() < self._away_until:
            return None
        limits = {
            f"optsvc:wrong:address:{address}": self._tries,
            f"optsvc:wrong:account:{_account(email)}": self._tries * ADDRESSES_PER_ACCOUNT,
        }
        try:
            with self._redis.pipeline(transaction=True) as pipeline:
                for key in limits:
                    pipeline.set(key, 0, ex=PERIOD_S, nx=True)
                    pipeline.incrby(key, amount)
                    pipeline.ttl(key)
                said = pipeline.execute()
        except RedisError as error:
            logger.warning("wrong passwords are not counted for %g s, Redis is away: %s", _WITHOUT_REDIS_S, error)
            self._away_until = time.monotonic() + _WITHOUT_REDIS_S
            return None
        used, left_s = said[1::3], said[2::3]
        waits = [max(1, s) for n, s, limit in zip(used, left_s, limits.values(), strict=True) if n > limit]
        return max(waits, default=None)


def _account(email: str) -> str:
    """Stands for an address in the name of a key, where no address belongs."""
    return hashlib.sha256(email.strip().lower().encode(errors="replace")).hexdigest()
