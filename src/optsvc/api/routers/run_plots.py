"""Charts of training runs."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from optsvc.api.deps import CallerDep, ProjectId, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.query import check_known
from optsvc.api.responses import CompactResponse
from optsvc.api.route import ContractRoute, needs
from optsvc.api.run_filters import FiltersDep
from optsvc.api.schemas.common import Id
from optsvc.api.schemas.run_plots import RunPlotOut
from optsvc.domain.rights import Right
from optsvc.services.plots import runs
from optsvc.services.plots.options import PlotOptions
from optsvc.services.plots.runs import RunParallel, RunScatter
from optsvc.storage.training_runs import WantedRuns

router = APIRouter(route_class=ContractRoute, tags=["plots"], responses=RESPONSES)

_Search = Annotated[str | None, Query(description="Only runs with this part of the name, in any case.")]
_PROJECT = "/clients/{client_id}/projects/{project_id}/plots"
_CHOICE = ("filters", "search", "fields")
_SHAPE: dict[str, Any] = {"response_model": RunPlotOut}


@router.get("/training_runs/{run_id}/plots/checkpoints", **_SHAPE)
@needs(Right.READ, development=True, guest=True)
def checkpoints_plot(
    request: Request, session: SessionDep, caller: CallerDep, run_id: Id, options: Annotated[PlotOptions, Query()]
) -> CompactResponse:
    """Each metric of a run over its checkpoints."""
    check_known(request, (*PlotOptions.model_fields, "fields"))
    return CompactResponse(RunPlotOut.json_of(runs.of_checkpoints(session, caller, run_id, options)))


@router.get(f"{_PROJECT}/scatter", **_SHAPE)
@needs(Right.READ, development=True)
def scatter_plot_of_runs(
    request: Request,
    session: SessionDep,
    caller: CallerDep,
    client_id: Id,
    project_id: ProjectId,
    options: Annotated[RunScatter, Query()],
    filters: FiltersDep,
    search: _Search = None,
) -> CompactResponse:
    """Two fields of the runs of a project against each other, with a third one as colour."""
    check_known(request, (*RunScatter.model_fields, *_CHOICE))
    wanted = WantedRuns(filters=filters, search=search)
    return CompactResponse(RunPlotOut.json_of(runs.of_scatter(session, caller, client_id, project_id, wanted, options)))


@router.get(f"{_PROJECT}/parallel_coordinates", **_SHAPE)
@needs(Right.READ, development=True)
def parallel_coordinates_plot_of_runs(
    request: Request,
    session: SessionDep,
    caller: CallerDep,
    client_id: Id,
    project_id: ProjectId,
    options: Annotated[RunParallel, Query()],
    filters: FiltersDep,
    search: _Search = None,
) -> CompactResponse:
    """Fields of the runs of a project beside each other, one line for each run."""
    check_known(request, (*RunParallel.model_fields, *_CHOICE))
    wanted = WantedRuns(filters=filters, search=search)
    return CompactResponse(
        RunPlotOut.json_of(runs.of_parallel(session, caller, client_id, project_id, wanted, options))
    )
