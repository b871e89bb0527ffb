"""Experiments: changing and archiving them."""

from collections.abc import Sequence
from typing import Any, TypedDict

from sqlalchemy import update as update_statement
from sqlalchemy.orm import Session

from optsvc.domain.errors import InvalidExperiment
from optsvc.domain.experiment import Definition, ExperimentType
from optsvc.domain.revision import MetricChange, ParameterChange, revise, revise_metrics
from optsvc.domain.space_rules import check_space
from optsvc.queueing.queues import refresh_after_commit
from optsvc.queueing.wakeups import changed_after_commit
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.services.experiments import named_project
from optsvc.services.snapshot import uses_model
from optsvc.storage.analyses import AnalysisRepository
from optsvc.storage.definitions import (
    definition_of,
    metrics_to_json,
    records_from_json,
    records_to_json,
    space_from_json,
)
from optsvc.storage.experiments import ExperimentRepository
from optsvc.storage.models import Experiment, TrainingRun, now
from optsvc.storage.observations import ObservationRepository
from optsvc.storage.suggestions import SuggestionRepository


class ExperimentChanges(TypedDict, total=False):
    """What may be changed later; a key that is absent leaves its field as it is."""

    name: str
    deleted: bool
    project: str | None
    observation_budget: int
    budget: int | None
    parallel_bandwidth: int | None
    metadata: dict[str, Any] | None
    parameters: Sequence[ParameterChange]
    metrics: Sequence[MetricChange]


def update(
    session: Session, caller: Caller, experiment_id: int, changes: ExperimentChanges, *, compute: bool = True
) -> Experiment:
    """Change the fields that are named, and nothing else; an empty change still counts as an update.

    Args:
        session: The transaction to work in.
        caller: Who changes it.
        experiment_id: The experiment.
        changes: What to change. Lists are complete: a parameter that is not named is removed.
        compute: Whether to compute the next suggestion now, if the optimizer is concerned.

    Raises:
        NotFound: The experiment is not there or not visible.
        InvalidExperiment: A change that this experiment cannot take.
    """
    experiment = access.experiment(session, caller, experiment_id, lock=True)
    present, former_project = definition_of(experiment), experiment.project_id
    if "name" in changes:
        experiment.name = changes["name"]
    if "deleted" in changes:
        experiment.deleted = changes["deleted"]
    if "project" in changes:
        if experiment.runs_only:
            raise InvalidExperiment("project: an AI experiment stays in its project")
        reference = changes["project"]
        project = None if reference is None else named_project(session, caller, experiment.client_id, reference)
        experiment.project_id = None if project is None else project.id
    if "parallel_bandwidth" in changes:
        experiment.parallel_bandwidth = changes["parallel_bandwidth"]
    if "metadata" in changes:
        experiment.user_metadata = changes["metadata"]
    _change_budget(experiment, present, changes)
    if "metrics" in changes:
        experiment.metrics = metrics_to_json(revise_metrics(present.metrics, changes["metrics"]))
    if "parameters" in changes:
        _revise_parameters(experiment, present, changes["parameters"])
    repository = ExperimentRepository(session)
    if definition_of(experiment) != present:
        compute = compute and uses_model(experiment) and not experiment.deleted
        SuggestionRepository(session, experiment).discard_ready()
        repository.data_moved_on(experiment, compute=compute)
        if compute:
            refresh_after_commit(session, experiment.id)
    repository.touch(experiment, former_project)
    changed_after_commit(session, experiment.id, experiment.client_id)
    return experiment


def delete(session: Session, caller: Caller, experiment_id: int, *, with_data: bool = False) -> None:
    """Archive an experiment: still readable, no longer listed, takes no new data. Twice is fine.

    Args:
        session: The transaction to work in.
        caller: Who asks.
        experiment_id: The experiment.
        with_data: Whether its runs, suggestions and observations go too; they stay deleted when it comes back.

    Raises:
        NotFound: The experiment is not there or not visible.
    """
    experiment = update(session, caller, experiment_id, {"deleted": True})
    if with_data:
        SuggestionRepository(session, experiment).delete_all(open_only=False)
        ObservationRepository(session, experiment).delete_all()
        session.execute(
            update_statement(TrainingRun)
            .where(TrainingRun.experiment_id == experiment.id, ~TrainingRun.deleted)
            .values(deleted=True, updated=now())
        )
        AnalysisRepository(session, experiment).discard_all()
        experiment.engine_state = None
        ExperimentRepository(session).data_moved_on(experiment, compute=False)


def _change_budget(experiment: Experiment, present: Definition, changes: ExperimentChanges) -> None:
    """Each kind of experiment knows its budget by another name."""
    right, wrong = ("budget", "observation_budget") if experiment.runs_only else ("observation_budget", "budget")
    if wrong in changes:
        raise InvalidExperiment(f"{wrong}: the budget of this experiment is called {right}")
    if right not in changes:
        return
    if present.type is ExperimentType.GRID:
        raise InvalidExperiment(f"{right}: that of a grid experiment is the number of its points, it cannot be changed")
    if len(present.optimized) > 1 or (present.num_solutions or 1) > 1:
        raise InvalidExperiment(f"{right}: it cannot be changed with several optimized metrics or several solutions")
    budget = changes["budget"] if experiment.runs_only else changes["observation_budget"]
    if budget is None and (present.constraints or present.tasks):
        raise InvalidExperiment(f"{right}: constraint metrics and tasks need one")
    experiment.observation_budget = budget


def _revise_parameters(experiment: Experiment, present: Definition, changes: Sequence[ParameterChange]) -> None:
    if present.space.linear_constraints:
        raise InvalidExperiment("parameters: they cannot be changed in an experiment with linear constraints")
    if present.type is ExperimentType.GRID:
        raise InvalidExperiment("parameters: they cannot be changed in a grid experiment")
    records = records_to_json(revise(records_from_json(experiment.parameters), changes))
    space = space_from_json(records, experiment.conditionals)
    check_space(space)
    experiment.parameters = records
    if space != present.space:
        experiment.engine_state = None  # the fit was made in the coordinates of another space
