"""Queries for the notes of projects."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from optsvc.storage.models import Note, Project


def newest_note(session: Session, project: Project) -> Note | None:
    """The note that counts, None if the project has none."""
    return session.scalar(select(Note).where(Note.project_id == project.id).order_by(Note.id.desc()).limit(1))
