"""Training runs: creating, listing, changing and deleting them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Select, and_, false, or_
from sqlalchemy.orm import Session

from optsvc.domain.errors import InvalidRequest, NotFound, OptsvcError
from optsvc.domain.training_run import RunState
from optsvc.services import access, run_changes, run_results
from optsvc.services.access import Caller
from optsvc.services.run_changes import RunChanges
from optsvc.storage.defined_fields import DefinedField, defined_fields
from optsvc.storage.experiments import ExperimentRepository
from optsvc.storage.models import Experiment, Project, TrainingRun
from optsvc.storage.pages import Page, PageQuery
from optsvc.storage.training_runs import RunExtras, TrainingRunRepository, WantedRuns


def create(
    session: Session, caller: Caller, client_id: int | None, reference: str, described: Sequence[RunChanges]
) -> list[TrainingRun]:
    """Store runs in a project, all or none, in the order given.

    Raises:
        NotFound, Forbidden: As in `access.project`.
        InvalidRequest: A run is wrong; the message names its place among several.
    """
    project = access.project(session, caller, client_id, reference)
    runs = []
    for index, changes in enumerate(described):
        try:
            runs.append(described_run(caller, project.client_id, project.id, changes))
        except OptsvcError as error:
            if len(described) > 1:
                raise type(error)(f"runs[{index}]: {error}") from error
            raise
    session.add_all(runs)
    session.flush()
    return runs


def described_run(caller: Caller, client_id: int, project_id: int, changes: RunChanges) -> TrainingRun:
    """A new run, not stored yet.

    Raises:
        InvalidRequest: It breaks a rule.
    """
    run = TrainingRun(
        client_id=client_id,
        project_id=project_id,
        user_id=caller.user_id,
        state=RunState.ACTIVE.value,
        deleted=changes.get("deleted", False),
        favorite=False,
        assignments={},
        assignments_meta={},
        assignments_sources={},
        values={},
        logs={},
        datasets={},
        dev_metadata={},
        sys_metadata={},
    )
    run_changes.apply(run, changes, merge=False)
    run.created = run.updated
    return run


def get(session: Session, caller: Caller, run_id: int) -> TrainingRun:
    """The run, deleted or not.

    Raises:
        NotFound, Forbidden: As in `access.training_run`.
    """
    return access.training_run(session, caller, run_id)


def page(
    session: Session,
    caller: Caller,
    query: PageQuery,
    wanted: WantedRuns,
    *,
    client_id: int | None = None,
    reference: str | None = None,
    organization_id: int | None = None,
) -> tuple[Page[TrainingRun], Sequence[DefinedField]]:
    """A page of runs, deleted ones too, and the fields that occur in all of the list.

    Args:
        session: The transaction to work in.
        caller: Who asks.
        query: Which part of the list.
        wanted: Which runs, in which order.
        client_id: Whose runs; or `organization_id`.
        reference: The project of the client, if only its runs are wanted.
        organization_id: Of whose clients.

    Raises:
        NotFound, Forbidden: As in `selected`.
        InvalidRequest: The paging marker belongs to another list or order.
    """
    statement = selected(
        session, caller, wanted, client_id=client_id, reference=reference, organization_id=organization_id
    )
    found = TrainingRunRepository(session).page(statement, query, wanted.order)
    return found, defined_fields(session, statement)


def selected(
    session: Session,
    caller: Caller,
    wanted: WantedRuns,
    *,
    client_id: int | None = None,
    reference: str | None = None,
    organization_id: int | None = None,
) -> Select[TrainingRun]:
    """The runs that are wanted and that the caller sees; arguments as in `page`.

    Raises:
        NotFound, Forbidden: As in `access.client`, `access.project` and `access.organization`.
    """
    if organization_id is not None:
        organization = access.organization(session, caller, organization_id)
        owners = access.clients_of(session, caller, organization_id=organization.id)
    else:
        owners = [access.client(session, caller, client_id)]
    seen = or_(false(), *(access.seen_in(session, caller, owner, TrainingRun) for owner in owners))
    if reference is not None:
        seen = and_(seen, TrainingRun.project_id == access.project(session, caller, client_id, reference).id)
    return wanted.among(seen)


def all_of(
    session: Session, statement: Select[TrainingRun]
) -> Iterator[tuple[Sequence[TrainingRun], Mapping[int, RunExtras]]]:
    """The runs of `selected`, oldest first, in chunks, with what is shown with them."""
    for runs in TrainingRunRepository(session).walk(statement):
        yield runs, extras(session, runs)


def extras(session: Session, runs: Iterable[TrainingRun]) -> dict[int, RunExtras]:
    """What is shown with each run, by its id."""
    return TrainingRunRepository(session).extras(runs)


def update(session: Session, caller: Caller, run_id: int, changes: RunChanges, *, merge: bool = False) -> TrainingRun:
    """Change what is named, and nothing else. A run of an experiment that ends here becomes an observation.

    Args:
        session: The transaction to work in.
        caller: Who asks.
        run_id: The run.
        changes: What to change.
        merge: Whether maps are merged into what is there instead of replacing it.

    Raises:
        NotFound, Forbidden: As in `access.training_run`.
        InvalidRequest: The run as it would be breaks a rule.
    """
    experiment = _experiment_to_change(session, access.training_run(session, caller, run_id), changes)
    run = access.training_run(session, caller, run_id, lock=True)
    was_finished = run_changes.is_finished(run)
    if "project" in changes:
        run.project_id = _new_place(session, caller, run, changes["project"]).id
    run_changes.apply(run, changes, merge=merge)
    deleted = changes.get("deleted", run.deleted)
    if deleted != run.deleted:
        run.deleted = deleted
        if experiment is not None:
            run_results.set_deleted(session, experiment, run, deleted=deleted)
    if experiment is not None and run_changes.is_finished(run) and not was_finished:
        run_results.finish(session, experiment, run)
    session.flush()
    return run


def _experiment_to_change(session: Session, run: TrainingRun, changes: RunChanges) -> Experiment | None:
    """The experiment that the changes may reach, locked. Always before its runs, so that nobody waits in a circle."""
    if run.experiment_id is None or not changes.keys() & {"state", "deleted"}:
        return None
    return ExperimentRepository(session).get(run.experiment_id, lock=True)


def _new_place(session: Session, caller: Caller, run: TrainingRun, reference: str) -> Project:
    try:
        project = access.project(session, caller, run.client_id, reference)
    except NotFound as error:
        raise InvalidRequest(f"project: {error}") from error
    if run.experiment_id is not None and project.id != run.project_id:
        raise InvalidRequest("project: a run of an experiment stays in the experiment's project")
    return project
