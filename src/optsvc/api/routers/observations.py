"""Observations."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session

from optsvc.api.deps import REPEATABLE, CallerDep, ExperimentId, FileBodyDep, SessionDep
from optsvc.api.download import Download, Format, described
from optsvc.api.errors import RESPONSES
from optsvc.api.observation_files import read, write
from optsvc.api.paging import PageQueryDep
from optsvc.api.query import Flag
from optsvc.api.route import ContractRoute, needs, takes_file
from optsvc.api.schemas.common import Id, Pagination, paginate
from optsvc.api.schemas.observations import (
    ObservationBatchIn,
    ObservationImportOut,
    ObservationIn,
    ObservationOut,
)
from optsvc.domain.rights import Right
from optsvc.services import experiments, observation_files, observations

router = APIRouter(
    prefix="/experiments/{experiment_id}/observations",
    route_class=ContractRoute,
    tags=["observations"],
    responses=RESPONSES,
)
NoOptimize = Annotated[Flag, Query(description="Do not start a computation because of this.")]


@router.post("", dependencies=REPEATABLE)
@needs(Right.WRITE, development=True)
def create_observation(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, body: ObservationIn
) -> ObservationOut:
    """Report the result of a suggestion, or of a point of your own."""
    [observation] = observations.create(session, caller, experiment_id, [body.report()], compute=not body.no_optimize)
    return ObservationOut.of(observation, experiments.definition(session, experiment_id))


@router.post("/batch", dependencies=REPEATABLE)
@needs(Right.WRITE, development=True)
def create_observations(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, body: ObservationBatchIn
) -> Pagination[ObservationOut]:
    """Report up to 2500 results at once: all are stored, or none."""
    reports = [observation.report() for observation in body.observations]
    created = observations.create(
        session, caller, experiment_id, reports, compute=not body.no_optimize, store=not body.dry_run
    )
    definition = experiments.definition(session, experiment_id)
    return Pagination.whole([ObservationOut.of(observation, definition) for observation in created])


@router.post(
    "/import",
    dependencies=REPEATABLE,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/x-ndjson": {"schema": {"type": "string"}},
                "text/csv": {"schema": {"type": "string"}},
            },
        }
    },
)
@needs(Right.WRITE, development=True)
@takes_file
def import_observations(
    session: SessionDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    file: FileBodyDep,
    format: Annotated[Format | None, Query(description="Of the body; if left out, `Content-Type` says it.")] = None,
    dry_run: Annotated[Flag, Query(description="Only check the file.")] = False,
    no_optimize: NoOptimize = False,
) -> ObservationImportOut:
    """Bring past results, up to 100,000 in a file: all are stored, or none.

    The file is NDJSON (`application/x-ndjson`), an observation a line, or CSV (`text/csv`), with the keys and columns
    that the export writes: `failed`, `suggestion`, `task`, `assignments.NAME`, `values.METRIC.value`,
    `values.METRIC.value_stddev` (`value` and `value_stddev` for a metric without a name), `metadata.KEY`. `id`,
    `created` and `experiment` are not taken over, nor is `suggestion` beside assignments. The rules are those of single
    observations. If rows are wrong, `errors` has the first 20, with their lines.
    """
    kind = format or ("csv" if file.media_type == "text/csv" else "ndjson")
    return ObservationImportOut.of(
        experiment_id,
        observation_files.take_in(
            session,
            caller,
            experiment_id,
            lambda definition: read(kind, file.content, definition),
            compute=not no_optimize,
            store=not dry_run,
        ),
        dry_run=dry_run,
    )


@router.get(
    "/export",
    response_class=Download,
    status_code=200,
    responses=described("The file: NDJSON with an observation a line as the API shows it, or CSV."),
)
@needs(Right.READ, development=True, guest=True)
def export_observations(
    request: Request,
    session: SessionDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    format: Annotated[Format, Query(description="NDJSON, or CSV with a column for each name.")] = "ndjson",
) -> Download:
    """Download all observations, oldest first, as they are at this moment.

    Columns of CSV: `id`, `created`, `suggestion`, `failed`, `task`, `assignments.NAME`, `values.METRIC.value`,
    `values.METRIC.value_stddev` (`value` and `value_stddev` for a metric without a name), `metadata.KEY`. A text that
    begins like a formula or looks like a number stands in quotes, as JSON; the import reads it back.
    """
    observation_files.check(session, caller, experiment_id)

    def chunks(snapshot: Session) -> Iterator[str]:
        definition, walked, keys = observation_files.all_of(snapshot, experiment_id, with_keys=format == "csv")
        return write(format, definition, keys, walked)

    return Download(request, chunks, name=f"experiment-{experiment_id}-observations", format=format)


@router.get("")
@needs(Right.READ, development=True, guest=True)
def list_observations(
    session: SessionDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    page_query: PageQueryDep,
    deleted: Annotated[Flag, Query(description="Only deleted ones, instead of the others.")] = False,
    sort: Annotated[
        str,
        Query(
            description="`id`, `timestamp`, `value` (of the first metric by name), `value-METRIC`, `value_stddev`, "
            "`value_stddev-METRIC`, `parameter-PARAMETER` or `task`. What has no value counts as larger than any."
        ),
    ] = "id",
) -> Pagination[ObservationOut]:
    """List observations, newest first."""
    page = observations.page(session, caller, experiment_id, page_query, deleted=deleted, sort=sort)
    definition = experiments.definition(session, experiment_id)
    return paginate(page, lambda row: ObservationOut.of(row, definition))


@router.delete("")
@needs(Right.WRITE, development=True)
def delete_observations(session: SessionDep, caller: CallerDep, experiment_id: ExperimentId) -> dict[str, str]:
    """Delete all observations, and what was learned from them."""
    observations.delete_all(session, caller, experiment_id)
    return {}


@router.get("/{observation_id}")
@needs(Right.READ, development=True, guest=True)
def get_observation(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, observation_id: Id
) -> ObservationOut:
    """Fetch an observation."""
    observation = observations.get(session, caller, experiment_id, observation_id)
    return ObservationOut.of(observation, experiments.definition(session, experiment_id))


@router.put("/{observation_id}")
@needs(Right.WRITE, development=True)
def update_observation(
    session: SessionDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    observation_id: Id,
    body: ObservationIn,
) -> ObservationOut:
    """Correct an observation: only the keys that are sent change."""
    observation = observations.update(
        session, caller, experiment_id, observation_id, body.changes(), compute=not body.no_optimize
    )
    return ObservationOut.of(observation, experiments.definition(session, experiment_id))


@router.delete("/{observation_id}")
@needs(Right.WRITE, development=True)
def delete_observation(
    session: SessionDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    observation_id: Id,
    no_optimize: NoOptimize = False,
) -> dict[str, str]:
    """Delete an observation; bests and progress follow at once."""
    observations.delete(session, caller, experiment_id, observation_id, compute=not no_optimize)
    return {}
