"""Signing in with an e-mail address and a password. A sign-in is a token of kind ``user`` that expires."""

import hashlib
import hmac

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from optsvc.domain.errors import InvalidRequest, WrongPassword
from optsvc.domain.passwords import LONGEST, check_password
from optsvc.domain.rights import Right, Rule, TokenKind
from optsvc.services import accounts, passwords, tokens
from optsvc.services.access import Caller
from optsvc.storage.models import Token, User, now

_LINK = "sign-in link"
"""The name of tokens that are exchanged."""
_LINK_HOURS = 1


def csrf_token(secret: str) -> str:
    """What a request that is signed in by cookie carries besides: only pages that could read an answer know it.

    Derived from the sign-in's secret, so nothing more is stored, and it ends with the sign-in.
    """
    return hmac.new(secret.encode(), b"optsvc csrf token", hashlib.sha256).hexdigest()


def sign_in(session: Session, email: str, password: str, *, days: float) -> str:
    """Sign a user in.

    Args:
        session: The transaction to work in.
        email: Of the user, in any case.
        password: The user's.
        days: How long the sign-in lasts.

    Returns:
        The secret of the sign-in's token.

    Raises:
        WrongPassword: It is not this user's password, or there is no such user: the two look and last the same.
    """
    user = session.scalar(
        select(User).where(func.lower(User.email) == email.strip().lower(), ~User.deleted).order_by(User.id).limit(1)
    )
    right = _verify(user, password)
    if user is None or not right:
        raise WrongPassword(None if user is None else user.id)
    expired = delete(Token).where(_sign_ins_of(user.id), Token.expires <= now())
    session.execute(expired)  # nobody else would ever remove them
    return tokens.issue(session, "sign-in", kind=TokenKind.USER, client_id=None, user_id=user.id, days=days)[1]


def sign_in_with_token(session: Session, secret: str, *, days: float) -> str:
    """Let a browser work with a token.

    Args:
        session: The transaction to work in.
        secret: Of the token.
        days: How long a sign-in lasts.

    Returns:
        What the browser is to keep: the same secret, so that it may do what the token may, and no more; in place of a
        sign-in link's, another: a link works once.

    Raises:
        Forbidden: The token is unknown or expired, or a share link's, which has an address of its own.
    """
    caller = tokens.authenticate(session, secret, Rule(Right.READ, development=True))
    link = (Token.id == caller.token_id) & (Token.kind == TokenKind.USER.value) & (Token.name == _LINK)
    user_id = session.execute(delete(Token).where(link).returning(Token.user_id)).scalar()
    if user_id is None:
        return secret
    return tokens.issue(session, "sign-in", kind=TokenKind.USER, client_id=None, user_id=user_id, days=days)[1]


def sign_in_link(session: Session, user_id: int) -> str:
    """The secret of a sign-in that a browser exchanges for its own, once, within an hour.

    Raises:
        NotFound: There is no such user.
    """
    return tokens.issue(session, _LINK, kind=TokenKind.USER, client_id=None, user_id=user_id, days=_LINK_HOURS / 24)[1]


def sign_out(session: Session, caller: Caller) -> None:
    """End the caller's sign-in at once; a token of another kind is none, and stays."""
    session.execute(delete(Token).where(Token.id == caller.token_id, Token.kind == TokenKind.USER.value))


def change_sign_in(
    session: Session, caller: Caller, user: User, *, old: str, new: str | None = None, email: str | None = None
) -> None:
    """Give the caller, who is this user, another password or e-mail address; all of the user's other sign-ins end.

    Raises:
        WrongPassword: `old` is not the present password.
        InvalidRequest: The new one breaks a rule, or that is no e-mail address.
        Conflict: Another user has the address.
    """
    if new is not None:
        check_password(new, email or user.email)
    if not _verify(user, old):
        raise WrongPassword(user.id)
    if email is not None:
        accounts.set_email(session, user, email)
    if new is not None:
        user.password_hash = passwords.hashed(new)
    session.execute(delete(Token).where(_sign_ins_of(user.id), Token.id != caller.token_id))


def set_password(session: Session, user_id: int, password: str) -> User:
    """Give a user a password, whatever it was; all of the user's sign-ins end.

    Raises:
        NotFound: There is no such user.
        InvalidRequest: The password breaks a rule, or the user has no e-mail address to sign in with.
    """
    user = accounts.get_user(session, user_id)
    if user.email is None:
        raise InvalidRequest(f"user {user_id} has no e-mail address to sign in with: set one first")
    check_password(password, user.email)
    user.password_hash = passwords.hashed(password)
    session.execute(delete(Token).where(_sign_ins_of(user_id)))
    session.flush()
    return user


def _verify(user: User | None, password: str) -> bool:
    """Whether it is the user's password; a hash with outdated parameters is made anew on the way."""
    stored = None if user is None else user.password_hash
    right = len(password) <= LONGEST and passwords.fits(stored, password)
    if user is not None and stored is not None and right and passwords.outdated(stored):
        user.password_hash = passwords.hashed(password)
    return right


def _sign_ins_of(user_id: int) -> ColumnElement[bool]:
    return (Token.user_id == user_id) & (Token.kind == TokenKind.USER.value)
