"""Suggestions: handing out the next point to evaluate.

What the user has put in line goes first. Random and grid experiments need nothing else than their own number.
Otherwise a request never fits a model: it takes what the workers prepared; in the space-filling start it makes the
point itself; else it has the workers compute one and looks again, until its deadline, when a space-filling point will
do.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from optsvc import engine
from optsvc.domain.errors import Forbidden, InvalidAssignments, NotFound
from optsvc.domain.experiment import Definition, ExperimentType
from optsvc.domain.grid import grid_point, grid_size
from optsvc.domain.space import SearchSpace
from optsvc.queueing.queues import refresh_after_commit
from optsvc.queueing.wakeups import changed_after_commit
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.services.snapshot import Snapshot, provenance, uses_model
from optsvc.storage.definitions import definition_of
from optsvc.storage.models import Experiment, Suggestion
from optsvc.storage.observations import ObservationRepository
from optsvc.storage.pages import Page, PageQuery
from optsvc.storage.queued_suggestions import QueuedSuggestionRepository
from optsvc.storage.suggestions import SuggestionRepository

_START_IS_OVER = 100
"""No space-filling start lasts longer than this many successes, so that longer histories need not be read here."""
_FAILED = "The computation from the present data has failed: an evenly spread point."


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
    for_run: bool = False,
) -> Suggestion | Wait:
    """The next suggestion, or word that it must be waited for.

    Args:
        session: The transaction to work in.
        caller: Who asks.
        experiment_id: The experiment.
        min_version: What an earlier `Wait` of the same request said.
        last_resort: Whether the deadline has passed: then there is always an answer, if a lesser one.
        metadata: The user's own notes on the suggestion.
        for_run: Whether it is for a training run, the only way to one in an AI experiment.

    Raises:
        NotFound: The experiment is not there or not visible.
        InvalidRequest: The experiment is deleted.
        Forbidden: The experiment takes runs only.
    """
    experiment = access.active_experiment(session, caller, experiment_id)
    refuse_outside_runs(experiment, for_run=for_run)
    definition = definition_of(experiment)
    if (queued := _take_queued(session, experiment, definition.space)) is not None:
        _make_stale(experiment)
        why = {"source": engine.Source.QUEUED.value, "reason": "Put in line by the user."}
        point, task = queued
        return _hand_out(session, experiment, point, why, metadata, task=task)
    if not uses_model(experiment):
        return _without_optimizer(session, experiment, definition, metadata)
    repository = SuggestionRepository(session, experiment)
    if min_version is None:
        min_version = experiment.data_version
    ready = repository.take_ready(min_version=min_version)
    if ready is None and (source := _without_model(session, experiment)):
        return _space_filling(session, experiment, source, metadata)
    failed = experiment.failed_version == experiment.data_version  # waiting would not help
    if ready is None and (last_resort or failed):
        ready = repository.take_ready(min_version=0)
        if ready is None:
            reason = _FAILED if failed else None
            return _space_filling(session, experiment, engine.Source.FALLBACK, metadata, reason)
    if ready is None:
        refresh_after_commit(session, experiment.id, urgent=True)
        return Wait(min_version)
    return _hand_out(session, experiment, ready.assignments, ready.provenance, metadata, inputs=ready.inputs)


def create_by_hand(
    session: Session,
    caller: Caller,
    experiment_id: int,
    assignments: Mapping[str, object],
    metadata: dict[str, Any] | None = None,
    *,
    task: str | None = None,
    for_run: bool = False,
) -> Suggestion:
    """A suggestion with the user's own assignments; `for_run` as in `take_next`.

    Raises:
        NotFound: The experiment is not there or not visible.
        InvalidRequest: The experiment is deleted, the assignments do not fit its search space, or the task its tasks.
        Forbidden: The experiment takes runs only.
    """
    experiment = access.active_experiment(session, caller, experiment_id)
    refuse_outside_runs(experiment, for_run=for_run)
    definition = definition_of(experiment)
    valid = definition.space.validate(assignments)
    check_task(definition, task)
    _make_stale(experiment)
    why = {"source": engine.Source.USER.value, "reason": "given by the user"}
    return _hand_out(session, experiment, valid, why, metadata, task=task)


def refuse_outside_runs(experiment: Experiment, *, for_run: bool) -> None:
    """Keep what belongs to the runs of an AI experiment from being made in another way.

    Raises:
        Forbidden: The experiment takes runs only, and this is not for one.
    """
    if experiment.runs_only and not for_run:
        raise Forbidden(
            f"experiment {experiment.id} takes runs only: create a run with POST /aiexperiments/{experiment.id}"
            "/training_runs instead"
        )


def check_task(definition: Definition, task: str | None) -> None:
    """Refuse a task that the experiment does not have, or none where it has some.

    Raises:
        InvalidAssignments: As said.
    """
    names = [known.name for known in definition.tasks]
    if task is None and names:
        raise InvalidAssignments(f"Missing required json key: task, one of {names}")
    if task is not None and task not in names:
        has = f"one of {names}" if names else "this experiment has none"
        raise InvalidAssignments(f"task: there is no task {task!r}: {has}")


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
    changed_after_commit(session, experiment.id, experiment.client_id)


def delete_all(session: Session, caller: Caller, experiment_id: int, *, open_only: bool) -> None:
    """Delete all suggestions, or only the open ones."""
    experiment = access.experiment(session, caller, experiment_id, lock=True)
    SuggestionRepository(session, experiment).delete_all(open_only=open_only)
    changed_after_commit(session, experiment.id, experiment.client_id)


def _get(session: Session, experiment: Experiment, suggestion_id: int) -> Suggestion:
    suggestion = SuggestionRepository(session, experiment).get(suggestion_id)
    if suggestion is None:
        raise NotFound(f"no suggestion with id {suggestion_id} in experiment {experiment.id}")
    return suggestion


def _take_queued(
    session: Session, experiment: Experiment, space: SearchSpace
) -> tuple[Mapping[str, Any], str | None] | None:
    """Point and task of the first in line that fits the search space as it is now; what fits no more stays in line.

    Only to be called by a transaction that holds the experiment's row.
    """
    for queued in QueuedSuggestionRepository(session, experiment).in_line():
        try:
            point = space.validate(space.as_of_now(queued.assignments))
        except InvalidAssignments:
            continue
        session.delete(queued)
        return point, queued.task
    return None


def _without_optimizer(
    session: Session, experiment: Experiment, definition: Definition, metadata: dict[str, Any] | None
) -> Suggestion:
    """The next point of a random or grid experiment."""
    if definition.type is ExperimentType.GRID and not experiment.development:
        observed = ObservationRepository(session, experiment).count()
        index = observed + SuggestionRepository(session, experiment).pending_count()
        place = index % grid_size(definition.space)
        why = {
            "source": engine.Source.GRID.value,
            "reason": f"Point {place + 1} of the grid.",
            "details": {"index": index},
        }
        full = definition.full_task
        point = grid_point(definition.space, index)
        return _hand_out(session, experiment, point, why, metadata, task=full.name if full else None)
    snapshot = Snapshot.without_data(experiment)
    seed = snapshot.seed
    proposal = engine.random_point(snapshot.problem, seed=seed)
    why = {
        "source": proposal.source.value,
        "reason": proposal.reason,
        "engine_version": engine.ENGINE_VERSION,
        "seed": {"key": f"{seed.key:032x}", "ordinal": seed.ordinal},
    }
    # By turns, the cheapest first.
    task = definition.tasks[-1 - seed.ordinal % len(definition.tasks)].name if definition.tasks else None
    inputs = snapshot.inputs("random_point", proposal)
    return _hand_out(session, experiment, proposal.assignments, why, metadata, task=task, inputs=inputs)


def _make_stale(experiment: Experiment) -> None:
    """What the workers prepared does not know of a new point; nobody waits for anything better yet."""
    experiment.data_version = experiment.data_version + 1


def _without_model(session: Session, experiment: Experiment) -> engine.Source | None:
    """The source of a point for which no model is needed now, None if one is."""
    if ObservationRepository(session, experiment).success_count() > _START_IS_OVER:
        return None
    snapshot = Snapshot.take(session, experiment)
    return None if engine.needs_model(*snapshot.model_input) else engine.Source.INITIAL


def _space_filling(
    session: Session,
    experiment: Experiment,
    source: engine.Source,
    metadata: dict[str, Any] | None,
    reason: str | None = None,
) -> Suggestion:
    snapshot = Snapshot.take(session, experiment)
    [proposal] = engine.space_filling(*snapshot.model_input, seed=snapshot.seed, source=source, reason=reason)
    why, inputs = provenance(proposal, snapshot), snapshot.inputs("space_filling", proposal)
    return _hand_out(session, experiment, proposal.assignments, why, metadata, inputs=inputs)


def _hand_out(
    session: Session,
    experiment: Experiment,
    assignments: Mapping[str, Any],
    why: dict[str, Any],
    metadata: dict[str, Any] | None,
    *,
    task: str | None = None,
    inputs: dict[str, Any] | None = None,
) -> Suggestion:
    experiment.issued = experiment.issued + 1
    suggestion = Suggestion(
        experiment_id=experiment.id,
        assignments=dict(assignments),
        task=task,
        provenance=why,
        inputs=inputs,
        user_metadata=metadata,
    )
    session.add(suggestion)
    session.flush()
    changed_after_commit(session, experiment.id, experiment.client_id)
    return suggestion
