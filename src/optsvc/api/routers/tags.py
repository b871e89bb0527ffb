"""Tags."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from optsvc.api.deps import REPEATABLE, CallerDep, SessionDep
from optsvc.api.errors import CONFLICT, RESPONSES
from optsvc.api.paging import PageQueryDep
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Id, Pagination, paginate
from optsvc.api.schemas.tags import RunTagIn, TagIn, TagOut
from optsvc.domain.rights import Right
from optsvc.services import tags

router = APIRouter(route_class=ContractRoute, tags=["tags"], responses=RESPONSES)


@router.post("/clients/{client_id}/tags", dependencies=REPEATABLE, responses=CONFLICT)
@needs(Right.WRITE)
def create_tag(session: SessionDep, caller: CallerDep, client_id: Id, body: TagIn) -> TagOut:
    """Create a label for runs."""
    return TagOut.of(tags.create(session, caller, client_id, name=body.name, color=body.color))


@router.get("/clients/{client_id}/tags")
@needs(Right.READ)
def list_tags(
    session: SessionDep,
    caller: CallerDep,
    client_id: Id,
    page_query: PageQueryDep,
    sort: Annotated[Literal["id"], Query(description="There is nothing else to sort by.")] = "id",  # noqa: ARG001
) -> Pagination[TagOut]:
    """List the tags of a client, newest first."""
    return paginate(tags.page(session, caller, client_id, page_query), TagOut.of)


@router.post("/training_runs/{run_id}/tags", dependencies=REPEATABLE)
@needs(Right.WRITE, development=True)
def add_tag_to_run(session: SessionDep, caller: CallerDep, run_id: Id, body: RunTagIn) -> TagOut:
    """Put a tag on a run."""
    return TagOut.of(tags.put_on_run(session, caller, run_id, body.id))


@router.delete("/training_runs/{run_id}/tags/{tag_id}")
@needs(Right.WRITE, development=True)
def remove_tag_from_run(session: SessionDep, caller: CallerDep, run_id: Id, tag_id: Id) -> TagOut:
    """Take a tag off a run."""
    return TagOut.of(tags.take_off_run(session, caller, run_id, tag_id))
