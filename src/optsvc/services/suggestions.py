"""Suggestions: handing out the next point to evaluate.

A request never fits a model. It takes what the workers prepared; in the space-filling start it makes the point itself;
else it has the workers compute one and looks again, until its deadline, when a space-filling point will do.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from optsvc import engine
from optsvc.domain.errors import NotFound
from optsvc.queueing.queues import refresh_after_commit
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.services.snapshot import Snapshot, provenance
from optsvc.storage.definitions import space_from_json
from optsvc.storage.models import Experiment, Suggestion
from optsvc.storage.observations import ObservationRepository
from optsvc.storage.pages import Page, PageQuery
from optsvc.storage.suggestions import SuggestionRepository

_START_IS_OVER = 100
"""No space-filling start lasts longer than this many successes, so that longer histories need not be read here."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is ready yet; the workers are asked.

    Args:
        min_version: The data version at the time of the request. A point computed from it or from newer data will do:
            with fast evaluators the newest data are always a moment away.
    """

    min_version: int


def take_next(
    session: Session,
    caller: Caller,
    experiment_id: int,
    *,
    min_version: int | None = None,
    last_resort: bool = False,
    metadata: dict[str, Any] | None = None,
) -> Suggestion | Wait:
    """The next suggestion, or word that it must be waited for.

    Args:
        session: The transaction to work in.
        caller: Who asks.
        experiment_id: The experiment.
        min_version: What an earlier `Wait` of the same request said.
        last_resort: Whether the deadline has passed: then there is always an answer, if a lesser one.
        metadata: The user's own notes on the suggestion.

    Raises:
        NotFound: The experiment is not there or not visible.
        InvalidRequest: The experiment is deleted.
    """
    experiment = access.active_experiment(session, caller, experiment_id)
    repository = SuggestionRepository(session, experiment)
    if min_version is None:
        min_version = experiment.data_version
    ready = repository.take_ready(min_version=min_version)
    if ready is None and (source := _without_model(session, experiment)):
        return _hand_out(session, experiment, *_space_filling(session, experiment, source), metadata)
    if ready is None and last_resort:
        ready = repository.take_ready(min_version=0)
        if ready is None:
            filling = _space_filling(session, experiment, engine.Source.FALLBACK)
            return _hand_out(session, experiment, *filling, metadata)
    if ready is None:
        refresh_after_commit(session, experiment.id, urgent=True)
        return Wait(min_version)
    return _hand_out(session, experiment, ready.assignments, ready.provenance, metadata)


def create_by_hand(
    session: Session,
    caller: Caller,
    experiment_id: int,
    assignments: Mapping[str, object],
    metadata: dict[str, Any] | None = None,
) -> Suggestion:
    """A suggestion with the user's own assignments.

    Raises:
        NotFound: The experiment is not there or not visible.
        InvalidRequest: The experiment is deleted, or the assignments do not fit its search space.
    """
    experiment = access.active_experiment(session, caller, experiment_id)
    valid = space_from_json(experiment.parameters).validate(assignments)
    # What the workers prepared does not know of this point, so it is stale; nobody waits for anything better yet.
    experiment.data_version = experiment.data_version + 1
    return _hand_out(session, experiment, valid, {"source": "user", "reason": "given by the user"}, metadata)


def page(
    session: Session,
    caller: Caller,
    experiment_id: int,
    query: PageQuery,
    *,
    open_only: bool = False,
    deleted: bool = False,
    ids: Collection[int] | None = None,
) -> Page[Suggestion]:
    """A page of suggestions, newest first."""
    experiment = access.experiment(session, caller, experiment_id)
    return SuggestionRepository(session, experiment).page(query, open_only=open_only, deleted=deleted, ids=ids)


def get(session: Session, caller: Caller, experiment_id: int, suggestion_id: int) -> Suggestion:
    """One suggestion.

    Raises:
        NotFound: The experiment or the suggestion is not there, deleted, or not visible.
    """
    return _get(session, access.experiment(session, caller, experiment_id), suggestion_id)


def update(
    session: Session, caller: Caller, experiment_id: int, suggestion_id: int, metadata: dict[str, Any] | None
) -> Suggestion:
    """Replace the user's notes on a suggestion.

    Raises:
        NotFound: As in `get`.
    """
    suggestion = get(session, caller, experiment_id, suggestion_id)
    suggestion.user_metadata = metadata
    return suggestion


def delete(session: Session, caller: Caller, experiment_id: int, suggestion_id: int) -> None:
    """Take a suggestion out of the lists and out of what counts as pending.

    Raises:
        NotFound: As in `get`.
    """
    experiment = access.experiment(session, caller, experiment_id, lock=True)
    _get(session, experiment, suggestion_id).deleted = True


def delete_all(session: Session, caller: Caller, experiment_id: int, *, open_only: bool) -> None:
    """Delete all suggestions, or only the open ones."""
    experiment = access.experiment(session, caller, experiment_id, lock=True)
    SuggestionRepository(session, experiment).delete_all(open_only=open_only)


def _get(session: Session, experiment: Experiment, suggestion_id: int) -> Suggestion:
    suggestion = SuggestionRepository(session, experiment).get(suggestion_id)
    if suggestion is None:
        raise NotFound(f"no suggestion with id {suggestion_id} in experiment {experiment.id}")
    return suggestion


def _without_model(session: Session, experiment: Experiment) -> engine.Source | None:
    """The source of a point for which no model is needed now, None if one is."""
    if ObservationRepository(session, experiment).success_count() > _START_IS_OVER:
        return None
    snapshot = Snapshot.take(session, experiment)
    return None if engine.needs_model(*snapshot.model_input) else engine.Source.INITIAL


def _space_filling(
    session: Session, experiment: Experiment, source: engine.Source
) -> tuple[Mapping[str, Any], dict[str, Any]]:
    snapshot = Snapshot.take(session, experiment)
    [proposal] = engine.space_filling(*snapshot.model_input, seed=snapshot.seed, source=source)
    return proposal.assignments, provenance(proposal, snapshot)


def _hand_out(
    session: Session,
    experiment: Experiment,
    assignments: Mapping[str, Any],
    why: dict[str, Any],
    metadata: dict[str, Any] | None,
) -> Suggestion:
    experiment.issued = experiment.issued + 1
    suggestion = Suggestion(
        experiment_id=experiment.id, assignments=dict(assignments), provenance=why, user_metadata=metadata
    )
    session.add(suggestion)
    session.flush()
    return suggestion
