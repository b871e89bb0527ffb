"""What the jobs of a worker process share: made once, kept warm."""

from dataclasses import dataclass

from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from optsvc.jobs.batches import Batches


@dataclass(frozen=True, slots=True)
class Runtime:
    """Connections of the process, and how it computes many experiments together, if it does."""

    sessions: sessionmaker[Session]
    redis: Redis
    batches: Batches | None = None


_current: Runtime | None = None


def start(runtime: Runtime) -> None:
    """Give the jobs of this process what they work with."""
    global _current
    _current = runtime


def current() -> Runtime:
    """What this process was started with."""
    if _current is None:
        raise RuntimeError("jobs run inside `optsvc worker` only")
    return _current
