"""Who is calling, and what they may see. Every query of a request is scoped here and nowhere else."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from optsvc.domain.errors import InvalidRequest, NotFound
from optsvc.storage.experiments import ExperimentRepository
from optsvc.storage.models import Experiment


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a token.

    Args:
        token_id: The token.
        client_id: The client (team) whose things the token reaches.
        user_id: The person behind it, None for a token without one.
    """

    token_id: int
    client_id: int
    user_id: int | None


def experiments_of(session: Session, caller: Caller) -> ExperimentRepository:
    """The experiments that the caller may see."""
    return ExperimentRepository(session, caller.client_id)


def visible_experiment(session: Session, caller: Caller, experiment_id: int, *, lock: bool = False) -> Experiment:
    """The experiment, if the caller may see it.

    Raises:
        NotFound: It is not there or belongs to others; the two cannot be told apart.
    """
    experiment = experiments_of(session, caller).get(experiment_id, lock=lock)
    if experiment is None:
        raise NotFound(f"no experiment with id {experiment_id}")
    return experiment


def active_experiment(session: Session, caller: Caller, experiment_id: int) -> Experiment:
    """The experiment, locked for a change, if the caller may see it and it is not deleted.

    Raises:
        NotFound: As in `visible_experiment`.
        InvalidRequest: It is deleted.
    """
    experiment = visible_experiment(session, caller, experiment_id, lock=True)
    if experiment.deleted:
        raise InvalidRequest(
            f'experiment {experiment_id} is deleted: bring it back with PUT {{"state": "active"}} before using it'
        )
    return experiment
