"""What an experiment has found."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from optsvc.services.access import Caller, experiments_of, visible_experiment
from optsvc.storage.models import Observation


def best_observations(session: Session, caller: Caller, experiment_id: int) -> Sequence[Observation]:
    """The best observation of the one optimized metric; empty while nothing has succeeded.

    Raises:
        NotFound: The experiment is not there or not visible.
    """
    experiment = visible_experiment(session, caller, experiment_id)
    best = experiments_of(session, caller).progress([experiment])[experiment.id].best_observation
    return [] if best is None else [best]
