"""The whole service for the time of a run, as ``optsvc up`` starts it."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

_START_WITHIN_S = 120.0
_PATIENCE_S = 60
"""How long a suggestion may wait for the model: the machine may be busy, and points at random would blur the result."""


@contextmanager
def service() -> Iterator[tuple[str, str]]:
    """The service in a temporary directory, with one worker; its address and token."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(24)
    with tempfile.TemporaryDirectory(prefix="optsvc-published-", ignore_cleanup_errors=True) as directory:
        options = ("--port", str(port), "--workers", "1")
        log = Path(directory) / "up.log"
        with log.open("wb") as output:
            up = subprocess.Popen(
                [sys.executable, "-m", "optsvc", "up", "--data-dir", f"{directory}/data", *options],
                env=os.environ | {"OPTSVC_BOOTSTRAP_TOKEN": token, "OPTSVC_SUGGESTION_DEADLINE_S": str(_PATIENCE_S)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_ready(address, up, log)
            yield address, token
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(timeout=120)


def _wait_until_ready(address: str, up: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_WITHIN_S
    while True:
        try:
            if httpx.get(f"{address}/readyz", timeout=5, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass  # not listening yet
        if up.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the service did not start:\n{log.read_text()}")
        time.sleep(0.2)
