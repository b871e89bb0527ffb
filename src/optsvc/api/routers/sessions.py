"""Signing in and out with a password, for browsers; and who is calling, for everybody."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from optsvc.api import credentials
from optsvc.api.deps import CallerDep, SessionDep
from optsvc.api.errors import CONFLICT, RESPONSES, body_of
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.accounts import ClientOut, UserOut
from optsvc.api.schemas.sessions import SessionOut, SignInIn, SignInUpdateIn, TokenSignInIn
from optsvc.api.schemas.tokens import TokenOut
from optsvc.domain.errors import Forbidden, TooManyRequests, WrongPassword
from optsvc.domain.rights import Right, Rule, TokenKind
from optsvc.queueing.sign_ins import WrongPasswords
from optsvc.services import access, sessions, tokens
from optsvc.services.access import Caller

router = APIRouter(prefix="/sessions", route_class=ContractRoute, tags=["sessions"], responses=RESPONSES)
entrance = APIRouter(prefix="/sessions", route_class=ContractRoute, tags=["sessions"], responses=RESPONSES)
"""What is called without a token."""

PreferredClient = Annotated[int | None, Query(ge=0, description="The client to show, if you see it.")]


@entrance.post("", response_model=SessionOut)
@needs(Right.READ, anybody=True)
def sign_in(request: Request, response: Response, session: SessionDep, body: SignInIn) -> SessionOut | Response:
    """Sign in: sets a cookie, and answers with the CSRF token that changes made with this cookie must carry."""
    _check_page(request)
    days: float = request.app.state.settings.sign_in_days
    try:
        with _counted(request, body.email):
            secret = sessions.sign_in(session, body.email, body.password, days=days)
    except WrongPassword as refusal:
        request.state.user_id = refusal.user_id
        return body_of(refusal)  # returned, not raised: the audit log is to keep it
    caller = request.state.caller = tokens.authenticate(session, secret, Rule(Right.READ))
    credentials.keep_signed_in(request, response, secret, days=days)
    return _shown(session, caller, csrf_token=sessions.csrf_token(secret))


@entrance.post("/token")
@needs(Right.READ, anybody=True)
def sign_in_with_token(request: Request, response: Response, session: SessionDep, body: TokenSignInIn) -> SessionOut:
    """Sign a browser in with a token: a cookie holds it, and may do what the token may, for as long as it may.

    The token of a sign-in link works once: it is exchanged for another.
    """
    _check_page(request)
    days: float = request.app.state.settings.sign_in_days
    secret = sessions.sign_in_with_token(session, body.token, days=days)
    caller = request.state.caller = tokens.authenticate(session, secret, Rule(Right.READ, development=True))
    credentials.keep_signed_in(request, response, secret, days=days)
    return _shown(session, caller, csrf_token=sessions.csrf_token(secret))


@router.get("")
@needs(Right.READ, development=True)
def get_session(
    request: Request, session: SessionDep, caller: CallerDep, preferred_client_id: PreferredClient = None
) -> SessionOut:
    """Who you are: the token, its user, and a client that you see."""
    return _shown(session, caller, preferred_client_id, csrf_token=credentials.csrf_token_of(request))


@router.put("", response_model=SessionOut, responses=CONFLICT)
@needs(Right.WRITE, sign_in=True)
def change_sign_in(
    request: Request, session: SessionDep, caller: CallerDep, body: SignInUpdateIn
) -> SessionOut | Response:
    """Change your password or e-mail address; your other sign-ins end, tokens of programs do not."""
    user = access.user(session, caller, caller.user_id or 0)
    try:
        with _counted(request, user.email or ""):
            sessions.change_sign_in(
                session, caller, user, old=body.old_password, new=body.new_password, email=body.email
            )
    except WrongPassword as refusal:
        return body_of(refusal)
    return _shown(session, caller, csrf_token=credentials.csrf_token_of(request))


@router.delete("")
@needs(Right.READ, development=True)
def sign_out(request: Request, response: Response, session: SessionDep, caller: CallerDep) -> dict[str, str]:
    """Sign out: this sign-in is refused from now on. Any other token leaves the browser, and goes on being valid."""
    sessions.sign_out(session, caller)
    credentials.forget(request, response)
    return {}


def _check_page(request: Request) -> None:
    """Refuse a sign-in that another site's page makes, to have its visitor work in an account of its own.

    Raises:
        Forbidden: The browser says that it is so.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("a page of another site cannot sign you in")


@contextmanager
def _counted(request: Request, email: str) -> Iterator[None]:
    """Count a try to give a password, unless it turns out right.

    Raises:
        TooManyRequests: There were too many wrong ones lately.
    """
    wrong_passwords: WrongPasswords = request.app.state.wrong_passwords
    address = request.client.host if request.client else ""
    wait_s = wrong_passwords.count(address, email)
    if wait_s is not None:
        raise TooManyRequests(f"too many wrong passwords: wait {wait_s} s", wait_s)
    yield
    wrong_passwords.forgive(address, email)


def _shown(
    session: Session, caller: Caller, preferred_client_id: int | None = None, *, csrf_token: str | None
) -> SessionOut:
    seen = access.clients_of(session, caller)
    client = next((c for c in seen if c.id == preferred_client_id), seen[0] if seen else None)
    user = None if caller.user_id is None else access.user(session, caller, caller.user_id)
    return SessionOut(
        object="session",
        api_token=TokenOut.of(tokens.addressed(session, caller, "self")),
        client=None if client is None or caller.kind is TokenKind.GUEST else ClientOut.of(client),
        user=None if user is None else UserOut.of(user),
        code=None,
        needs_password_reset=False,
        csrf_token=csrf_token,
    )
