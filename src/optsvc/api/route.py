"""What happens around every endpoint of the contract: one caller, one transaction, one answer.

The endpoint runs inside a transaction that is committed here, before the answer leaves: a 2xx means stored. An error
rolls everything back. A write that carries an ``Idempotency-Key`` stores its answer in the same transaction, so that
its repetition, at once or tomorrow, gets that answer and does nothing.
"""

import hashlib
import json
import re
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from optsvc.api.credentials import READS, secret_of
from optsvc.api.deps import REPEATABLE, SELECTABLE
from optsvc.api.download import Download
from optsvc.api.errors import OF_BODIES
from optsvc.api.fields import choose_in_answer
from optsvc.api.request import ContractRequest
from optsvc.api.responses import CONTENT_TYPE, EventStream, OrderedResponse
from optsvc.api.threads import run_connecting
from optsvc.config import Settings
from optsvc.domain.errors import InvalidRequest, TooManyRequests, Unprocessable
from optsvc.domain.rights import Right, Rule
from optsvc.queueing.rates import Allowance, RateLimiter
from optsvc.services import tokens
from optsvc.services.access import Caller
from optsvc.storage.idempotency import IdempotencyRepository
from optsvc.storage.models import AuditEntry

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_MAX_KEY_LENGTH = 255
_LONGEST_ADDRESS = 45
"""Of an IPv6 address; what a proxy says may be anything."""
_SECRET_IN_PATH = re.compile(r"(/tokens/)(?!(self|[0-9]{1,18})$).+")


EndpointT = TypeVar("EndpointT", bound=Callable[..., Any])


def needs(
    right: Right,
    *,
    development: bool = False,
    guest: bool = False,
    user: bool = False,
    sign_in: bool = False,
    anybody: bool = False,
) -> Callable[[EndpointT], EndpointT]:
    """State what an endpoint needs of its caller, as in `Rule`; stands below the route's decorator."""

    def state(endpoint: EndpointT) -> EndpointT:
        endpoint.rule = Rule(  # type: ignore[attr-defined]
            right, development=development, guest=guest, user=user, sign_in=sign_in, anybody=anybody
        )
        return endpoint

    return state


def takes_file(endpoint: EndpointT) -> EndpointT:
    """State that the body of an endpoint is a file, not a JSON object, with a limit of its own."""
    endpoint.takes_file = True  # type: ignore[attr-defined]
    return endpoint


