"""Waking those who wait for a suggestion, the moment that it is stored.

A message only says «look again». One that is lost costs a little time and nothing else: waiters also look on their own.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis import Redis, RedisError
from redis.asyncio import Redis as AsyncRedis

logger = logging.getLogger(__name__)

_CHANNEL = "optsvc:ready"
_RECONNECT_S = 1.0


def announce(redis: Redis, experiment_id: int) -> None:
    """Wake whoever waits for a suggestion of this experiment, in any process."""
    try:
        redis.publish(_CHANNEL, str(experiment_id))
    except RedisError as error:
        logger.warning("waiters of experiment %s not woken, Redis is away: %s", experiment_id, error)


class WakeUps:
    """One subscription of a process, shared by all its waiters: a waiter holds neither a thread nor a connection."""

    def __init__(self, redis: AsyncRedis) -> None:
        self._redis = redis
        self._waiters: defaultdict[int, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def listening(self, experiment_id: int) -> Iterator[asyncio.Event]:
        """An event that is set when something new is ready; clear it before looking, then wait."""
        event = asyncio.Event()
        self._waiters[experiment_id].add(event)
        try:
            yield event
        finally:
            self._waiters[experiment_id].discard(event)
            if not self._waiters[experiment_id]:
                del self._waiters[experiment_id]

    async def run(self) -> None:
        """Pass messages on until cancelled, reconnecting whenever Redis comes back."""
        while True:
            try:
                await self._pass_on()
            except (RedisError, OSError) as error:
                logger.warning("no wake-ups, Redis is away: %s", error)
            await asyncio.sleep(_RECONNECT_S)

    async def _pass_on(self) -> None:
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(_CHANNEL)
            async for message in pubsub.listen():
                if message["type"] != "message":
                    continue
                for event in self._waiters.get(int(message["data"]), ()):
                    event.set()


async def wait(event: asyncio.Event, timeout_s: float) -> None:
    """Wait for the event, at most this long."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), timeout_s)
