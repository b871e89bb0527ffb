"""Projects."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from optsvc.api.deps import REPEATABLE, CallerDep, ProjectId, SessionDep
from optsvc.api.errors import CONFLICT, RESPONSES
from optsvc.api.paging import PageQueryDep
from optsvc.api.query import Flag
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Id, Pagination, paginate
from optsvc.api.schemas.projects import ProjectIn, ProjectOut, ProjectUpdateIn
from optsvc.domain.rights import Right
from optsvc.services import projects
from optsvc.storage.models import Project

router = APIRouter(
    prefix="/clients/{client_id}/projects", route_class=ContractRoute, tags=["projects"], responses=RESPONSES
)


@router.post("", dependencies=REPEATABLE, responses=CONFLICT)
@needs(Right.WRITE, development=True)
def create_project(session: SessionDep, caller: CallerDep, client_id: Id, body: ProjectIn) -> ProjectOut:
    """Create a project. Its id is yours to choose."""
    created = projects.create(session, caller, client_id, reference=body.id, name=body.name, metadata=body.metadata)
    return _shown(session, created)


@router.get("")
@needs(Right.READ, development=True)
def list_projects(
    session: SessionDep,
    caller: CallerDep,
    client_id: Id,
    page_query: PageQueryDep,
    user: Annotated[Id | None, Query(description="Only those that this user created.")] = None,
    deleted: Annotated[Flag, Query(description="Archived ones too.")] = False,
    sort: Annotated[Literal["updated", "created"], Query(description="By which moment.")] = "updated",
) -> Pagination[ProjectOut]:
    """List projects, the last changed first."""
    page = projects.page(session, caller, client_id, page_query, user_id=user, archived=deleted, sort=sort)
    counts = projects.counts(session, page.rows)
    return paginate(page, lambda row: ProjectOut.of(row, counts[row.id]))


@router.get("/{project_id}")
@needs(Right.READ, development=True, guest=True)
def get_project(session: SessionDep, caller: CallerDep, client_id: Id, project_id: ProjectId) -> ProjectOut:
    """Fetch a project."""
    return _shown(session, projects.get(session, caller, client_id, project_id))


@router.put("/{project_id}")
@needs(Right.WRITE, development=True)
def update_project(
    session: SessionDep, caller: CallerDep, client_id: Id, project_id: ProjectId, body: ProjectUpdateIn
) -> ProjectOut:
    """Change a project: only the keys that are sent."""
    return _shown(session, projects.update(session, caller, client_id, project_id, body.changes()))


def _shown(session: Session, project: Project) -> ProjectOut:
    return ProjectOut.of(project, projects.counts(session, [project])[project.id])
