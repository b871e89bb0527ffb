"""Charts of an experiment: one address for each kind, with options of its own."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from optsvc.api.deps import CallerDep, DeadlineDep, ExperimentId, SessionDep, WakeUpsDep
from optsvc.api.errors import NOT_NOW, RESPONSES
from optsvc.api.query import Flag, check_known
from optsvc.api.responses import CompactResponse, ContractResponse
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import EmptyOut, Pagination
from optsvc.api.schemas.plots import PendingPlotOut, PlotKindOut, PlotOut, plot_json
from optsvc.api.waiting import drawn
from optsvc.domain.errors import NotFound
from optsvc.domain.rights import Right
from optsvc.services import access
from optsvc.services.plots.asking import listing
from optsvc.services.plots.catalog import PLOTS
from optsvc.services.plots.kind import PlotKind
from optsvc.services.plots.options import PlotOptions

router = APIRouter(
    prefix="/experiments/{experiment_id}/plots", route_class=ContractRoute, tags=["plots"], responses=RESPONSES
)

_RETRY_AFTER_S = 1
_GENERAL = ("stale", "complete", "fields")
_AT_ONCE = "Drawn at once from the present data."
_WAITS = (
    "Drawn from analyses of the present data, which workers compute. The request waits a few seconds for them; 202 "
    "says that they are under way. 422 if they cannot be had of this experiment, or not from the present data."
)

_Endpoint = Callable[..., Coroutine[Any, Any, ContractResponse]]


@router.get("")
@needs(Right.READ, development=True, guest=True)
def list_plots(session: SessionDep, caller: CallerDep, experiment_id: ExperimentId) -> Pagination[PlotKindOut]:
    """All kinds of charts, what can be asked of each, and which make sense for this experiment."""
    return Pagination.whole([PlotKindOut.of(listed) for listed in listing(session, caller, experiment_id)])


def _endpoint(kind: PlotKind) -> _Endpoint:
    """The endpoint of a kind."""

    async def plot(
        request: Request,
        session: SessionDep,
        caller: CallerDep,
        wakeups: WakeUpsDep,
        deadline_s: DeadlineDep,
        experiment_id: ExperimentId,
        options: PlotOptions,
        stale: Annotated[
            Flag, Query(description="Draw at once what was computed last, from older data if need be.")
        ] = False,
        complete: Annotated[
            Flag, Query(description="Wait for analyses that only add to it, too, instead of drawing without them.")
        ] = False,
    ) -> ContractResponse:
        check_known(request, (*kind.options.model_fields, *_GENERAL))
        found = await drawn(
            session,
            caller,
            wakeups,
            experiment_id,
            kind,
            options,
            stale=stale,
            complete=complete,
            deadline_s=deadline_s,
        )
        if found is not None:
            return CompactResponse(plot_json(found))
        pending = PendingPlotOut(
            object="pending_plot",
            kind=kind.name,
            message=f"{kind.title}: the workers were asked, but have not computed it yet; ask again",
            retry_after_s=_RETRY_AFTER_S,
        )
        return ContractResponse(pending.model_dump(), 202, headers={"Retry-After": str(_RETRY_AFTER_S)})

    plot.__name__ = f"{kind.name}_plot"
    plot.__annotations__["options"] = Annotated[kind.options, Query()]  # each becomes a parameter of the query
    return needs(Right.READ, development=True, guest=True)(plot)


for each in PLOTS.values():
    router.add_api_route(
        f"/{each.name}",
        _endpoint(each),
        methods=["GET"],
        response_model=PlotOut,
        summary=each.title,
        description=f"{each.description}\n\n{_WAITS if each.computed else _AT_ONCE}",
        responses=NOT_NOW | {202: {"model": PendingPlotOut, "description": "Not there yet: ask again."}},
    )


@router.get("/{kind}", include_in_schema=False)
@needs(Right.READ, development=True, guest=True)
def unknown_plot(session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, kind: str) -> EmptyOut:
    """What there is in its place."""
    access.experiment(session, caller, experiment_id)
    raise NotFound(f"there is no plot {kind!r}: one of {', '.join(PLOTS)}")
