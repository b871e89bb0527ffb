"""Projects: creating, listing, changing and archiving them."""

from collections.abc import Iterable
from typing import Any, TypedDict

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from optsvc.domain.errors import Conflict
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.storage.models import Project, now
from optsvc.storage.pages import Page, PageQuery
from optsvc.storage.projects import Counts, ProjectRepository, SortKey

EXAMPLE_REFERENCE = "examples"


class ProjectChanges(TypedDict, total=False):
    """What may be changed later; a key that is absent leaves its field as it is."""

    name: str
    deleted: bool
    metadata: dict[str, Any] | None


def create(
    session: Session,
    caller: Caller,
    client_id: int | None,
    *,
    reference: str,
    name: str,
    metadata: dict[str, Any] | None = None,
) -> Project:
    """Store a new project of a client.

    Raises:
        NotFound, Forbidden: As in `access.client`.
        Conflict: The client has a project with this reference.
    """
    owner = access.client(session, caller, client_id)
    project = Project(
        client_id=owner.id, user_id=caller.user_id, reference=reference, name=name, user_metadata=metadata
    )
    try:
        with session.begin_nested():
            session.add(project)
    except IntegrityError as error:
        raise Conflict(f"client {owner.id} has a project with id {reference!r} already: choose another id") from error
    return project


def create_example(session: Session, client_id: int, user_id: int | None) -> Project:
    """The project that every new client starts with, so that there is one to put the first run into."""
    project = Project(client_id=client_id, user_id=user_id, reference=EXAMPLE_REFERENCE, name="Examples")
    session.add(project)
    session.flush()
    return project


def page(
    session: Session,
    caller: Caller,
    client_id: int | None,
    query: PageQuery,
    *,
    user_id: int | None,
    archived: bool,
    sort: SortKey,
) -> Page[Project]:
    """A page of the projects of a client; with `archived`, deleted ones too.

    Raises:
        NotFound, Forbidden: As in `access.client`.
    """
    seen = access.seen_in(session, caller, access.client(session, caller, client_id), Project)
    return ProjectRepository(session).page(query, seen, user_id=user_id, archived=archived, sort=sort)


def get(session: Session, caller: Caller, client_id: int | None, reference: str) -> Project:
    """The project, archived or not.

    Raises:
        NotFound, Forbidden: As in `access.project`.
    """
    return access.project(session, caller, client_id, reference)


def update(session: Session, caller: Caller, client_id: int | None, reference: str, changes: ProjectChanges) -> Project:
    """Change the fields that are named, and nothing else; an empty change still counts as an update.

    Raises:
        NotFound, Forbidden: As in `access.project`.
    """
    project = access.project(session, caller, client_id, reference, lock=True)
    if "name" in changes:
        project.name = changes["name"]
    if "deleted" in changes:
        project.deleted = changes["deleted"]
    if "metadata" in changes:
        project.user_metadata = changes["metadata"]
    project.updated = now()
    return project


def counts(session: Session, projects: Iterable[Project]) -> dict[int, Counts]:
    """How much each project holds, by id."""
    return ProjectRepository(session).counts(projects)
