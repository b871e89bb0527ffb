"""Files of training runs."""

from fastapi import APIRouter, Request

from optsvc.api.deps import REPEATABLE, CallerDep, FileStoreDep, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Id
from optsvc.api.schemas.files import AnnouncedFileOut, FileIn, FileOut
from optsvc.domain.errors import InvalidRequest
from optsvc.domain.rights import Right
from optsvc.services import files

router = APIRouter(route_class=ContractRoute, tags=["files"], responses=RESPONSES)


@router.post("/training_runs/{run_id}/files", dependencies=REPEATABLE)
@needs(Right.WRITE)
def create_file(
    session: SessionDep, caller: CallerDep, store: FileStoreDep, run_id: Id, body: FileIn, request: Request
) -> AnnouncedFileOut:
    """Announce a file of a run. The answer says where to send its bytes, within an hour."""
    largest = request.app.state.settings.max_file_bytes
    if body.content_length > largest:
        raise InvalidRequest(f"content_length: this server takes files of up to {largest} bytes")
    file = files.create(session, caller, run_id, body.to_service())
    return AnnouncedFileOut.of(file, store.upload(file, str(request.base_url)))


@router.get("/files/{file_id}")
@needs(Right.READ)
def get_file(session: SessionDep, caller: CallerDep, store: FileStoreDep, file_id: Id, request: Request) -> FileOut:
    """What is known of a file, and where its bytes can be read, for an hour."""
    file = files.get(session, caller, file_id)
    return FileOut.of(file, store.download_url(file, str(request.base_url)))
