"""Tokens: making, checking and revoking them. A secret is shown once and kept only as a digest."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from optsvc.domain.errors import Forbidden, InvalidRequest, NotFound
from optsvc.domain.rights import Rule, TokenKind
from optsvc.services import access, projects
from optsvc.services.access import Caller, check_token
from optsvc.storage.models import Client, Membership, Organization, Permission, Token, User, now
from optsvc.storage.tokens import TokenRepository

PREFIX = "optsvc_"
"""Lets leak scanners recognise a token."""
MIN_SECRET_LENGTH = 20
_SHARED_DAYS = 30
_ID = re.compile(r"[1-9][0-9]{0,17}")  # shorter than any secret
FIRST_EMAIL = "admin@localhost"
"""What the first user signs in with, once there is a password; no mail is ever sent there."""


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


def create(session: Session, *, name: str) -> tuple[Token, str]:
    """A new token of the first token's client and user, and its secret, which cannot be had again.

    Args:
        session: The transaction to work in.
        name: What it is for, for people.

    Raises:
        NotFound: There is no client yet.
    """
    holder = TokenRepository(session).first()
    if holder is None:
        raise NotFound("there is no client yet: run `optsvc up` first")
    return issue(session, name, client_id=holder.client_id, user_id=holder.user_id)


def issue(
    session: Session,
    name: str,
    *,
    kind: TokenKind = TokenKind.API,
    client_id: int | None,
    user_id: int | None,
    read_only: bool = False,
    days: float | None = None,
) -> tuple[Token, str]:
    """A new token and its secret, which cannot be had again.

    Args:
        session: The transaction to work in.
        name: What it is for, for people.
        kind: What sort of token; a sign-in token has a user and no client, the others have a client.
        client_id: Whose things it reaches.
        user_id: In whose name.
        read_only: Whether it can only read, whatever its user may do.
        days: How long it lasts; for ever if left out.

    Raises:
        NotFound: There is no such client or user.
        InvalidRequest: The kind does not go with what was given.
    """
    if kind is TokenKind.GUEST:
        raise InvalidRequest("a guest token belongs to an experiment or a run: share one of these")
    if (kind is TokenKind.USER) == (client_id is not None) or (kind is TokenKind.USER and user_id is None):
        raise InvalidRequest("a sign-in token has a user and no client; the others have a client")
    client = None if client_id is None else session.get(Client, client_id)
    if client_id is not None and (client is None or client.deleted):
        raise NotFound(f"no client with id {client_id}")
    user = None if user_id is None else session.get(User, user_id)
    if user_id is not None and (user is None or user.deleted):
        raise NotFound(f"no user with id {user_id}")
    token, secret = _add(session, client_id, user_id, name, _new_secret())
    token.kind = kind.value
    token.read_only = read_only
    _lease(token, days)
    session.flush()
    return token, secret


def share_experiment(session: Session, caller: Caller, experiment_id: int) -> tuple[Token, str]:
    """A link that shows one experiment, to read, for thirty days.

    Raises:
        NotFound, Forbidden: As in `access.experiment`.
    """
    experiment = access.experiment(session, caller, experiment_id)
    token, secret = _add(session, experiment.client_id, caller.user_id, "share link", _new_secret())
    token.experiment_id = experiment.id
    return _guest(session, token), secret


def share_training_run(session: Session, caller: Caller, run_id: int) -> tuple[Token, str]:
    """A link that shows one run, to read, for thirty days.

    Raises:
        NotFound, Forbidden: As in `access.training_run`.
    """
    run = access.training_run(session, caller, run_id)
    token, secret = _add(session, run.client_id, caller.user_id, "share link", _new_secret())
    token.training_run_id = run.id
    return _guest(session, token), secret


def addressed(session: Session, caller: Caller, address: str) -> Token:
    """One of the caller's own tokens: by its id, by its value, or ``self`` for the one of this request.

    By its id only within what the caller reaches anyway: who holds it may have it rotated and learn its new value.

    Raises:
        NotFound: It is not a token of the caller's user, or beyond what the caller reaches.
    """
    statement = select(Token).options(joinedload(Token.client))
    if address == "self":
        return session.scalars(statement.where(Token.id == caller.token_id)).one()
    by_id = _ID.fullmatch(address)
    token = session.scalar(statement.where(Token.id == int(address) if by_id else Token.digest == digest(address)))
    if token is None or not (token.id == caller.token_id or _is_own(caller, token, by_id=bool(by_id))):
        raise NotFound("no such token of yours")
    return token


def _is_own(caller: Caller, token: Token, *, by_id: bool) -> bool:
    if caller.user_id is None or token.user_id != caller.user_id:
        return False
    if not by_id:
        return True
    return caller.kind is TokenKind.USER or (caller.kind is not TokenKind.GUEST and token.client_id == caller.client_id)


def own(session: Session, caller: Caller, client_id: int) -> list[tuple[Token, str | None]]:
    """The caller's tokens in a client, a normal one and one for development among them: made now if missing.

    None is made for a token that can only read: it would get more than it has.

    Returns:
        Each with its secret if it was made now.

    Raises:
        NotFound, Forbidden: As in `access.client`.
    """
    client = access.client(session, caller, client_id)
    statement = select(Token).where(Token.client_id == client.id, Token.user_id == caller.user_id)
    found = session.scalars(statement.order_by(Token.id).options(joinedload(Token.client))).all()
    made: list[tuple[Token, str | None]] = [(token, None) for token in found]
    for kind, name in ((TokenKind.API, "main token"), (TokenKind.DEVELOPMENT, "development token")):
        if not caller.read_only and not any(token.kind == kind for token in found):
            token, secret = issue(session, name, kind=kind, client_id=client.id, user_id=caller.user_id)
            session.refresh(token, ["client"])
            made.append((token, secret))
    return made


def rotate(session: Session, token: Token) -> str:
    """Give a token a new secret; the old one is refused from now on."""
    secret = _new_secret()
    token.digest, token.hint = digest(secret), _hint(secret)
    session.flush()
    return secret


def renew(token: Token) -> None:
    """Let a token that expires last for another of its terms.

    Raises:
        Forbidden: It has no term.
    """
    if token.lease_length_s is None:
        raise Forbidden("this token does not expire, so it cannot be renewed", "invalid_permissions")
    token.expires = now() + timedelta(seconds=token.lease_length_s)


def let_last(token: Token) -> None:
    """Let a token never expire; it keeps its term, for when it is renewed.

    Raises:
        Forbidden: It is a sign-in.
    """
    if token.kind == TokenKind.USER:
        raise Forbidden("a sign-in does not last for ever", "invalid_permissions")
    token.expires = None


def remove(session: Session, token: Token) -> None:
    """Remove a token that was made with a term.

    Raises:
        Forbidden: It is a permanent one.
    """
    if token.expires is None and token.lease_length_s is None:
        raise Forbidden("a permanent token cannot be deleted: rotate it", "invalid_permissions")
    session.delete(token)
    session.flush()


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
    user = User(name="Administrator", email=FIRST_EMAIL)
    session.add_all([client, user])
    session.flush()
    session.add_all(
        [
            Membership(organization_id=organization.id, user_id=user.id, owner=True),
            Permission(client_id=client.id, user_id=user.id, role="admin"),
        ]
    )
    projects.create_example(session, client.id, user.id)
    return _add(session, client.id, user.id, "first token", secret or _new_secret())[1]


def _new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(30)


def _hint(secret: str) -> str:
    """What is shown of a token ever after."""
    return f"…{secret[-4:]}"


def _lease(token: Token, days: float | None) -> None:
    if days is not None:
        token.lease_length_s = round(days * 86400)
        token.expires = now() + timedelta(days=days)


def _guest(session: Session, token: Token) -> Token:
    token.kind = TokenKind.GUEST.value
    token.read_only = True
    _lease(token, _SHARED_DAYS)
    session.flush()
    session.refresh(token, ["client"])
    return token


def _add(session: Session, client_id: int | None, user_id: int | None, name: str, secret: str) -> tuple[Token, str]:
    token = Token(client_id=client_id, user_id=user_id, name=name, digest=digest(secret), hint=_hint(secret))
    session.add(token)
    session.flush()
    return token, secret
