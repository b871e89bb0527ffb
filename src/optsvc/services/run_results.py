"""Runs of an experiment and the suggestion and observation that belong to each."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from optsvc.domain.errors import InvalidAssignments
from optsvc.domain.training_run import RunState
from optsvc.queueing.queues import refresh_after_commit
from optsvc.queueing.wakeups import changed_after_commit
from optsvc.services.snapshot import uses_model
from optsvc.storage.definitions import definition_of, metrics_from_json
from optsvc.storage.experiments import ExperimentRepository
from optsvc.storage.models import Experiment, MetricEvaluation, Observation, Suggestion, TrainingRun


def observe(session: Session, experiment: Experiment, run: TrainingRun, assignments: Mapping[str, Any]) -> None:
    """Make the observation of a run that has ended: good if it completed and has a value for every metric.

    Args:
        session: The transaction to work in.
        experiment: Of the run, locked.
        run: It has ended, and has no observation yet.
        assignments: The point that it evaluated.
    """
    names = [metric.name or "" for metric in metrics_from_json(experiment.metrics)]
    failed = run.state != RunState.COMPLETED or any(name not in run.values for name in names)
    observation = Observation(
        experiment_id=experiment.id,
        suggestion_id=run.suggestion_id,
        assignments=dict(assignments),
        failed=failed,
        deleted=run.deleted,
        values=[] if failed else [_evaluation(experiment, name, run.values[name]) for name in sorted(names)],
    )
    session.add(observation)
    session.flush()
    run.observation_id = observation.id
    _moved_on(session, experiment)


def finish(session: Session, experiment: Experiment, run: TrainingRun) -> None:
    """Turn the suggestion of a run that has ended into its observation, once."""
    if run.suggestion_id is None or run.observation_id is not None:
        return
    suggestion = session.get_one(Suggestion, run.suggestion_id)
    suggestion.closed = True
    observe(session, experiment, run, suggestion.assignments)


def set_deleted(session: Session, experiment: Experiment, run: TrainingRun, *, deleted: bool) -> None:
    """Delete or bring back the suggestion and the observation of a run."""
    if run.suggestion_id is not None:
        session.get_one(Suggestion, run.suggestion_id).deleted = deleted
    if run.observation_id is not None:
        session.get_one(Observation, run.observation_id).deleted = deleted
    _moved_on(session, experiment)


def point_in(experiment: Experiment, assignments: Mapping[str, Any]) -> dict[str, Any] | None:
    """The point of the search space that these assignments hold beside others; None if it is incomplete or invalid."""
    names = names_of(experiment)
    try:
        return definition_of(experiment).space.validate({k: v for k, v in assignments.items() if k in names})
    except InvalidAssignments:
        return None


def names_of(experiment: Experiment) -> set[str]:
    """The names of its parameters and conditionals."""
    space = definition_of(experiment).space
    return {axis.name for axis in (*space.parameters, *space.conditionals)}


def _evaluation(experiment: Experiment, name: str, stored: Mapping[str, Any]) -> MetricEvaluation:
    stddev = stored.get("value_stddev")
    return MetricEvaluation(
        metric=name,
        experiment_id=experiment.id,
        value=float(stored["value"]),
        stddev=None if stddev is None else float(stddev),
    )


def _moved_on(session: Session, experiment: Experiment) -> None:
    repository, compute = ExperimentRepository(session), uses_model(experiment)
    repository.data_moved_on(experiment, compute=compute)
    repository.touch(experiment)
    changed_after_commit(session, experiment.id, experiment.client_id)
    if compute:
        refresh_after_commit(session, experiment.id)
