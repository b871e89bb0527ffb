"""Runs of AI experiments: each takes a suggestion when it begins and becomes an observation when it ends."""

from dataclasses import replace
from typing import Literal

from sqlalchemy.orm import Session

from optsvc.domain.errors import InvalidRequest, NotFound
from optsvc.domain.training_run import OPTIMIZER_SOURCE, RunState
from optsvc.queueing.wakeups import changed_after_commit
from optsvc.services import access, results, run_results, suggestions, training_runs
from optsvc.services.access import Caller
from optsvc.services.run_changes import RunChanges, is_finished
from optsvc.storage.experiments import ExperimentRepository
from optsvc.storage.models import Experiment, Suggestion, TrainingRun
from optsvc.storage.pages import Page, PageQuery
from optsvc.storage.training_runs import TrainingRunRepository, of_observations


def wants_suggestion(session: Session, caller: Caller, experiment_id: int, changes: RunChanges) -> bool:
    """Whether a new run described so takes the next suggestion: it runs, and assigns nothing of the search space.

    Raises:
        NotFound, Forbidden: As in `access.experiment`; a core experiment is not found either.
        InvalidRequest: The experiment is deleted.
    """
    experiment = _ai_experiment(access.experiment(session, caller, experiment_id))
    if experiment.deleted:
        raise InvalidRequest(f"experiment {experiment_id} is deleted: it takes no new runs")
    if changes.get("state", RunState.ACTIVE) is not RunState.ACTIVE:
        return False
    return not changes.get("assignments", {}).keys() & run_results.names_of(experiment)


def create(
    session: Session, caller: Caller, experiment_id: int, changes: RunChanges, suggestion: Suggestion | None
) -> TrainingRun:
    """Store a run of an experiment.

    Without the optimizer's suggestion, a run whose own assignments are complete and valid gets a suggestion made of
    them, or, if it has ended already, is an observation at once; any other is a record and no more.

    Args:
        session: The transaction to work in.
        caller: Who asks.
        experiment_id: The experiment.
        changes: What the user says of the run.
        suggestion: The optimizer's, if the run asked for one (`wants_suggestion`).

    Raises:
        NotFound, Forbidden: As in `access.experiment`.
        InvalidRequest: The experiment is deleted, or the run breaks a rule.
    """
    experiment = _ai_experiment(access.active_experiment(session, caller, experiment_id))
    run = training_runs.described_run(caller, experiment.client_id, experiment.project_id or 0, changes)
    run.experiment_id = experiment.id
    own_point = None if suggestion is not None else run_results.point_in(experiment, run.assignments)
    if suggestion is not None:
        run.suggestion_id = suggestion.id
        run.assignments = run.assignments | suggestion.assignments
        source = {name: {"source": OPTIMIZER_SOURCE} for name in suggestion.assignments}
        run.assignments_meta = run.assignments_meta | source
        run.assignments_sources = run.assignments_sources | {OPTIMIZER_SOURCE: {"sort": 1, "default_show": True}}
    elif own_point is not None and not is_finished(run):
        by_hand = suggestions.create_by_hand(session, caller, experiment.id, own_point, for_run=True)
        run.suggestion_id = by_hand.id
    session.add(run)
    session.flush()
    if own_point is not None and is_finished(run):
        run_results.observe(session, experiment, run, own_point)
    if run.deleted:
        run_results.set_deleted(session, experiment, run, deleted=True)
    ExperimentRepository(session).touch(experiment)
    changed_after_commit(session, experiment.id, experiment.client_id)
    session.flush()
    return run


def best(
    session: Session, caller: Caller, experiment_id: int, query: PageQuery, *, sort: Literal["updated", "created"]
) -> Page[TrainingRun]:
    """A page of the runs that became the best observations, best first within the page.

    Raises:
        NotFound, Forbidden: As in `access.experiment`.
    """
    experiment = _ai_experiment(access.experiment(session, caller, experiment_id))
    observations = results.best_observations(session, caller, experiment.id)
    rank = {observation.id: place for place, observation in enumerate(observations)}
    column = TrainingRun.updated if sort == "updated" else TrainingRun.created
    page = TrainingRunRepository(session).page(of_observations(rank.keys()), query, [column, TrainingRun.id])
    return replace(page, rows=sorted(page.rows, key=lambda run: rank[run.observation_id or 0]))


def _ai_experiment(experiment: Experiment) -> Experiment:
    if not experiment.runs_only:
        raise NotFound(f"no AI experiment with id {experiment.id}")
    return experiment
