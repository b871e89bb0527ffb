"""What was computed of the importances of an experiment, and whose are to be computed."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from optsvc.storage.models import Experiment, MetricImportances


class ImportancesRepository:
    """Importances of one experiment that the caller is known to see."""

    def __init__(self, session: Session, experiment: Experiment) -> None:
        self.session = session
        self.experiment = experiment

    def all(self) -> dict[str, Mapping[str, float | None]]:
        """The importance of each parameter by its name, by the metric's name (empty for the one without a name)."""
        rows = self.session.scalars(
            select(MetricImportances).where(MetricImportances.experiment_id == self.experiment.id)
        )
        return {row.metric: row.importances for row in rows}

    def observation_count(self) -> int | None:
        """How many observations they were computed from; None if they were not."""
        return self.session.scalar(
            select(func.min(MetricImportances.observation_count)).where(
                MetricImportances.experiment_id == self.experiment.id
            )
        )

    def replace(
        self, found: Mapping[str, Mapping[str, float | None]], *, data_version: int, observation_count: int
    ) -> None:
        """Store what was computed in place of what was there, unless that came from newer data."""
        mine = MetricImportances.experiment_id == self.experiment.id
        self.session.execute(delete(MetricImportances).where(mine, MetricImportances.metric.not_in(found)))
        for metric, importances in found.items():
            row = {"data_version": data_version, "observation_count": observation_count, "importances": importances}
            statement = insert(MetricImportances).values(experiment_id=self.experiment.id, metric=metric, **row)
            self.session.execute(
                statement.on_conflict_do_update(
                    index_elements=[MetricImportances.experiment_id, MetricImportances.metric],
                    set_=row,
                    where=MetricImportances.data_version <= data_version,
                )
            )

    def want(self, data_version: int) -> None:
        """Record that somebody wants them computed from this data version or newer data."""
        self.session.execute(
            update(Experiment)
            .where(Experiment.id == self.experiment.id, Experiment.importances_wanted < data_version)
            .values(importances_wanted=data_version)
        )

    def computed(self, data_version: int) -> None:
        """Record that the computation for this data version is done, or need not be tried again."""
        self.session.execute(
            update(Experiment)
            .where(Experiment.id == self.experiment.id, Experiment.importances_computed < data_version)
            .values(importances_computed=data_version)
        )


def left_behind(session: Session, *, limit: int) -> Sequence[int]:
    """Ids of experiments whose importances somebody wants and nobody has computed."""
    return session.scalars(
        select(Experiment.id)
        .where(Experiment.importances_computed < Experiment.importances_wanted)
        .order_by(Experiment.id)
        .limit(limit)
    ).all()
