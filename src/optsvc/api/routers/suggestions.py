"""Suggestions."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool

from optsvc.api.deps import REPEATABLE, CallerDep, DeadlineDep, ExperimentId, IdsDep, RedisDep, SessionDep, WakeUpsDep
from optsvc.api.errors import RESPONSES
from optsvc.api.paging import PageQueryDep
from optsvc.api.query import Flag
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Id, Pagination, paginate
from optsvc.api.schemas.replays import ReplayOut
from optsvc.api.schemas.suggestions import SuggestionIn, SuggestionOut, SuggestionUpdateIn
from optsvc.api.waiting import next_suggestion, replayed
from optsvc.domain.rights import Right
from optsvc.services import experiments, replay, suggestions

router = APIRouter(
    prefix="/experiments/{experiment_id}/suggestions",
    route_class=ContractRoute,
    tags=["suggestions"],
    responses=RESPONSES,
)


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
        suggestion = await run_in_threadpool(
            by_hand, session, caller, experiment_id, body.assignments, body.metadata, task=body.task_name
        )
    else:
        suggestion = await next_suggestion(
            session, caller, wakeups, experiment_id, deadline_s=deadline_s, metadata=body.metadata
        )
    definition = await run_in_threadpool(experiments.definition, session, experiment_id)
    return SuggestionOut.of(suggestion, definition).model_copy(update={"deleted": None})


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
    sort: Annotated[Literal["id"], Query(description="There is nothing else to sort by.")] = "id",  # noqa: ARG001
) -> Pagination[SuggestionOut]:
    """List suggestions, newest first."""
    page = suggestions.page(
        session, caller, experiment_id, page_query, open_only=state == "open", deleted=deleted, ids=ids
    )
    definition = experiments.definition(session, experiment_id)
    return paginate(page, lambda row: SuggestionOut.of(row, definition))


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
    suggestion = suggestions.get(session, caller, experiment_id, suggestion_id)
    return SuggestionOut.of(suggestion, experiments.definition(session, experiment_id))


@router.post("/{suggestion_id}/replay", dependencies=REPEATABLE)
@needs(Right.READ, development=True)
async def replay_suggestion(
    session: SessionDep,
    caller: CallerDep,
    redis: RedisDep,
    wakeups: WakeUpsDep,
    deadline_s: DeadlineDep,
    experiment_id: ExperimentId,
    suggestion_id: Id,
) -> ReplayOut:
    """Compute a suggestion again from what it was computed from, and say whether it comes out the same, bit for bit.

    Changes nothing. 422 if no engine made it, or no worker answers in time.
    """
    await run_in_threadpool(replay.check_replayable, session, caller, experiment_id, suggestion_id)
    found = await replayed(session, redis, wakeups, experiment_id, suggestion_id, deadline_s=deadline_s)
    return ReplayOut(object="replay", suggestion=str(suggestion_id), **found)


@router.put("/{suggestion_id}")
@needs(Right.WRITE, development=True)
def update_suggestion(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, suggestion_id: Id, body: SuggestionUpdateIn
) -> SuggestionOut:
    """Replace the metadata of a suggestion, if it is sent; nothing else can change."""
    if "metadata" in body.model_fields_set:
        suggestion = suggestions.update(session, caller, experiment_id, suggestion_id, body.metadata)
    else:
        suggestion = suggestions.get(session, caller, experiment_id, suggestion_id)
    return SuggestionOut.of(suggestion, experiments.definition(session, experiment_id))


@router.delete("/{suggestion_id}")
@needs(Right.WRITE, development=True)
def delete_suggestion(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, suggestion_id: Id
) -> dict[str, str]:
    """Delete a suggestion: it no longer counts as pending."""
    suggestions.delete(session, caller, experiment_id, suggestion_id)
    return {}
