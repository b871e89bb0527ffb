"""What the jobs of a worker process share: made once, kept warm."""

from dataclasses import dataclass, field

from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from optsvc.jobs.batching import Batching


@dataclass(frozen=True, slots=True)
class Runtime:
    """Connections of the process, and how it computes."""

    sessions: sessionmaker[Session]
    redis: Redis
    batching: Batching = field(default_factory=Batching)


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
