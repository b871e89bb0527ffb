"""One request, from its first attempt to its answer or error, without doing any input or output itself.

`exchange` decides what to send next and when to give up; the `blocking` and the `asynchronous` client only
carry out what it says. So retries and errors are the same in both, and are tested without a network.
"""

import json
import random
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from uuid import uuid4

from optsvc.client.errors import ConnectionFailed, OptsvcClientError, api_error

Json: TypeAlias = dict[str, Any]
"""A JSON object of the service."""

_TRANSIENT = frozenset({429, 502, 503, 504})
"""Statuses that a later attempt can turn into a success."""

_NOT_READY = 202
"""The service has begun to compute the answer."""

_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 8.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask of the service.

    Every request can be repeated safely: GET, PUT and DELETE by their nature, POST because its key tells the
    service that it is the same request again.

    Args:
        method: The HTTP method.
        path: From ``/v1`` on, percent-encoded.
        params: Query parameters; those with the value None are left out.
        body: The JSON object to send, or the bytes of a file; None for none.
        content_type: Of the body.
        idempotency_key: Names a POST over all its attempts.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    params: Mapping[str, str | int | float | None] = field(default_factory=dict)
    body: Mapping[str, Any] | bytes | None = None
    content_type: str = "application/json"
    idempotency_key: str = field(default_factory=lambda: str(uuid4()))

    def headers(self) -> dict[str, str]:
        """The headers that belong to this request alone."""
        headers = {"Accept": "application/json"}
        if self.body is not None:
            headers["Content-Type"] = self.content_type
        if self.method == "POST":
            headers["Idempotency-Key"] = self.idempotency_key
        return headers

    def query(self) -> dict[str, str | int | float]:
        """The query parameters that have a value."""
        return {name: value for name, value in self.params.items() if value is not None}

    def content(self) -> bytes | None:
        """The body as bytes."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, default=_plain, allow_nan=False).encode()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service answered.

    Args:
        status: The HTTP status.
        body: The undecoded body.
        retry_after: The header of that name, None if there is none.
    """

    status: int
    body: bytes = b""
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """There was no answer: the connection failed, or time ran out.

    Args:
        reason: What went wrong, for people.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """An instruction: wait, then send.

    Args:
        request: What to send.
        after_s: How long to wait before, in seconds.
    """

    request: Request
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to try again.

    Pauses double from 0.25 s up to 8 s, each shortened by up to a half at random so that programs that failed
    together do not come back together. A ``Retry-After`` of the service is a lower limit for the pause.

    Args:
        total_s: No attempt starts later than this after the first failure, in seconds.
        patience_s: The same after the first answer that says that what was asked for is still being computed.
        clock: Seconds from any fixed point.
        jitter: Uniform in [0, 1).
    """

    total_s: float = 60.0
    patience_s: float = 150.0
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random

    def pause_s(self, failures: int, retry_after: str | None = None) -> float:
        """How long to wait after this many failures (>= 1), in seconds."""
        backoff = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** min(failures - 1, 30)) * (1 - self.jitter() / 2)
        # The header may also hold a date, which no service of ours sends; then the back-off alone decides.
        asked = float(retry_after) if retry_after is not None and retry_after.strip().isdecimal() else 0.0
        return max(backoff, asked)


def exchange(request: Request, retry: RetryPolicy) -> Generator[Attempt, Reply | Broken, Json]:
    """Yield the attempts to make, be sent what came of each, return the answer.

    Raises:
        ConnectionFailed: There was no answer to the last attempt.
        ApiError: The last answer was not a success.
    """
    outcome, failures = yield from _answered(Attempt(request), retry)
    first_asked_at, asked = retry.clock(), 0
    while outcome.status == _NOT_READY:
        asked += 1
        pause = retry.pause_s(asked, outcome.retry_after)
        if retry.clock() + pause > first_asked_at + retry.patience_s:
            raise _failure(request, outcome, failures)
        outcome, failures = yield from _answered(Attempt(request, after_s=pause), retry)
    if outcome.status == 404 and request.method == "DELETE" and failures:
        return {}  # an earlier attempt did it, only its answer was lost
    if not 200 <= outcome.status < 300:
        raise _failure(request, outcome, failures)
    return _decode(outcome)


def _answered(attempt: Attempt, retry: RetryPolicy) -> Generator[Attempt, Reply | Broken, tuple[Reply, int]]:
    """Try until there is an answer that no later attempt changes; and how many attempts have failed before.

    Raises:
        ConnectionFailed, ApiError: It took too long.
    """
    outcome = yield attempt
    failures = 0
    first_failure_at = 0.0
    while isinstance(outcome, Broken) or outcome.status in _TRANSIENT:
        failures += 1
        now = retry.clock()
        if failures == 1:
            first_failure_at = now
        pause = retry.pause_s(failures, outcome.retry_after if isinstance(outcome, Reply) else None)
        if now + pause > first_failure_at + retry.total_s:
            raise _failure(attempt.request, outcome, failures)
        outcome = yield Attempt(attempt.request, after_s=pause)
    return outcome, failures


def _failure(request: Request, outcome: Reply | Broken, failures: int) -> OptsvcClientError:
    if isinstance(outcome, Broken):
        times = "once" if failures == 1 else f"{failures} times"
        return ConnectionFailed(f"{request.method} {request.path}: {outcome.reason} (tried {times})")
    return api_error(outcome.status, _message(outcome))


def _decode(reply: Reply) -> Json:
    if not reply.body:
        return {}
    try:
        answer = json.loads(reply.body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise api_error(reply.status, f"this does not look like an optsvc server: it answered {_excerpt(reply)}")
    return answer


def _message(reply: Reply) -> str:
    try:
        return str(json.loads(reply.body)["message"])
    except (ValueError, KeyError, TypeError):  # not ours: a proxy answers in its own words
        return _excerpt(reply)


def _excerpt(reply: Reply) -> str:
    return reply.body[:200].decode(errors="replace").strip() or "an empty body"


def _plain(value: Any) -> Any:
    """A number of NumPy or of a tensor library as Python's own, so that it can be sent as it comes."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{value!r} cannot be sent as JSON")
