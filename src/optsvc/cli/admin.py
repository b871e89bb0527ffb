"""`optsvc admin`: making organizations, clients, users, and saying who may do what."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from optsvc.cli.options import data_dir_option

LONGEST_INPUT = 2**16
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


def password_option(default: str | None, otherwise: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option that says where a new password comes from.

    Args:
        default: What it is if left out.
        otherwise: That, for people.
    """
    return click.option(
        "--password",
        type=click.Choice(["generate", "stdin"]),
        default=default,
        help=f"Make one and show it once, or read it from the standard input.  [default: {otherwise}]",
    )


def new_password(source: str) -> str:
    """A password from where the option says; asked for twice at a terminal."""
    from optsvc.services import passwords

    if source == "generate":
        return passwords.generated()
    if sys.stdin.isatty():
        typed: str = click.prompt("New password", hide_input=True, confirmation_prompt=True)
        return typed
    try:
        return sys.stdin.buffer.read(LONGEST_INPUT).decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise click.ClickException("the password on the standard input is not UTF-8 text") from error


@click.group()
def admin() -> None:
    """Make organizations, clients (teams), users and tokens; say who may do what.

    Whoever can run this has the database already, so no token is asked for.
    """


@admin.command("create-organization")
@click.argument("name")
@json_option
@data_dir_option
def create_organization(name: str, data_dir: Path, *, as_json: bool) -> None:
    """Make an organization; it has no clients and no members yet."""
    from optsvc.cli.environment import transaction
    from optsvc.services import accounts

    with transaction(data_dir) as session:
        made = accounts.create_organization(session, name)
        facts = {"organization": str(made.id), "name": made.name}
    show(facts, as_json=as_json)


@admin.command("create-client")
@click.argument("name")
@click.option("--organization", type=int, required=True, help="Its id.")
@json_option
@data_dir_option
def create_client(name: str, organization: int, data_dir: Path, *, as_json: bool) -> None:
    """Make a client (team) of an organization."""
    from optsvc.cli.environment import transaction
    from optsvc.services import accounts

    with transaction(data_dir) as session:
        made = accounts.create_client(session, organization, name)
        facts = {"client": str(made.id), "organization": str(organization), "name": made.name}
    show(facts, as_json=as_json)


@admin.command("create-user")
@click.argument("name")
@click.option("--email", help="Unique among users; what they sign in with.")
@password_option(None, "no password, so no signing in")
@json_option
@data_dir_option
def create_user(name: str, email: str | None, password: str | None, data_dir: Path, *, as_json: bool) -> None:
    """Make a user, who belongs nowhere yet."""
    from optsvc.cli.environment import transaction
    from optsvc.services import accounts, sessions

    secret = None if password is None else new_password(password)
    with transaction(data_dir) as session:
        made = accounts.create_user(session, name, email)
        if secret is not None:
            sessions.set_password(session, made.id, secret)
        facts = {"user": str(made.id), "name": made.name, "email": made.email}
    if password == "generate":  # noqa: S105  a choice
        facts["password"] = secret
    show(facts, as_json=as_json)


@admin.command("set-password")
@click.option("--user", type=int, required=True, help="Their id.")
@click.option("--email", help="Their e-mail address from now on.")
@password_option("generate", "generate")
@json_option
@data_dir_option
def set_password(user: int, email: str | None, password: str, data_dir: Path, *, as_json: bool) -> None:
    """Give a user another password to sign in with; where they are signed in now, they no longer are."""
    from optsvc.cli.environment import transaction
    from optsvc.services import accounts, sessions

    secret = new_password(password)
    with transaction(data_dir) as session:
        if email is not None:
            accounts.set_email(session, accounts.get_user(session, user), email)
        facts = {"user": str(user), "email": sessions.set_password(session, user, secret).email}
    if password == "generate":  # noqa: S105  a choice
        facts["password"] = secret
    show(facts, as_json=as_json)


@admin.command("sign-in-link")
@click.option("--user", type=int, required=True, help="Their id.")
@click.option("--address", default="http://127.0.0.1:8000", show_default=True, help="Where the browser finds optsvc.")
@json_option
@data_dir_option
def sign_in_link(user: int, address: str, data_dir: Path, *, as_json: bool) -> None:
    """Make a link that signs a user in to the dashboard, once, within an hour."""
    from optsvc.cli.environment import transaction
    from optsvc.services import sessions

    with transaction(data_dir) as session:
        secret = sessions.sign_in_link(session, user)
    show({"user": str(user), "link": f"{address.rstrip('/')}/sign-in#token={secret}"}, as_json=as_json)