class ContractRoute(APIRoute):
    """A route under ``/v1``. Its endpoint must state what it needs of its caller (`needs`)."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        methods = set(more.get("methods") or ())
        if methods & {"POST", "PUT", "MERGE"}:
            more["responses"] = OF_BODIES | (more.get("responses") or {})
        if "GET" in methods and more.get("response_class") not in (Download, EventStream):
            more["dependencies"] = [*(more.get("dependencies") or ()), *SELECTABLE]
        super().__init__(path, endpoint, **more)

    @property
    def rule(self) -> Rule:
        """What the endpoint needs.

        Raises:
            TypeError: It does not say so.
        """
        rule = getattr(self.endpoint, "rule", None)
        if not isinstance(rule, Rule):
            raise TypeError(f"{self.endpoint.__name__} must state its rule with @needs(...)")
        return rule

    def get_route_handler(self) -> Handler:
        """The endpoint with everything around it."""
        rule = self.rule
        takes_file = getattr(self.endpoint, "takes_file", False)
        repeatable = all(dependency in self.dependencies for dependency in REPEATABLE)
        endpoint = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if "%00" in request.url.query or "\0" in request.url.path:
                raise InvalidRequest("Invalid string parameter: the address holds a NUL character")
            settings: Settings = request.app.state.settings
            if takes_file:
                request = ContractRequest(request, max_body_bytes=settings.max_import_bytes, empty=b"")
            else:
                request = ContractRequest(request, max_body_bytes=settings.max_body_bytes)
            session: Session = request.app.state.sessions()
            try:
                request.state.session = session
                request.state.caller = allowance = None
                if not rule.anybody:
                    allowance = await run_connecting(_sign_in, request, session, rule)
                response = await _once(request, session, endpoint, repeatable=repeatable)
                if response.status_code == 200 and (fields := getattr(request.state, "fields", None)) is not None:
                    response = OrderedResponse(
                        choose_in_answer(json.loads(bytes(response.body)), fields, self.response_model)
                    )
                if request.method not in READS:
                    await run_in_threadpool(_record, session, request, response)
                await run_in_threadpool(session.commit)
            finally:
                await run_in_threadpool(session.close)  # rolls back what was not committed
            if response.status_code == 200 and request.headers.get("x-response-content") == "skip":
                response = _without_body(response)
            if allowance is not None:
                response.headers["RateLimit-Limit"] = str(allowance.limit)
                response.headers["RateLimit-Remaining"] = str(max(0, allowance.remaining))
                response.headers["RateLimit-Reset"] = str(allowance.reset_s)
            return response

        return handle


def _sign_in(request: Request, session: Session, rule: Rule) -> Allowance | None:
    """Find out who calls, and count the call.

    Raises:
        TooManyRequests: The token has called too often in this second.
    """
    caller = tokens.authenticate(session, secret_of(request), rule)
    request.state.caller = caller
    limiter: RateLimiter = request.app.state.limiter
    allowance = limiter.count(caller.token_id, write=request.method not in READS)
    if allowance is not None and allowance.remaining < 0:
        raise TooManyRequests(f"this token may send {allowance.limit} such requests in a second: wait a little")
    return allowance


def _without_body(response: Response) -> Response:
    """What is answered to who does not want to read it; signing in and out goes on."""
    empty = Response(status_code=204)
    for cookie in response.headers.getlist("set-cookie"):
        empty.headers.append("set-cookie", cookie)
    return empty


def _record(session: Session, request: Request, response: Response) -> None:
    """Write a change into the audit log, in its own transaction."""
    caller: Caller | None = request.state.caller
    session.add(
        AuditEntry(
            token_id=caller and caller.token_id,
            client_id=caller and caller.client_id,
            user_id=caller.user_id if caller else request.state.user_id,  # whom somebody tried to sign in as
            method=request.method,
            path=_SECRET_IN_PATH.sub(r"\1…", request.url.path),
            status=response.status_code,
            address=request.client.host[:_LONGEST_ADDRESS] if request.client else None,
        )
    )


async def _once(request: Request, session: Session, endpoint: Handler, *, repeatable: bool) -> Response:
    """Run the endpoint, unless this very request was answered before."""
    key = request.headers.get("idempotency-key")
    if key is None or request.method != "POST":
        return await endpoint(request)
    if not repeatable:
        raise InvalidRequest("this request takes no Idempotency-Key: its answer holds a secret, which is not kept")
    if not 0 < len(key) <= _MAX_KEY_LENGTH:
        raise InvalidRequest(f"Idempotency-Key must have 1 to {_MAX_KEY_LENGTH} characters, got {len(key)}")
    body = await request.body()
    fingerprint = hashlib.sha256(b"\n".join([f"{request.url.path}?{request.url.query}".encode(), body])).digest()
    known = IdempotencyRepository(session, request.state.caller.token_id)
    if (answer := await run_in_threadpool(_replay, known, key, fingerprint)) is not None:
        return answer
    response = await endpoint(request)
    if response.status_code != 200:
        return response
    text = bytes(response.body).decode()
    try:
        await run_in_threadpool(known.add, key, fingerprint=fingerprint, status=response.status_code, body=text)
    except IntegrityError:
        # The same request came twice at once and the other one has just committed: undo ours, give its answer.
        await run_in_threadpool(session.rollback)
        if (answer := await run_in_threadpool(_replay, known, key, fingerprint)) is None:
            raise
        return answer
    return response


def _replay(known: IdempotencyRepository, key: str, fingerprint: bytes) -> Response | None:
    first = known.find(key)
    if first is None:
        return None
    if first.fingerprint != fingerprint:
        raise Unprocessable("this Idempotency-Key was used for another request: take a new key for a new request")
    return Response(
        first.body,
        first.status,
        headers={"Cache-Control": "no-cache, no-store", "Idempotency-Replayed": "true"},
        media_type=CONTENT_TYPE,
    )
