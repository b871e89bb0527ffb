"""Queries for the points that a user has put in line."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from optsvc.storage.models import Experiment, QueuedSuggestion
from optsvc.storage.pages import Page, PageQuery, fetch_page


class QueuedSuggestionRepository:
    """The queue of one experiment that the caller is known to see."""

    def __init__(self, session: Session, experiment: Experiment) -> None:
        self.session = session
        self.experiment = experiment

    def get(self, queued_id: int) -> QueuedSuggestion | None:
        """The entry, unless it was handed out or deleted."""
        return self.session.scalar(
            select(QueuedSuggestion).where(
                QueuedSuggestion.id == queued_id, QueuedSuggestion.experiment_id == self.experiment.id
            )
        )

    def page(self, query: PageQuery) -> Page[QueuedSuggestion]:
        """A page of those that still wait, by id."""
        statement = select(QueuedSuggestion).where(QueuedSuggestion.experiment_id == self.experiment.id)
        return fetch_page(self.session, statement, [QueuedSuggestion.id], query)

    def in_line(self) -> Iterator[QueuedSuggestion]:
        """Those that still wait, oldest first, each fetched when it is asked for: as a rule the first will do."""
        last = 0
        while (queued := self._oldest_after(last)) is not None:
            yield queued
            last = queued.id

    def _oldest_after(self, queued_id: int) -> QueuedSuggestion | None:
        return self.session.scalar(
            select(QueuedSuggestion)
            .where(QueuedSuggestion.experiment_id == self.experiment.id, QueuedSuggestion.id > queued_id)
            .order_by(QueuedSuggestion.id)
            .limit(1)
        )
