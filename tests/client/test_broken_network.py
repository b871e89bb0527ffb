"""Both clients against a server that drops connections, stalls and refuses before it answers."""

import asyncio
import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from optsvc.client import AsyncClient, Client, ConnectionFailed, NotFound, ServerError

EXPERIMENT = {
    "id": "1",
    "name": "e",
    "state": "active",
    "parameters": [],
    "metrics": [],
    "progress": {"observation_count": 0, "observation_budget_consumed": 0.0},
}


class Misbehaving(ThreadingHTTPServer):
    """Does to each request what comes next in `plan`: an answer, or a way of giving none."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.plan: list[Any] = []
        self.seen: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Misbehaving
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((f"{self.command} {self.path}", dict(self.headers), body))
        what = self.server.plan.pop(0)
        if what == "drop":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if what == "stall":
            time.sleep(0.6)
            self.close_connection = True
            return
        status, answer, headers = what
        content = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(content))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def log_message(self, format: str, *args: object) -> None:
        pass


def answers(status: int, body: Any = EXPERIMENT, **headers: str) -> tuple[int, Any, dict[str, str]]:
    return status, body, {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    with Misbehaving() as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def create(client: Client | AsyncClient) -> Any:
    return client.create_experiment(name="e", parameters=[])


def read(client: Client | AsyncClient) -> Any:
    return client.experiment(1)


def blocking(call: Callable[[Client], Any], **options: Any) -> Any:
    with Client(**options) as client:
        return call(client)


def asynchronous(call: Callable[[AsyncClient], Any], **options: Any) -> Any:
    async def main() -> Any:
        async with AsyncClient(**options) as client:
            return await call(client)

    return asyncio.run(main())


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPTSVC_TOKEN", "t0ken")


both = pytest.mark.parametrize("using", [blocking, asynchronous])


@both
def test_a_creation_survives_lost_connections_and_a_restart_as_one_and_the_same_request(using, server):
    server.plan = ["drop", answers(503, {"message": "starting"}), "drop", answers(200)]

    experiment = using(create, url=server.url)

    assert experiment.id == "1"
    assert len(server.seen) == 4
    assert len({(line, headers["Idempotency-Key"], body) for line, headers, body in server.seen}) == 1


@both
def test_an_answer_that_takes_too_long_is_asked_for_again(using, server):
    server.plan = ["stall", answers(200)]

    assert using(create, url=server.url, timeout_s=0.2).id == "1"


@both
def test_the_pause_that_the_service_asks_for_is_kept(using, server):
    server.plan = [answers(429, {"message": "slow down"}, Retry_After="1"), answers(200)]
    started = time.monotonic()

    using(read, url=server.url)

    assert time.monotonic() - started >= 1


@both
def test_without_retries_the_message_of_the_service_is_shown(using, server):
    server.plan = [answers(503, {"message": "down for maintenance"})]

    with pytest.raises(ServerError, match=r"down for maintenance \(HTTP 503\)"):
        using(read, url=server.url, retry_s=0)


@both
def test_nobody_at_the_address_is_said_with_the_address(using):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"

        with pytest.raises(ConnectionFailed, match=rf"{url}.*tried 2 times"):
            using(read, url=url, retry_s=0.3)


@both
def test_a_deletion_whose_answer_was_lost_is_done(using, server):
    server.plan = [answers(200), "drop", answers(404, {"message": "no such experiment"})]

    def delete(client: Client) -> Any:
        experiment = client.experiment(1)
        experiment.delete()
        return experiment

    async def delete_asynchronously(client: AsyncClient) -> Any:
        experiment = await client.experiment(1)
        await experiment.delete()
        return experiment

    assert using(delete if using is blocking else delete_asynchronously, url=server.url).state == "deleted"


@both
def test_a_refusal_is_raised_at_once(using, server):
    server.plan = [answers(404, {"message": "there is no experiment 1"})]

    with pytest.raises(NotFound, match="there is no experiment 1"):
        using(read, url=server.url)

    assert len(server.seen) == 1


@both
def test_the_token_is_the_user_name_and_the_password_is_empty(using, server):
    server.plan = [answers(200)]

    using(read, url=server.url)

    [(line, headers, _)] = server.seen
    assert line == "GET /v1/experiments/1"
    assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")) == b"t0ken:"


@both
def test_an_address_may_have_a_path(using, server):
    server.plan = [answers(200)]

    using(read, url=f"{server.url}/optimizer/")

    assert server.seen[0][0] == "GET /optimizer/v1/experiments/1"
