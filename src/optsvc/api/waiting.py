"""Waiting for the next suggestion without holding anything meanwhile."""

import time
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from optsvc.queueing.wakeups import WakeUps, wait
from optsvc.services import suggestions
from optsvc.services.access import Caller
from optsvc.services.suggestions import Wait
from optsvc.storage.models import Suggestion

_LOOK_AGAIN_S = 0.5
"""A waiter looks by itself this often: a wake-up, or the job itself, may be lost with Redis."""


async def next_suggestion(
    session: Session,
    caller: Caller,
    wakeups: WakeUps,
    experiment_id: int,
    *,
    deadline_s: float,
    metadata: dict[str, Any] | None = None,
    for_run: bool = False,
) -> Suggestion:
    """The next suggestion; while it is waited for, neither a thread nor a database connection is held.

    Args:
        session: The transaction to work in; committed each time that nothing is ready.
        caller: Who asks.
        wakeups: Tells when something was stored.
        experiment_id: The experiment.
        deadline_s: After so many seconds a lesser suggestion will do.
        metadata: The user's own notes on the suggestion.
        for_run: Whether it is for a training run.

    Raises:
        NotFound, InvalidRequest, Forbidden: As in `suggestions.take_next`.
    """
    deadline = time.monotonic() + deadline_s
    min_version: int | None = None
    with wakeups.listening(experiment_id) as woken:
        while True:
            woken.clear()
            left_s = deadline - time.monotonic()
            answer = await run_in_threadpool(
                suggestions.take_next,
                session,
                caller,
                experiment_id,
                min_version=min_version,
                last_resort=left_s <= 0,
                metadata=metadata,
                for_run=for_run,
            )
            if not isinstance(answer, Wait):
                return answer
            min_version = answer.min_version
            await run_in_threadpool(session.commit)  # asks the workers, and gives the connection back
            await wait(woken, min(left_s, _LOOK_AGAIN_S))
