"""A database and a queue that no worker of other tests looks into."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric
from optsvc.domain.observation import MetricEvaluation
from optsvc.domain.space import CategoricalParameter, DoubleParameter, SearchSpace
from optsvc.queueing.queues import attach
from optsvc.services import experiments, observations
from optsvc.services.access import Caller
from optsvc.services.experiments import NewExperiment
from optsvc.services.observations import Report
from optsvc.storage import migrations
from optsvc.storage.session import make_sessionmaker
from tests.support.service import scratch_database

SPACE = SearchSpace((DoubleParameter("x", 0.0, 1.0), CategoricalParameter("kind", ("a", "b"))))


@pytest.fixture(scope="package")
def migrated_database(database_url: str) -> Iterator[str]:
    with scratch_database(database_url) as url:
        migrations.upgrade(url)
        yield url


@pytest.fixture(scope="package")
def sessions(migrated_database: str) -> Iterator[sessionmaker[Session]]:
    factory = make_sessionmaker(migrated_database)
    yield factory
    factory.kw["bind"].dispose()


@pytest.fixture
def redis(quiet_redis_url: str) -> Iterator[Redis]:
    """An empty database of Redis."""
    with Redis.from_url(quiet_redis_url) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def queueing_sessions(migrated_database: str, redis: Redis) -> Iterator[sessionmaker[Session]]:
    """Sessions that enqueue what they commit."""
    factory = make_sessionmaker(migrated_database, pool_size=2)
    attach(factory, redis)
    yield factory
    factory.kw["bind"].dispose()


@pytest.fixture
def new_experiment(sessions: sessionmaker[Session], caller: Caller) -> Callable[..., int]:
    """Stores experiments of the test's own client; answers their ids."""

    def new(**fields: Any) -> int:
        described: dict[str, Any] = {"space": SPACE, "metrics": (Metric("y"),)} | fields
        with sessions.begin() as session:
            return experiments.create(session, caller, NewExperiment("An experiment", Definition(**described))).id

    return new


@pytest.fixture
def observe(sessions: sessionmaker[Session], caller: Caller) -> Callable[..., list[int]]:
    """Stores results at evenly spaced points; answers their ids."""

    def report(experiment_id: int, count: int, *, compute: bool = True, failed: bool = False) -> list[int]:
        reports = [
            Report(
                assignments={"x": (i + 0.5) / count, "kind": "ab"[i % 2]},
                values=() if failed else (MetricEvaluation("y", float(i % 5)),),
                failed=failed,
            )
            for i in range(count)
        ]
        with sessions.begin() as session:
            made = observations.create(session, caller, experiment_id, reports, compute=compute)
            return [observation.id for observation in made]

    return report
