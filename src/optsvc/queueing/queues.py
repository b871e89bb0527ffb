"""The queues between the API and the workers, and what goes into them: the numbers of experiments to compute."""

import logging
from typing import Any

from redis import Redis, RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

logger = logging.getLogger(__name__)

URGENT = "optsvc-urgent"
"""Somebody waits for the answer."""
ROUTINE = "optsvc-routine"
"""Nobody waits yet."""
QUEUES = (URGENT, ROUTINE)

REFRESH_JOB = "optsvc.jobs.refresh.refresh"
JOB_TIMEOUT_S = 120
_WAITING_TTL_S = 30


def _waiting_key(queue: str, experiment_id: int) -> str:
    return f"{queue}:waiting:{experiment_id}"


def open_queue(redis: Redis, name: str) -> Queue:
    """A queue whose jobs are JSON: what stands in Redis is data, never code."""
    return Queue(name, connection=redis, serializer=JSONSerializer)


def enqueue_refresh(redis: Redis, experiment_id: int, *, urgent: bool) -> None:
    """Have a worker compute the next proposals of an experiment; at most one such job waits in each queue.

    The mark that one is waiting expires, so that a job lost with its queue is asked for again.

    Raises:
        redis.RedisError: Redis cannot be reached.
    """
    name = URGENT if urgent else ROUTINE
    if redis.set(_waiting_key(name, experiment_id), 1, nx=True, ex=_WAITING_TTL_S):
        open_queue(redis, name).enqueue(
            REFRESH_JOB, experiment_id, job_timeout=JOB_TIMEOUT_S, result_ttl=0, failure_ttl=24 * 3600
        )


def started(redis: Redis, experiment_id: int) -> None:
    """Take the marks away when a job starts: what is asked for from now on is a new one."""
    redis.delete(*(_waiting_key(name, experiment_id) for name in QUEUES))


def refresh_after_commit(session: Session, experiment_id: int, *, urgent: bool = False) -> None:
    """Enqueue a refresh when the session's transaction commits; dropped when it rolls back.

    Does nothing in a session whose factory was not given a queue (`attach`).
    """
    outbox: dict[int, bool] = session.info.setdefault("refreshes", {})
    outbox[experiment_id] = urgent or outbox.get(experiment_id, False)


def attach(sessions: sessionmaker[Session], redis: Redis) -> None:
    """Send what sessions of this factory put into their outbox, after each commit.

    Redis may be away: the work is then found again from PostgreSQL, so the loss is only logged.
    """

    def send(session: Session) -> None:
        outbox: dict[int, bool] = session.info.pop("refreshes", {})
        try:
            for experiment_id, urgent in outbox.items():
                enqueue_refresh(redis, experiment_id, urgent=urgent)
        except RedisError as error:
            logger.warning("experiments %s not queued, Redis is away: %s", sorted(outbox), error)

    def drop(session: Session, *_: Any) -> None:
        session.info.pop("refreshes", None)

    event.listen(sessions, "after_commit", send)
    event.listen(sessions, "after_rollback", drop)
