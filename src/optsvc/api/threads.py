"""Threads for what may have to wait for a connection to the database.

They are counted apart from all others. Otherwise, when many requests come at once, those that wait for a connection
would take every thread, and those that have one would find none to go on with and give it back.
"""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

_COUNT = 40
_limiter: RunVar[CapacityLimiter] = RunVar("threads for connecting")
_T = TypeVar("_T")


async def run_connecting(work: Callable[..., _T], *args: object) -> _T:
    """The result of some work that begins with asking for a connection, done in one of these threads."""
    limiter = _limiter.get(None)
    if limiter is None:
        limiter = CapacityLimiter(_COUNT)
        _limiter.set(limiter)
    return await to_thread.run_sync(work, *args, limiter=limiter)
