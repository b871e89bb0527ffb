"""What a request carries to say who calls: the ``Authorization`` header, or else the cookie of a sign-in.

Browsers send the cookie by themselves, also when another site's page makes them. So a request that changes something
and is signed in by cookie must carry the sign-in's CSRF token in a header too, which no other site can read or set.
"""

import base64
import hmac

from fastapi import Request, Response

from optsvc.domain.errors import Forbidden, InvalidRequest, Unauthorized
from optsvc.services.sessions import csrf_token

COOKIE = "optsvc_session"
CSRF_HEADER = "X-CSRF-Token"
READS = {"GET", "HEAD", "OPTIONS"}
"""Methods that change nothing."""


def secret_of(request: Request) -> str:
    """The token of a request: a basic user name, a bearer, or the cookie of a sign-in.

    Raises:
        Unauthorized: There is neither header nor cookie.
        InvalidRequest: No token can be read from the header.
        Forbidden: The cookie comes without its CSRF token.
    """
    header = request.headers.get("authorization")
    if header is None:
        return _from_cookie(request)
    scheme, _, rest = header.partition(" ")
    secret = ""
    if scheme.lower() == "bearer":
        secret = rest.strip()
    elif scheme.lower() == "basic":
        try:
            secret = base64.b64decode(rest.strip(), validate=True).decode().partition(":")[0]
        except ValueError as error:
            raise InvalidRequest("the Authorization header is not valid basic authentication") from error
    if not secret or "\0" in secret:
        raise InvalidRequest("no API token can be read from the Authorization header")
    return secret


def csrf_token_of(request: Request) -> str | None:
    """What the page must send with its changes; None for a request that is not signed in by cookie."""
    if "authorization" in request.headers:
        return None
    secret = request.cookies.get(COOKIE)
    return csrf_token(secret) if secret else None


def keep_signed_in(request: Request, response: Response, secret: str, *, days: float) -> None:
    """Have the browser send this sign-in along from now on; scripts cannot read it.

    Strict, for no page of ours is opened by a request that needs it: pages come without it, and fetch what they show.
    """
    response.set_cookie(
        COOKIE,
        secret,
        max_age=round(days * 86400),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def forget(request: Request, response: Response) -> None:
    """Have the browser drop its sign-in."""
    response.delete_cookie(COOKIE, secure=request.url.scheme == "https", httponly=True, samesite="strict")


def _from_cookie(request: Request) -> str:
    secret = request.cookies.get(COOKIE)
    if not secret:
        raise Unauthorized("no API token: send it as the user name of HTTP basic authentication, or as a bearer token")
    if request.method not in READS:
        given = request.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), csrf_token(secret).encode()):
            raise Forbidden(f"a change that is signed in by cookie needs the session's CSRF token as {CSRF_HEADER}")
    return secret
