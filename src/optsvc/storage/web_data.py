"""Queries for web data."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from optsvc.storage.models import Project, WebData
from optsvc.storage.pages import Page, PageQuery, fetch_page


class WebDataRepository:
    """Web data of one kind in one project that the caller is known to see."""

    def __init__(self, session: Session, project: Project, kind: str) -> None:
        self.session = session
        self._mine = (WebData.project_id == project.id, WebData.kind == kind)

    def count(self) -> int:
        """How many there are."""
        return self.session.scalar(select(func.count()).select_from(WebData).where(*self._mine)) or 0

    def page(self, query: PageQuery) -> Page[WebData]:
        """A page of them by id."""
        return fetch_page(self.session, select(WebData).where(*self._mine), [WebData.id], query)
