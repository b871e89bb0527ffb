"""One process per data directory."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from optsvc.embedded.process import EmbeddedError

NAME = "lock"


class DirectoryLock:
    """Holds a directory until it is left or the process ends, however it ends.

    Args:
        directory: Made when it does not exist.

    Raises:
        EmbeddedError: on entering, when another process holds the directory or it cannot be written.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._file: int | None = None

    def __enter__(self) -> Self:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            file = os.open(self.directory / NAME, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise EmbeddedError(f"data directory {self.directory} cannot be used: {error.strerror}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(file, 20).decode().strip() or "unknown"
            os.close(file)
            raise EmbeddedError(
                f"data directory {self.directory} is in use by another optsvc (process {owner}): "
                "stop that one, or choose another directory with --data-dir"
            ) from None
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def holder(directory: Path) -> int | None:
    """Process that holds the lock on a directory, None when nobody does. Changes nothing.

    Raises:
        OSError: the lock file cannot be read.
    """
    try:
        file = os.open(directory / NAME, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.read(file, 20) or 0)
    else:
        return None
    finally:
        os.close(file)
