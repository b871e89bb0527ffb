"""Where the bytes of files are kept. A store hands out addresses that carry their own, short authority.

The API asks a `FileStore` for an address to send bytes to, or to read them from, and gives it to the client, who uses
it without a token. `LocalFileStore` keeps files in a directory, behind addresses of this API;
`optsvc.storage.s3_file_store` keeps them in a bucket, behind addresses of the service that the bucket is in.

What both promise: bytes are taken only if their length, type and MD5 are as announced, under an address that is signed
for this one file and for this one method; sending the same bytes twice is fine; a file whose bytes never came is a 404.
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


class FileStoreError(Exception):
    """The place for files cannot be used. ``str(error)`` is one line: what is wrong, and what to do."""


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

    def examine(self) -> str:
        """Look whether the place is there; what it is, in words.

        Raises:
            FileStoreError: It is not there, or may not be used.
        """
        ...


class LocalFileStore:
    """Files in a directory, one for each key.

    Args:
        directory: Where they are kept; shared by all API processes.
        secret: Signs the addresses; the same in all API processes.
        lifetime_s: How long an address works.
    """

    def __init__(self, directory: Path, secret: str, *, lifetime_s: int = LIFETIME_S) -> None:
        self.directory = directory
        self._secret = secret.encode()
        self._lifetime_s = lifetime_s

    def upload(self, file: File, base_url: str) -> UploadRequest:
        """How to send the bytes of a file to this API."""
        headers = {"Content-Type": file.content_type, "Content-MD5": file.content_md5}
        return UploadRequest(self._url("PUT", file, base_url), "PUT", headers)

    def download_url(self, file: File, base_url: str) -> str:
        """Where to read the bytes of a file from this API."""
        return self._url("GET", file, base_url)

    def examine(self) -> str:
        """The directory, which is made when the first file comes.

        Raises:
            FileStoreError: It cannot be written.
        """
        if self.directory.exists() and not os.access(self.directory, os.W_OK | os.X_OK):
            raise FileStoreError(f"OPTSVC_FILES_DIR: {self.directory} cannot be written: change its owner")
        return str(self.directory)

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
        expires = int(time.time()) + self._lifetime_s
        query = urlencode({"expires": expires, "signature": self._signature(method, file.key, expires)})
        return f"{base_url.rstrip('/')}/file_contents/{file.key}?{query}"

    def _signature(self, method: Method, key: str, expires: int) -> str:
        return hmac.new(self._secret, f"{method}\n{key}\n{expires}".encode(), hashlib.sha256).hexdigest()
