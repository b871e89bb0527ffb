"""Suggestions."""

import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from optsvc.api.deps import REPEATABLE, CallerDep, DeadlineDep, ExperimentId, IdsDep, SessionDep, WakeUpsDep
from optsvc.api.errors import RESPONSES
from optsvc.api.paging import PageQueryDep
from optsvc.api.query import Flag
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Id, Pagination, paginate
from optsvc.api.schemas.suggestions import SuggestionIn, SuggestionOut, SuggestionUpdateIn
from optsvc.domain.rights import Right
from optsvc.queueing.wakeups import WakeUps, wait
from optsvc.services import suggestions
from optsvc.services.access import Caller
from optsvc.services.suggestions import Wait
from optsvc.storage.models import Suggestion

router = APIRouter(
    prefix="/experiments/{experiment_id}/suggestions",
    route_class=ContractRoute,
    tags=["suggestions"],
    responses=RESPONSES,
)

_LOOK_AGAIN_S = 0.5
"""A waiter looks by itself this often: a wake-up, or the job itself, may be lost with Redis."""


@router.post("", dependencies=REPEATABLE)
@needs(Right.WRITE, development=True)
async def create_suggestion(
    session: SessionDep,
    caller: CallerDep,
    wakeups: WakeUpsDep,
    deadline_s: DeadlineDep,
    experiment_id: ExperimentId,
    body: SuggestionIn,
) -> SuggestionOut:
    """Ask for the next point to evaluate, or store one of your own.

    Always answered within the deadline: with the model's point, or, when none can be had in time, with a space-filling
    one; `optsvc.source` says which.
    """
    if body.assignments is not None:
        by_hand = suggestions.create_by_hand
        suggestion = await run_in_threadpool(by_hand, session, caller, experiment_id, body.assignments, body.metadata)
    else:
        suggestion = await _next(session, caller, wakeups, experiment_id, body.metadata, deadline_s)
    return SuggestionOut.of(suggestion).model_copy(update={"deleted": None})


async def _next(
    session: Session,
    caller: Caller,
    wakeups: WakeUps,
    experiment_id: int,
    metadata: dict[str, Any] | None,
    deadline_s: float,
) -> Suggestion:
    """The next suggestion; while it is waited for, neither a thread nor a database connection is held."""
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
            )
            if not isinstance(answer, Wait):
                return answer
            min_version = answer.min_version
            await run_in_threadpool(session.commit)  # asks the workers, and gives the connection back
            await wait(woken, min(left_s, _LOOK_AGAIN_S))


@router.get("")
@needs(Right.READ, development=True, guest=True)
def list_suggestions(
    session: SessionDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    page_query: PageQueryDep,
    ids: IdsDep,
    state: Annotated[Literal["open"] | None, Query(description="Only those not yet observed.")] = None,
    deleted: Annotated[Flag, Query(description="Only deleted ones, instead of the others.")] = False,
    sort: Annotated[Literal["id"], Query(description="Only `id` is supported yet.")] = "id",  # noqa: ARG001
) -> Pagination[SuggestionOut]:
    """List suggestions, newest first."""
    page = suggestions.page(
        session, caller, experiment_id, page_query, open_only=state == "open", deleted=deleted, ids=ids
    )
    return paginate(page, SuggestionOut.of)


@router.delete("")
@needs(Right.WRITE, development=True)
def delete_suggestions(
    session: SessionDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    state: Annotated[Literal["open"] | None, Query(description="Only those not yet observed.")] = None,
) -> dict[str, str]:
    """Delete all suggestions, or only the open ones."""
    suggestions.delete_all(session, caller, experiment_id, open_only=state == "open")
    return {}


@router.get("/{suggestion_id}")
@needs(Right.READ, development=True, guest=True)
def get_suggestion(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, suggestion_id: Id
) -> SuggestionOut:
    """Fetch a suggestion."""
    return SuggestionOut.of(suggestions.get(session, caller, experiment_id, suggestion_id))


@router.put("/{suggestion_id}")
@needs(Right.WRITE, development=True)
def update_suggestion(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, suggestion_id: Id, body: SuggestionUpdateIn
) -> SuggestionOut:
    """Replace the metadata of a suggestion, if it is sent; nothing else can change."""
    if "metadata" in body.model_fields_set:
        return SuggestionOut.of(suggestions.update(session, caller, experiment_id, suggestion_id, body.metadata))
    return SuggestionOut.of(suggestions.get(session, caller, experiment_id, suggestion_id))


@router.delete("/{suggestion_id}")
@needs(Right.WRITE, development=True)
def delete_suggestion(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, suggestion_id: Id
) -> dict[str, str]:
    """Delete a suggestion: it no longer counts as pending."""
    suggestions.delete(session, caller, experiment_id, suggestion_id)
    return {}
