"""Queries for checkpoints."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from optsvc.storage.models import Checkpoint, TrainingRun
from optsvc.storage.pages import Page, PageQuery, fetch_page


class CheckpointRepository:
    """Checkpoints of one run that the caller is known to see."""

    def __init__(self, session: Session, run: TrainingRun) -> None:
        self.session = session
        self.run = run

    def get(self, checkpoint_id: int) -> Checkpoint | None:
        """The checkpoint, if it is one of the run."""
        return self.session.scalar(
            select(Checkpoint).where(Checkpoint.id == checkpoint_id, Checkpoint.training_run_id == self.run.id)
        )

    def page(self, query: PageQuery) -> Page[Checkpoint]:
        """A page of checkpoints by id."""
        statement = select(Checkpoint).where(Checkpoint.training_run_id == self.run.id)
        return fetch_page(self.session, statement, [Checkpoint.id], query)
