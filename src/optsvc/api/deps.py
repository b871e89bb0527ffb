"""What endpoints ask for by type."""

from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPBasic, HTTPBearer
from sqlalchemy.orm import Session

from optsvc.api.query import id_list
from optsvc.api.schemas.common import Id
from optsvc.queueing.wakeups import WakeUps
from optsvc.services.access import Caller


class _Basic(HTTPBasic):
    async def __call__(self, request: Request) -> None:  # type: ignore[override]
        """Read nothing: FastAPI would refuse forms of the header that the contract takes."""


# For the OpenAPI document; `optsvc.api.route` reads the header itself, before anything else happens.
BASIC = _Basic(auto_error=False, description="The API token as user name, an empty password.", scheme_name="basic")
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


def _idempotency_key(
    idempotency_key: Annotated[  # noqa: ARG001  for the OpenAPI document; `optsvc.api.route` reads it itself
        str | None,
        Header(description="A text of your own choice that makes this request safe to repeat: the first answer stays."),
    ] = None,
) -> None:
    return


REPEATABLE = [Depends(_idempotency_key)]
"""Dependencies of every POST."""


def _ids(
    id: Annotated[str | None, Query(description="Only these, separated by commas.", examples=["12,345"])] = None,
) -> list[int] | None:
    return None if id is None else id_list("id", id)


IdsDep = Annotated[list[int] | None, Depends(_ids)]
ExperimentId = Id
"""Of an experiment, in a path."""
