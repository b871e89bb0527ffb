"""What was computed of the importances of an experiment."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from optsvc.storage.models import Experiment, MetricImportances


def importances_of(session: Session, experiment: Experiment) -> dict[str, dict[str, Any]]:
    """The importance of each parameter by its name, by the metric's name (empty for the one without a name)."""
    rows = session.scalars(select(MetricImportances).where(MetricImportances.experiment_id == experiment.id))
    return {row.metric: row.importances for row in rows}
