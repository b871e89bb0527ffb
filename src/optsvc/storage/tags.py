"""Queries for tags."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from optsvc.storage.models import RunTag, Tag, TrainingRun
from optsvc.storage.pages import Page, PageQuery, fetch_page


class TagRepository:
    """Tags of one client, and the runs that they are on."""

    def __init__(self, session: Session, client_id: int) -> None:
        self.session = session
        self.client_id = client_id

    def get(self, tag_id: int) -> Tag | None:
        """The tag, if it is one of the client."""
        return self.session.scalar(select(Tag).where(Tag.id == tag_id, Tag.client_id == self.client_id))

    def page(self, query: PageQuery) -> Page[Tag]:
        """A page of tags by id."""
        return fetch_page(self.session, select(Tag).where(Tag.client_id == self.client_id), [Tag.id], query)

    def put_on(self, run: TrainingRun, tag: Tag) -> None:
        """Put a tag on a run; twice is fine."""
        row = insert(RunTag).values(training_run_id=run.id, tag_id=tag.id)
        self.session.execute(row.on_conflict_do_nothing())

    def take_off(self, run: TrainingRun, tag: Tag) -> None:
        """Take a tag off a run, if it is there."""
        self.session.execute(delete(RunTag).where(RunTag.training_run_id == run.id, RunTag.tag_id == tag.id))
