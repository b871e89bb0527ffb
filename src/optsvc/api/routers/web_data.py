"""Web data: what a dashboard keeps for its users, such as saved views of a project."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from optsvc.api.deps import REPEATABLE, CallerDep, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.paging import PageQueryDep
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import EmptyOut, Id, Pagination, paginate
from optsvc.api.schemas.web_data import Kind, ParentIn, ParentType, WebDataChangesIn, WebDataIn, WebDataOut
from optsvc.domain.errors import InvalidRequest
from optsvc.domain.rights import Right
from optsvc.services import web_data
from optsvc.services.web_data import Parent

router = APIRouter(prefix="/web_data", route_class=ContractRoute, tags=["web data"], responses=RESPONSES)

_THING = ("parent_resource_type", "parent_resource_id", "web_data_type")
_LIST = ("limit", "before", "after", "ascending", "sort", "fields")


def _only(*names: str) -> Callable[[Request], None]:
    """A dependency that refuses all other query parameters, which the contract asks of these endpoints alone."""

    def check(request: Request) -> None:
        unknown = sorted(request.query_params.keys() - set(names))
        if unknown:
            raise InvalidRequest(f"Unknown query parameters: {', '.join(unknown)}")

    return check


ParentText = Annotated[
    str,
    Query(
        description="The project, as JSON text of an object with `client` and `project`.",
        examples=['{"client": "12", "project": "cakes"}'],
    ),
]


def _parent(parent_resource_id: ParentText) -> Parent:
    try:
        return ParentIn.model_validate_json(parent_resource_id).to_service()
    except ValidationError as error:
        # As if it had been in a body, so that the message is made in the same way.
        raise RequestValidationError(
            [{**part, "loc": ("query", "parent_resource_id", *part["loc"])} for part in error.errors()]
        ) from error


def _parent_if_named(parent_resource_id: ParentText | None = None) -> Parent | None:
    return None if parent_resource_id is None else _parent(parent_resource_id)


TypeDep = Annotated[ParentType, Query(description="There are data of projects only.")]
ParentDep = Annotated[Parent, Depends(_parent)]
ParentIfNamedDep = Annotated[Parent | None, Depends(_parent_if_named)]


@router.post("", dependencies=[*REPEATABLE, Depends(_only())])
@needs(Right.WRITE)
def create_web_data(session: SessionDep, caller: CallerDep, body: WebDataIn) -> WebDataOut:
    """Keep something for a dashboard; at most 100 of a type in each project."""
    made = web_data.create(
        session,
        caller,
        body.parent_resource_id.to_service(),
        kind=body.web_data_type,
        display_name=body.display_name,
        payload=body.payload,
    )
    return WebDataOut.of(*made)


@router.get("", dependencies=[Depends(_only(*_THING, *_LIST))])
@needs(Right.READ)
def list_web_data(
    session: SessionDep,
    caller: CallerDep,
    parent: ParentDep,
    parent_resource_type: TypeDep,  # noqa: ARG001  there is only one
    web_data_type: Annotated[Kind, Query(description="Only data of this sort.")],
    page_query: PageQueryDep,
    sort: Annotated[Literal["id"], Query(description="There is nothing else to sort by.")] = "id",  # noqa: ARG001
) -> Pagination[WebDataOut]:
    """List what is kept for a project, of one type, newest first."""
    project, page = web_data.page(session, caller, parent, web_data_type, page_query)
    return paginate(page, lambda row: WebDataOut.of(project, row))


@router.put("", dependencies=[Depends(_only())])
@needs(Right.WRITE)
def update_web_data(session: SessionDep, caller: CallerDep, body: WebDataChangesIn) -> WebDataOut:
    """Change the name or the payload of what is kept."""
    parent = None if body.parent_resource_id is None else body.parent_resource_id.to_service()
    changed = web_data.update(session, caller, body.id, body.changes(), parent=parent, kind=body.web_data_type)
    return WebDataOut.of(*changed)


@router.delete("", dependencies=[Depends(_only("id", *_THING))])
@needs(Right.WRITE)
def delete_web_data(
    session: SessionDep,
    caller: CallerDep,
    id: Annotated[Id, Query(description="What to remove.")],
    parent: ParentIfNamedDep,
    parent_resource_type: TypeDep | None = None,  # noqa: ARG001  there is only one
    web_data_type: Annotated[Kind | None, Query(description="If named, it must be the right one.")] = None,
) -> EmptyOut:
    """Remove what is kept, for good."""
    web_data.delete(session, caller, id, parent=parent, kind=web_data_type)
    return EmptyOut()
