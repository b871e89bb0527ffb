"""AI experiments: those whose evaluations are training runs."""

from fastapi import APIRouter
from sqlalchemy.orm import Session

from optsvc.api.deps import REPEATABLE, CallerDep, ExperimentId, ProjectId, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.paging import PageQueryDep
from optsvc.api.route import ContractRoute, needs
from optsvc.api.routers.experiments import IncludeRuns, SearchQuery, SortQuery, StateQuery, UserQuery
from optsvc.api.schemas.common import Id, Pagination, paginate
from optsvc.api.schemas.experiments import AIExperimentIn, AIExperimentOut, AIExperimentUpdateIn
from optsvc.domain.rights import Right
from optsvc.services import experiment_changes, experiments, standings
from optsvc.storage.experiments import ExperimentFilter
from optsvc.storage.models import Experiment
from optsvc.storage.pages import Page

router = APIRouter(route_class=ContractRoute, tags=["AI experiments"], responses=RESPONSES)


@router.post("/clients/{client_id}/projects/{project_id}/aiexperiments", dependencies=REPEATABLE)
@needs(Right.WRITE)
def create_ai_experiment(
    session: SessionDep, caller: CallerDep, client_id: Id, project_id: ProjectId, body: AIExperimentIn
) -> AIExperimentOut:
    """Create an experiment whose evaluations are training runs of a project."""
    experiments.check_project(session, caller, client_id, project_id)
    return _shown(session, experiments.create(session, caller, body.to_service(project_id), client_id=client_id))


@router.get("/clients/{client_id}/projects/{project_id}/aiexperiments")
@needs(Right.READ, development=True)
def list_ai_experiments_of_project(
    session: SessionDep,
    caller: CallerDep,
    client_id: Id,
    project_id: ProjectId,
    page_query: PageQueryDep,
    state: StateQuery = "active",
    search: SearchQuery = None,
    user: UserQuery = None,
    sort: SortQuery = "id",
) -> Pagination[AIExperimentOut]:
    """List the AI experiments of a project, newest first."""
    wanted = ExperimentFilter(state, search, user, runs_only=True)
    page = experiments.page(session, caller, page_query, wanted, client_id=client_id, project=project_id, sort=sort)
    return _listed(session, page)


@router.get("/clients/{client_id}/aiexperiments")
@needs(Right.READ)
def list_ai_experiments_of_client(
    session: SessionDep,
    caller: CallerDep,
    client_id: Id,
    page_query: PageQueryDep,
    state: StateQuery = "active",
    search: SearchQuery = None,
    user: UserQuery = None,
    sort: SortQuery = "id",
) -> Pagination[AIExperimentOut]:
    """List the AI experiments of a client, newest first."""
    wanted = ExperimentFilter(state, search, user, runs_only=True)
    return _listed(session, experiments.page(session, caller, page_query, wanted, client_id=client_id, sort=sort))


@router.get("/aiexperiments")
@needs(Right.READ)
def list_ai_experiments(
    session: SessionDep,
    caller: CallerDep,
    page_query: PageQueryDep,
    state: StateQuery = "active",
    search: SearchQuery = None,
    user: UserQuery = None,
    sort: SortQuery = "id",
) -> Pagination[AIExperimentOut]:
    """List AI experiments, newest first."""
    wanted = ExperimentFilter(state, search, user, runs_only=True)
    return _listed(session, experiments.page(session, caller, page_query, wanted, sort=sort))


@router.get("/aiexperiments/{experiment_id}")
@needs(Right.READ, guest=True)
def get_ai_experiment(session: SessionDep, caller: CallerDep, experiment_id: ExperimentId) -> AIExperimentOut:
    """Fetch an AI experiment and its progress."""
    return _shown(session, experiments.get(session, caller, experiment_id, runs_only=True))


@router.put("/aiexperiments/{experiment_id}")
@needs(Right.WRITE)
def update_ai_experiment(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, body: AIExperimentUpdateIn
) -> AIExperimentOut:
    """Change an AI experiment: only the keys that are sent."""
    experiments.get(session, caller, experiment_id, runs_only=True)
    compute = not body.no_optimize
    return _shown(session, experiment_changes.update(session, caller, experiment_id, body.changes(), compute=compute))


@router.delete("/aiexperiments/{experiment_id}")
@needs(Right.WRITE)
def delete_ai_experiment(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, include_runs: IncludeRuns = False
) -> dict[str, str]:
    """Archive an AI experiment: it stays readable and comes back with `PUT {"state": "active"}`."""
    experiments.get(session, caller, experiment_id, runs_only=True)
    experiment_changes.delete(session, caller, experiment_id, with_data=include_runs)
    return {}


def _shown(session: Session, experiment: Experiment) -> AIExperimentOut:
    [standing] = standings.of(session, [experiment])
    return AIExperimentOut.of(standing)


def _listed(session: Session, page: Page[Experiment]) -> Pagination[AIExperimentOut]:
    by_id = {standing.row.id: standing for standing in standings.of(session, page.rows)}
    return paginate(page, lambda row: AIExperimentOut.of(by_id[row.id]))
