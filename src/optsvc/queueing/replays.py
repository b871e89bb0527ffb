"""Asking the workers for a replay, and reading their answer: it is for those who wait now, and kept nowhere else."""

from typing import Any

from redis import Redis
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from optsvc.queueing.queues import JOB_TIMEOUT_S, URGENT, open_queue

REPLAY_JOB = "optsvc.jobs.replay.replay"
_ANSWER_TTL_S = 60


class ReplayFailed(Exception):
    """The worker could not compute it; its log says why."""


def ask(redis: Redis, suggestion_id: int, experiment_id: int) -> str:
    """Have a worker compute a suggestion again; the id of the job, for `answer`.

    Raises:
        redis.RedisError: Redis cannot be reached.
    """
    job = open_queue(redis, URGENT).enqueue(
        REPLAY_JOB,
        suggestion_id,
        experiment_id,
        job_timeout=JOB_TIMEOUT_S,
        ttl=JOB_TIMEOUT_S,
        result_ttl=_ANSWER_TTL_S,
        failure_ttl=24 * 3600,
    )
    return job.id


def answer(redis: Redis, job_id: str) -> dict[str, Any] | None:
    """What the worker answered, None if it has not yet.

    Raises:
        ReplayFailed: The worker could not compute it.
        redis.RedisError: Redis cannot be reached.
    """
    try:
        job = Job.fetch(job_id, connection=redis, serializer=JSONSerializer)
    except NoSuchJobError:
        return None
    if job.get_status() == JobStatus.FAILED:
        raise ReplayFailed(job_id)
    value: dict[str, Any] | None = job.return_value()
    return value
