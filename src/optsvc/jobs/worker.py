"""A worker: an RQ worker that stays in one process, so that nothing has to be warmed up for each job."""

import logging
import os
import signal
import socket
import threading
import time
from datetime import timedelta
from types import FrameType

from redis import Redis, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from threadpoolctl import threadpool_limits

from optsvc.config import Settings
from optsvc.jobs import runtime
from optsvc.jobs.batches import find
from optsvc.queueing import queues, workers
from optsvc.queueing.connection import connect, connect_worker
from optsvc.services.refresh import experiments_left_behind
from optsvc.storage import idempotency, importances
from optsvc.storage.models import now
from optsvc.storage.session import make_sessionmaker

logger = logging.getLogger(__name__)

_LEFT_BEHIND_AFTER_S = 3.0
_MOST_LEFT_BEHIND = 100
_TRY_AGAIN_S = 1.0
_KEEP_IDEMPOTENCY_KEYS = timedelta(days=7)


class WarmWorker(SimpleWorker):
    """RQ's worker without a fork per job, which soon finds back to a Redis that was away."""

    max_connection_wait_time = 2.0
    told_to_stop = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Note that this end was asked for."""
        self.told_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def run(settings: Settings, *, burst: bool = False) -> None:
    """Work until told to stop (SIGTERM, SIGINT), or with `burst` until the queues are empty.

    Raises:
        ValueError: An address is missing in the settings.
    """
    if settings.database_url is None or settings.redis_url is None:
        raise ValueError("OPTSVC_DATABASE_URL and OPTSVC_REDIS_URL must be set (`optsvc up` sets them by itself)")
    sessions = make_sessionmaker(settings.database_url, pool_size=2)
    redis = connect(settings.redis_url)
    name = f"{socket.gethostname()}-{os.getpid()}-{os.urandom(3).hex()}"
    stop = threading.Event()
    beside = threading.Thread(target=_beside, args=(sessions, redis, name, stop), daemon=True)
    beside.start()
    try:
        with _one_thread():
            batches = find() if settings.gpu == "auto" else None
            runtime.start(runtime.Runtime(sessions, redis, batches))
            _work(connect_worker(settings.redis_url), name, burst=burst)
    finally:
        stop.set()
        beside.join(timeout=5)


def _one_thread() -> threadpool_limits:
    """Small matrices: a second BLAS thread costs more than it brings, and changes the last bits of a result."""
    return threadpool_limits(limits=1, user_api="blas")


def _work(connection: Redis, name: str, *, burst: bool) -> None:
    """Take jobs until told to stop. RQ waits for a Redis that is away only while idle; here it may vanish in a job."""
    while True:
        worker = None
        try:
            worker = WarmWorker(
                list(queues.QUEUES),
                name=f"{name}-{os.urandom(2).hex()}",  # RQ would take the same name for a second worker
                connection=connection,
                serializer=JSONSerializer,
                worker_ttl=60,
            )
            worker.work(burst=burst, logging_level="WARNING")
            return
        except (RedisConnectionError, RedisTimeoutError) as error:
            if burst or (worker is not None and worker.told_to_stop):
                raise
            logger.warning("worker %s: Redis is away, trying again: %s", name, error)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)  # nothing is under way now that would have to be finished
        time.sleep(_TRY_AGAIN_S)


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
        without_importances = importances.left_behind(session, limit=_MOST_LEFT_BEHIND)
        idempotency.forget(session, older_than=now() - _KEEP_IDEMPOTENCY_KEYS)
    for experiment_id in lost:
        queues.enqueue_refresh(redis, experiment_id, urgent=False)
    for experiment_id in without_importances:
        queues.enqueue_importances(redis, experiment_id)
