"""Analyses of an experiment: one address for each kind, with options of its own."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from optsvc.api.deps import CallerDep, DeadlineDep, ExperimentId, SessionDep, WakeUpsDep
from optsvc.api.described import model_of
from optsvc.api.errors import NOT_NOW, RESPONSES
from optsvc.api.query import Flag, check_known
from optsvc.api.responses import ContractResponse
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.analyses import AnalysisKindOut, AnalysisOut, PendingAnalysisOut, analysis_json
from optsvc.api.schemas.common import EmptyOut, Pagination
from optsvc.api.waiting import analysed
from optsvc.domain.errors import NotFound
from optsvc.domain.rights import Right
from optsvc.services import access
from optsvc.services.analyses.asking import listing
from optsvc.services.analyses.catalog import KINDS
from optsvc.services.analyses.kind import Kind
from optsvc.services.analyses.options import Options

router = APIRouter(
    prefix="/experiments/{experiment_id}/analyses", route_class=ContractRoute, tags=["analyses"], responses=RESPONSES
)

_RETRY_AFTER_S = 1
"""The request itself has waited some seconds by then, and so will the next one."""
_GENERAL = ("stale", "fields")
_WAITS = (
    "Computed by a worker from the present data and kept until they change. The request waits a few seconds for it; "
    "202 says that it is under way. 422 if it cannot be had of this experiment, or not from the present data."
)

_Endpoint = Callable[..., Coroutine[Any, Any, ContractResponse]]


@router.get("")
@needs(Right.READ, development=True, guest=True)
def list_analyses(session: SessionDep, caller: CallerDep, experiment_id: ExperimentId) -> Pagination[AnalysisKindOut]:
    """All kinds of analyses, what can be asked of each, and whether there is one from the present data."""
    return Pagination.whole([AnalysisKindOut.of(listed) for listed in listing(session, caller, experiment_id)])


def _endpoint(kind: Kind) -> _Endpoint:
    """The endpoint of a kind."""

    async def analyse(
        request: Request,
        session: SessionDep,
        caller: CallerDep,
        wakeups: WakeUpsDep,
        deadline_s: DeadlineDep,
        experiment_id: ExperimentId,
        options: Options,
        stale: Annotated[
            Flag, Query(description="Answer at once with what was computed last, from older data if need be.")
        ] = False,
    ) -> ContractResponse:
        check_known(request, (*kind.options.model_fields, *_GENERAL))
        found = await analysed(
            session, caller, wakeups, experiment_id, kind, options, stale=stale, deadline_s=deadline_s
        )
        if found is not None:
            return ContractResponse(analysis_json(found))
        pending = PendingAnalysisOut(
            object="pending_analysis",
            kind=kind.name,
            message=f"{kind.title}: the workers were asked, but have not computed it yet; ask again",
            retry_after_s=_RETRY_AFTER_S,
        )
        return ContractResponse(pending.model_dump(), 202, headers={"Retry-After": str(_RETRY_AFTER_S)})

    analyse.__name__ = f"{kind.name}_analysis"
    analyse.__annotations__["options"] = Annotated[kind.options, Query()]  # each becomes a parameter of the query
    return needs(Right.READ, development=True, guest=True)(analyse)


for each in KINDS.values():
    router.add_api_route(
        f"/{each.name}",
        _endpoint(each),
        methods=["GET"],
        response_model=AnalysisOut[model_of(each.result)],  # type: ignore[misc, arg-type]
        summary=each.title,
        description=f"{each.description}\n\n{_WAITS}",
        responses=NOT_NOW | {202: {"model": PendingAnalysisOut, "description": "Not there yet: ask again."}},
    )


@router.get("/{kind}", include_in_schema=False)
@needs(Right.READ, development=True, guest=True)
def unknown_analysis(session: SessionDep, caller: CallerDep, experiment_id: ExperimentId, kind: str) -> EmptyOut:
    """What there is in its place."""
    access.experiment(session, caller, experiment_id)
    raise NotFound(f"there is no analysis {kind!r}: one of {', '.join(KINDS)}")
