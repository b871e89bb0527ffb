"""Where the service is and who asks; and the little that both clients need of HTTPX."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Self, TypedDict

import httpx

from optsvc.client.errors import UsageError
from optsvc.client.exchange import Broken, Reply, Request

DEFAULT_URL = "http://127.0.0.1:8000"

_CONNECT_TIMEOUT_S = 10.0


class HttpOptions(TypedDict):
    """What ``httpx.Client`` and ``httpx.AsyncClient`` are made with."""

    base_url: str
    auth: httpx.BasicAuth
    timeout: httpx.Timeout
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the service is and who asks.

    Args:
        url: Address of the service, without ``/v1``.
        token: API token.
        timeout_s: Longest wait for an answer, in seconds.
    """

    url: str
    token: str = field(repr=False)
    timeout_s: float

    @classmethod
    def resolve(
        cls, url: str | None, token: str | None, timeout_s: float, environ: Mapping[str, str] = os.environ
    ) -> Self:
        """The arguments, and the environment for those that are not given.

        Raises:
            UsageError: There is no token, or the address cannot be one.
        """
        url = url or environ.get("OPTSVC_URL") or DEFAULT_URL
        token = token or environ.get("OPTSVC_TOKEN")
        if not token:
            raise UsageError("no API token: set the environment variable OPTSVC_TOKEN, or give token=...")
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"the address must start with http:// or https://, got {url!r}")
        return cls(url, token, timeout_s)

    def http_options(self) -> HttpOptions:
        """How to set up HTTPX."""
        return {
            "base_url": self.url,
            "auth": httpx.BasicAuth(self.token, ""),
            "timeout": httpx.Timeout(self.timeout_s, connect=min(self.timeout_s, _CONNECT_TIMEOUT_S)),
            "headers": {"User-Agent": f"optsvc-python/{version('optsvc')}"},
        }


def http_request(http: httpx.Client | httpx.AsyncClient, request: Request) -> httpx.Request:
    """`request` in HTTPX's terms."""
    return http.build_request(
        request.method,
        request.path,
        params=request.query(),
        headers=request.headers(),
        content=request.content(),
    )


def reply(response: httpx.Response) -> Reply:
    """`response` in our terms."""
    return Reply(response.status_code, response.content, response.headers.get("Retry-After"))


def broken(http: httpx.Client | httpx.AsyncClient, error: httpx.RequestError) -> Broken:
    """`error` in our terms."""
    return Broken(f"no answer from {http.base_url} ({type(error).__name__}: {error})")
