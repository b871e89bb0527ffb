"""Reading event streams."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

PATIENCE_S = 20.0


@dataclass(frozen=True)
class Event:
    """What a stream has told."""

    name: str
    id: str
    data: dict[str, Any]


class Stream:
    """An open stream, read event by event."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.comments = 0
        self._lines = response.iter_lines()

    def next(self) -> Event:
        """The next event, as soon as it comes; fails when the stream ends."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if line.startswith(":"):
                self.comments += 1
            elif line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif fields:
                return Event(fields["event"], fields["id"], json.loads(fields["data"]))
        raise EOFError("the stream has ended")

    def until(self, kind: str) -> Event:
        """The next event that tells of this kind of change."""
        while kind not in (event := self.next()).data["changed"]:
            pass
        return event


@contextmanager
def following(api: httpx.Client, path: str, *, since: str | bytes | None = None) -> Iterator[Stream]:
    """A stream that fails when nothing comes for so long, not even a comment."""
    headers = {} if since is None else {"Last-Event-ID": since}
    with api.stream("GET", path, headers=headers, timeout=PATIENCE_S) as response:
        assert response.status_code == 200, response.read()
        yield Stream(response)
