"""Organizations, clients (teams), users, and who may do what."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy.orm import Session

from optsvc.api.deps import REPEATABLE, CallerDep, SessionDep
from optsvc.api.errors import NOT_NOW, RESPONSES
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.accounts import (
    ClientIn,
    ClientOut,
    ClientUpdateIn,
    MembershipOut,
    NameIn,
    OrganizationClientIn,
    OrganizationOut,
    PermissionOut,
    UserOut,
)
from optsvc.api.schemas.common import Id, Pagination
from optsvc.domain.rights import Right
from optsvc.services import access, accounts
from optsvc.storage.models import Permission

router = APIRouter(route_class=ContractRoute, tags=["accounts"], responses=RESPONSES)


@router.post("/clients", dependencies=REPEATABLE)
@needs(Right.ADMIN, user=True)
def create_client(session: SessionDep, caller: CallerDep, body: ClientIn) -> ClientOut:
    """Make a client of an organization that you own."""
    return ClientOut.of(accounts.new_client(session, caller, body.organization, body.name))


@router.get("/clients/{client_id}")
@needs(Right.READ, development=True)
def get_client(session: SessionDep, caller: CallerDep, client_id: Id) -> ClientOut:
    """Fetch a client."""
    return ClientOut.of(access.client(session, caller, client_id))


@router.put("/clients/{client_id}")
@needs(Right.ADMIN, user=True)
def update_client(session: SessionDep, caller: CallerDep, client_id: Id, body: ClientUpdateIn) -> ClientOut:
    """Rename a client, or say whether its members see what others made."""
    security = body.client_security
    sees_others = None if security is None else security.allow_users_to_see_experiments_by_others
    return ClientOut.of(accounts.update_client(session, caller, client_id, name=body.name, sees_others=sees_others))


@router.delete("/clients/{client_id}")
@needs(Right.OWNER, user=True)
def delete_client(session: SessionDep, caller: CallerDep, client_id: Id) -> dict[str, str]:
    """Delete a client of an organization that you own, with everything in it; its tokens are refused from now on."""
    accounts.delete_client(session, caller, client_id)
    return {}


@router.get("/clients/{client_id}/permissions")
@needs(Right.READ)
def list_client_permissions(session: SessionDep, caller: CallerDep, client_id: Id) -> Pagination[PermissionOut]:
    """Who may do what in a client."""
    return _shown(session, accounts.permissions_in(session, caller, client_id))


@router.get("/clients/{client_id}/roles")
@needs(Right.READ)
def list_client_roles(session: SessionDep, caller: CallerDep, client_id: Id) -> Pagination[PermissionOut]:
    """Who may do what in a client, by the older name of this list."""
    return _shown(session, accounts.permissions_in(session, caller, client_id))


@router.get("/organizations/{organization_id}")
@needs(Right.READ, development=True)
def get_organization(session: SessionDep, caller: CallerDep, organization_id: Id) -> OrganizationOut:
    """Fetch an organization that you belong to."""
    return OrganizationOut.of(access.organization(session, caller, organization_id))


@router.put("/organizations/{organization_id}")
@needs(Right.ADMIN, user=True)
def update_organization(session: SessionDep, caller: CallerDep, organization_id: Id, body: NameIn) -> OrganizationOut:
    """Rename an organization that you own."""
    organization = access.organization(session, caller, organization_id)
    if body.name is not None:
        organization.name = body.name
    return OrganizationOut.of(organization)


@router.get("/organizations/{organization_id}/clients")
@needs(Right.READ, user=True)
def list_organization_clients(session: SessionDep, caller: CallerDep, organization_id: Id) -> Pagination[ClientOut]:
    """The clients of an organization that you see."""
    organization = access.organization(session, caller, organization_id)
    seen = access.clients_of(session, caller, organization_id=organization.id)
    return Pagination.whole([ClientOut.of(client) for client in seen])


@router.post("/organizations/{organization_id}/clients", dependencies=REPEATABLE)
@needs(Right.ADMIN, user=True)
def create_organization_client(
    session: SessionDep, caller: CallerDep, organization_id: Id, body: OrganizationClientIn
) -> ClientOut:
    """Make a client of an organization that you own."""
    return ClientOut.of(accounts.new_client(session, caller, organization_id, body.name))


@router.get("/organizations/{organization_id}/permissions")
@needs(Right.ADMIN)
def list_organization_permissions(
    session: SessionDep, caller: CallerDep, organization_id: Id
) -> Pagination[PermissionOut]:
    """Who may do what in the clients of an organization that you own."""
    return _shown(session, accounts.permissions_under(session, caller, organization_id))


@router.get("/organizations/{organization_id}/memberships")
@needs(Right.READ)
def list_organization_memberships(
    session: SessionDep, caller: CallerDep, organization_id: Id
) -> Pagination[MembershipOut]:
    """The members of an organization that you belong to."""
    found = accounts.memberships_in(session, caller, organization_id)
    return Pagination.whole([MembershipOut.of(row) for row in found])


@router.get("/users/{user_id}")
@needs(Right.READ, development=True)
def get_user(session: SessionDep, caller: CallerDep, user_id: Id) -> UserOut:
    """Fetch yourself, or somebody in an organization of yours."""
    return UserOut.of(access.user(session, caller, user_id))


@router.put("/users/{user_id}")
@needs(Right.WRITE)
def update_user(session: SessionDep, caller: CallerDep, user_id: Id, body: NameIn) -> UserOut:
    """Change your own name."""
    user = access.user(session, caller, user_id)
    if body.name is not None:
        user.name = body.name
    return UserOut.of(user)


@router.delete("/users/{user_id}", responses=NOT_NOW)
@needs(Right.WRITE)
def delete_user(session: SessionDep, caller: CallerDep, user_id: Id) -> dict[str, str]:
    """Remove yourself, signed in: all of your tokens are refused from now on; what you made stays."""
    accounts.delete_own_user(session, caller, user_id)
    return {}


@router.get("/users/{user_id}/permissions")
@needs(Right.READ)
def list_user_permissions(session: SessionDep, caller: CallerDep, user_id: Id) -> Pagination[PermissionOut]:
    """What a user may do in the clients that you see."""
    return _shown(session, accounts.permissions_of(session, caller, user_id))


@router.get("/users/{user_id}/memberships")
@needs(Right.READ)
def list_user_memberships(session: SessionDep, caller: CallerDep, user_id: Id) -> Pagination[MembershipOut]:
    """The organizations that a user and you belong to."""
    return Pagination.whole([MembershipOut.of(row) for row in accounts.memberships_of(session, caller, user_id)])


def _shown(session: Session, permissions: Sequence[Permission]) -> Pagination[PermissionOut]:
    owners = accounts.owners_among(session, permissions)
    return Pagination.whole(
        [PermissionOut.of(row, owner=(row.client_id, row.user_id) in owners) for row in permissions]
    )
