"""Organizations, clients, users, permissions and memberships, in and out."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from optsvc.api.schemas.common import IdIn, IdOut, Name, Out, Time, seconds
from optsvc.storage.models import Client, Membership, Organization, Permission, User


class _Lenient(BaseModel):
    """Something a client sends; unknown keys are ignored, as the contract has it for accounts."""

    model_config = ConfigDict(extra="ignore")


class ClientSecurityIn(_Lenient):
    """Who sees what in a client."""

    allow_users_to_see_experiments_by_others: bool | None = Field(
        None,
        strict=True,
        description="Whether members see experiments, projects and runs that others made; owners and admins always do.",
    )


class ClientIn(_Lenient):
    """A new client."""

    name: Name
    organization: IdIn = Field(description="The organization that it belongs to.")


class OrganizationClientIn(_Lenient):
    """A new client of the organization in the path."""

    name: Name


class ClientUpdateIn(_Lenient):
    """Changes to a client: only the keys that are sent change."""

    name: Name | None = None
    client_security: ClientSecurityIn | None = Field(None, description="Who sees what in the client.")


class NameIn(_Lenient):
    """A new name."""

    name: Name | None = None


class ClientSecurityOut(Out):
    """Who sees what in a client."""

    allow_users_to_see_experiments_by_others: bool = Field(
        description="Whether members see experiments, projects and runs that others made; owners and admins always do."
    )


class ClientOut(Out):
    """A team."""

    object: Literal["client"]
    id: IdOut
    organization: IdOut = Field(description="Id of the organization that it belongs to.")
    name: str = Field(description="For people.")
    created: Time
    client_security: ClientSecurityOut

    @classmethod
    def of(cls, row: Client) -> Self:
        """The stored client as the contract writes it."""
        return cls(
            object="client",
            id=str(row.id),
            organization=str(row.organization_id),
            name=row.name,
            created=seconds(row.created),
            client_security=ClientSecurityOut(allow_users_to_see_experiments_by_others=row.sees_others),
        )


class OrganizationOut(Out):
    """A customer."""

    object: Literal["organization"]
    id: IdOut
    name: str = Field(description="For people.")
    created: Time
    academic: Literal[False] = Field(description="The same for everybody here.")
    allow_signup_from_email_domains: Literal[False] = Field(description="Nobody signs up by e-mail domain here.")
    client_for_email_signup: None = Field(description="Nobody signs up by e-mail domain here.")
    email_domains: list[str] = Field(max_length=0, description="Nobody signs up by e-mail domain here.")
    data_storage_bytes: None = Field(description="Nothing is billed here, so this is not counted.")
    optimized_runs_in_billing_cycle: None = Field(description="Nothing is billed here, so this is not counted.")
    total_runs_in_billing_cycle: None = Field(description="Nothing is billed here, so this is not counted.")

    @classmethod
    def of(cls, row: Organization) -> Self:
        """The stored organization as the contract writes it."""
        return cls(
            object="organization",
            id=str(row.id),
            name=row.name,
            created=seconds(row.created),
            academic=False,
            allow_signup_from_email_domains=False,
            client_for_email_signup=None,
            email_domains=[],
            data_storage_bytes=None,
            optimized_runs_in_billing_cycle=None,
            total_runs_in_billing_cycle=None,
        )


class UserOut(Out):
    """A person."""

    object: Literal["user"]
    id: IdOut
    name: str = Field(description="For people.")
    email: str | None = Field(description="E-mail address; null if none is known.")
    created: Time
    deleted: bool = Field(description="Whether the account was closed.")
    has_verified_email: Literal[False] = Field(description="This service sends no e-mail.")
    planned_usage: None = Field(description="The same for everybody here.")
    show_welcome: Literal[False] = Field(description="The same for everybody here.")

    @classmethod
    def of(cls, row: User) -> Self:
        """The stored user as the contract writes it."""
        return cls(
            object="user",
            id=str(row.id),
            name=row.name,
            email=row.email,
            created=seconds(row.created),
            deleted=row.deleted,
            has_verified_email=False,
            planned_usage=None,
            show_welcome=False,
        )


class PermissionOut(Out):
    """What a user may do in a client."""

    object: Literal["permission"]
    client: ClientOut
    user: UserOut
    can_read: bool = Field(description="Whether the user may read in the client.")
    can_write: bool = Field(description="Whether the user may create and change in the client.")
    can_admin: bool = Field(description="Whether the user may change the client itself.")
    can_see_experiments_by_others: bool = Field(description="Whether the user sees what others made in the client.")
    is_owner: bool = Field(description="Whether the user owns the organization of the client.")

    @classmethod
    def of(cls, row: Permission, *, owner: bool) -> Self:
        """The stored permission as the contract writes it."""
        admin = owner or row.role == "admin"
        return cls(
            object="permission",
            client=ClientOut.of(row.client),
            user=UserOut.of(row.user),
            can_read=True,
            can_write=admin or row.role == "write",
            can_admin=admin,
            can_see_experiments_by_others=admin or row.client.sees_others,
            is_owner=owner,
        )


class MembershipOut(Out):
    """A user's place in an organization."""

    object: Literal["membership"]
    organization: OrganizationOut
    user: UserOut
    type: Literal["member", "owner"] = Field(description="`owner`: has all rights in all clients of the organization.")

    @classmethod
    def of(cls, row: Membership) -> Self:
        """The stored membership as the contract writes it."""
        return cls(
            object="membership",
            organization=OrganizationOut.of(row.organization),
            user=UserOut.of(row.user),
            type="owner" if row.owner else "member",
        )
