"""What an experiment has found."""

from fastapi import APIRouter

from optsvc.api.deps import CallerDep, ExperimentId, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Pagination
from optsvc.api.schemas.observations import BestAssignmentsOut
from optsvc.domain.rights import Right
from optsvc.services import results

router = APIRouter(
    prefix="/experiments/{experiment_id}", route_class=ContractRoute, tags=["results"], responses=RESPONSES
)


@router.get("/best_assignments")
@needs(Right.READ, development=True, guest=True)
def best_assignments(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId
) -> Pagination[BestAssignmentsOut]:
    """The best point observed so far; an empty list while nothing has succeeded."""
    best = results.best_observations(session, caller, experiment_id)
    return Pagination.whole([BestAssignmentsOut.of(row) for row in best])
