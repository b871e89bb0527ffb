"""Accounts: organizations, their clients (teams), users, and what users may do in clients."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from optsvc.domain.errors import Conflict, Forbidden, InvalidRequest, NotFound, Unprocessable
from optsvc.domain.rights import Right, TokenKind
from optsvc.services import access, projects
from optsvc.services.access import Caller
from optsvc.storage.models import Client, Membership, Organization, Permission, User

ROLES = {Right.READ: "read", Right.WRITE: "write", Right.ADMIN: "admin"}
"""How a permission is written down; an owner's rights come from the membership."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LONGEST_EMAIL = 320


def create_organization(session: Session, name: str) -> Organization:
    """A new organization, without clients and members."""
    organization = Organization(name=name)
    session.add(organization)
    session.flush()
    return organization


def create_client(session: Session, organization_id: int, name: str, *, user_id: int | None = None) -> Client:
    """A new client (team) of an organization, with its first project, in the name of who makes it if that is a user.

    Raises:
        NotFound: There is no such organization.
    """
    if session.get(Organization, organization_id) is None:
        raise NotFound(f"no organization with id {organization_id}")
    client = Client(organization_id=organization_id, name=name)
    session.add(client)
    session.flush()
    projects.create_example(session, client.id, user_id)
    return client


def create_user(session: Session, name: str, email: str | None = None) -> User:
    """A new user, who belongs nowhere yet.

    Raises:
        InvalidRequest: That is no e-mail address.
        Conflict: Another user has it.
    """
    user = User(name=name)
    session.add(user)
    session.flush()
    if email is not None:
        set_email(session, user, email)
    return user


def set_email(session: Session, user: User, email: str) -> None:
    """Give a user this e-mail address, to sign in with; kept in small letters.

    Raises:
        InvalidRequest: That is no e-mail address.
        Conflict: Another user has it.
    """
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email) or len(email) > _LONGEST_EMAIL:
        raise InvalidRequest(f"{email[:50]!r} is no e-mail address: expected one as in marie@lab.example")
    try:
        with session.begin_nested():
            user.email = email
    except IntegrityError as error:
        raise Conflict(f"another user has the e-mail address {email}") from error


def get_user(session: Session, user_id: int) -> User:
    """A user who was not removed.

    Raises:
        NotFound: There is none with this id.
    """
    user = session.get(User, user_id)
    if user is None or user.deleted:
        raise NotFound(f"no user with id {user_id}")
    return user


def add_member(session: Session, organization_id: int, user_id: int, *, owner: bool = False) -> Membership:
    """Make a user a member of an organization, or an owner, who has all rights in all its clients.

    Raises:
        NotFound: There is no such organization or user.
    """
    if session.get(Organization, organization_id) is None:
        raise NotFound(f"no organization with id {organization_id}")
    get_user(session, user_id)
    membership = session.merge(Membership(organization_id=organization_id, user_id=user_id, owner=owner))
    session.flush()
    return membership


def grant(session: Session, client_id: int, user_id: int, right: Right | None) -> None:
    """Let a user do this much in a client, from now on; None takes all away. Makes the user a member.

    Raises:
        NotFound: There is no such client or user.
        ValueError: The right is no role in a client.
    """
    client = session.get(Client, client_id)
    if client is None or client.deleted:
        raise NotFound(f"no client with id {client_id}")
    get_user(session, user_id)
    permission = session.get(Permission, (client_id, user_id))
    if right is None:
        if permission is not None:
            session.delete(permission)
            session.flush()
        return
    if right not in ROLES:
        raise ValueError(f"{right.name.lower()} is no role in a client")
    if session.get(Membership, (client.organization_id, user_id)) is None:
        add_member(session, client.organization_id, user_id)
    session.merge(Permission(client_id=client_id, user_id=user_id, role=ROLES[right]))
    session.flush()


def new_client(session: Session, caller: Caller, organization_id: int, name: str) -> Client:
    """A new client made over the API, by an owner of its organization.

    Raises:
        NotFound, Forbidden: As in `access.organization`.
    """
    access.organization(session, caller, organization_id)
    return create_client(session, organization_id, name, user_id=caller.user_id)


def delete_client(session: Session, caller: Caller, client_id: int) -> None:
    """Delete a client: from now on it is as if it were not there, and its tokens are refused.

    Raises:
        NotFound, Forbidden: As in `access.client`.
    """
    access.client(session, caller, client_id).deleted = True


def delete_own_user(session: Session, caller: Caller, user_id: int) -> None:
    """Remove the user who asks for it, as in `delete_user`.

    Raises:
        NotFound: As in `access.user`.
        Forbidden: It is somebody else, or not the user in person but a program.
        Unprocessable: As in `delete_user`.
    """
    user = access.user(session, caller, user_id)
    if caller.kind is not TokenKind.USER:
        raise Forbidden("only a user who has signed in can do this, not the token of a program", "invalid_permissions")
    delete_user(session, user)


