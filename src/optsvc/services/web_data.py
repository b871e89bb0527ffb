"""Web data: what a dashboard keeps for its users, such as saved views of a project."""

from dataclasses import dataclass
from typing import Any, TypedDict

from sqlalchemy.orm import Session

from optsvc.domain.errors import Forbidden, NotFound
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.storage.models import Project, WebData, now
from optsvc.storage.pages import Page, PageQuery
from optsvc.storage.web_data import WebDataRepository

MOST_OF_A_KIND = 100
"""How many of one kind a project may have."""


@dataclass(frozen=True, slots=True)
class Parent:
    """The project that web data belong to.

    Args:
        client_id: Whose project.
        reference: What users call it.
    """

    client_id: int
    reference: str


class WebDataChanges(TypedDict, total=False):
    """What may be changed later; a key that is absent leaves its field as it is."""

    display_name: str
    payload: dict[str, Any]


def create(
    session: Session, caller: Caller, parent: Parent, *, kind: str, display_name: str, payload: dict[str, Any]
) -> tuple[Project, WebData]:
    """Store something for a dashboard.

    Raises:
        NotFound: The project is not there or not visible.
        Forbidden: As in `access.project`; or the project has as many of this kind as it may have.
    """
    project = access.project(session, caller, parent.client_id, parent.reference, lock=True)  # nobody else counts now
    if WebDataRepository(session, project, kind).count() >= MOST_OF_A_KIND:
        raise Forbidden(
            f"project {project.reference!r} has {MOST_OF_A_KIND} web data of type {kind!r}, the most of one type: "
            "delete one first"
        )
    row = WebData(project_id=project.id, user_id=caller.user_id, kind=kind, display_name=display_name, payload=payload)
    session.add(row)
    session.flush()
    return project, row


def page(
    session: Session, caller: Caller, parent: Parent, kind: str, query: PageQuery
) -> tuple[Project, Page[WebData]]:
    """A page of what is kept for a project, of one kind, newest first.

    Raises:
        NotFound, Forbidden: As in `access.project`.
    """
    project = access.project(session, caller, parent.client_id, parent.reference)
    return project, WebDataRepository(session, project, kind).page(query)


def update(
    session: Session, caller: Caller, web_data_id: int, changes: WebDataChanges, **expected: Any
) -> tuple[Project, WebData]:
    """Change what the keys of `changes` name.

    Args:
        session: The transaction to work in.
        caller: Who asks.
        web_data_id: Which one.
        changes: What to change.
        expected: As in `_find`.

    Raises:
        NotFound, Forbidden: As in `_find`.
    """
    project, row = _find(session, caller, web_data_id, **expected)
    for name, value in changes.items():
        setattr(row, name, value)
    row.updated = now()
    session.flush()
    return project, row


def delete(session: Session, caller: Caller, web_data_id: int, **expected: Any) -> None:
    """Remove it for good.

    Raises:
        NotFound, Forbidden: As in `_find`.
    """
    session.delete(_find(session, caller, web_data_id, **expected)[1])
    session.flush()


def _find(
    session: Session, caller: Caller, web_data_id: int, *, parent: Parent | None = None, kind: str | None = None
) -> tuple[Project, WebData]:
    """The one with this id, locked for a change; of this project and kind, if they are named.

    Raises:
        NotFound: It is not there, or its project is not visible.
        Forbidden: The endpoint needs more.
    """
    missing = f"no web data with id {web_data_id}"
    row = session.get(WebData, web_data_id, with_for_update=True)
    if row is None or (kind is not None and kind != row.kind):
        raise NotFound(missing)
    owner = session.get_one(Project, row.project_id)
    if parent is not None and parent != Parent(owner.client_id, owner.reference):
        raise NotFound(missing)
    try:
        return access.project(session, caller, owner.client_id, owner.reference), row
    except NotFound as error:
        raise NotFound(missing) from error
