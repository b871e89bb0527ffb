"""Files that are sent and fetched."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Literal, TypeAlias

from optsvc.client.errors import UsageError

AnyPath: TypeAlias = str | os.PathLike[str]
Format: TypeAlias = Literal["csv", "ndjson"]

CONTENT_TYPES: dict[Format, str] = {"csv": "text/csv", "ndjson": "application/x-ndjson"}
_FORMATS: dict[str, Format] = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}


def format_of(path: AnyPath) -> Format:
    """The format of a file, by the ending of its name.

    Raises:
        UsageError: The ending is none that we know.
    """
    ending = Path(path).suffix.lower()
    if ending not in _FORMATS:
        raise UsageError(f"the name of the file must end with one of {', '.join(_FORMATS)}, got {os.fspath(path)!r}")
    return _FORMATS[ending]


@contextmanager
def arriving(path: AnyPath) -> Iterator[IO[bytes]]:
    """A new file that takes its place when all of it is there; until then, and if it fails, what was there stays."""
    target = Path(path)
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        try:
            yield file
        except BaseException:
            os.unlink(file.name)
            raise
    os.replace(file.name, target)
