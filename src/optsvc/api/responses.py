"""Answers as the contract writes them."""

import json
from typing import Any

from fastapi.sse import EventSourceResponse
from starlette.responses import JSONResponse

CONTENT_TYPE = "application/json; charset=utf-8"
_ESCAPES = {ord("&"): "\\u0026", ord("<"): "\\u003C", ord(">"): "\\u003E"}


class ContractResponse(JSONResponse):
    """Indented JSON that ends with a newline, readable for users of curl; safe inside a page; never cached."""

    sort_keys = True

    def __init__(self, content: Any = None, status_code: int = 200, **kwargs: Any) -> None:
        super().__init__(content, status_code, media_type=CONTENT_TYPE, **kwargs)
        self.headers.setdefault("Cache-Control", "no-cache, no-store")

    def render(self, content: Any) -> bytes:
        """The body."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=self.sort_keys)
        return (text.translate(_ESCAPES) + "\n").encode()


class OrderedResponse(ContractResponse):
    """The same with the keys in the order in which they were asked for."""

    sort_keys = False


class CompactResponse(ContractResponse):
    """The same in one line, for programs to draw: of thousands of numbers that is a third."""

    def render(self, content: Any) -> bytes:
        """The body."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=self.sort_keys)
        return (text.translate(_ESCAPES) + "\n").encode()


class EventStream(EventSourceResponse):
    """What an endpoint is marked with that yields server-sent events."""

    # Of its errors, in the OpenAPI document; that of the events FastAPI sets by itself.
    media_type = None  # type: ignore[assignment]
