"""Checkpoints."""

from fastapi import APIRouter

from optsvc.api.deps import REPEATABLE, CallerDep, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.paging import PageQueryDep
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.checkpoints import CheckpointIn, CheckpointOut
from optsvc.api.schemas.common import Id, Pagination, paginate
from optsvc.domain.rights import Right
from optsvc.services import checkpoints

router = APIRouter(
    prefix="/training_runs/{run_id}/checkpoints",
    route_class=ContractRoute,
    tags=["training runs"],
    responses=RESPONSES,
)


@router.post("", dependencies=REPEATABLE)
@needs(Right.WRITE, development=True)
def create_checkpoint(session: SessionDep, caller: CallerDep, run_id: Id, body: CheckpointIn) -> CheckpointOut:
    """Store the values of metrics in the middle of a run; at most 200 times in each."""
    values = [value.to_domain() for value in body.values]
    return CheckpointOut.of(checkpoints.create(session, caller, run_id, values, body.metadata))


@router.get("")
@needs(Right.READ, development=True, guest=True)
def list_checkpoints(
    session: SessionDep, caller: CallerDep, run_id: Id, page_query: PageQueryDep
) -> Pagination[CheckpointOut]:
    """List the checkpoints of a run, newest first."""
    return paginate(checkpoints.page(session, caller, run_id, page_query), CheckpointOut.of)


@router.get("/{checkpoint_id}")
@needs(Right.READ, development=True, guest=True)
def get_checkpoint(session: SessionDep, caller: CallerDep, run_id: Id, checkpoint_id: Id) -> CheckpointOut:
    """Fetch a checkpoint."""
    return CheckpointOut.of(checkpoints.get(session, caller, run_id, checkpoint_id))
