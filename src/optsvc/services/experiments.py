"""Experiments: creating, finding and listing them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import Session

from optsvc import engine
from optsvc.domain.errors import InvalidExperiment, NotFound
from optsvc.domain.experiment import Definition, ExperimentType
from optsvc.domain.grid import grid_size
from optsvc.domain.rules import check
from optsvc.queueing.wakeups import changed_after_commit
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.storage.definitions import (
    definition_of,
    definition_to_json,
)
from optsvc.storage.experiments import ExperimentFilter, ExperimentRepository, SortKey
from optsvc.storage.models import Experiment, Project, now
from optsvc.storage.pages import Page, PageQuery


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
    project = None if new.project is None else named_project(session, caller, client.id, new.project)
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
        changed_after_commit(session, experiment.id, experiment.client_id)
    return experiment


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


def named_project(session: Session, caller: Caller, client_id: int, reference: str) -> Project:
    """The project that a body names.

    Raises:
        InvalidExperiment: It is not there or not visible: the body is wrong, not the path.
    """
    try:
        return access.project(session, caller, client_id, reference)
    except NotFound as error:
        raise InvalidExperiment(f"project: {error}") from error


def _check_served(definition: Definition) -> None:
    """Refuse what the optimizer cannot do yet. Random and grid experiments, which do not ask it, take everything."""
    if definition.tasks:
        raise InvalidExperiment("tasks: not supported yet in an optimized experiment, only with type random")


def _seen_anywhere(session: Session, caller: Caller, *, organization_id: int | None = None) -> ColumnElement[bool]:
    clients = access.clients_of(session, caller, organization_id=organization_id)
    return or_(false(), *(access.experiments_seen_in(session, caller, client) for client in clients))
