"""What endpoints ask for by type."""

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPBasic, HTTPBearer
from sqlalchemy.orm import Session

from optsvc.api.schemas.common import Id
from optsvc.queueing.wakeups import WakeUps
from optsvc.services.access import Caller

# For the OpenAPI document; `optsvc.api.route` reads the header itself, before anything else happens.
BASIC = HTTPBasic(auto_error=False, description="The API token as user name, an empty password.", scheme_name="basic")
BEARER = HTTPBearer(auto_error=False, description="The API token.", scheme_name="bearer")


def _session(request: Request) -> Session:
    session: Session = request.state.session
    return session


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def _wakeups(request: Request) -> WakeUps:
    wakeups: WakeUps = request.app.state.wakeups
    return wakeups


def _deadline_s(request: Request) -> float:
    deadline_s: float = request.app.state.settings.suggestion_deadline_s
    return deadline_s


SessionDep = Annotated[Session, Depends(_session)]
CallerDep = Annotated[Caller, Depends(_caller)]
WakeUpsDep = Annotated[WakeUps, Depends(_wakeups)]
DeadlineDep = Annotated[float, Depends(_deadline_s)]


def _ids(
    id: Annotated[
        str | None, Query(description="Only these, separated by commas.", pattern=r"^\d{1,18}(,\d{1,18})*$")
    ] = None,
) -> list[int] | None:
    return None if id is None else [int(part) for part in id.split(",")]


IdsDep = Annotated[list[int] | None, Depends(_ids)]
ExperimentId = Id
"""Of an experiment, in a path."""
