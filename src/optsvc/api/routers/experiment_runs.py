"""Runs of AI experiments."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from optsvc.api.deps import REPEATABLE, CallerDep, DeadlineDep, ExperimentId, SessionDep, WakeUpsDep
from optsvc.api.errors import RESPONSES
from optsvc.api.paging import PageQueryDep
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Pagination, paginate
from optsvc.api.schemas.training_runs import RunIn, RunOut
from optsvc.api.waiting import next_suggestion
from optsvc.domain.rights import Right
from optsvc.services import experiment_runs, training_runs
from optsvc.services.access import Caller
from optsvc.services.run_changes import RunChanges
from optsvc.storage.models import Suggestion

router = APIRouter(
    prefix="/aiexperiments/{experiment_id}", route_class=ContractRoute, tags=["training runs"], responses=RESPONSES
)


@router.post("/training_runs", dependencies=REPEATABLE)
@needs(Right.WRITE)
async def create_training_run_of_experiment(
    session: SessionDep,
    caller: CallerDep,
    wakeups: WakeUpsDep,
    deadline_s: DeadlineDep,
    experiment_id: ExperimentId,
    body: RunIn,
) -> RunOut:
    """Begin a run of an AI experiment, with the next suggestion in its assignments, or with assignments of your own.

    When it is completed or failed, it becomes an observation.
    """
    changes = body.changes()
    suggestion = None
    if await run_in_threadpool(experiment_runs.wants_suggestion, session, caller, experiment_id, changes):
        suggestion = await next_suggestion(session, caller, wakeups, experiment_id, deadline_s=deadline_s, for_run=True)
    return await run_in_threadpool(_created, session, caller, experiment_id, changes, suggestion)


@router.get("/best_training_runs")
@needs(Right.READ, guest=True)
def list_best_training_runs(
    session: SessionDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    page_query: PageQueryDep,
    sort: Annotated[Literal["updated", "created"], Query(description="How the pages follow each other.")] = "updated",
) -> Pagination[RunOut]:
    """List the runs with the best results, the best first within each page."""
    page = experiment_runs.best(session, caller, experiment_id, page_query, sort=sort)
    extras = training_runs.extras(session, page.rows)
    return paginate(page, lambda row: RunOut.of(row, extras[row.id]))


def _created(
    session: Session, caller: Caller, experiment_id: int, changes: RunChanges, suggestion: Suggestion | None
) -> RunOut:
    run = experiment_runs.create(session, caller, experiment_id, changes, suggestion)
    return RunOut.of(run, training_runs.extras(session, [run])[run.id])
