"""Who is calling, and what they may see and do. `decide` is the one place where a request is allowed or refused.

An endpoint states its rule (`optsvc.domain.rights.Rule`); signing in checks what the token alone tells; and whatever
the request addresses is looked up here, where the rest is checked. What the caller may not see answers exactly as what
is not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from optsvc.domain.errors import Forbidden, InvalidRequest, NotFound
from optsvc.domain.rights import Right, Rule, TokenKind
from optsvc.storage.models import Client, Experiment, Membership, Organization, Permission, Project, TrainingRun, User

_ROLES = {"read": Right.READ, "write": Right.WRITE, "admin": Right.ADMIN}


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a token, calling an endpoint.

    Args:
        token_id: The token.
        kind: What sort of token it is.
        client_id: The client whose things it reaches; None for a sign-in, which reaches all of the user's.
        user_id: The person behind it; None for a token without one.
        rule: What the endpoint needs.
        read_only: Whether the token itself can only read.
        experiment_id: The one experiment that a guest sees.
        training_run_id: The one run that a guest sees.
    """

    token_id: int
    kind: TokenKind
    client_id: int | None
    user_id: int | None
    rule: Rule
    read_only: bool = False
    experiment_id: int | None = None
    training_run_id: int | None = None

    @property
    def development(self) -> bool:
        """Whether what this caller makes is for tests only."""
        return self.kind is TokenKind.DEVELOPMENT


def check_token(caller: Caller) -> None:
    """Refuse a token that the endpoint does not take, whatever it addresses.

    Raises:
        Forbidden: Its kind, its missing user, or its being read-only does not fit the endpoint's rule.
    """
    rule = caller.rule
    if caller.kind is TokenKind.DEVELOPMENT and not rule.development:
        raise _refused("a development token cannot be used here")
    if caller.kind is TokenKind.GUEST and not rule.guest:
        raise _refused("a guest token cannot be used here")
    if rule.sign_in and caller.kind is not TokenKind.USER:
        raise _refused("only a user who has signed in can do this, not the token of a program")
    if rule.user and caller.user_id is None:
        raise _refused("this needs a token that belongs to a user")
    if caller.read_only and rule.right > Right.READ:
        raise _refused("this token can only read")


def decide(
    session: Session,
    caller: Caller,
    owner: Client | None,
    missing: str,
    *,
    thing: Experiment | Project | TrainingRun | None = None,
    guest_sees: bool = False,
) -> Right:
    """Allow or refuse what the endpoint's rule needs in a client.

    Args:
        session: The transaction to work in.
        caller: Who asks.
        owner: The client addressed, or that owns the thing addressed; None if there is no such thing.
        missing: What to say when it is not there, or not to be seen.
        thing: What is addressed, if not the client itself.
        guest_sees: Whether it is what a guest's token was made for.

    Returns:
        What the caller may do there.

    Raises:
        NotFound: There is no such thing, or none that this caller may see.
        Forbidden: It may be seen, but the endpoint needs more.
    """
    right = None if owner is None else right_in(session, caller, owner)
    if owner is None or right is None:
        raise NotFound(missing)
    if caller.kind is TokenKind.GUEST:
        seen = guest_sees
    else:
        seen = thing is None or _sees_others(owner, right) or thing.user_id == caller.user_id
    if not seen:
        raise NotFound(missing)
    if right < caller.rule.right:
        raise _refused(f"this needs the right to {caller.rule.right.name.lower()}; the token has {right.name.lower()}")
    return right


def right_in(session: Session, caller: Caller, owner: Client) -> Right | None:
    """What the caller may do in a client, None if it cannot even be seen."""
    if owner.deleted or (caller.client_id is not None and caller.client_id != owner.id):
        return None
    if caller.kind is TokenKind.GUEST or caller.user_id is None:
        return Right.READ
    if _owns(session, caller.user_id, owner.organization_id):
        right = Right.OWNER
    else:
        permission = session.get(Permission, (owner.id, caller.user_id))
        if permission is None:
            return None
        right = _ROLES[permission.role]
    return Right.READ if caller.read_only else right


