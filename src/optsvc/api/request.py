"""Requests as the contract reads them."""

import codecs
import json
import math
from email.message import Message
from typing import Any, Never

from fastapi import HTTPException, Request

_MALFORMED = "Malformed json in request body"
_CHARSETS = {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "iso8859-1", "iso8859-15", "cp1252"}
_DRAIN = 4
"""A body beyond the limit is still read, up to this multiple, and dropped: who is still sending reads no answer."""


class ContractRequest(Request):
    """A request whose body is one JSON object, whatever its content type says; an empty body is an empty object.

    `curl -d` calls its JSON a form, others send no content type or an empty one. A body that somebody sent and nobody
    read would be a silent loss. An endpoint that takes a file reads `body` and `media_type` itself.

    Args:
        request: As it came.
        max_body_bytes: Largest body to take.
        empty: What an empty body counts as.
    """

    def __init__(self, request: Request, *, max_body_bytes: int, empty: bytes = b"{}") -> None:
        scope = dict(request.scope)
        header = Message()
        header["content-type"] = request.headers.get("content-type", "")
        self.media_type = header.get_content_type()
        self._charset = header.get_content_charset("utf-8")
        self._max_body_bytes = max_body_bytes
        self._empty = empty
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
        scope["headers"].append((b"content-type", b"application/json"))
        super().__init__(scope, request.receive)

    async def body(self) -> bytes:
        """The raw body; an empty one as the endpoint reads it.

        Raises:
            HTTPException: 413 if it is larger than this server takes.
        """
        if not hasattr(self, "_body"):
            read, size = bytearray(), 0
            async for chunk in self.stream():
                size += len(chunk)
                if size <= self._max_body_bytes:
                    read += chunk
                elif size > _DRAIN * self._max_body_bytes:
                    break
            if size > self._max_body_bytes:
                raise HTTPException(413, f"the request body is larger than {self._max_body_bytes} bytes")
            self._body = bytes(read) or self._empty
        return self._body

    async def json(self) -> dict[str, Any]:
        """The body's object.

        Raises:
            HTTPException: 400 if it is not JSON, not an object, repeats a key, or holds NaN, an infinity, a number
                beyond a double or a NUL character.
        """
        return parse_object(await self.body(), self._charset)


def parse_object(body: bytes, charset: str = "utf-8") -> dict[str, Any]:
    """The JSON object in `body`; raises as `ContractRequest.json`."""
    try:
        if codecs.lookup(charset).name not in _CHARSETS:
            raise LookupError(f"unknown encoding: {charset}")
        text = body.decode(charset)
        parsed = json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_within_a_double,
        )
        if "\\u" in text:
            check_texts(parsed)
    except RecursionError as error:
        raise HTTPException(400, f"{_MALFORMED}: it is nested too deeply") from error
    except (LookupError, ValueError) as error:
        raise HTTPException(400, f"{_MALFORMED}: {error}") from error
    if not isinstance(parsed, dict):
        raise HTTPException(400, f"{_MALFORMED}: expected an object, got {type(parsed).__name__}")
    return parsed


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} occurs twice in an object")
        found[key] = value
    return found


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"the number {digits[:50]} is too large")
    return value


def _within_a_double(digits: str) -> int:
    _finite(digits)
    return int(digits)


def check_texts(value: Any) -> None:
    """Refuse what JSON can escape but PostgreSQL cannot store."""
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a text holds a NUL character")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("a text holds half of a surrogate pair")
    elif isinstance(value, dict):
        for item in value.items():
            for part in item:
                check_texts(part)
    elif isinstance(value, list):
        for part in value:
            check_texts(part)
