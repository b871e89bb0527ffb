"""Training runs."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session

from optsvc.api import run_files
from optsvc.api.deps import REPEATABLE, CallerDep, ProjectId, SessionDep
from optsvc.api.download import Download, Format, described
from optsvc.api.errors import RESPONSES
from optsvc.api.fields import choose
from optsvc.api.paging import PageQueryDep
from optsvc.api.responses import ContractResponse
from optsvc.api.route import ContractRoute, needs
from optsvc.api.run_filters import FiltersDep, WantedRunsDep
from optsvc.api.schemas.common import Id, Pagination
from optsvc.api.schemas.training_runs import RunBatchIn, RunIn, RunOut, RunPagination, RunUpdateIn
from optsvc.domain.rights import Right
from optsvc.services import training_runs
from optsvc.storage.defined_fields import DefinedField, defined_fields
from optsvc.storage.models import TrainingRun
from optsvc.storage.pages import Page
from optsvc.storage.training_runs import WantedRuns

router = APIRouter(route_class=ContractRoute, tags=["training runs"], responses=RESPONSES)


@router.post("/clients/{client_id}/projects/{project_id}/training_runs", dependencies=REPEATABLE)
@needs(Right.WRITE, development=True)
def create_training_run(
    session: SessionDep, caller: CallerDep, client_id: Id, project_id: ProjectId, body: RunIn
) -> RunOut:
    """Store a run: one execution of a program."""
    [run] = training_runs.create(session, caller, client_id, project_id, [body.changes()])
    return _shown(session, run)


@router.post(
    "/clients/{client_id}/projects/{project_id}/training_runs/batch",
    dependencies=REPEATABLE,
    response_model=Pagination[RunOut],
)
@needs(Right.WRITE, development=True)
def create_training_runs(
    session: SessionDep, caller: CallerDep, client_id: Id, project_id: ProjectId, body: RunBatchIn
) -> Pagination[RunOut] | ContractResponse:
    """Store up to 10,000 runs at once: all are stored, or none."""
    runs = training_runs.create(session, caller, client_id, project_id, [run.changes() for run in body.runs])
    extras = training_runs.extras(session, runs)
    whole = Pagination.whole([RunOut.of(run, extras[run.id]) for run in runs])
    if body.fields is None:
        return whole
    shown: dict[str, Any] = whole.model_dump(mode="json")
    shown["data"] = [choose(run, body.fields, RunOut.model_fields) for run in shown["data"]]
    return ContractResponse(shown)


@router.get("/clients/{client_id}/projects/{project_id}/training_runs")
@needs(Right.READ, development=True)
def list_training_runs_of_project(
    session: SessionDep,
    caller: CallerDep,
    client_id: Id,
    project_id: ProjectId,
    page_query: PageQueryDep,
    wanted: WantedRunsDep,
) -> RunPagination:
    """List the runs of a project, deleted ones too, newest first."""
    found = training_runs.page(session, caller, page_query, wanted, client_id=client_id, reference=project_id)
    return _listed(session, *found)


@router.get(
    "/clients/{client_id}/projects/{project_id}/training_runs/export",
    response_class=Download,
    status_code=200,
    responses=described("The file: NDJSON with a run a line as the API shows it, or CSV."),
)
@needs(Right.READ, development=True)
def export_training_runs(
    request: Request,
    session: SessionDep,
    caller: CallerDep,
    client_id: Id,
    project_id: ProjectId,
    filters: FiltersDep,
    format: Annotated[Format, Query(description="NDJSON, or CSV with a column for each name.")] = "ndjson",
    search: Annotated[str | None, Query(description="A part of the name, in any case.")] = None,
) -> Download:
    """Download all runs of a project, deleted ones too, or those that match, oldest first, as they are at this moment.

    The columns of CSV are what can be filtered by (see `defined_fields`), but for logs and source code, which only
    NDJSON has, and the ids of tags and files, separated by spaces.
    """
    wanted = WantedRuns(filters=filters, search=search)
    statement = training_runs.selected(session, caller, wanted, client_id=client_id, reference=project_id)

    def chunks(snapshot: Session) -> Iterator[str]:
        fields = defined_fields(snapshot, statement) if format == "csv" else ()
        return run_files.write(format, fields, training_runs.all_of(snapshot, statement))

    return Download(request, chunks, name=f"{project_id}-training-runs", format=format)


@router.get("/clients/{client_id}/training_runs")
@needs(Right.READ)
def list_training_runs_of_client(
    session: SessionDep, caller: CallerDep, client_id: Id, page_query: PageQueryDep, wanted: WantedRunsDep
) -> RunPagination:
    """List the runs of a client, deleted ones too, newest first."""
    return _listed(session, *training_runs.page(session, caller, page_query, wanted, client_id=client_id))


@router.get("/organizations/{organization_id}/training_runs")
@needs(Right.READ)
def list_training_runs_of_organization(
    session: SessionDep, caller: CallerDep, organization_id: Id, page_query: PageQueryDep, wanted: WantedRunsDep
) -> RunPagination:
    """List the runs of those clients of an organization that you see, deleted ones too, newest first."""
    found = training_runs.page(session, caller, page_query, wanted, organization_id=organization_id)
    return _listed(session, *found)


@router.get("/training_runs/{run_id}")
@needs(Right.READ, development=True, guest=True)
def get_training_run(session: SessionDep, caller: CallerDep, run_id: Id) -> RunOut:
    """Fetch a run."""
    return _shown(session, training_runs.get(session, caller, run_id))


@router.put("/training_runs/{run_id}")
@needs(Right.WRITE, development=True)
def update_training_run(session: SessionDep, caller: CallerDep, run_id: Id, body: RunUpdateIn) -> RunOut:
    """Change a run: only the keys that are sent. A map that is sent replaces the one that was there.

    The method `MERGE` does the same but puts the entries of a map into the one that was there, at every depth, so that
    many programs can log to one run at once.
    """
    return _shown(session, training_runs.update(session, caller, run_id, body.changes()))


@router.api_route("/training_runs/{run_id}", methods=["MERGE"], include_in_schema=False)
@needs(Right.WRITE, development=True)
def merge_training_run(session: SessionDep, caller: CallerDep, run_id: Id, body: RunUpdateIn) -> RunOut:
    """As `update_training_run`, merging maps. OpenAPI has no word for the method."""
    return _shown(session, training_runs.update(session, caller, run_id, body.changes(merge=True), merge=True))


@router.delete("/training_runs/{run_id}")
@needs(Right.WRITE, development=True)
def delete_training_run(session: SessionDep, caller: CallerDep, run_id: Id) -> RunOut:
    """Delete a run, with its suggestion and its observation: `PUT {"deleted": false}` brings all back."""
    return _shown(session, training_runs.update(session, caller, run_id, {"deleted": True}))


def _shown(session: Session, run: TrainingRun) -> RunOut:
    return RunOut.of(run, training_runs.extras(session, [run])[run.id])


def _listed(session: Session, page: Page[TrainingRun], fields: Sequence[DefinedField]) -> RunPagination:
    return RunPagination.of(page, training_runs.extras(session, page.rows), fields)
