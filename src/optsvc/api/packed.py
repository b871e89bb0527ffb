"""Answers are compressed for whoever takes that: an answer with many numbers is a third to a seventh as long."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_SMALLEST = 1400
"""Bytes; smaller answers fit into a packet anyway."""
_LEVEL = 4
"""Of zlib: a few milliseconds for the largest charts, and hardly longer than at the highest level."""


class Packed(GZipMiddleware):
    """Compresses what the API answers, in threads if it is long; exports as they are written.

    Event streams go out as they come. The dashboard's files are packed already, and those of runs are what they are.
    Cookies are sent to pages of ours only, so no other site can learn from the length of an answer what it says.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, minimum_size=_SMALLEST, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] == "http" and (path.startswith("/v1/") or path == "/openapi.json"):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)