def client(session: Session, caller: Caller, client_id: int | None = None) -> Client:
    """The client that a path names, else the token's own.

    Raises:
        NotFound: It is not there or not visible.
        Forbidden: The endpoint needs more there; or no client is named and the token has none.
    """
    if client_id is None:
        client_id = caller.client_id
        if client_id is None:
            raise _refused("this token belongs to no client: use the address that names one, /v1/clients/CLIENT/…")
    found = session.get(Client, client_id)
    missing = f"no client with id {client_id}"
    decide(session, caller, found, missing)
    if found is None:
        raise NotFound(missing)
    return found


def organization(session: Session, caller: Caller, organization_id: int) -> Organization:
    """The organization, if the caller belongs to it. Its administration needs an owner.

    Raises:
        NotFound: It is not there, or the caller is no member.
        Forbidden: The endpoint needs an owner.
    """
    found = session.get(Organization, organization_id)
    membership = None if caller.user_id is None else session.get(Membership, (organization_id, caller.user_id))
    if found is None or membership is None or caller.kind is TokenKind.GUEST:
        raise NotFound(f"no organization with id {organization_id}")
    if caller.rule.right > Right.READ and not membership.owner:
        raise _refused("this needs an owner of the organization")
    return found


def user(session: Session, caller: Caller, user_id: int) -> User:
    """A user: oneself, or for reading a member of an organization of one's own.

    Raises:
        NotFound: There is none, or none that the caller may see.
        Forbidden: The endpoint changes a user, and it is another one.
    """
    found = session.get(User, user_id)
    if found is None or found.deleted or caller.user_id is None or not _share_organization(session, caller, user_id):
        raise NotFound(f"no user with id {user_id}")
    if caller.rule.right > Right.READ and user_id != caller.user_id:
        raise _refused("only the user can do this")
    return found


def experiment(session: Session, caller: Caller, experiment_id: int, *, lock: bool = False) -> Experiment:
    """The experiment, deleted or not; with `lock`, nobody else changes it until the transaction ends.

    Raises:
        NotFound: It is not there or not visible.
        Forbidden: The endpoint needs more; or a development token asks for a real one, or the other way round.
    """
    statement = select(Experiment).where(Experiment.id == experiment_id)
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalar(statement)
    missing = f"no experiment with id {experiment_id}"
    if found is None:
        raise NotFound(missing)
    owner = session.get_one(Client, found.client_id)
    decide(session, caller, owner, missing, thing=found, guest_sees=caller.experiment_id == found.id)
    if caller.kind in (TokenKind.API, TokenKind.DEVELOPMENT) and found.development != caller.development:
        raise _refused("development experiments need a development token, and others one that is not")
    return found


def active_experiment(session: Session, caller: Caller, experiment_id: int) -> Experiment:
    """The experiment, locked for a change, if it is not deleted.

    Raises:
        NotFound, Forbidden: As in `experiment`.
        InvalidRequest: It is deleted.
    """
    found = experiment(session, caller, experiment_id, lock=True)
    refuse_deleted(found)
    return found


def refuse_deleted(experiment: Experiment) -> None:
    """Refuse to use an experiment that is deleted.

    Raises:
        InvalidRequest: It is.
    """
    if experiment.deleted:
        raise InvalidRequest(
            f'experiment {experiment.id} is deleted: bring it back with PUT {{"state": "active"}} before using it'
        )


def project(session: Session, caller: Caller, client_id: int | None, reference: str, *, lock: bool = False) -> Project:
    """The project of a client with this reference, archived or not. A guest sees that of what was shared.

    Raises:
        NotFound: The client or the project is not there or not visible.
        Forbidden: The endpoint needs more.
    """
    guest = caller.kind is TokenKind.GUEST  # who sees nothing of the client but what was shared
    owner = session.get(Client, client_id or caller.client_id) if guest else client(session, caller, client_id)
    missing = f"client {client_id or caller.client_id} has no project with id {reference!r}"
    if owner is None:
        raise NotFound(missing)
    statement = select(Project).where(Project.client_id == owner.id, Project.reference == reference)
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalar(statement)
    if found is None:
        raise NotFound(missing)
    decide(session, caller, owner, missing, thing=found, guest_sees=guest and found.id == _shared_in(session, caller))
    return found


