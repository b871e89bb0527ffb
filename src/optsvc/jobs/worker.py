"""A worker: an RQ worker that stays in one process, so that nothing has to be warmed up for each job."""

import logging
import os
import socket
import threading
from datetime import timedelta

from redis import Redis, RedisError
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from threadpoolctl import threadpool_limits

from optsvc.config import Settings
from optsvc.jobs import runtime
from optsvc.queueing import queues, workers
from optsvc.queueing.connection import connect, connect_worker
from optsvc.services.refresh import experiments_left_behind
from optsvc.storage import idempotency
from optsvc.storage.models import now
from optsvc.storage.session import make_sessionmaker

logger = logging.getLogger(__name__)

_LEFT_BEHIND_AFTER_S = 3.0
_KEEP_IDEMPOTENCY_KEYS = timedelta(days=7)


class WarmWorker(SimpleWorker):
    """RQ's worker without a fork per job, which soon finds back to a Redis that was away."""

    max_connection_wait_time = 2.0


def run(settings: Settings, *, burst: bool = False) -> None:
    """Work until told to stop (SIGTERM, SIGINT), or with `burst` until the queues are empty.

    Raises:
        ValueError: An address is missing in the settings.
    """
    if settings.database_url is None or settings.redis_url is None:
        raise ValueError("OPTSVC_DATABASE_URL and OPTSVC_REDIS_URL must be set (`optsvc up` sets them by itself)")
    sessions = make_sessionmaker(settings.database_url, pool_size=2)
    redis = connect(settings.redis_url)
    runtime.start(runtime.Runtime(sessions, redis))
    worker = WarmWorker(
        list(queues.QUEUES),
        name=f"{socket.gethostname()}-{os.getpid()}-{os.urandom(3).hex()}",
        connection=connect_worker(settings.redis_url),
        serializer=JSONSerializer,
        worker_ttl=60,
    )
    stop = threading.Event()
    beside = threading.Thread(target=_beside, args=(sessions, redis, worker.name, stop), daemon=True)
    beside.start()
    try:
        # Small matrices: a second BLAS thread costs more than it brings, and changes the last bits of a result.
        with threadpool_limits(limits=1, user_api="blas"):
            worker.work(burst=burst, logging_level="WARNING")
    finally:
        stop.set()
        beside.join(timeout=5)


def _beside(sessions: sessionmaker[Session], redis: Redis, name: str, stop: threading.Event) -> None:
    """Beside the jobs: say that this worker is alive, and find again what was lost with Redis."""
    while True:
        try:
            workers.beat(redis, name)
            _find_lost_work(sessions, redis)
        except (RedisError, SQLAlchemyError) as error:
            logger.warning("worker %s: %s", name, error)
        if stop.wait(workers.BEAT_EVERY_S):
            break
    try:
        workers.gone(redis, name)
    except RedisError as error:
        logger.warning("worker %s: %s", name, error)


def _find_lost_work(sessions: sessionmaker[Session], redis: Redis) -> None:
    with sessions.begin() as session:
        lost = experiments_left_behind(session, quiet_s=_LEFT_BEHIND_AFTER_S)
        idempotency.forget(session, older_than=now() - _KEEP_IDEMPOTENCY_KEYS)
    for experiment_id in lost:
        queues.enqueue_refresh(redis, experiment_id, urgent=False)
