"""Experiments: creating, listing, changing and archiving them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy import update as update_statement
from sqlalchemy.orm import Session

from optsvc import engine
from optsvc.domain.advice import advised_budget
from optsvc.domain.errors import InvalidExperiment, NotFound
from optsvc.domain.experiment import Definition, ExperimentType
from optsvc.domain.grid import grid_size
from optsvc.domain.revision import MetricChange, ParameterChange, revise, revise_metrics
from optsvc.domain.rules import check
from optsvc.domain.space_rules import check_space
from optsvc.queueing.queues import refresh_after_commit
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.services.snapshot import uses_model
from optsvc.storage.definitions import (
    definition_of,
    definition_to_json,
    metrics_to_json,
    records_from_json,
    records_to_json,
    space_from_json,
)
from optsvc.storage.experiments import ExperimentFilter, ExperimentRepository, Progress, RunProgress, SortKey
from optsvc.storage.models import Experiment, Project, TrainingRun, now
from optsvc.storage.observations import ObservationRepository
from optsvc.storage.pages import Page, PageQuery
from optsvc.storage.suggestions import SuggestionRepository


@dataclass(frozen=True, slots=True)
class NewExperiment:
    """What a user says of an experiment when creating it.

    Args:
        name: For people.
        definition: What it asks for; of a grid experiment the budget may be left out.
        metadata: The user's own notes.
        project: Reference of the project that it belongs to.
        runs_only: Whether it is an AI experiment, whose suggestions and observations belong to training runs.
    """

    name: str
    definition: Definition
    metadata: Mapping[str, Any] | None = None
    project: str | None = None
    runs_only: bool = False


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


@dataclass(frozen=True, slots=True)
class Standing:
    """An experiment and how it stands.

    Args:
        row: As it is stored.
        definition: What it asks for.
        project: The reference of its project.
        progress: Of its observations.
        runs: Of its runs; None unless it takes runs only.
    """

    row: Experiment
    definition: Definition
    project: str | None
    progress: Progress
    runs: RunProgress | None

    @property
    def budget_consumed(self) -> float:
        """Evaluations so far, each counted by its cost; in an AI experiment the runs."""
        if self.runs is not None:
            return float(self.runs.total)
        if not self.definition.tasks:
            return float(self.progress.observation_count)
        counts = self.progress.observations_of_task
        return sum(counts.get(task.name, 0) * task.cost for task in self.definition.tasks)


@dataclass(frozen=True, slots=True)
class Preflight:
    """What is known of an experiment before it is created.

    Args:
        features: Which parts of the service it uses.
        point_count: How many points there are, linear constraints aside; None if they cannot be counted.
        feasible_share: Which part of the bounds keeps to the linear constraints, an estimate.
        advised_budget: How many evaluations to plan.
    """

    features: Sequence[str]
    point_count: int | None
    feasible_share: float
    advised_budget: int


def create(
    session: Session, caller: Caller, new: NewExperiment, *, client_id: int | None = None, store: bool = True
) -> Experiment:
    """Store a new experiment for a client, for the token's own if none is named.

    Args:
        session: The transaction to work in.
        caller: Who creates it.
        new: What it is to be.
        client_id: Whose it is to be.
        store: Whether to store it, or only to see what would be stored: then it has no id.

    Raises:
        NotFound, Forbidden: As in `access.client`.
        InvalidExperiment: It contradicts itself or a limit, names an unknown project, or needs what the optimizer
            cannot do yet.
    """
    client = access.client(session, caller, client_id)
    check(new.definition)
    engine.check_space(new.definition.space)
    if new.definition.type is ExperimentType.OFFLINE and not caller.development:
        _check_served(new.definition)
    project = None if new.project is None else _project(session, caller, client.id, new.project)
    if new.runs_only and project is None:
        raise InvalidExperiment("Missing required json key: project, for an experiment that takes runs only")
    if new.runs_only and not all(metric.name for metric in new.definition.metrics):
        raise InvalidExperiment("metrics: each needs a name in an experiment that takes runs only")
    columns = definition_to_json(new.definition)
    if new.definition.type is ExperimentType.GRID:
        columns["observation_budget"] = grid_size(new.definition.space)
    moment = now()
    experiment = Experiment(
        client_id=client.id,
        development=caller.development,
        user_id=caller.user_id,
        project_id=None if project is None else project.id,
        name=new.name,
        runs_only=new.runs_only,
        deleted=False,
        user_metadata=None if new.metadata is None else dict(new.metadata),
        created=moment,
        updated=moment,
        **columns,
    )
    if store:
        session.add(experiment)
        session.flush()
        ExperimentRepository(session).touch(experiment, moment=moment)
    return experiment


def preflight(definition: Definition) -> Preflight:
    """What is known of an experiment before it is created; of a definition that `create` accepts."""
    space = definition.space
    used = {
        definition.type.value: True,
        "log transformations": any(getattr(parameter, "log", False) for parameter in space.parameters),
        "grids": any(getattr(parameter, "grid", None) for parameter in space.parameters),
        "categories": any(hasattr(parameter, "values") for parameter in space.parameters),
        "priors": any(getattr(parameter, "prior", None) for parameter in space.parameters),
        "conditionals": bool(space.conditionals),
        "linear constraints": bool(space.linear_constraints),
        "two optimized metrics": len(definition.optimized) > 1,
        "constraint metrics": bool(definition.constraints),
        "stored metrics": len(definition.metrics) > len(definition.optimized) + len(definition.constraints),
        "several solutions": (definition.num_solutions or 1) > 1,
        "tasks": bool(definition.tasks),
        "parallel evaluations": (definition.parallel_bandwidth or 1) > 1,
    }
    return Preflight(
        features=[feature for feature, is_used in used.items() if is_used],
        point_count=space.point_count,
        feasible_share=engine.feasible_share(space),
        advised_budget=advised_budget(definition),
    )


def page(
    session: Session,
    caller: Caller,
    query: PageQuery,
    wanted: ExperimentFilter,
    *,
    client_id: int | None = None,
    project: str | None = None,
    sort: SortKey = "id",
) -> Page[Experiment]:
    """A page of the experiments of a client, of the token's own if none is named; of one of its projects, if named.

    Raises:
        NotFound, Forbidden: As in `access.client` and `access.project`.
    """
    client = access.client(session, caller, client_id)
    if project is not None:
        wanted = replace(wanted, project_id=access.project(session, caller, client.id, project).id)
    seen = access.experiments_seen_in(session, caller, client)
    return ExperimentRepository(session).page(query, seen, wanted, sort=sort)


def page_of_user(
    session: Session, caller: Caller, user_id: int, query: PageQuery, wanted: ExperimentFilter, *, sort: SortKey = "id"
) -> Page[Experiment]:
    """A page of what a user has created, in all clients that the caller sees.

    Raises:
        NotFound, Forbidden: As in `access.user`.
    """
    user = access.user(session, caller, user_id)
    seen = _seen_anywhere(session, caller)
    return ExperimentRepository(session).page(query, seen, replace(wanted, user_id=user.id), sort=sort)


def page_of_organization(
    session: Session,
    caller: Caller,
    organization_id: int,
    query: PageQuery,
    wanted: ExperimentFilter,
    *,
    sort: SortKey = "id",
) -> Page[Experiment]:
    """A page of the experiments of all clients of an organization.

    Raises:
        NotFound, Forbidden: As in `access.organization`.
    """
    organization = access.organization(session, caller, organization_id)
    seen = _seen_anywhere(session, caller, organization_id=organization.id)
    return ExperimentRepository(session).page(query, seen, wanted, sort=sort)


def get(session: Session, caller: Caller, experiment_id: int, *, runs_only: bool | None = None) -> Experiment:
    """The experiment, deleted or not; with `runs_only`, only if it is an AI experiment.

    Raises:
        NotFound: It is not there, not visible, or not of this kind.
    """
    experiment = access.experiment(session, caller, experiment_id)
    if runs_only is not None and experiment.runs_only != runs_only:
        raise NotFound(f"no experiment with id {experiment_id}")
    return experiment


def check_project(session: Session, caller: Caller, client_id: int, reference: str) -> None:
    """Refuse a project in a path that is not there.

    Raises:
        NotFound, Forbidden: As in `access.project`.
    """
    access.project(session, caller, client_id, reference)


def definition(session: Session, experiment_id: int) -> Definition:
    """What an experiment asks for that the caller was found to see earlier in the same transaction."""
    return definition_of(session.get_one(Experiment, experiment_id))


def standing(session: Session, experiments: Iterable[Experiment]) -> list[Standing]:
    """How experiments stand, in the order given, in a number of queries that does not grow with them."""
    rows = list(experiments)
    repository = ExperimentRepository(session)
    stored = [row for row in rows if row.id is not None]
    progress, runs, projects = repository.progress(stored), repository.run_progress(stored), repository.references(rows)
    return [
        Standing(
            row=row,
            definition=definition_of(row),
            project=None if row.project_id is None else projects[row.project_id],
            progress=progress.get(row.id, Progress()),
            runs=runs.get(row.id, RunProgress()) if row.runs_only else None,
        )
        for row in rows
    ]


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
        project = None if reference is None else _project(session, caller, experiment.client_id, reference)
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
        experiment.engine_state = None
        ExperimentRepository(session).data_moved_on(experiment, compute=False)


def _check_served(definition: Definition) -> None:
    """Refuse what the optimizer cannot do yet. Random and grid experiments, which do not ask it, take everything."""
    not_yet = {
        "metrics: an experiment without an optimized metric is": not definition.optimized,
        "metrics: two optimized metrics are": len(definition.optimized) > 1,
        "metrics: constraint metrics are": bool(definition.constraints),
        "num_solutions: more than one is": (definition.num_solutions or 1) > 1,
        "tasks: they are": bool(definition.tasks),
    }
    for feature, used in not_yet.items():
        if used:
            raise InvalidExperiment(f"{feature} not supported yet in an optimized experiment, only with type random")


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
        raise InvalidExperiment(f"{right}: it cannot be changed with two optimized metrics or several solutions")
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


def _project(session: Session, caller: Caller, client_id: int, reference: str) -> Project:
    """The project that a body names."""
    try:
        return access.project(session, caller, client_id, reference)
    except NotFound as error:
        raise InvalidExperiment(f"project: {error}") from error


def _seen_anywhere(session: Session, caller: Caller, *, organization_id: int | None = None) -> ColumnElement[bool]:
    clients = access.clients_of(session, caller, organization_id=organization_id)
    return or_(false(), *(access.experiments_seen_in(session, caller, client) for client in clients))
