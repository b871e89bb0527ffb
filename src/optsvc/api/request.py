"""Requests as the contract reads them."""

import json
import math
from typing import Any, Never

from fastapi import HTTPException, Request

_MALFORMED = "Malformed json in request body"


class ContractRequest(Request):
    """A request whose body is one JSON object, whatever its content type says; an empty body is an empty object."""

    def __init__(self, request: Request) -> None:
        scope = dict(request.scope)
        # `curl -d` and older clients send JSON under other names, or under none.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
        scope["headers"].append((b"content-type", b"application/json"))
        super().__init__(scope, request.receive)

    async def body(self) -> bytes:
        """The raw body, never empty."""
        return await super().body() or b"{}"

    async def json(self) -> dict[str, Any]:
        """The body's object.

        Raises:
            HTTPException: 400 if it is not JSON, not an object, repeats a key, or holds NaN, an infinity, a number
                beyond a double or a NUL character.
        """
        return parse_object(await self.body())


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; raises as `ContractRequest.json`."""
    try:
        text = body.decode()
        parsed = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_refuse_constant, parse_float=_finite)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise HTTPException(400, f"{_MALFORMED}: {error}") from error
    if not isinstance(parsed, dict):
        raise HTTPException(400, f"{_MALFORMED}: expected an object, got {type(parsed).__name__}")
    if "\\u0000" in text and _has_nul(parsed):
        raise HTTPException(400, f"{_MALFORMED}: a text holds a NUL character")
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
        raise ValueError(f"the number {digits} is too large")
    return value


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(part) for item in value.items() for part in item)
    return isinstance(value, list) and any(_has_nul(part) for part in value)
