"""Notes about projects."""

from fastapi import APIRouter

from optsvc.api.deps import REPEATABLE, CallerDep, ProjectId, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.paging import PageQueryDep
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Id, Pagination, paginate
from optsvc.api.schemas.notes import NoteIn, NoteOut
from optsvc.domain.rights import Right
from optsvc.services import notes

router = APIRouter(
    prefix="/clients/{client_id}/projects/{project_id}/notes",
    route_class=ContractRoute,
    tags=["projects"],
    responses=RESPONSES,
)


@router.post("", dependencies=REPEATABLE)
@needs(Right.WRITE, development=True)
def create_note(session: SessionDep, caller: CallerDep, client_id: Id, project_id: ProjectId, body: NoteIn) -> NoteOut:
    """Write a note about a project; it takes the place of the one before."""
    return NoteOut.of(*notes.create(session, caller, client_id, project_id, body.contents))


@router.get("")
@needs(Right.READ, development=True)
def list_notes(
    session: SessionDep, caller: CallerDep, client_id: Id, project_id: ProjectId, page_query: PageQueryDep
) -> Pagination[NoteOut]:
    """The note about a project: a list with the newest one only."""
    project, page = notes.newest(session, caller, client_id, project_id, page_query)
    return paginate(page, lambda note: NoteOut.of(project, note))