def delete_user(session: Session, user: User) -> None:
    """Remove a user: all of their tokens are refused from now on; what they made stays where it is.

    Raises:
        Unprocessable: An organization would be left without an owner.
    """
    owned = select(Membership.organization_id).where(Membership.user_id == user.id, Membership.owner)
    owners = session.scalars(
        select(Membership)
        .where(Membership.organization_id.in_(owned), Membership.owner)
        .order_by(Membership.organization_id, Membership.user_id)
        .with_for_update()  # two owners must not leave at the same moment
    ).all()
    shared = {membership.organization_id for membership in owners if membership.user_id != user.id}
    if alone := {membership.organization_id for membership in owners} - shared:
        raise Unprocessable(f"organization {min(alone)} would be left without an owner: make somebody else one first")
    session.execute(delete(Permission).where(Permission.user_id == user.id))
    session.execute(delete(Membership).where(Membership.user_id == user.id))
    user.deleted, user.email, user.password_hash = True, None, None


def update_client(
    session: Session, caller: Caller, client_id: int, *, name: str | None, sees_others: bool | None
) -> Client:
    """Change a client; None leaves a field as it is.

    Raises:
        NotFound, Forbidden: As in `access.client`.
    """
    client = access.client(session, caller, client_id)
    if name is not None:
        client.name = name
    if sees_others is not None:
        client.sees_others = sees_others
    return client


def permissions_in(session: Session, caller: Caller, client_id: int) -> Sequence[Permission]:
    """Who may do what in a client, in order of user.

    Raises:
        NotFound, Forbidden: As in `access.client`.
    """
    client = access.client(session, caller, client_id)
    return _permissions(session, Permission.client_id == client.id)


def permissions_of(session: Session, caller: Caller, user_id: int) -> Sequence[Permission]:
    """What a user may do in the clients that the caller sees.

    Raises:
        NotFound: As in `access.user`.
    """
    user = access.user(session, caller, user_id)
    seen = [client.id for client in access.clients_of(session, caller)]
    return _permissions(session, (Permission.user_id == user.id) & Permission.client_id.in_(seen))


def permissions_under(session: Session, caller: Caller, organization_id: int) -> Sequence[Permission]:
    """Who may do what in the clients of an organization.

    Raises:
        NotFound, Forbidden: As in `access.organization`.
    """
    organization = access.organization(session, caller, organization_id)
    theirs = select(Client.id).where(Client.organization_id == organization.id, ~Client.deleted)
    return _permissions(session, Permission.client_id.in_(theirs))


def memberships_in(session: Session, caller: Caller, organization_id: int) -> Sequence[Membership]:
    """The members of an organization, in order of user.

    Raises:
        NotFound, Forbidden: As in `access.organization`.
    """
    organization = access.organization(session, caller, organization_id)
    return session.scalars(
        select(Membership)
        .where(Membership.organization_id == organization.id)
        .order_by(Membership.user_id)
        .options(joinedload(Membership.organization), joinedload(Membership.user))
    ).all()


def memberships_of(session: Session, caller: Caller, user_id: int) -> Sequence[Membership]:
    """The organizations that a user belongs to, as far as the caller belongs to them too.

    Raises:
        NotFound: As in `access.user`.
    """
    user = access.user(session, caller, user_id)
    mine = select(Membership.organization_id).where(Membership.user_id == caller.user_id)
    return session.scalars(
        select(Membership)
        .where(Membership.user_id == user.id, Membership.organization_id.in_(mine))
        .order_by(Membership.organization_id)
        .options(joinedload(Membership.organization), joinedload(Membership.user))
    ).all()


def owners_among(session: Session, permissions: Sequence[Permission]) -> set[tuple[int, int]]:
    """Which of these users own the organization of the client beside them: pairs of client and user."""
    found = session.execute(
        select(Client.id, Membership.user_id)
        .join(Membership, Membership.organization_id == Client.organization_id)
        .where(Membership.owner, Client.id.in_([permission.client_id for permission in permissions]))
    )
    return {(client_id, user_id) for client_id, user_id in found}


def _permissions(session: Session, condition: ColumnElement[bool]) -> Sequence[Permission]:
    return session.scalars(
        select(Permission)
        .where(condition)
        .order_by(Permission.client_id, Permission.user_id)
        .options(joinedload(Permission.client), joinedload(Permission.user))
    ).all()


def overview(session: Session) -> list[dict[str, Any]]:
    """All organizations with their owners and clients, and who may do what in these; for the command line."""
    owners = defaultdict(list)
    for membership in session.scalars(
        select(Membership).where(Membership.owner).order_by(Membership.user_id).options(joinedload(Membership.user))
    ):
        owners[membership.organization_id].append({"id": str(membership.user_id), "name": membership.user.name})
    users = defaultdict(list)
    for permission in _permissions(session, true()):
        user = {"id": str(permission.user_id), "name": permission.user.name, "role": permission.role}
        users[permission.client_id].append(user)
    clients = defaultdict(list)
    for client in session.scalars(select(Client).where(~Client.deleted).order_by(Client.id)):
        shown = {"id": str(client.id), "name": client.name, "users": users[client.id]}
        clients[client.organization_id].append(shown)
    return [
        {"id": str(o.id), "name": o.name, "owners": owners[o.id], "clients": clients[o.id]}
        for o in session.scalars(select(Organization).order_by(Organization.id))
    ]
