"""Keeps a handful of programs running: starts again what ends by itself, and stops all in order."""

import logging
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from optsvc.embedded import EmbeddedError, open_log

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.2
FIRST_DELAY_S = 0.5  # before a restart; doubles with each one
LONGEST_DELAY_S = 30.0
HEALTHY_AFTER_S = 60.0  # who ran this long has its delays forgotten


class Member(Protocol):
    """Something that is kept running; an embedded server is one."""

    log: Path

    @property
    def name(self) -> str:
        """What to call it in messages."""

    @property
    def pid(self) -> int | None:
        """Process id, None when it does not run."""

    def start(self) -> object:
        """Start it; does nothing when it runs."""

    def stop(self) -> None:
        """Stop it and wait until it is gone; does nothing when it does not run."""


class Program:
    """A child process whose output goes to a file.

    Args:
        name: What to call it in messages.
        command: The program and its arguments.
        log: File that its output is added to; a large one is put aside when the program starts.
        environment: All of its environment variables.
        inherited: File descriptors that it shares with us.
        patience_s: How long it may go on with what it is doing when it is stopped.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        *,
        environment: Mapping[str, str],
        inherited: Sequence[int] = (),
        patience_s: float = 10.0,
    ) -> None:
        self.name = name
        self.command = command
        self.log = log
        self.environment = environment
        self.inherited = inherited
        self.patience_s = patience_s
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id, None when it does not run."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start it; does nothing when it runs."""
        if self.pid is not None:
            return
        with open_log(self.log) as output:
            self._process = subprocess.Popen(  # noqa: S603 (our own program)
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                pass_fds=self.inherited,
                start_new_session=True,  # Ctrl-C in the terminal is ours to handle
            )

    def stop(self) -> None:
        """Stop it and wait until it is gone, harder when its patience is over."""
        if self._process is not None and self.pid is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(self.patience_s)
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """End it now; safe to call from a signal handler."""
        if self._process is not None:
            self._process.kill()


class Supervisor:
    """Keeps groups of members running. Groups stop in the opposite order of their start."""

    def __init__(self) -> None:
        self._groups: list[list[_Kept]] = []

    def start(self, *members: Member) -> None:
        """Start one more group and keep it running.

        Raises:
            EmbeddedError: an embedded server cannot be started.
        """
        group: list[_Kept] = []
        self._groups.append(group)
        for member in members:
            member.start()
            group.append(_Kept(member))

    def look_after(self, *, until: Callable[[], bool]) -> None:
        """Start again what ends, with growing delays, until a condition holds."""
        while not until():
            for group in self._groups:
                for kept in group:
                    kept.look_after()
            time.sleep(LOOK_EVERY_S)

    def stop(self) -> None:
        """Stop all, the members of a group at the same time."""
        while self._groups:
            group = self._groups[-1]
            with ThreadPoolExecutor(max(1, len(group))) as pool:
                list(pool.map(lambda kept: kept.member.stop(), group))
            self._groups.pop()

    def hurry(self) -> None:
        """End all programs now, without waiting for what they are doing."""
        for group in self._groups:
            for kept in group:
                if isinstance(kept.member, Program):
                    kept.member.kill()


class _Kept:
    def __init__(self, member: Member) -> None:
        self.member = member
        self._started_at = time.monotonic()
        self._delay_s = FIRST_DELAY_S
        self._due_at: float | None = None

    def look_after(self) -> None:
        """Notice that the member has ended, or start it again when that is due."""
        now = time.monotonic()
        if self.member.pid is not None:
            return
        if self._due_at is None:
            if now - self._started_at > HEALTHY_AFTER_S:
                self._delay_s = FIRST_DELAY_S
            self._try_again_later("ended")
        elif now >= self._due_at:
            self._due_at, self._started_at = None, now
            try:
                self.member.start()
            except (EmbeddedError, OSError) as error:
                self._try_again_later(f"did not start ({error})")

    def _try_again_later(self, what: str) -> None:
        logger.warning(
            "%s %s; starting it again in %g s, its log is %s",
            self.member.name,
            what,
            self._delay_s,
            self.member.log,
        )
        self._due_at = time.monotonic() + self._delay_s
        self._delay_s = min(2 * self._delay_s, LONGEST_DELAY_S)
