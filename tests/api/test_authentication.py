"""Who is let in."""

import base64
from datetime import timedelta

import httpx
import pytest

from optsvc.storage.models import Token, now
from tests.support import patient
from tests.support.examples import ok, refused


def basic(user: str | bytes, password: str = "") -> str:
    raw = user.encode() if isinstance(user, str) else user
    return "Basic " + base64.b64encode(raw + f":{password}".encode()).decode()


def get(server_url: str, authorization: str | bytes | None) -> httpx.Response:
    headers = [] if authorization is None else [("Authorization", authorization)]
    return patient.get(f"{server_url}/v1/tokens/self", headers=headers)


@pytest.mark.parametrize(
    "header",
    [
        lambda token: basic(token),
        lambda token: basic(token, "a password that nobody reads"),
        lambda token: basic(token).replace("Basic", "bAsIc"),
        lambda token: "Basic " + base64.b64encode(token.encode()).decode(),  # no colon at all
        lambda token: f"Bearer {token}",
        lambda token: f"bearer {token}",
    ],
)
def test_a_token_is_read_as_basic_user_name_or_as_bearer(server_url, caller, token, header):
    assert ok(get(server_url, header(token)))["client"] == str(caller.client_id)


def test_without_a_header_the_answer_is_401_and_asks_for_a_token(server_url):
    answer = get(server_url, None)

    assert "token" in refused(answer, 401)
    assert "www-authenticate" not in answer.headers


UNREADABLE = {
    "empty header": "",
    "bearer without a token": "Bearer",
    "other scheme": "Digest abc",
    "token alone": "sometoken",
    "empty basic name": basic(""),
    "basic without credentials": "Basic",
    "broken base64": "Basic ***",
    "half a base64 group": "Basic abcde",
    "basic that is not ascii": "Basic é".encode("latin-1"),
    "basic that is not utf-8": basic(b"\xff\xfe"),
    "nul in the name": basic("a\0b"),
}


@pytest.mark.parametrize("header", UNREADABLE.values(), ids=UNREADABLE)
def test_a_header_without_a_readable_token_is_400(server_url, header):
    assert "Authorization" in refused(get(server_url, header), 400)


@pytest.mark.parametrize("header", [basic("unknown"), "Bearer unknown", "Bearer ünknown".encode("latin-1")])
def test_an_unknown_token_is_403_and_counts_as_revoked(server_url, header):
    answer = get(server_url, header)

    refused(answer, 403)
    assert answer.json()["token_status"] == "revoked"


@pytest.mark.parametrize(("expires_in_s", "status"), [(-1, 403), (3600, 200)])
def test_a_token_serves_until_it_expires(server_url, sessions, caller, token, expires_in_s, status):
    with sessions.begin() as session:
        session.get(Token, caller.token_id).expires = now() + timedelta(seconds=expires_in_s)

    answer = get(server_url, basic(token))

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["token_status"] == "expired"
        assert "expired" in refused(answer, 403)


def test_a_removed_token_is_refused_at_once(server_url, sessions, caller, token):
    ok(get(server_url, basic(token)))
    with sessions.begin() as session:
        session.delete(session.get(Token, caller.token_id))

    refused(get(server_url, basic(token)), 403)


def test_a_token_shows_whose_it_is_and_not_its_secret(api, caller, token):
    shown = ok(api.get("/tokens/self"))

    assert token not in str(shown)
    assert shown | {"token": "…", "organization": "1"} == {
        "object": "token",
        "id": str(caller.token_id),
        "name": "test",
        "token": "…",
        "token_type": "client-api",
        "client": str(caller.client_id),
        "user": str(caller.user_id),
        "organization": "1",
        "development": False,
        "all_experiments": True,
        "experiment": None,
        "training_run": None,
        "permissions": "write",
        "scope": "all_endpoints",
        "expires": None,
        "lease_length": None,
    }


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_health_needs_no_token(server_url, method):
    answer = patient.request(method, f"{server_url}/health")

    assert answer.status_code == 200
    assert answer.text == ("" if method == "HEAD" else "{}\n")