def training_run(session: Session, caller: Caller, run_id: int, *, lock: bool = False) -> TrainingRun:
    """The run, deleted or not.

    Raises:
        NotFound: It is not there or not visible.
        Forbidden: The endpoint needs more.
    """
    statement = select(TrainingRun).where(TrainingRun.id == run_id)
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalar(statement)
    missing = f"no training run with id {run_id}"
    if found is None:
        raise NotFound(missing)
    owner = session.get_one(Client, found.client_id)
    decide(session, caller, owner, missing, thing=found, guest_sees=caller.training_run_id == found.id)
    return found


def seen_in(session: Session, caller: Caller, owner: Client, model: Any) -> ColumnElement[bool]:
    """The condition that a list of a client's things (`model` has `client_id` and `user_id`) is filtered by."""
    condition: ColumnElement[bool] = model.client_id == owner.id
    right = right_in(session, caller, owner)
    if right is None:
        return false()
    return condition if _sees_others(owner, right) else and_(condition, model.user_id == caller.user_id)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which experiments of a client somebody sees.

    Args:
        client_id: The client.
        everybodys: Whether also those that others have made.
        user_id: Who made the others.
        development: Only development experiments, or only others; None for both.
    """

    client_id: int
    everybodys: bool
    user_id: int | None
    development: bool | None

    @property
    def condition(self) -> ColumnElement[bool]:
        """As a condition on experiments."""
        return and_(
            Experiment.client_id == self.client_id,
            true() if self.everybodys else Experiment.user_id == self.user_id,
            true() if self.development is None else Experiment.development == self.development,
        )


def reach(session: Session, caller: Caller, owner: Client) -> Reach | None:
    """Which experiments of a client the caller sees; None if not even the client."""
    right = right_in(session, caller, owner)
    if right is None:
        return None
    return Reach(
        client_id=owner.id,
        everybodys=_sees_others(owner, right),
        user_id=caller.user_id,
        development=None if caller.kind is TokenKind.USER else caller.development,
    )


def experiments_seen_in(session: Session, caller: Caller, owner: Client) -> ColumnElement[bool]:
    """The condition on experiments: as `seen_in`, and of the caller's own kind, development or not."""
    found = reach(session, caller, owner)
    return false() if found is None else found.condition


def clients_of(session: Session, caller: Caller, *, organization_id: int | None = None) -> Sequence[Client]:
    """The clients that the caller sees, in order of id."""
    statement = select(Client).where(~Client.deleted).order_by(Client.id)
    if organization_id is not None:
        statement = statement.where(Client.organization_id == organization_id)
    if caller.client_id is not None:
        return session.scalars(statement.where(Client.id == caller.client_id)).all()
    permitted = select(Permission.client_id).where(Permission.user_id == caller.user_id)
    owned = select(Membership.organization_id).where(Membership.user_id == caller.user_id, Membership.owner)
    return session.scalars(statement.where(or_(Client.id.in_(permitted), Client.organization_id.in_(owned)))).all()


def _shared_in(session: Session, caller: Caller) -> int | None:
    """The project of what a guest sees."""
    shared: Experiment | TrainingRun | None = None
    if caller.experiment_id is not None:
        shared = session.get(Experiment, caller.experiment_id)
    elif caller.training_run_id is not None:
        shared = session.get(TrainingRun, caller.training_run_id)
    return None if shared is None else shared.project_id


def _sees_others(owner: Client, right: Right) -> bool:
    return owner.sees_others or right >= Right.ADMIN


def _owns(session: Session, user_id: int, organization_id: int) -> bool:
    membership = session.get(Membership, (organization_id, user_id))
    return membership is not None and membership.owner


def _share_organization(session: Session, caller: Caller, user_id: int) -> bool:
    if user_id == caller.user_id:
        return True
    mine = select(Membership.organization_id).where(Membership.user_id == caller.user_id)
    theirs = select(Membership.user_id).where(Membership.user_id == user_id, Membership.organization_id.in_(mine))
    return session.scalar(theirs.limit(1)) is not None


def _refused(why: str) -> Forbidden:
    return Forbidden(why, "invalid_permissions")
