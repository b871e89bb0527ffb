"""The queues between the API and the workers, and what goes into them: what is to be computed of which experiment."""

import logging
import time
from typing import Any, NamedTuple

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
ANALYSES = "optsvc-analyses"
"""What can wait until no suggestion is to be computed."""
REFRESH_QUEUES = (URGENT, ROUTINE)
QUEUES = (*REFRESH_QUEUES, ANALYSES)
"""All of them, in the order in which workers look for jobs."""

REFRESH_JOB = "optsvc.jobs.refresh.refresh"
IMPORTANCES_JOB = "optsvc.jobs.importances.compute"
ANALYSIS_JOB = "optsvc.jobs.analyses.compute"
JOB_TIMEOUT_S = 120
_WAITING_TTL_S = 30


class _Job(NamedTuple):
    """A function that a worker calls; the first argument is the number of an experiment."""

    name: str
    arguments: tuple[int | str, ...]


def _waiting_key(queue: str, *arguments: int | str) -> str:
    return f"{queue}:waiting:{':'.join(map(str, arguments))}"


def open_queue(redis: Redis, name: str) -> Queue:
    """A queue whose jobs are JSON: what stands in Redis is data, never code."""
    return Queue(name, connection=redis, serializer=JSONSerializer)


def enqueue_refresh(redis: Redis, experiment_id: int, *, urgent: bool) -> None:
    """Have a worker compute the next proposals of an experiment; at most one such job waits in each queue.

    Raises:
        redis.RedisError: Redis cannot be reached.
    """
    _enqueue(redis, _Job(REFRESH_JOB, (experiment_id,)), URGENT if urgent else ROUTINE)


def enqueue_importances(redis: Redis, experiment_id: int) -> None:
    """Have a worker compute the importances of an experiment; at most one such job waits.

    Raises:
        redis.RedisError: Redis cannot be reached.
    """
    _enqueue(redis, _Job(IMPORTANCES_JOB, (experiment_id,)), ANALYSES)


def _enqueue(redis: Redis, job: _Job, queue: str) -> None:
    """The mark that a job waits expires, so that one lost with its queue is asked for again."""
    if redis.set(_waiting_key(queue, *job.arguments), 1, nx=True, ex=_WAITING_TTL_S):
        open_queue(redis, queue).enqueue(
            job.name, *job.arguments, job_timeout=JOB_TIMEOUT_S, result_ttl=0, failure_ttl=24 * 3600
        )


def started(redis: Redis, *experiment_ids: int) -> None:
    """Take the marks away when refreshes start: what is asked for from now on is a new one."""
    redis.delete(*(_waiting_key(name, experiment_id) for name in REFRESH_QUEUES for experiment_id in experiment_ids))


def importances_started(redis: Redis, experiment_id: int) -> None:
    """The same when the computation of importances starts."""
    redis.delete(_waiting_key(ANALYSES, experiment_id))


def analysis_ended(redis: Redis, *arguments: int | str) -> None:
    """The same when an analysis has ended: its mark names the data version, so another one is another mark."""
    redis.delete(_waiting_key(ANALYSES, *arguments))


def take_refreshes(redis: Redis, limit: int, within_s: float) -> list[int]:
    """Take refreshes that wait off their queues, urgent ones first, to be done together with one that has started.

    They are gone from Redis from then on. Should the worker die, they are found again from PostgreSQL.

    Args:
        redis: Where the queues are.
        limit: At most this many.
        within_s: Stop after so many seconds; or as soon as nothing waits, or something else is next.

    Returns:
        The numbers of their experiments.
    """
    taken: list[int] = []
    waiting = [open_queue(redis, name) for name in REFRESH_QUEUES]
    until = time.monotonic() + within_s
    while len(taken) < limit and time.monotonic() < until:
        found = Queue.dequeue_any(waiting, None, redis, serializer=JSONSerializer)
        if found is None:
            break
        job, queue = found
        if job.func_name != REFRESH_JOB:
            queue.push_job_id(job.id, at_front=True)
            break
        taken.append(job.args[0])
        job.delete()
    return taken


def refresh_after_commit(session: Session, experiment_id: int, *, urgent: bool = False) -> None:
    """Enqueue a refresh when the session's transaction commits; dropped when it rolls back.

    Does nothing in a session whose factory was not given a queue (`attach`).
    """
    outbox = _outbox(session)
    job = _Job(REFRESH_JOB, (experiment_id,))
    outbox[job] = URGENT if urgent or outbox.get(job) == URGENT else ROUTINE


def importances_after_commit(session: Session, experiment_id: int) -> None:
    """The same for the importances."""
    _outbox(session)[_Job(IMPORTANCES_JOB, (experiment_id,))] = ANALYSES


def analysis_after_commit(session: Session, experiment_id: int, kind: str, options: str, data_version: int) -> None:
    """The same for an analysis; of one kind, with the same options, from the same data, one job waits."""
    _outbox(session)[_Job(ANALYSIS_JOB, (experiment_id, kind, options, data_version))] = ANALYSES


def _outbox(session: Session) -> dict[_Job, str]:
    """The queue of each job."""
    outbox: dict[_Job, str] = session.info.setdefault("jobs", {})
    return outbox


def attach(sessions: sessionmaker[Session], redis: Redis) -> None:
    """Send what sessions of this factory put into their outbox, after each commit.

    Redis may be away: the work is then found again from PostgreSQL, or asked for again, so the loss is only logged.
    """

    def send(session: Session) -> None:
        outbox: dict[_Job, str] = session.info.pop("jobs", {})
        try:
            for job, queue in outbox.items():
                _enqueue(redis, job, queue)
        except RedisError as error:
            experiments = sorted({str(job.arguments[0]) for job in outbox})
            logger.warning("experiments %s not queued, Redis is away: %s", experiments, error)

    def drop(session: Session, *_: Any) -> None:
        session.info.pop("jobs", None)

    event.listen(sessions, "after_commit", send)
    event.listen(sessions, "after_rollback", drop)
