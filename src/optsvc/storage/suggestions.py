"""Queries for proposals that are ready and suggestions that were handed out."""

from collections.abc import Collection, Sequence

from sqlalchemy import ARRAY, BigInteger, any_, delete, func, literal, select, update
from sqlalchemy.orm import Session

from optsvc.domain.observation import Forecast, Foretold
from optsvc.storage.models import Experiment, Proposal, Suggestion
from optsvc.storage.pages import Page, PageQuery, fetch_page


class SuggestionRepository:
    """Suggestions of one experiment that the caller is known to see."""

    def __init__(self, session: Session, experiment: Experiment) -> None:
        self.session = session
        self.experiment = experiment

    def get(self, suggestion_id: int) -> Suggestion | None:
        """The suggestion, unless it is deleted."""
        return self.session.scalar(
            select(Suggestion).where(
                Suggestion.id == suggestion_id,
                Suggestion.experiment_id == self.experiment.id,
                ~Suggestion.deleted,
            )
        )

    def page(
        self,
        query: PageQuery,
        *,
        open_only: bool = False,
        deleted: bool = False,
        ids: Collection[int] | None = None,
    ) -> Page[Suggestion]:
        """A page of suggestions by id: either the deleted ones or the others."""
        statement = select(Suggestion).where(
            Suggestion.experiment_id == self.experiment.id, Suggestion.deleted == deleted
        )
        if open_only:
            statement = statement.where(~Suggestion.closed)
        if ids is not None:
            statement = statement.where(Suggestion.id.in_(ids))
        return fetch_page(self.session, statement, [Suggestion.id], query)

    def pending(self) -> Sequence[Suggestion]:
        """Those handed out and not yet observed, oldest first."""
        return self.session.scalars(
            select(Suggestion)
            .where(Suggestion.experiment_id == self.experiment.id, ~Suggestion.closed, ~Suggestion.deleted)
            .order_by(Suggestion.id)
        ).all()

    def forecasts(self) -> dict[int, Forecast]:
        """What was foretold of the suggestions that models made, by their ids."""
        details = Suggestion.provenance["details"]
        rows = self.session.execute(
            select(
                Suggestion.id,
                Suggestion.provenance["source"].astext,
                details["good_value"].as_float(),
                details["forecasts"],
            ).where(Suggestion.experiment_id == self.experiment.id, details.has_key("forecasts"))
        )
        return {id_: Forecast(source, good_value, p_good) for id_, source, good_value, p_good in rows}

    def predictions(self, first: str | None) -> dict[int, dict[str | None, Foretold]]:
        """What the models predicted of the suggestions that they made, by their ids and by the names of the metrics.

        Args:
            first: The name of the engine's first metric.
        """
        mean, stddev = (Suggestion.provenance[key].as_float() for key in ("mean", "stddev"))
        of_all = Suggestion.provenance["predictions"]
        rows = self.session.execute(
            select(Suggestion.id, mean, stddev, of_all).where(
                Suggestion.experiment_id == self.experiment.id, mean.is_not(None), stddev.is_not(None)
            )
        )
        return {
            id_: {first: Foretold(*only)} | {name: Foretold(**each) for name, each in (several or {}).items()}
            for id_, *only, several in rows
        }

    def latest(self, count: int) -> Sequence[Suggestion]:
        """The last so many that were handed out, whatever has become of them, newest first."""
        if count <= 0:
            return []
        return self.session.scalars(
            select(Suggestion)
            .where(Suggestion.experiment_id == self.experiment.id)
            .order_by(Suggestion.id.desc())
            .limit(count)
        ).all()

    def pending_count(self) -> int:
        """How many are handed out and not yet observed."""
        return (
            self.session.scalar(
                select(func.count()).where(
                    Suggestion.experiment_id == self.experiment.id, ~Suggestion.closed, ~Suggestion.deleted
                )
            )
            or 0
        )

    def close(self, ids: Collection[int]) -> None:
        """Mark these as observed."""
        self.session.execute(
            update(Suggestion)
            .where(
                Suggestion.experiment_id == self.experiment.id,
                Suggestion.id == any_(literal(list(ids), ARRAY(BigInteger))),
            )
            .values(closed=True)
        )

    def delete_all(self, *, open_only: bool) -> int:
        """Delete all suggestions, or only the open ones; answers how many."""
        statement = update(Suggestion).where(Suggestion.experiment_id == self.experiment.id, ~Suggestion.deleted)
        if open_only:
            statement = statement.where(~Suggestion.closed)
        return len(self.session.scalars(statement.values(deleted=True).returning(Suggestion.id)).all())

    def ready(self, *, min_version: int) -> Sequence[Proposal]:
        """Prepared proposals computed from this data version or a newer one, oldest first."""
        return self.session.scalars(
            select(Proposal)
            .where(Proposal.experiment_id == self.experiment.id, Proposal.data_version >= min_version)
            .order_by(Proposal.id)
        ).all()

    def take_ready(self, *, min_version: int) -> Proposal | None:
        """A proposal that nobody else holds, newest data first; it is ours alone once the transaction commits."""
        proposal = self.session.scalar(
            select(Proposal)
            .where(Proposal.experiment_id == self.experiment.id, Proposal.data_version >= min_version)
            .order_by(Proposal.data_version.desc(), Proposal.id)
            .limit(1)
            .with_for_update(skip_locked=True)  # two callers never get the same point
        )
        if proposal is not None:
            self.session.delete(proposal)
        return proposal

    def discard_ready(self, *, older_than: int | None = None) -> None:
        """Throw prepared proposals away: all, or those computed from older data."""
        statement = delete(Proposal).where(Proposal.experiment_id == self.experiment.id)
        if older_than is not None:
            statement = statement.where(Proposal.data_version < older_than)
        self.session.execute(statement)
