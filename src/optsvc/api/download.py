"""Answers that are sent while they are read: files of any size, in steady memory."""

from collections.abc import Callable, Generator, Iterator
from threading import BoundedSemaphore
from typing import Any, Literal

from anyio import CancelScope
from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse
from starlette.types import Send

from optsvc.domain.errors import TooManyRequests
from optsvc.storage.session import snapshot

Format = Literal["ndjson", "csv"]
CONTENT_TYPES: dict[Format, str] = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
MOST_AT_ONCE = 4
"""Of one process: each holds a connection to the database for as long as its reader takes."""
_IDLE_S = 60


class Download(StreamingResponse):
    """A file, read from one snapshot of the database in a transaction of its own.

    The endpoint's transaction has ended when this begins. What goes wrong before the first chunk is answered as an
    error; what goes wrong later breaks the transfer off, which every HTTP client notices.

    Args:
        request: What it answers.
        chunks: Reads the file from a session, a part at a time.
        name: Of the file, without its ending.
        format: Its ending and content type.
    """

    def __init__(
        self, request: Request, chunks: Callable[[Session], Iterator[str]], *, name: str, format: Format
    ) -> None:
        self._parts = _parts(request.app.state, chunks)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}.{format}"',
            "Cache-Control": "no-cache, no-store",
            "X-Content-Type-Options": "nosniff",
        }
        super().__init__(self._parts, headers=headers, media_type=CONTENT_TYPES[format])

    async def stream_response(self, send: Send) -> None:
        """Send the first chunk with the head of the answer, then the others."""
        try:
            part = await run_in_threadpool(next, self._parts, b"")
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            while part:
                await send({"type": "http.response.body", "body": part, "more_body": True})
                part = await run_in_threadpool(next, self._parts, b"")
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            with CancelScope(shield=True):  # the reader may be gone
                await run_in_threadpool(self._parts.close)


def limit() -> BoundedSemaphore:
    """What counts the downloads of a process."""
    return BoundedSemaphore(MOST_AT_ONCE)


def described(what: str) -> dict[int | str, dict[str, Any]]:
    """The success of a route that answers with a file, for the OpenAPI document."""
    content = {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in CONTENT_TYPES.values()}
    return {200: {"description": what, "content": content}}


def _parts(state: Any, chunks: Callable[[Session], Iterator[str]]) -> Generator[bytes]:
    running: BoundedSemaphore = state.downloads
    if not running.acquire(blocking=False):
        raise TooManyRequests(f"this server is sending {MOST_AT_ONCE} files already: try again in a while", 5)
    try:
        with snapshot(state.sessions, idle_s=_IDLE_S) as session:
            for chunk in chunks(session):
                if chunk:
                    yield chunk.encode()
    finally:
        running.release()