@admin.command("remove-user")
@click.option("--user", type=int, required=True, help="Their id.")
@json_option
@data_dir_option
def remove_user(user: int, data_dir: Path, *, as_json: bool) -> None:
    """Remove a user: all of their tokens are refused from now on; what they made stays."""
    from optsvc.cli.environment import transaction
    from optsvc.services import accounts

    with transaction(data_dir) as session:
        accounts.delete_user(session, accounts.get_user(session, user))
    show({"user": str(user), "removed": True}, as_json=as_json)


@admin.command("add-member")
@click.option("--organization", type=int, required=True, help="Its id.")
@click.option("--user", type=int, required=True, help="Their id.")
@click.option("--owner", is_flag=True, help="With all rights in all clients of the organization.")
@json_option
@data_dir_option
def add_member(organization: int, user: int, data_dir: Path, *, owner: bool, as_json: bool) -> None:
    """Make a user a member of an organization, or an owner."""
    from optsvc.cli.environment import transaction
    from optsvc.services import accounts

    with transaction(data_dir) as session:
        accounts.add_member(session, organization, user, owner=owner)
    kind = "owner" if owner else "member"
    show({"organization": str(organization), "user": str(user), "type": kind}, as_json=as_json)


@admin.command("grant")
@click.argument("role", type=click.Choice(["read", "write", "admin", "none"]))
@click.option("--client", type=int, required=True, help="Its id.")
@click.option("--user", type=int, required=True, help="Their id.")
@json_option
@data_dir_option
def grant(role: str, client: int, user: int, data_dir: Path, *, as_json: bool) -> None:
    """Let a user read, write or administer a client, from now on; `none` takes all away."""
    from optsvc.cli.environment import transaction
    from optsvc.domain.rights import Right
    from optsvc.services import accounts

    with transaction(data_dir) as session:
        accounts.grant(session, client, user, None if role == "none" else Right[role.upper()])
    show({"client": str(client), "user": str(user), "role": role}, as_json=as_json)


@admin.command("create-token")
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(["client-api", "client-dev", "user"]),
    default="client-api",
    show_default=True,
    help="For programs, for tests, or a sign-in that reaches all clients of the user.",
)
@click.option("--client", type=int, help="Whose things it reaches; not for a sign-in.")
@click.option("--user", type=int, help="In whose name; a token without a user can only read.")
@click.option("--read-only", is_flag=True, help="It can only read, whatever its user may do.")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="How long it lasts.  [default: for ever]")
@json_option
@data_dir_option
def create_token(
    name: str,
    kind: str,
    client: int | None,
    user: int | None,
    days: float | None,
    data_dir: Path,
    *,
    read_only: bool,
    as_json: bool,
) -> None:
    """Make a token and show it, once."""
    from optsvc.cli.environment import transaction
    from optsvc.domain.rights import TokenKind
    from optsvc.services import tokens

    with transaction(data_dir) as session:
        made, secret = tokens.issue(
            session, name, kind=TokenKind(kind), client_id=client, user_id=user, read_only=read_only, days=days
        )
        facts = {"id": str(made.id), "token": secret, "kind": kind, "name": name}
    show(facts, as_json=as_json)


@admin.command("list")
@json_option
@data_dir_option
def list_accounts(data_dir: Path, *, as_json: bool) -> None:
    """List organizations with their clients, and who may do what in them."""
    from optsvc.cli.environment import transaction
    from optsvc.services import accounts

    with transaction(data_dir) as session:
        overview = accounts.overview(session)
    if as_json:
        click.echo(json.dumps(overview, indent=2))
        return
    for organization in overview:
        click.echo(f"organization {organization['id']}  {organization['name']}")
        for owner in organization["owners"]:
            click.echo(f"  owner {owner['id']}  {owner['name']}")
        for client in organization["clients"]:
            click.echo(f"  client {client['id']}  {client['name']}")
            for user in client["users"]:
                click.echo(f"    {user['role']:<5} user {user['id']}  {user['name']}")


def show(facts: dict[str, Any], *, as_json: bool) -> None:
    """Print what was made."""
    if as_json:
        click.echo(json.dumps(facts))
    else:
        click.echo("  ".join(f"{name} {value}" for name, value in facts.items() if value is not None))
