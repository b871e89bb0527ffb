"""Notes: texts about projects, of which the newest counts."""

from sqlalchemy.orm import Session

from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.storage.models import Note, Project
from optsvc.storage.notes import newest_note
from optsvc.storage.pages import Page, PageQuery


def create(session: Session, caller: Caller, client_id: int, reference: str, contents: str) -> tuple[Project, Note]:
    """Store a note about a project, in the place of the one before.

    Raises:
        NotFound, Forbidden: As in `access.project`.
    """
    project = access.project(session, caller, client_id, reference)
    note = Note(project_id=project.id, user_id=caller.user_id, contents=contents)
    session.add(note)
    session.flush()
    return project, note


def newest(
    session: Session, caller: Caller, client_id: int, reference: str, query: PageQuery
) -> tuple[Project, Page[Note]]:
    """A page of a list that holds only the note about a project that counts.

    Raises:
        NotFound, Forbidden: As in `access.project`.
    """
    project = access.project(session, caller, client_id, reference)
    return project, newest_note(session, project, query)
