"""Queued suggestions."""

from fastapi import APIRouter

from optsvc.api.deps import REPEATABLE, CallerDep, ExperimentId, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.paging import PageQueryDep
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Id, Pagination, paginate
from optsvc.api.schemas.suggestions import QueuedSuggestionIn, QueuedSuggestionOut
from optsvc.domain.rights import Right
from optsvc.services import experiments, queued_suggestions

router = APIRouter(
    prefix="/experiments/{experiment_id}/queued_suggestions",
    route_class=ContractRoute,
    tags=["queued suggestions"],
    responses=RESPONSES,
)


@router.post("", dependencies=REPEATABLE)
@needs(Right.WRITE, development=True)
def create_queued_suggestion(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, body: QueuedSuggestionIn
) -> QueuedSuggestionOut:
    """Put a point in line: it is handed out before any of the optimizer's, first in, first out."""
    queued = queued_suggestions.create(session, caller, experiment_id, body.assignments, body.task_name)
    return QueuedSuggestionOut.of(queued, experiments.definition(session, experiment_id))


@router.get("")
@needs(Right.READ, development=True, guest=True)
def list_queued_suggestions(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, page_query: PageQueryDep
) -> Pagination[QueuedSuggestionOut]:
    """List the points that still wait, newest first."""
    page = queued_suggestions.page(session, caller, experiment_id, page_query)
    definition = experiments.definition(session, experiment_id)
    return paginate(page, lambda row: QueuedSuggestionOut.of(row, definition))


@router.get("/{queued_suggestion_id}")
@needs(Right.READ, development=True, guest=True)
def get_queued_suggestion(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, queued_suggestion_id: Id
) -> QueuedSuggestionOut:
    """Fetch a point that still waits."""
    queued = queued_suggestions.get(session, caller, experiment_id, queued_suggestion_id)
    return QueuedSuggestionOut.of(queued, experiments.definition(session, experiment_id))


@router.delete("/{queued_suggestion_id}")
@needs(Right.WRITE, development=True)
def delete_queued_suggestion(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, queued_suggestion_id: Id
) -> dict[str, str]:
    """Take a point out of the line."""
    queued_suggestions.delete(session, caller, experiment_id, queued_suggestion_id)
    return {}
