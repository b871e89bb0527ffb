"""The commands. Each imports what it needs when it runs, so that ``--help`` comes at once."""

import json
import signal
import socket
import sys
import tempfile
from pathlib import Path

import click

from optsvc.cli.admin import admin
from optsvc.cli.errors import OneLineErrors
from optsvc.cli.options import data_dir_option, host_option, parent_option, port_option
from optsvc.cli.up import up


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="optsvc")
def app() -> None:
    """Optimization as a service: ask for the next best experiment, tell what came out.

    `optsvc up` starts everything on this machine.
    """


app.add_command(up)
app.add_command(admin)


@app.command()
@data_dir_option
def doctor(data_dir: Path) -> None:
    """Look at everything the service needs; say what is wrong and what to do."""
    from optsvc.cli.doctor import examine, report

    findings = examine(data_dir.absolute())
    click.echo("\n".join(map(report, findings)))
    if any(finding.state == "fail" for finding in findings):
        raise SystemExit(1)


@app.command()
@host_option
@port_option
@click.option("--access-log/--no-access-log", default=False, show_default=True, help="One line per request.")
@click.option("--fd", type=int, hidden=True, help="Listen on this inherited socket instead.")
@parent_option
def api(host: str, port: int, *, access_log: bool, fd: int | None, parent: int | None) -> None:
    """Serve the REST API, with PostgreSQL and Redis from OPTSVC_DATABASE_URL and OPTSVC_REDIS_URL."""
    from optsvc.cli.environment import listen, servers_given
    from optsvc.cli.parent import end_with
    from optsvc.config import Settings
    from optsvc.storage import migrations

    if parent is not None:
        end_with(parent)
    settings = Settings()
    migrations.check(servers_given(settings)[0])
    listener = listen(host, port) if fd is None else socket.socket(fileno=fd)

    from optsvc.api.app import create_app
    from optsvc.api.server import Server

    # uvicorn passes the signal that stopped it on to whoever handled it before
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    service = create_app(settings)
    server = Server(service, service.state.live, access_log=access_log, timeout_graceful_shutdown=5)
    server.run(sockets=[listener])


@app.command()
@click.option("--burst", is_flag=True, help="End when there is nothing left to do.")
@parent_option
def worker(*, burst: bool, parent: int | None) -> None:
    """Compute suggestions, with PostgreSQL and Redis from OPTSVC_DATABASE_URL and OPTSVC_REDIS_URL."""
    from optsvc.cli.environment import servers_given
    from optsvc.cli.parent import end_with
    from optsvc.config import Settings
    from optsvc.storage import migrations

    if parent is not None:
        end_with(parent)
    settings = Settings()
    migrations.check(servers_given(settings)[0])

    from optsvc.jobs.worker import run

    run(settings, burst=burst)


@app.command()
@click.option("--revision", default="head", show_default=True, help="Migration to move forward to.")
@data_dir_option
def migrate(revision: str, data_dir: Path) -> None:
    """Bring the database to the tables that this version needs."""
    from optsvc.cli.environment import database
    from optsvc.config import Settings
    from optsvc.storage import migrations

    with database(Settings(), data_dir) as url:
        before = migrations.current(url)
        migrations.upgrade(url, revision)
        after = migrations.current(url)
    click.echo(
        f"the database is at migration {after}" + (" already" if after == before else f", was at {before or 'none'}")
    )


@app.group()
def token() -> None:
    """Make, list and revoke API tokens."""


@token.command("create")
@click.option("--name", required=True, help="What the token is for.")
@data_dir_option
def token_create(name: str, data_dir: Path) -> None:
    """Make a token and show it, once."""
    from optsvc.cli.environment import transaction
    from optsvc.services import tokens

    with transaction(data_dir) as session:
        created, secret = tokens.create(session, name=name)
        number = created.id
    click.echo(secret)
    click.echo(f"This is token {number}, {name!r}, shown only this once.", err=True)


@token.command("list")
@data_dir_option
def token_list(data_dir: Path) -> None:
    """List all tokens, without their secrets."""
    from optsvc.cli.environment import transaction
    from optsvc.services import tokens

    with transaction(data_dir) as session:
        lines = [f"{t.id:>5}  {t.created:%Y-%m-%d %H:%M}  {t.hint}  {t.name}" for t in tokens.list_all(session)]
    click.echo("\n".join(["   id  made (UTC)        ends   name", *lines]))


@token.command("revoke")
@click.argument("token_id", metavar="ID", type=int)
@data_dir_option
def token_revoke(token_id: int, data_dir: Path) -> None:
    """Refuse a token from now on."""
    from optsvc.cli.environment import transaction
    from optsvc.services import tokens

    with transaction(data_dir) as session:
        tokens.revoke(session, token_id)
    click.echo(f"token {token_id} is revoked")


@app.command()
def openapi() -> None:
    """Print the description of the REST API, as OpenAPI in JSON."""
    from optsvc.api.app import create_app
    from optsvc.config import Settings

    nowhere = Settings(database_url="postgresql://", redis_url="redis://")  # nothing is connected to
    click.echo(json.dumps(create_app(nowhere).openapi(), indent=2))


@app.command("dev-migration", hidden=True)
@click.argument("message")
def dev_migration(message: str) -> None:
    """Write a migration from the difference between the models and the migrations so far."""
    from optsvc.embedded import EmbeddedPostgres
    from optsvc.storage import migrations

    with (
        tempfile.TemporaryDirectory(prefix="optsvc-") as directory,
        EmbeddedPostgres(Path(directory) / "postgres") as server,
    ):
        migrations.upgrade(server.url)
        migrations.autogenerate(server.url, message)
