"""What was computed last of each analysis of an experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from optsvc.storage.models import Analysis, Experiment, now

MOST_KEPT = 200
"""Of an experiment: who may only read chooses the options, and must not fill the database with them."""


@dataclass(frozen=True, slots=True)
class AnalysisKey:
    """Which analysis of an experiment.

    Args:
        kind: Its kind.
        digest: Of its options and of what computes it.
        options: Its options.
    """

    kind: str
    digest: str
    options: Mapping[str, Any]


class AnalysisRepository:
    """Analyses of one experiment that the caller is known to see."""

    def __init__(self, session: Session, experiment: Experiment) -> None:
        self.session = session
        self.experiment = experiment

    def get(self, key: AnalysisKey) -> Analysis | None:
        """What is known of it; None if nobody has ever computed it."""
        return self.session.get(Analysis, (self.experiment.id, key.kind, key.digest), populate_existing=True)

    def of(self, digests: Sequence[str]) -> dict[str, Analysis]:
        """What is known of these, by their digests."""
        rows = self.session.scalars(
            select(Analysis).where(Analysis.experiment_id == self.experiment.id, Analysis.digest.in_(digests))
        )
        return {row.digest: row for row in rows}

    def store(self, key: AnalysisKey, result: Mapping[str, Any], *, data_version: int, observation_count: int) -> None:
        """Store a result in place of an older one, unless there is one from newer data by now; forget the oldest."""
        moment = now()
        self._put(
            key,
            Analysis.data_version,
            data_version=data_version,
            observation_count=observation_count,
            computed=moment,
            result=dict(result),
            updated=moment,
        )
        self._forget_oldest()

    def failed(self, key: AnalysisKey, error: str, *, data_version: int) -> None:
        """Store why nothing could be computed from this data version; an older result stays."""
        self._put(key, Analysis.failed_version, failed_version=data_version, error=error, updated=now())
        self._forget_oldest()

    def discard_all(self) -> None:
        """Forget all of them."""
        self.session.execute(delete(Analysis).where(Analysis.experiment_id == self.experiment.id))

    def _put(self, key: AnalysisKey, version: Any, **columns: Any) -> None:
        defaults = {"data_version": -1, "observation_count": 0, "failed_version": -1}
        statement = insert(Analysis).values(
            experiment_id=self.experiment.id,
            kind=key.kind,
            digest=key.digest,
            options=dict(key.options),
            **(defaults | columns),
        )
        self.session.execute(
            statement.on_conflict_do_update(
                index_elements=[Analysis.experiment_id, Analysis.kind, Analysis.digest],
                set_=columns,
                where=version <= columns[version.key],
            )
        )

    def _forget_oldest(self) -> None:
        mine = Analysis.experiment_id == self.experiment.id
        oldest_kept = (
            select(Analysis.updated).where(mine).order_by(Analysis.updated.desc()).offset(MOST_KEPT - 1).limit(1)
        )
        self.session.execute(
            delete(Analysis).where(
                mine, Analysis.updated < func.coalesce(oldest_kept.scalar_subquery(), Analysis.updated)
            )
        )
