"""Experiments."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy.orm import Session

from optsvc.api import errors
from optsvc.api.deps import REPEATABLE, CallerDep, ExperimentId, ProjectId, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.paging import PageQueryDep
from optsvc.api.query import Flag
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Id, Pagination, paginate
from optsvc.api.schemas.experiments import AIExperimentOut, ExperimentIn, ExperimentOut, ExperimentUpdateIn
from optsvc.domain.errors import InvalidRequest
from optsvc.domain.rights import Right
from optsvc.services import experiment_changes, experiments, preflight, standings
from optsvc.services.access import Caller
from optsvc.services.standings import Standing
from optsvc.storage.experiments import ExperimentFilter, SortKey, State
from optsvc.storage.models import Experiment
from optsvc.storage.pages import Page

router = APIRouter(route_class=ContractRoute, tags=["experiments"], responses=RESPONSES)

DryRun = Annotated[Flag, Query(description="Store nothing: only check it, and say what is known of it beforehand.")]
IncludeRuns = Annotated[
    Flag, Query(description="Delete its runs, suggestions and observations too; these do not come back.")
]
SortQuery = Annotated[SortKey, Query(description="`recent` sorts by the last update.")]
StateQuery = Annotated[State, Query(description="Which ones.")]
SearchQuery = Annotated[str | None, Query(description="A part of the name, or of its creator's, in any case.")]
UserQuery = Annotated[Id | None, Query(description="Only those that this user created.")]


def _filter(
    caller: CallerDep,
    state: StateQuery = "active",
    search: SearchQuery = None,
    user: UserQuery = None,
    period_start: Annotated[
        int | None, Query(ge=0, le=2**31, description="Only those created then or later, in seconds since 1970 UTC.")
    ] = None,
    period_end: Annotated[
        int | None, Query(ge=0, le=2**31, description="Only those created before, in seconds since 1970 UTC.")
    ] = None,
    development: Annotated[Flag | None, Query(description="Only development experiments, or only others.")] = None,
    include_ai: Annotated[Flag, Query(description="AI experiments too.")] = False,
) -> ExperimentFilter:
    if period_start is not None and period_end is not None and period_end < period_start:
        raise InvalidRequest(f"period_end ({period_end}) must not be before period_start ({period_start})")
    return ExperimentFilter(
        state=state,
        search=search,
        user_id=user,
        created_from=None if period_start is None else datetime.fromtimestamp(period_start, UTC),
        created_before=None if period_end is None else datetime.fromtimestamp(period_end, UTC),
        development=development if caller.client_id is None else None,  # other callers see one kind only
        runs_only=None if include_ai else False,
    )


FilterDep = Annotated[ExperimentFilter, Depends(_filter)]
Experiments = Pagination[ExperimentOut | AIExperimentOut]


@router.post("/experiments", dependencies=REPEATABLE)
@needs(Right.WRITE, development=True)
def create_experiment(
    session: SessionDep, caller: CallerDep, body: ExperimentIn, dry_run: DryRun = False
) -> ExperimentOut:
    """Create an experiment: what may be varied, what is measured, how often."""
    return _create(session, caller, None, body, dry_run=dry_run)


@router.post("/clients/{client_id}/experiments", dependencies=REPEATABLE)
@needs(Right.WRITE, development=True)
def create_experiment_of_client(
    session: SessionDep, caller: CallerDep, client_id: Id, body: ExperimentIn, dry_run: DryRun = False
) -> ExperimentOut:
    """Create an experiment of a client."""
    return _create(session, caller, client_id, body, dry_run=dry_run)


@router.get("/experiments")
@needs(Right.READ, development=True)
def list_experiments(
    session: SessionDep, caller: CallerDep, page_query: PageQueryDep, wanted: FilterDep, sort: SortQuery = "id"
) -> Experiments:
    """List experiments, newest first."""
    return _listed(session, experiments.page(session, caller, page_query, wanted, sort=sort))


@router.get("/clients/{client_id}/experiments")
@needs(Right.READ, development=True)
def list_experiments_of_client(
    session: SessionDep,
    caller: CallerDep,
    client_id: Id,
    page_query: PageQueryDep,
    wanted: FilterDep,
    sort: SortQuery = "id",
) -> Experiments:
    """List the experiments of a client, newest first."""
    return _listed(session, experiments.page(session, caller, page_query, wanted, client_id=client_id, sort=sort))


@router.get("/clients/{client_id}/projects/{project_id}/experiments")
@needs(Right.READ, development=True)
def list_experiments_of_project(
    session: SessionDep,
    caller: CallerDep,
    client_id: Id,
    project_id: ProjectId,
    page_query: PageQueryDep,
    wanted: FilterDep,
    sort: SortQuery = "id",
) -> Experiments:
    """List the experiments of a project, newest first."""
    page = experiments.page(session, caller, page_query, wanted, client_id=client_id, project=project_id, sort=sort)
    return _listed(session, page)


@router.get("/users/{user_id}/experiments")
@needs(Right.READ, development=True)
def list_experiments_of_user(
    session: SessionDep,
    caller: CallerDep,
    user_id: Id,
    page_query: PageQueryDep,
    wanted: FilterDep,
    sort: SortQuery = "id",
) -> Experiments:
    """List what a user has created, newest first, in all clients that you see."""
    return _listed(session, experiments.page_of_user(session, caller, user_id, page_query, wanted, sort=sort))


@router.get("/organizations/{organization_id}/experiments")
@needs(Right.ADMIN, development=True)
def list_experiments_of_organization(
    session: SessionDep,
    caller: CallerDep,
    organization_id: Id,
    page_query: PageQueryDep,
    wanted: FilterDep,
    sort: SortQuery = "id",
) -> Experiments:
    """List the experiments of all clients of an organization, newest first."""
    page = experiments.page_of_organization(session, caller, organization_id, page_query, wanted, sort=sort)
    return _listed(session, page)


@router.get(
    "/experiments/{experiment_id}",
    response_model=ExperimentOut,
    responses={301: {"model": errors.ErrorBody, "description": "It is an AI experiment; `Location` says where."}},
)
@needs(Right.READ, development=True, guest=True)
def get_experiment(session: SessionDep, caller: CallerDep, experiment_id: ExperimentId) -> ExperimentOut | Response:
    """Fetch an experiment and its progress."""
    experiment = experiments.get(session, caller, experiment_id)
    if experiment.runs_only:
        location = f"/v1/aiexperiments/{experiment.id}"
        answer = errors.body(f"experiment {experiment.id} is an AI experiment: see {location}", 301, location=location)
        answer.headers["Location"] = location
        return answer
    return _shown(session, experiment)


@router.put("/experiments/{experiment_id}")
@needs(Right.WRITE, development=True)
def update_experiment(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, body: ExperimentUpdateIn
) -> ExperimentOut:
    """Change an experiment: only the keys that are sent."""
    compute = not body.no_optimize
    return _shown(session, experiment_changes.update(session, caller, experiment_id, body.changes(), compute=compute))


@router.delete("/experiments/{experiment_id}")
@needs(Right.WRITE, development=True)
def delete_experiment(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, include_runs: IncludeRuns = False
) -> dict[str, str]:
    """Archive an experiment: it stays readable and comes back with `PUT {"state": "active"}`."""
    experiment_changes.delete(session, caller, experiment_id, with_data=include_runs)
    return {}


def _create(
    session: Session, caller: Caller, client_id: int | None, body: ExperimentIn, *, dry_run: bool
) -> ExperimentOut:
    new = body.to_service()
    experiment = experiments.create(session, caller, new, client_id=client_id, store=not dry_run)
    [standing] = standings.of(session, [experiment])
    return ExperimentOut.of(standing, preflight.of(new.definition) if dry_run else None)


def _shown(session: Session, experiment: Experiment) -> ExperimentOut:
    [standing] = standings.of(session, [experiment])
    return ExperimentOut.of(standing)


def _listed(session: Session, page: Page[Experiment]) -> Experiments:
    by_id = {standing.row.id: standing for standing in standings.of(session, page.rows)}
    return paginate(page, lambda row: _either(by_id[row.id]))


def _either(standing: Standing) -> ExperimentOut | AIExperimentOut:
    return AIExperimentOut.of(standing) if standing.row.runs_only else ExperimentOut.of(standing)
