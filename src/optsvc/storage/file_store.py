"""Where the bytes of files are kept. A store hands out addresses that carry their own, short authority.

The API asks a `FileStore` for an address to send bytes to, or to read them from, and gives it to the client, who uses
it without a token. `LocalFileStore` keeps files in a directory, behind addresses of this API; a store of objects
elsewhere would hand out addresses of its own.
"""

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlencode

from optsvc.domain.errors import Forbidden
from optsvc.storage.models import File

LIFETIME_S = 3600
"""How long an address works."""

Method = Literal["GET", "PUT"]


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """What the client has to send: the bytes, with this method, to this address, with exactly these headers."""

    url: str
    method: str
    headers: Mapping[str, str]


class FileStore(Protocol):
    """Keeps bytes. `base_url` is the address under which the client reaches this API."""

    def upload(self, file: File, base_url: str) -> UploadRequest:
        """How to send the bytes of a file."""
        ...

    def download_url(self, file: File, base_url: str) -> str:
        """Where to read the bytes of a file."""
        ...


class LocalFileStore:
    """Files in a directory, one for each key.

    Args:
        directory: Where they are kept; shared by all API processes.
        secret: Signs the addresses; the same in all API processes.
    """

    def __init__(self, directory: Path, secret: str) -> None:
        self.directory = directory
        self._secret = secret.encode()

    def upload(self, file: File, base_url: str) -> UploadRequest:
        """How to send the bytes of a file to this API."""
        headers = {"Content-Type": file.content_type, "Content-MD5": file.content_md5}
        return UploadRequest(self._url("PUT", file, base_url), "PUT", headers)

    def download_url(self, file: File, base_url: str) -> str:
        """Where to read the bytes of a file from this API."""
        return self._url("GET", file, base_url)

    def check(self, method: Method, key: str, expires: int, signature: str) -> None:
        """Refuse an address that this store did not hand out for this method, or whose time is over.

        Raises:
            Forbidden: As said.
        """
        if not hmac.compare_digest(self._signature(method, key, expires).encode(), signature.encode()):
            raise Forbidden("the signature of this address is not valid")
        if expires < time.time():
            raise Forbidden("the time of this address is over: ask for a new one")

    def path(self, key: str) -> Path:
        """Where the bytes under a key are, once they have been sent."""
        return self.directory / key[:2] / key

    def draft(self, key: str) -> Path:
        """A place for bytes that are still arriving; `keep` puts them into theirs."""
        directory = self.path(key).parent
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return directory / f".{key}.{secrets.token_hex(8)}"

    def keep(self, key: str, draft: Path) -> None:
        """Put a whole file into its place, in one step that survives a crash."""
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        draft.replace(self.path(key))

    def _url(self, method: Method, file: File, base_url: str) -> str:
        expires = int(time.time()) + LIFETIME_S
        query = urlencode({"expires": expires, "signature": self._signature(method, file.key, expires)})
        return f"{base_url.rstrip('/')}/file_contents/{file.key}?{query}"

    def _signature(self, method: Method, key: str, expires: int) -> str:
        return hmac.new(self._secret, f"{method}\n{key}\n{expires}".encode(), hashlib.sha256).hexdigest()
