"""Queries for observations."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, selectinload

from optsvc.domain import observation as domain
from optsvc.storage.models import Experiment, Observation
from optsvc.storage.pages import Page, PageQuery, fetch_page

_WITH_VALUES = selectinload(Observation.values)


class ObservationRepository:
    """Observations of one experiment that the caller is known to see."""

    def __init__(self, session: Session, experiment: Experiment) -> None:
        self.session = session
        self.experiment = experiment

    def get(self, observation_id: int) -> Observation | None:
        """The observation, unless it is deleted."""
        return self.session.scalar(
            select(Observation)
            .where(
                Observation.id == observation_id,
                Observation.experiment_id == self.experiment.id,
                ~Observation.deleted,
            )
            .options(_WITH_VALUES)
        )

    def page(self, query: PageQuery, *, deleted: bool = False) -> Page[Observation]:
        """A page of observations by id: either the deleted ones or the others."""
        statement = (
            select(Observation)
            .where(Observation.experiment_id == self.experiment.id, Observation.deleted == deleted)
            .options(_WITH_VALUES)
        )
        return fetch_page(self.session, statement, [Observation.id], query)

    def history(self) -> Sequence[Observation]:
        """All that are not deleted, in the order in which they arrived."""
        return self.session.scalars(
            select(Observation)
            .where(Observation.experiment_id == self.experiment.id, ~Observation.deleted)
            .order_by(Observation.id)
            .options(_WITH_VALUES)
        ).all()

    def success_count(self) -> int:
        """How many neither failed nor are deleted."""
        return (
            self.session.scalar(
                select(func.count()).where(
                    Observation.experiment_id == self.experiment.id, ~Observation.deleted, ~Observation.failed
                )
            )
            or 0
        )

    def delete_all(self) -> int:
        """Delete all; answers how many."""
        statement = update(Observation).where(Observation.experiment_id == self.experiment.id, ~Observation.deleted)
        return len(self.session.scalars(statement.values(deleted=True).returning(Observation.id)).all())


def to_domain(row: Observation) -> domain.Observation:
    """The observation as the rules and the engine know it."""
    return domain.Observation(
        assignments=row.assignments,
        values=tuple(domain.MetricEvaluation(e.metric or None, e.value, e.stddev) for e in row.values),
        failed=row.failed,
    )
