"""Waiting for the workers without holding anything meanwhile."""

import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from fastapi.concurrency import run_in_threadpool
from redis import Redis, RedisError
from sqlalchemy.orm import Session

from optsvc.api.threads import run_connecting
from optsvc.domain.errors import Unprocessable
from optsvc.queueing import replays
from optsvc.queueing.wakeups import WakeUps, wait
from optsvc.services import suggestions
from optsvc.services.access import Caller
from optsvc.services.analyses import asking
from optsvc.services.analyses.kind import Kind
from optsvc.services.analyses.options import Options
from optsvc.services.plots import asking as drawing
from optsvc.services.plots.asking import Plot
from optsvc.services.plots.kind import PlotKind
from optsvc.services.plots.options import PlotOptions
from optsvc.services.suggestions import Wait
from optsvc.storage.models import Suggestion

_LOOK_AGAIN_S = 0.5
"""A waiter looks by itself this often: a wake-up, or the job itself, may be lost with Redis."""

Answer = TypeVar("Answer")


async def look_until(
    wakeups: WakeUps, experiment_id: int, deadline_s: float, look: Callable[[bool], Answer | None]
) -> Answer | None:
    """Look for an answer, again whenever something was stored for the experiment, until the deadline.

    Args:
        wakeups: Tells when something was stored.
        experiment_id: The experiment.
        deadline_s: How long to go on, in seconds.
        look: Called in a thread; told whether this is the last time.

    Returns:
        The first answer, None if there was none in time.
    """
    deadline = time.monotonic() + deadline_s
    with wakeups.listening(experiment_id) as woken:
        last = deadline_s <= 0
        answer = await run_in_threadpool(look, last)
        while answer is None and not last:
            await wait(woken, min(max(0.0, deadline - time.monotonic()), _LOOK_AGAIN_S))
            woken.clear()
            last = time.monotonic() >= deadline
            answer = await run_connecting(look, last)  # the connection was given back
        return answer


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
    min_version: int | None = None

    def look(last: bool) -> Suggestion | None:
        nonlocal min_version
        answer = suggestions.take_next(
            session,
            caller,
            experiment_id,
            min_version=min_version,
            last_resort=last,
            metadata=metadata,
            for_run=for_run,
        )
        if isinstance(answer, Wait):
            min_version = answer.min_version
            session.commit()  # asks the workers, and gives the connection back
            return None
        return answer

    # The last look always has an answer.
    return cast(Suggestion, await look_until(wakeups, experiment_id, deadline_s, look))


async def replayed(
    session: Session, redis: Redis, wakeups: WakeUps, experiment_id: int, suggestion_id: int, *, deadline_s: float
) -> dict[str, Any]:
    """What a worker finds when it computes a suggestion again.

    Args:
        session: The transaction of the request; ended, since a worker may take its time.
        redis: Where the workers are asked.
        wakeups: Tells when one has answered.
        experiment_id: The experiment.
        suggestion_id: Of a suggestion that `replay.check_replayable` lets pass.
        deadline_s: How long to wait, in seconds.

    Raises:
        Unprocessable: No worker answered in time, or it could not compute the suggestion.
    """
    await run_in_threadpool(session.commit)
    try:
        job_id = await run_in_threadpool(replays.ask, redis, suggestion_id, experiment_id)
        found = await look_until(wakeups, experiment_id, deadline_s, lambda _: replays.answer(redis, job_id))
    except RedisError as error:
        raise Unprocessable("no worker can be asked at the moment, since Redis is away: try again later") from error
    except replays.ReplayFailed as error:
        raise Unprocessable(f"the engine failed on suggestion {suggestion_id}; the worker's log says why") from error
    if found is None:
        raise Unprocessable(f"no worker answered within {deadline_s:g} s: try again, or start more workers")
    return found


async def analysed(
    session: Session,
    caller: Caller,
    wakeups: WakeUps,
    experiment_id: int,
    kind: Kind,
    options: Options,
    *,
    stale: bool,
    deadline_s: float,
) -> asking.Answer | None:
    """An analysis; while it is waited for, neither a thread nor a database connection is held.

    Args:
        session: The transaction to work in; committed each time that it is not there yet.
        caller: Who asks.
        wakeups: Tells when something was stored.
        experiment_id: The experiment.
        kind: What is asked.
        options: With which options.
        stale: Whether one from older data will do.
        deadline_s: How long to wait, in seconds.

    Returns:
        None if it was not computed in time.

    Raises:
        NotFound, InvalidRequest, Unprocessable: As in `asking.take`.
    """
    min_version: int | None = None

    def look(_: bool) -> asking.Answer | None:
        nonlocal min_version
        answer = asking.take(session, caller, experiment_id, kind, options, min_version=min_version, stale=stale)
        if isinstance(answer, asking.Wait):
            min_version = answer.min_version
            session.commit()  # asks the workers, and gives the connection back
            return None
        return answer

    return await look_until(wakeups, experiment_id, deadline_s, look)


async def drawn(
    session: Session,
    caller: Caller,
    wakeups: WakeUps,
    experiment_id: int,
    kind: PlotKind,
    options: PlotOptions,
    *,
    stale: bool,
    complete: bool,
    deadline_s: float,
) -> Plot | None:
    """A chart; while analyses for it are waited for, neither a thread nor a database connection is held.

    Args:
        session: The transaction to work in; committed each time that something is not there yet.
        caller: Who asks.
        wakeups: Tells when something was stored.
        experiment_id: The experiment.
        kind: Which chart.
        options: With which options.
        stale: Whether analyses of older data will do.
        complete: Whether to wait for those that only add to it, too.
        deadline_s: How long to wait, in seconds.

    Returns:
        None if the analyses were not computed in time.

    Raises:
        NotFound, InvalidRequest, Unprocessable: As in `drawing.take`.
    """
    min_version: int | None = None

    def look(_: bool) -> Plot | None:
        nonlocal min_version
        answer = drawing.take(
            session, caller, experiment_id, kind, options, min_version=min_version, stale=stale, complete=complete
        )
        if isinstance(answer, asking.Wait):
            min_version = answer.min_version
            session.commit()  # asks the workers, and gives the connection back
            return None
        return answer

    return await look_until(wakeups, experiment_id, deadline_s, look)
