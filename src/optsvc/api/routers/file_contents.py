"""The bytes of files that this service keeps itself, behind signed addresses that need no token."""

import base64
import hashlib
import hmac
from typing import Annotated

from anyio import open_file
from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, Response

from optsvc.api.responses import ContractResponse
from optsvc.domain.errors import InvalidRequest, NotFound
from optsvc.services import files
from optsvc.storage.file_store import LocalFileStore, Method
from optsvc.storage.models import File

router = APIRouter(prefix="/file_contents/{key}", include_in_schema=False)

FileKey = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
Expires = Annotated[int, Query(ge=0, le=2**53)]
Signature = Annotated[str, Query(max_length=64)]
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",  # what users send must not run as a page of this server
}


@router.put("")
async def put_contents(request: Request, key: FileKey, expires: Expires, signature: Signature) -> ContractResponse:
    """Take the bytes of a file, exactly as they were announced."""
    store = _local_store(request)
    file = await run_in_threadpool(_signed_for, request, store, "PUT", key, expires, signature)
    for header, announced in (("Content-Type", file.content_type), ("Content-MD5", file.content_md5)):
        if request.headers.get(header) != announced:
            raise InvalidRequest(f"the header {header} must be {announced!r}, as it was announced")
    draft = await run_in_threadpool(store.draft, key)
    try:
        await _receive(request, file, str(draft))
        await run_in_threadpool(store.keep, key, draft)
    finally:
        await run_in_threadpool(draft.unlink, missing_ok=True)
    return ContractResponse({})


@router.get("")
def get_contents(request: Request, key: FileKey, expires: Expires, signature: Signature) -> Response:
    """The bytes of a file."""
    store = _local_store(request)
    file = _signed_for(request, store, "GET", key, expires, signature)
    path = store.path(key)
    if not path.is_file():
        raise NotFound("the bytes of this file have not been sent yet")
    return FileResponse(path, headers=_SAFE, media_type=file.content_type, filename=file.filename or file.name)


async def _receive(request: Request, file: File, draft: str) -> None:
    """Write the body down.

    Raises:
        InvalidRequest: Its size or MD5 is not as announced.
    """
    size, digest = 0, hashlib.md5(usedforsecurity=False)
    async with await open_file(draft, "xb") as written:
        async for chunk in request.stream():
            size += len(chunk)
            if size > file.content_length:
                raise InvalidRequest(f"the body is longer than the {file.content_length} bytes that were announced")
            digest.update(chunk)
            await written.write(chunk)
    if size < file.content_length:
        raise InvalidRequest(f"the body has {size} bytes, {file.content_length} were announced")
    if not hmac.compare_digest(base64.b64encode(digest.digest()).decode(), file.content_md5):
        raise InvalidRequest("the MD5 of the body is not the one that was announced")


def _local_store(request: Request) -> LocalFileStore:
    store = request.app.state.file_store
    if not isinstance(store, LocalFileStore):
        raise NotFound("this server keeps no files")
    return store


def _signed_for(
    request: Request, store: LocalFileStore, method: Method, key: str, expires: int, signature: str
) -> File:
    """The file that a signed address is for."""
    store.check(method, key, expires, signature)
    with request.app.state.sessions() as session:
        return files.with_key(session, key)
