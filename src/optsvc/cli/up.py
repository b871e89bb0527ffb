"""`optsvc up`: the whole service on one machine, in one command."""

import logging
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from optsvc.cli.options import data_dir_option, host_option, port_option

if TYPE_CHECKING:
    from optsvc.supervisor import Program

READY_WITHIN_S = 90.0
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""There is a process for each core already: more threads would only get into each other's way."""


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@click.command()
@data_dir_option
@host_option
@port_option
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=lambda: max(1, cores() - 1),
    show_default="cores - 1",
    help="Processes that compute suggestions.",
)
def up(data_dir: Path, host: str, port: int, workers: int) -> None:
    """Start the whole service on this machine; Ctrl-C stops it.

    PostgreSQL and Redis run inside the data directory, unless OPTSVC_DATABASE_URL and OPTSVC_REDIS_URL say where
    others are. All data is kept for the next start.
    """
    from optsvc.cli.environment import listen, logs_in, postgres_in, redis_in, secret_key_in
    from optsvc.config import Settings
    from optsvc.embedded import DirectoryLock
    from optsvc.queueing.connection import connect
    from optsvc.supervisor import Program, Supervisor

    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.WARNING)
    settings = Settings()
    data_dir = data_dir.absolute()
    logs = logs_in(data_dir)
    supervisor = Supervisor()
    with ExitStack() as stack:
        stopping = stack.enter_context(stop_signals(then=supervisor.hurry))
        stack.enter_context(DirectoryLock(data_dir))
        listener = stack.enter_context(listen(host, port))
        stack.callback(supervisor.stop)

        postgres, redis = postgres_in(data_dir), redis_in(data_dir)
        if settings.database_url is None:
            supervisor.start(postgres)
        if settings.redis_url is None:
            supervisor.start(redis)
        else:
            connect(settings.redis_url).ping()  # to say so now if it is the wrong address
        database_url = settings.database_url or postgres.url
        address = address_of(host, listener.getsockname()[1])
        first = set_up(database_url, settings.bootstrap_token)
        if first is not None:  # shown at once: it is stored, and cannot be had again
            show(first, address)

        environment = ONE_THREAD | os.environ | {"OPTSVC_DATABASE_URL": database_url, "PYTHONUNBUFFERED": "1"}
        environment["OPTSVC_REDIS_URL"] = settings.redis_url or redis.url
        if settings.s3_bucket is None:
            environment["OPTSVC_FILES_DIR"] = str(settings.files_dir or data_dir / "files")
        environment["OPTSVC_SECRET_KEY"] = settings.secret_key or secret_key_in(data_dir)

        def program(name: str, command: str, *arguments: object) -> Program:
            line = [sys.executable, "-P", "-m", "optsvc", command, "--parent", os.getpid(), *arguments]
            return Program(
                name,
                [str(part) for part in line],
                logs / f"{name}.log",
                environment=environment,
                inherited=[listener.fileno()] if command == "api" else [],
            )

        api = program("api", "api", "--fd", listener.fileno())
        supervisor.start(api)
        supervisor.start(*(program(f"worker-{number}", "worker") for number in range(1, workers + 1)))
        wait_until_ready(f"{address}/{'readyz' if workers else 'healthz'}", api, stopping)
        if not stopping():
            show_dashboard(first, address, data_dir)
            click.echo(f"optsvc is ready at {address}; Ctrl-C stops it. Data: {data_dir}, logs: {logs}")
        supervisor.look_after(until=stopping)
        click.echo("Stopping; running computations get a few seconds, a second Ctrl-C ends them now.", err=True)


@contextmanager
def stop_signals(*, then: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Take note of the first signal to stop; call `then` for each one after it.

    Yields:
        A function that tells whether there was one.
    """
    seen: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        seen.append(number)
        if len(seen) > 1:
            then()

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup asks for that
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, note)
    try:
        yield lambda: bool(seen)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def address_of(host: str, port: int) -> str:
    """URL at which this machine reaches its own service."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 (compared, not listened on)
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@dataclass(frozen=True, slots=True)
class FirstUser:
    """What an administrator signs in with.

    Args:
        token: For programs.
        password: None if the token was chosen, whose owner then need not see any secret in a log.
        link: The token of a sign-in link; None likewise.
    """

    token: str
    password: str | None = None
    link: str | None = None


def set_up(database_url: str, bootstrap_token: str | None) -> FirstUser | None:
    """Apply the migrations and make the first user.

    Returns:
        What it signs in with; None if there were tokens before.
    """
    from optsvc.domain.rights import Right, Rule
    from optsvc.services import passwords, sessions, tokens
    from optsvc.storage import migrations
    from optsvc.storage.session import make_sessionmaker

    migrations.upgrade(database_url)
    factory = make_sessionmaker(database_url, pool_size=1)
    try:
        with factory.begin() as session:
            secret = tokens.bootstrap(session, bootstrap_token)
            if secret is None or bootstrap_token is not None:
                return None if secret is None else FirstUser(secret)
            user_id = tokens.authenticate(session, secret, Rule(Right.READ)).user_id or 0
            password = passwords.generated()
            sessions.set_password(session, user_id, password)
            return FirstUser(secret, password, sessions.sign_in_link(session, user_id))
    finally:
        factory.kw["bind"].dispose()


def show(first: FirstUser, address: str) -> None:
    """Print the administrator token and how it is used.

    Args:
        first: Who was made.
        address: URL of the service.
    """
    from optsvc.services.tokens import FIRST_EMAIL

    if first.password is None:
        click.echo("The administrator token is the value of OPTSVC_BOOTSTRAP_TOKEN.")
        click.echo(f"To sign in as {FIRST_EMAIL}, make a password: optsvc admin set-password --user 1")
        return
    click.echo(f"Administrator token, shown only this once:\n\n    {first.token}\n")
    click.echo(f"It is the user name of every request:\n\n    curl -u {first.token}: {address}/v1/tokens/self\n")
    click.echo(f"To sign in with a password, as is shown only this once too:\n\n    {FIRST_EMAIL}  {first.password}\n")


def show_dashboard(first: FirstUser | None, address: str, data_dir: Path) -> None:
    """Print where the dashboard is, and how to get in.

    Args:
        first: Who was made at this start, if anybody.
        address: URL of the service.
        data_dir: Where its data are.
    """
    if first is not None and first.link is not None:
        click.echo(f"The dashboard, signed in (once, within an hour):\n\n    {address}/sign-in#token={first.link}\n")
        return
    click.echo(f"The dashboard is at {address}/. For a link that signs you in:\n")
    click.echo(f"    optsvc admin sign-in-link --user 1 --address {address} --data-dir {shlex.quote(str(data_dir))}\n")


def wait_until_ready(url: str, api: "Program", stopping: Callable[[], bool]) -> None:
    """Wait until a URL answers 200, or until a signal to stop.

    Raises:
        click.ClickException: the API ended instead, or took too long.
    """
    import httpx

    from optsvc.embedded import last_lines

    deadline = time.monotonic() + READY_WITHIN_S
    answer = "nothing"
    while not stopping():
        try:
            response = httpx.get(url, timeout=5, trust_env=False)
        except httpx.TransportError as error:
            answer = str(error)
        else:
            if response.status_code == httpx.codes.OK:
                return
            answer = response.text
        if api.pid is None:
            said = last_lines(api.log.read_text(errors="replace"), 1)
            raise click.ClickException(f"the API did not start: {said} ({api.log})")
        if time.monotonic() > deadline:
            raise click.ClickException(f"{url} is not ready after {READY_WITHIN_S:g} s: {answer} ({api.log.parent})")
        time.sleep(0.1)
