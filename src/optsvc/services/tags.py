"""Tags: labels of a client for its runs."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from optsvc.domain.errors import Conflict, NotFound, Unprocessable
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.storage.models import Tag, now
from optsvc.storage.pages import Page, PageQuery
from optsvc.storage.tags import TagRepository


def create(session: Session, caller: Caller, client_id: int, *, name: str, color: str) -> Tag:
    """Store a new tag of a client; `color` is ``#RRGGBB``.

    Raises:
        NotFound, Forbidden: As in `access.client`.
        Conflict: The client has a tag of this name.
    """
    tag = Tag(client_id=access.client(session, caller, client_id).id, name=name, color=color.upper())
    try:
        with session.begin_nested():
            session.add(tag)
    except IntegrityError as error:
        raise Conflict(f"client {client_id} has a tag {name!r} already") from error
    return tag


def page(session: Session, caller: Caller, client_id: int, query: PageQuery) -> Page[Tag]:
    """A page of the tags of a client, newest first.

    Raises:
        NotFound, Forbidden: As in `access.client`.
    """
    return TagRepository(session, access.client(session, caller, client_id).id).page(query)


def put_on_run(session: Session, caller: Caller, run_id: int, tag_id: int) -> Tag:
    """Put a tag on a run; twice is fine.

    Raises:
        NotFound, Forbidden: As in `access.training_run`.
        Unprocessable: The client of the run has no such tag.
    """
    run = access.training_run(session, caller, run_id, lock=True)
    repository = TagRepository(session, run.client_id)
    tag = repository.get(tag_id)
    if tag is None:
        raise Unprocessable(f"there is no tag with id {tag_id}: create it first")
    repository.put_on(run, tag)
    run.updated = now()
    return tag


def take_off_run(session: Session, caller: Caller, run_id: int, tag_id: int) -> Tag:
    """Take a tag off a run; that it was not there is fine.

    Raises:
        NotFound: The run or the tag is not there or not visible.
    """
    run = access.training_run(session, caller, run_id, lock=True)
    repository = TagRepository(session, run.client_id)
    tag = repository.get(tag_id)
    if tag is None:
        raise NotFound(f"there is no tag with id {tag_id}")
    repository.take_off(run, tag)
    run.updated = now()
    return tag
