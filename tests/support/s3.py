"""An S3 service outside of ours: a process of its own, with a bucket, that checks signatures and MD5."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from optsvc.cli.environment import listen
from tests.support.service import eventually

ACCESS_KEY, SECRET_KEY, BUCKET = "an-access-key", "a-secret-key", "a-bucket"


@dataclass(frozen=True)
class S3Service:
    """Where it is, and the directory in which each bucket is a directory and each object a file."""

    url: str
    directory: Path

    @property
    def settings(self) -> dict[str, str]:
        """Ours, to use it."""
        return {
            "s3_endpoint": self.url,
            "s3_bucket": BUCKET,
            "s3_access_key": ACCESS_KEY,
            "s3_secret_key": SECRET_KEY,
        }


@contextlib.contextmanager
def s3_service(directory: Path) -> Iterator[S3Service]:
    """A running service with an empty bucket."""
    (directory / BUCKET).mkdir()
    environment = os.environ | {
        "NANIO_DATA_DIR": str(directory),
        "NANIO_ACCESS_KEY": ACCESS_KEY,
        "NANIO_SECRET_KEY": SECRET_KEY,
    }
    with listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        line = [sys.executable, "-m", "uvicorn", "nanio.app:build_app", "--factory", "--log-level", "warning"]
        process = subprocess.Popen(
            [*line, "--fd", str(listener.fileno())], env=environment, pass_fds=[listener.fileno()]
        )
        try:
            eventually(lambda: process.poll() is not None or _answers(url))
            assert process.poll() is None, "the S3 service did not start"
            yield S3Service(url, directory)
        finally:
            process.terminate()
            process.wait(timeout=10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1).status_code < 500
    except httpx.TransportError:
        return False
