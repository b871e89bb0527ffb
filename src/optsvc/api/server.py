"""The web server."""

import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from optsvc.api.live import Live


class Server(uvicorn.Server):
    """Uvicorn, which waits for open answers when it stops: for event streams it would wait in vain.

    Args:
        app: What it serves: the application, or something around it.
        live: The streams of the application.
        options: Uvicorn's.
    """

    def __init__(self, app: ASGIApp, live: Live, **options: Any) -> None:
        super().__init__(uvicorn.Config(app, **options))
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: end the streams, then wait for the other answers."""
        self._live.end()
        await super().shutdown(sockets)
