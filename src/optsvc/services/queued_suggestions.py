"""Queued suggestions: points that the user wants evaluated before any of the optimizer's, first in, first out."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from optsvc.domain.errors import NotFound
from optsvc.queueing.wakeups import changed_after_commit
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.services.suggestions import check_task
from optsvc.storage.definitions import definition_of
from optsvc.storage.models import QueuedSuggestion
from optsvc.storage.pages import Page, PageQuery
from optsvc.storage.queued_suggestions import QueuedSuggestionRepository


def create(
    session: Session, caller: Caller, experiment_id: int, assignments: Mapping[str, object], task: str | None = None
) -> QueuedSuggestion:
    """Put a point in line. In an AI experiment it serves the next run.

    Raises:
        NotFound: The experiment is not there or not visible.
        InvalidRequest: The experiment is deleted, the assignments do not fit its search space, or the task its tasks.
    """
    experiment = access.active_experiment(session, caller, experiment_id)
    definition = definition_of(experiment)
    valid = definition.space.validate(assignments)
    check_task(definition, task)
    queued = QueuedSuggestion(experiment_id=experiment.id, assignments=valid, task=task)
    session.add(queued)
    session.flush()
    changed_after_commit(session, experiment.id, experiment.client_id)
    return queued


def page(session: Session, caller: Caller, experiment_id: int, query: PageQuery) -> Page[QueuedSuggestion]:
    """A page of those that still wait, newest first."""
    return QueuedSuggestionRepository(session, access.experiment(session, caller, experiment_id)).page(query)


def get(session: Session, caller: Caller, experiment_id: int, queued_id: int) -> QueuedSuggestion:
    """One that still waits.

    Raises:
        NotFound: The experiment is not there or not visible; or the entry is not there, or was handed out.
    """
    queued = QueuedSuggestionRepository(session, access.experiment(session, caller, experiment_id)).get(queued_id)
    if queued is None:
        raise NotFound(f"no queued suggestion with id {queued_id} in experiment {experiment_id}")
    return queued


def delete(session: Session, caller: Caller, experiment_id: int, queued_id: int) -> None:
    """Take one out of the line; raises as `get`."""
    experiment = access.experiment(session, caller, experiment_id, lock=True)
    changed_after_commit(session, experiment.id, experiment.client_id)
    session.delete(get(session, caller, experiment_id, queued_id))
