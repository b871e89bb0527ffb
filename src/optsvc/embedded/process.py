"""What the embedded servers have in common: a child process, its log, and what a crash left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, ClassVar, Self

import psutil

from optsvc.embedded import launch
from optsvc.embedded.account import Account

POLL_S = 0.02
LARGE_LOG_BYTES = 20 * 2**20


class EmbeddedError(Exception):
    """An embedded server or its directory cannot be used; the message says why and what to do."""


class EmbeddedServer(ABC):
    """A server program that lives in one directory, as a child of this process.

    Only one process may use a directory at a time (see ``DirectoryLock``): a server found running there on
    start is taken for the leftover of a process that was killed, and is stopped first.

    Args:
        directory: Where the server keeps its files; made when it does not exist.
        log: File that the server's output is added to; by default beside the directory.
    """

    name: ClassVar[str]  # in messages
    programs: ClassVar[frozenset[str]]  # names of the server's processes
    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]]  # what to send, seconds to wait after it
    start_timeout_s: ClassVar[float]

    def __init__(self, directory: Path, log: Path | None = None) -> None:
        self.directory = directory.absolute()
        self.log = log or self.directory.with_name(f"{self.directory.name}.log")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients find the server. The same for every start on the same directory."""

    @property
    def pid(self) -> int | None:
        """Process id, None when the server does not run."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> str:
        """Start the server and wait until it answers; does nothing when it runs already.

        On Linux the server ends with this process, even after kill -9, if it was started from the main
        thread: the kernel ties it to the thread, and other threads may end sooner than the process.

        Returns:
            Its URL.

        Raises:
            EmbeddedError: it cannot be started here.
        """
        if self.pid is not None:
            return self.url
        try:
            self.directory.parent.mkdir(parents=True, exist_ok=True)
            account = self._prepare()
            end_all(self._leftovers(), self.stop_signals[0][0], self.name)
            command = launched(self._command(), account, self.stop_signals[0][0])
            self._process = spawn(command, self.log)
        except OSError as error:
            raise EmbeddedError(f"{self.name} cannot be started in {self.directory}: {error}") from error
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """Stop the server cleanly; harder when it does not react. Does nothing when it does not run."""
        if self._process is None:
            return
        for number, patience_s in self.stop_signals:
            if self._process.poll() is not None:
                break
            self._process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(patience_s)
        self._process = None
        with suppress(OSError):  # it is not empty after a crash, and used again then
            if self._sockets() != self.directory:
                self._sockets().rmdir()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def _prepare(self) -> Account:
        """Make the directory ready; returns the account to run under."""

    @abstractmethod
    def _sockets(self) -> Path:
        """Where the server's socket is; the directory exists by then."""

    @abstractmethod
    def _command(self) -> list[str]:
        """Path of the program and its arguments."""

    @abstractmethod
    def _marker(self) -> str:
        """Text in the command line of this directory's server processes and of no others."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the server takes requests now."""

    def _leftovers(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.name() in self.programs and self._marker() in " ".join(process.cmdline()):
                    found.append(process)
        return found

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + self.start_timeout_s
        while not self._answers():
            if self.pid is None:
                said = last_lines(self.log.read_text(errors="replace"))
                raise EmbeddedError(f"{self.name} ended while starting in {self.directory}: {said}")
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"{self.name} did not answer within {self.start_timeout_s:g} s; its log is {self.log}"
                )
            time.sleep(POLL_S)


def launched(command: list[str], account: Account, end_signal: signal.Signals) -> list[str]:
    """The command line that runs another one as an account, ended when this process dies."""
    parent = os.getpid() if threading.current_thread() is threading.main_thread() else 0
    before = map(str, (account.uid, account.gid, parent, end_signal.value))
    return [sys.executable, "-I", "-S", launch.__file__, *before, *command]


def spawn(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a server in its own session, so that Ctrl-C in the terminal reaches us and not the server.

    Args:
        command: Absolute path of the program and its arguments.
        log: File that its output is added to.
    """
    with open_log(log) as output:
        return subprocess.Popen(  # noqa: S603 (our own program)
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
        )


def open_log(log: Path) -> BinaryIO:
    """Open a log to add to it; one that has grown large is put aside first, in place of the one before."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGE_LOG_BYTES:
        log.replace(f"{log}.old")
    return log.open("ab")


def last_lines(text: str, count: int = 3) -> str:
    """The last lines of what a program said, in one line."""
    return " | ".join(text.strip().splitlines()[-count:]) or "it said nothing"


def end_all(processes: Iterable[psutil.Process], number: signal.Signals, name: str) -> None:
    """End servers that lost their parent, and wait until they are gone.

    Args:
        processes: A server and its own children, in any order; the children end with the server.
        number: Signal that asks the server to stop cleanly.
        name: What to call it in messages.

    Raises:
        EmbeddedError: a process belongs to another user.
    """
    family = list(processes)
    pids = {process.pid for process in family}
    try:
        for process in family:
            with suppress(psutil.NoSuchProcess):
                if process.ppid() not in pids:
                    process.send_signal(number)
        for process in psutil.wait_procs(family, timeout=20)[1]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
    except psutil.AccessDenied as error:
        raise EmbeddedError(f"a {name} of another user is still running (process {error.pid}): stop it") from error
    psutil.wait_procs(family, timeout=5)
