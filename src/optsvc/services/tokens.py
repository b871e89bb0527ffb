"""Tokens: making, checking and revoking them. A secret is shown once and kept only as a digest."""

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from optsvc.domain.errors import Forbidden, InvalidRequest, NotFound
from optsvc.domain.rights import Rule, TokenKind
from optsvc.services.access import Caller, check_token
from optsvc.storage.models import Client, Membership, Organization, Permission, Token, User, now
from optsvc.storage.tokens import TokenRepository

PREFIX = "optsvc_"
"""Lets leak scanners recognise a token."""
MIN_SECRET_LENGTH = 20


def digest(secret: str) -> bytes:
    """What is stored of a token. A plain hash suffices: the secret is random, so there is nothing to guess."""
    return hashlib.sha256(secret.encode()).digest()


def authenticate(session: Session, secret: str, rule: Rule) -> Caller:
    """The holder of this token, calling an endpoint with this rule.

    Raises:
        Forbidden: The token is unknown (never was, or was revoked), expired, or of a kind that the endpoint refuses.
    """
    token = TokenRepository(session).with_digest(digest(secret))
    if token is None:
        raise Forbidden("this API token is not valid: it is mistyped or was revoked", "revoked")
    if token.expires is not None and token.expires <= now():
        raise Forbidden(f"this API token expired on {token.expires:%Y-%m-%d}", "expired")
    caller = Caller(
        token_id=token.id,
        kind=TokenKind(token.kind),
        client_id=token.client_id,
        user_id=token.user_id,
        rule=rule,
        read_only=token.read_only,
        experiment_id=token.experiment_id,
        training_run_id=token.training_run_id,
    )
    check_token(caller)
    return caller


def of_caller(session: Session, caller: Caller) -> Token:
    """The token that the caller holds, with its client."""
    return session.scalars(select(Token).where(Token.id == caller.token_id).options(joinedload(Token.client))).one()


def create(session: Session, *, name: str) -> tuple[Token, str]:
    """A new token of the first token's client and user, and its secret, which cannot be had again.

    Args:
        session: The transaction to work in.
        name: What it is for, for people.

    Raises:
        NotFound: There is no client yet.
    """
    holder = session.scalar(select(Token).order_by(Token.id).limit(1))
    if holder is None:
        raise NotFound("there is no client yet: run `optsvc up` first")
    return _add(session, holder.client_id, holder.user_id, name, PREFIX + secrets.token_urlsafe(30))


def list_all(session: Session) -> Sequence[Token]:
    """All tokens, oldest first."""
    return TokenRepository(session).all()


def revoke(session: Session, token_id: int) -> None:
    """Remove a token; its holder is refused from now on.

    Raises:
        NotFound: There is no such token.
    """
    if not TokenRepository(session).delete(token_id):
        raise NotFound(f"no token with id {token_id}")


def bootstrap(session: Session, secret: str | None = None) -> str | None:
    """Make the first organization, client, user and token of an empty database.

    Args:
        session: The transaction to work in.
        secret: The token's value, at least 20 characters; generated if left out.

    Returns:
        The secret if it was made now, None if there was a token already.

    Raises:
        InvalidRequest: The given secret is too short to be safe.
    """
    if TokenRepository(session).any():
        return None
    if secret is not None and len(secret) < MIN_SECRET_LENGTH:
        raise InvalidRequest(f"a token needs at least {MIN_SECRET_LENGTH} characters, got {len(secret)}")
    organization = Organization(name="My organization")
    session.add(organization)
    session.flush()
    client = Client(name="My team", organization_id=organization.id)
    user = User(name="Administrator")
    session.add_all([client, user])
    session.flush()
    session.add_all(
        [
            Membership(organization_id=organization.id, user_id=user.id, owner=True),
            Permission(client_id=client.id, user_id=user.id, role="admin"),
        ]
    )
    return _add(session, client.id, user.id, "first token", secret or PREFIX + secrets.token_urlsafe(30))[1]


def _add(session: Session, client_id: int | None, user_id: int | None, name: str, secret: str) -> tuple[Token, str]:
    token = Token(client_id=client_id, user_id=user_id, name=name, digest=digest(secret), hint=f"…{secret[-4:]}")
    session.add(token)
    session.flush()
    return token, secret
