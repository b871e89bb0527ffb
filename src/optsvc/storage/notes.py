"""Queries for the notes of projects."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from optsvc.storage.models import Note, Project
from optsvc.storage.pages import Page, PageQuery, fetch_page


def newest_note(session: Session, project: Project, query: PageQuery) -> Page[Note]:
    """A page of a list that holds only the note that counts; nothing if the project has none."""
    newest = select(func.max(Note.id)).where(Note.project_id == project.id).scalar_subquery()
    return fetch_page(session, select(Note).where(Note.id == newest), [Note.id], query)
