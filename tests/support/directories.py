"""Directories for servers."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server_directory() -> Iterator[Path]:
    """A fresh directory, removed afterwards.

    Not pytest's tmp_path: that is long for a socket, and a test run of root next to this one would close it to the
    account that PostgreSQL runs as.
    """
    with tempfile.TemporaryDirectory(prefix="optsvc-", ignore_cleanup_errors=True) as path:
        directory = Path(path)
        directory.chmod(0o711)
        yield directory
