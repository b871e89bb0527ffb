"""What endpoints ask for by type."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request
from fastapi.security import APIKeyCookie, HTTPBasic, HTTPBearer
from pydantic import TypeAdapter, ValidationError
from redis import Redis
from sqlalchemy.orm import Session

from optsvc.api.credentials import COOKIE, CSRF_HEADER
from optsvc.api.fields import FieldNames
from optsvc.api.query import id_list
from optsvc.api.request import ContractRequest
from optsvc.api.schemas.common import Id
from optsvc.domain.errors import InvalidRequest, NotFound
from optsvc.queueing.wakeups import WakeUps
from optsvc.services.access import Caller
from optsvc.storage.file_store import FileStore


class _Basic(HTTPBasic):
    async def __call__(self, request: Request) -> None:  # type: ignore[override]
        """Read nothing: FastAPI would refuse forms of the header that the contract takes."""


# For the OpenAPI document; `optsvc.api.credentials` reads the header itself, before anything else happens.
BASIC = _Basic(auto_error=False, description="The API token as user name, an empty password.", scheme_name="basic")
BEARER = HTTPBearer(auto_error=False, description="The API token.", scheme_name="bearer")
SIGN_IN = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    description=f"Of `POST /v1/sessions`, for browsers; all but GET need its CSRF token as the header `{CSRF_HEADER}`.",
    scheme_name="cookie",
)


def _session(request: Request) -> Session:
    session: Session = request.state.session
    return session


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def _redis(request: Request) -> Redis:
    redis: Redis = request.app.state.redis
    return redis


def _wakeups(request: Request) -> WakeUps:
    wakeups: WakeUps = request.app.state.wakeups
    return wakeups


def _deadline_s(request: Request) -> float:
    deadline_s: float = request.app.state.settings.suggestion_deadline_s
    return deadline_s


def _file_store(request: Request) -> FileStore:
    store: FileStore | None = request.app.state.file_store
    if store is None:
        raise NotFound("this server keeps no files: its operator has set neither OPTSVC_FILES_DIR nor OPTSVC_S3_BUCKET")
    return store


@dataclass(frozen=True, slots=True)
class FileBody:
    """A body that is a file.

    Args:
        content: Its bytes.
        media_type: What the client calls it.
    """

    content: bytes
    media_type: str


async def _file_body(request: Request) -> FileBody:
    assert isinstance(request, ContractRequest)  # noqa: S101  every route of the contract makes one
    return FileBody(await request.body(), request.media_type)


SessionDep = Annotated[Session, Depends(_session)]
CallerDep = Annotated[Caller, Depends(_caller)]
RedisDep = Annotated[Redis, Depends(_redis)]
WakeUpsDep = Annotated[WakeUps, Depends(_wakeups)]
DeadlineDep = Annotated[float, Depends(_deadline_s)]
FileBodyDep = Annotated[FileBody, Depends(_file_body)]
FileStoreDep = Annotated[FileStore, Depends(_file_store)]


def _idempotency_key(
    idempotency_key: Annotated[  # noqa: ARG001  for the OpenAPI document; `optsvc.api.route` reads it itself
        str | None,
        Header(description="A text of your own choice that makes this request safe to repeat: the first answer stays."),
    ] = None,
) -> None:
    return


REPEATABLE = [Depends(_idempotency_key)]
"""Dependencies of every POST but those whose answer holds a secret."""


def _fields(
    request: Request,
    fields: Annotated[
        str | None,
        Query(description="Only these fields, separated by commas; in a list, of each entry.", examples=["id,name"]),
    ] = None,
) -> None:
    if fields is not None:
        try:
            request.state.fields = TypeAdapter(FieldNames).validate_python(fields)
        except ValidationError as error:
            raise InvalidRequest(f"fields: expected names separated by commas, got {fields[:50]!r}") from error


SELECTABLE = [Depends(_fields)]
"""Dependencies of every GET: `optsvc.api.route` leaves the rest out of the answer."""


def _ids(
    id: Annotated[str | None, Query(description="Only these, separated by commas.", examples=["12,345"])] = None,
) -> list[int] | None:
    return None if id is None else id_list("id", id)


IdsDep = Annotated[list[int] | None, Depends(_ids)]
ExperimentId = Annotated[Id, Path(description="Id of the experiment.")]
ProjectId = Annotated[str, Path(description="Id of the project, as you chose it.", examples=["cakes"])]
