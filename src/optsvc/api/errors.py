"""Every error as the contract's body: ``{"message": …, "status": …}``."""

import logging
import reprlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

from optsvc.api.responses import ContractResponse
from optsvc.domain.errors import Forbidden, InvalidFile, OptsvcError, TooManyRequests

logger = logging.getLogger(__name__)

_LONGEST_MESSAGE = 1000
_VALUE = reprlib.Repr()
_VALUE.maxstring = _VALUE.maxother = _VALUE.maxlong = 100
_TAGS = {"double", "int", "categorical", "normal", "beta", "text", "object"}
"""What Pydantic puts into the place of an error for the kind chosen in a union; no key of ours is called so there."""
_UNIONS = {"prior", "task"}
"""The keys, besides lists, whose values are of several kinds."""


class RowErrorBody(BaseModel):
    """What is wrong with a row of a file."""

    line: int = Field(description="Where the row begins, from 1.", examples=[7])
    column: str | None = Field(
        description="The column or key; null if the row as a whole is wrong.", examples=["values.taste.value"]
    )
    message: str = Field(description="Which rule is broken, by what.")


class ErrorBody(BaseModel):
    """What every error answers with."""

    message: str = Field(description="What is wrong, for people.", examples=["parameters: at least one is needed"])
    status: int = Field(description="The HTTP status again.", examples=[400])
    token_status: str | None = Field(
        None, description="With 403: `revoked`, `expired` or `invalid_permissions`.", examples=["expired"]
    )
    errors: list[RowErrorBody] | None = Field(None, description="Of an import: the first rows that are wrong.")


RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "Something in the request is wrong; the message names it."},
    401: {"model": ErrorBody, "description": "No token."},
    403: {"model": ErrorBody, "description": "The token is unknown, expired, or lacks the right."},
    404: {"model": ErrorBody, "description": "Not there, or not visible to this caller."},
    429: {"model": ErrorBody, "description": "Too often; `Retry-After` says when to try again."},
}
"""For the OpenAPI document of every route under ``/v1``."""
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": ErrorBody, "description": "The name is already taken."}}
"""For routes that store something under a name of its own."""
NOT_NOW: dict[int | str, dict[str, Any]] = {422: {"model": ErrorBody, "description": "It cannot be done now."}}
"""For routes without a body that may have to be asked again later."""
OF_BODIES: dict[int | str, dict[str, Any]] = {
    413: {"model": ErrorBody, "description": "The body is larger than this server takes."},
    422: {
        "model": ErrorBody,
        "description": "Well-formed, but cannot be done now; or the `Idempotency-Key` belongs to another request.",
    },
}
"""For every route under ``/v1`` that takes a body."""


def install(app: FastAPI) -> None:
    """Have the application answer every error in the contract's shape."""
    app.exception_handler(OptsvcError)(_known)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RecursionError)(_too_deep)
    app.exception_handler(OperationalError)(_database_away)
    app.exception_handler(PoolTimeout)(_database_away)
    app.exception_handler(Exception)(_unknown)


def body(message: str, status: int, **more: Any) -> ContractResponse:
    """An error's answer."""
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[:_LONGEST_MESSAGE]}…"
    # Half a surrogate pair, from the address or an escape, cannot be written.
    message = message.encode(errors="replace").decode()
    return ContractResponse({"message": message, "status": status, **more}, status)


def body_of(error: OptsvcError) -> ContractResponse:
    """The answer to an error of ours."""
    if isinstance(error, TooManyRequests):
        answer = body(str(error), error.status)
        answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer
    if isinstance(error, InvalidFile) and error.faults:
        return body(str(error), error.status, errors=[asdict(fault) for fault in error.faults])
    if isinstance(error, Forbidden) and error.token_status:
        return body(str(error), error.status, token_status=error.token_status)
    return body(str(error), error.status)


def _known(_: Request, error: OptsvcError) -> Response:
    return body_of(error)


def _http(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        return body(f"there is no endpoint {request.url.path}", 404)
    if error.status_code == 405:
        allowed = ", ".join(sorted(_methods(request)))
        if request.method == "OPTIONS":
            return ContractResponse({}, headers={"Allow": allowed})
        answer = body(f"{request.method} is not allowed here; allowed: {allowed}", 405)
        answer.headers["Allow"] = allowed
        return answer
    return body(str(error.detail), error.status_code)


def _methods(request: Request) -> set[str]:
    """All methods that this path takes: each of its routes knows only its own."""
    candidates = {"GET", "HEAD", "POST", "PUT", "MERGE", "DELETE"} - {request.method}
    routes = request.app.router.routes
    return {
        method
        for method in candidates
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    }


def _invalid(request: Request, error: RequestValidationError) -> Response:
    first = error.errors()[0]
    if first["loc"][0] == "path":
        return body(f"there is nothing at {request.url.path}", 404)
    return body(sentence(first), 400)


def _too_deep(_: Request, __: Exception) -> Response:
    return body("the request is nested too deeply", 400)


def _database_away(request: Request, error: Exception) -> Response:
    logger.error("%s %s: the database is away: %s", request.method, request.url.path, error)
    return body("the database cannot be reached at the moment; nothing was changed; try again", 503)


def _unknown(request: Request, error: Exception) -> Response:
    logger.exception("%s %s failed", request.method, request.url.path, exc_info=error)
    return body("internal error; nothing was changed", 500)


def sentence(error: Any) -> str:
    """A validation error of Pydantic in words: where, which rule, and what was given."""
    where = _path(error["loc"][1:])
    match error["type"]:
        case "missing":
            return f"Missing required json key: {where}"
        case "extra_forbidden":
            return f"Unknown json keys: {where}"
        case "value_error":
            return f"{where}: {error['ctx']['error']}" if where else str(error["ctx"]["error"])
        case "union_tag_not_found":
            return f"Missing required json key: {where}.{_discriminator(error)}"
        case "union_tag_invalid":
            allowed, given = error["ctx"]["expected_tags"], error["ctx"]["tag"]
            return f"{where}.{_discriminator(error)}: must be one of {allowed}, got {_short(given)}"
        case "literal_error" | "enum":
            return f"{where}: {_short(error['input'])} is not one of the allowed values: {error['ctx']['expected']}"
        case "none_required":
            return f"{where}: not allowed or not supported here, leave it out; got {_short(error['input'])}"
        case kind if kind.endswith(("_type", "_parsing")):
            return f"Invalid type for {where or 'the body'}: {_lower(error['msg'])}, got {_short(error['input'])}"
        case _:
            return f"{where}: {_lower(error['msg'])}, got {_short(error['input'])}"


def _discriminator(error: Any) -> str:
    """The key that says which of several kinds an object is."""
    return str(error["ctx"]["discriminator"]).strip("'")


def _path(location: Sequence[int | str]) -> str:
    """As in ``parameters[0].bounds.max``."""
    text, in_union = "", False
    for part in location:
        if in_union and part in _TAGS:
            continue
        in_union = isinstance(part, int) or part in _UNIONS
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def _short(value: Any) -> str:
    return _VALUE.repr(value)
