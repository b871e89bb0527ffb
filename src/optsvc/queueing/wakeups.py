"""Telling the processes of the API that something was stored for an experiment: a worker's answer, or any change.

A message only says «look again». One that is lost costs a little time and nothing else: who waits also looks unasked.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from redis import Redis, RedisError
from redis.asyncio import Redis as AsyncRedis
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

logger = logging.getLogger(__name__)

_READY = "optsvc:ready"
_CHANGED = "optsvc:changed"
_RECONNECT_S = 1.0


def announce(redis: Redis, experiment_id: int) -> None:
    """Wake whoever waits for what the workers compute of this experiment, in any process."""
    try:
        redis.publish(_READY, str(experiment_id))
    except RedisError as error:
        logger.warning("waiters of experiment %s not woken, Redis is away: %s", experiment_id, error)


def changed_after_commit(session: Session, experiment_id: int, client_id: int) -> None:
    """Have whoever follows an experiment, or all of its client, look again when the session's transaction commits.

    Dropped when it rolls back. Does nothing in a session whose factory was not given a Redis (`attach`).
    """
    session.info.setdefault("changed", set()).add((experiment_id, client_id))


def attach(sessions: sessionmaker[Session], redis: Redis) -> None:
    """Send what `changed_after_commit` was told in sessions of this factory, after each commit."""

    def send(session: Session) -> None:
        changed: set[tuple[int, int]] = session.info.pop("changed", set())
        try:
            for experiment_id, client_id in changed:
                redis.publish(_CHANGED, f"{experiment_id} {client_id}")
        except RedisError as error:
            logger.warning("changes not announced, Redis is away: %s", error)

    def drop(session: Session, *_: object) -> None:
        session.info.pop("changed", None)

    event.listen(sessions, "after_commit", send)
    event.listen(sessions, "after_rollback", drop)


class WakeUps:
    """One subscription of a process, shared by all its waiters: a waiter holds neither a thread nor a connection.

    Args:
        redis: Where the messages come from.
        changed: Called with an experiment for which something was stored, and with its client where it may concern
            who follows all of it.
    """

    def __init__(self, redis: AsyncRedis, changed: Callable[[int, int | None], None]) -> None:
        self._redis, self._changed = redis, changed
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
            await pubsub.subscribe(_READY, _CHANGED)
            async for message in pubsub.listen():
                if message["type"] != "message":
                    continue
                experiment_id, *client_id = map(int, message["data"].split())
                self._changed(experiment_id, client_id[0] if client_id else None)
                if message["channel"] == _READY.encode():
                    for waiter in self._waiters.get(experiment_id, ()):
                        waiter.set()


async def wait(event: asyncio.Event, timeout_s: float) -> None:
    """Wait for the event, at most this long."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), timeout_s)
