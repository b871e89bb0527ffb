"""Accounts: organizations, their clients (teams), users, and what users may do in clients."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from optsvc.domain.errors import Conflict, NotFound
from optsvc.domain.rights import Right
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.storage.models import Client, Membership, Organization, Permission, User

ROLES = {Right.READ: "read", Right.WRITE: "write", Right.ADMIN: "admin"}
"""How a permission is written down; an owner's rights come from the membership."""


def create_organization(session: Session, name: str) -> Organization:
    """A new organization, without clients and members."""
    organization = Organization(name=name)
    session.add(organization)
    session.flush()
    return organization


def create_client(session: Session, organization_id: int, name: str) -> Client:
    """A new client (team) of an organization.

    Raises:
        NotFound: There is no such organization.
    """
    if session.get(Organization, organization_id) is None:
        raise NotFound(f"no organization with id {organization_id}")
    client = Client(organization_id=organization_id, name=name)
    session.add(client)
    session.flush()
    return client


def create_user(session: Session, name: str, email: str | None = None) -> User:
    """A new user, who belongs nowhere yet.

    Raises:
        Conflict: Another user has this e-mail address.
    """
    user = User(name=name, email=email)
    session.add(user)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(f"another user has the e-mail address {email}") from error
    return user


def add_member(session: Session, organization_id: int, user_id: int, *, owner: bool = False) -> Membership:
    """Make a user a member of an organization, or an owner, who has all rights in all its clients.

    Raises:
        NotFound: There is no such organization or user.
    """
    if session.get(Organization, organization_id) is None:
        raise NotFound(f"no organization with id {organization_id}")
    if session.get(User, user_id) is None:
        raise NotFound(f"no user with id {user_id}")
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
    if client is None:
        raise NotFound(f"no client with id {client_id}")
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
    return create_client(session, organization_id, name)


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
    theirs = select(Client.id).where(Client.organization_id == organization.id)
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
    for client in session.scalars(select(Client).order_by(Client.id)):
        shown = {"id": str(client.id), "name": client.name, "users": users[client.id]}
        clients[client.organization_id].append(shown)
    return [
        {"id": str(o.id), "name": o.name, "owners": owners[o.id], "clients": clients[o.id]}
        for o in session.scalars(select(Organization).order_by(Organization.id))
    ]
