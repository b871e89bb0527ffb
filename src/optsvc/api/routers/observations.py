"""Observations."""

from typing import Annotated

from fastapi import APIRouter, Query

from optsvc.api.deps import REPEATABLE, CallerDep, ExperimentId, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.paging import PageQueryDep
from optsvc.api.query import Flag
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Id, Pagination, paginate
from optsvc.api.schemas.observations import ObservationBatchIn, ObservationIn, ObservationOut
from optsvc.domain.rights import Right
from optsvc.services import experiments, observations

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
