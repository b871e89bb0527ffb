"""What an experiment has found."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.storage.experiments import ExperimentRepository
from optsvc.storage.models import Observation


def best_observations(session: Session, caller: Caller, experiment_id: int) -> Sequence[Observation]:
    """The best observation of the one optimized metric; empty while nothing has succeeded.

    Raises:
        NotFound: The experiment is not there or not visible.
    """
    experiment = access.experiment(session, caller, experiment_id)
    best = ExperimentRepository(session).progress([experiment])[experiment.id].best_observation
    return [] if best is None else [best]
