"""Experiments."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from optsvc.api.deps import REPEATABLE, CallerDep, ExperimentId, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.paging import PageQueryDep
from optsvc.api.query import Flag, NotYet
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Pagination, paginate
from optsvc.api.schemas.experiments import ExperimentIn, ExperimentOut, ExperimentUpdateIn
from optsvc.domain.rights import Right
from optsvc.services import experiments

router = APIRouter(route_class=ContractRoute, tags=["experiments"], responses=RESPONSES)


@router.post("/experiments", dependencies=REPEATABLE)
@needs(Right.WRITE, development=True)
def create_experiment(session: SessionDep, caller: CallerDep, body: ExperimentIn) -> ExperimentOut:
    """Create an experiment: what may be varied, what is measured, how often."""
    experiment = experiments.create(session, caller, body.to_service())
    return ExperimentOut.of(experiment, experiments.progress(session, [experiment])[experiment.id])


@router.get("/experiments", dependencies=[Depends(NotYet("user", "period_start", "period_end"))])
@needs(Right.READ, development=True)
def list_experiments(
    session: SessionDep,
    caller: CallerDep,
    page_query: PageQueryDep,
    state: Annotated[Literal["active", "deleted", "all"], Query(description="Which ones.")] = "active",
    search: Annotated[str | None, Query(description="A part of the name, in any case.")] = None,
    sort: Annotated[Literal["id", "recent"], Query(description="`recent` sorts by the last update.")] = "id",
) -> Pagination[ExperimentOut]:
    """List experiments, newest first."""
    page = experiments.page(session, caller, page_query, state=state, search=search, sort=sort)
    progress = experiments.progress(session, page.rows)
    return paginate(page, lambda row: ExperimentOut.of(row, progress[row.id]))


@router.get("/experiments/{experiment_id}")
@needs(Right.READ, development=True, guest=True)
def get_experiment(session: SessionDep, caller: CallerDep, experiment_id: ExperimentId) -> ExperimentOut:
    """Fetch an experiment and its progress."""
    experiment = experiments.get(session, caller, experiment_id)
    return ExperimentOut.of(experiment, experiments.progress(session, [experiment])[experiment.id])


@router.put("/experiments/{experiment_id}")
@needs(Right.WRITE, development=True)
def update_experiment(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, body: ExperimentUpdateIn
) -> ExperimentOut:
    """Change an experiment: only the keys that are sent."""
    experiment = experiments.update(session, caller, experiment_id, body.changes())
    return ExperimentOut.of(experiment, experiments.progress(session, [experiment])[experiment.id])


@router.delete("/experiments/{experiment_id}")
@needs(Right.WRITE, development=True)
def delete_experiment(
    session: SessionDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    include_runs: Annotated[
        Flag, Query(description="Delete its suggestions and observations too; these do not come back.")
    ] = False,
) -> dict[str, str]:
    """Archive an experiment: it stays readable and comes back with `PUT {"state": "active"}`."""
    experiments.delete(session, caller, experiment_id, with_data=include_runs)
    return {}
