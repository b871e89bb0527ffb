"""A POST that carries an Idempotency-Key happens once."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support import patient
from tests.support.examples import experiment_body, ok, refused

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}
KEY = {"Idempotency-Key": "one"}
WRITES = {
    "experiment": ("/experiments", experiment_body(), "/experiments"),
    "suggestion": ("{path}/suggestions", {}, "{path}/suggestions"),
    "suggestion by hand": ("{path}/suggestions", {"assignments": POINT}, "{path}/suggestions"),
    "observation": ("{path}/observations", {"assignments": POINT, "value": 1}, "{path}/observations"),
    "batch": (
        "{path}/observations/batch",
        {"observations": [{"assignments": POINT, "value": 1}]},
        "{path}/observations",
    ),
}


@pytest.fixture(params=WRITES.values(), ids=WRITES)
def write(request, api, path):
    """An address, a body for it, and a way to count what is there."""
    address, body, listed = request.param
    return address.format(path=path), body, lambda: ok(api.get(listed.format(path=path)))["count"]


def test_the_same_key_gives_the_same_answer_and_one_row(api, write):
    address, body, count = write
    before = count()

    answers = [api.post(address, json=body, headers=KEY) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.text for answer in answers}) == 1
    assert [answer.headers.get("idempotency-replayed") for answer in answers] == [None, "true", "true"]
    assert len({(answer.headers["content-type"], answer.headers["cache-control"]) for answer in answers}) == 1
    assert count() == before + 1


def test_the_same_key_at_once_from_several_clients_gives_one_row(server_url, token, write):
    address, body, count = write
    before = count()

    def post(_: int) -> httpx.Response:
        return patient.post(f"{server_url}/v1{address}", json=body, headers=KEY, auth=(token, ""))

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(post, range(6)))

    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.text for answer in answers}) == 1
    assert count() == before + 1


def test_without_a_key_and_with_other_keys_every_request_counts(api, write):
    address, body, count = write
    before = count()

    for headers in ({}, {}, {"Idempotency-Key": "a"}, {"Idempotency-Key": "b"}):
        ok(api.post(address, json=body, headers=headers))

    assert count() == before + 4


def test_a_key_with_another_body_or_address_is_422_and_does_nothing(api, path):
    report = {"assignments": POINT, "value": 1}
    ok(api.post(f"{path}/observations", json=report, headers=KEY))

    assert "Idempotency-Key" in refused(api.post(f"{path}/observations", json=report | {"value": 2}, headers=KEY), 422)
    refused(api.post(f"{path}/suggestions", json={}, headers=KEY), 422)
    assert ok(api.get(f"{path}/observations"))["count"] == 1
    assert ok(api.get(f"{path}/suggestions"))["count"] == 0


def test_a_key_belongs_to_its_tenant(api, stranger):
    ids = [ok(client.post("/experiments", json=experiment_body(), headers=KEY))["id"] for client in (api, stranger)]

    assert ids[0] != ids[1]


def test_a_request_that_failed_can_be_repeated_with_its_key(api, path):
    ok(api.delete(path))
    refused(api.post(f"{path}/suggestions", json={}, headers=KEY), 400)
    ok(api.put(path, json={"state": "active"}))

    first = ok(api.post(f"{path}/suggestions", json={}, headers=KEY))

    assert ok(api.post(f"{path}/suggestions", json={}, headers=KEY)) == first
    assert ok(api.get(f"{path}/suggestions"))["count"] == 1


def test_the_first_answer_stays_when_the_object_has_changed_since(api):
    first = ok(api.post("/experiments", json=experiment_body(), headers=KEY))
    ok(api.put(f"/experiments/{first['id']}", json={"name": "New"}))

    assert ok(api.post("/experiments", json=experiment_body(), headers=KEY)) == first


@pytest.mark.parametrize("skip_first", [True, False])
def test_a_repetition_may_want_content_where_the_first_did_not(api, path, skip_first):
    skip = {"X-Response-Content": "skip"}

    first = api.post(f"{path}/suggestions", json={}, headers=KEY | (skip if skip_first else {}))
    second = api.post(f"{path}/suggestions", json={}, headers=KEY | ({} if skip_first else skip))

    shown, skipped = (second, first) if skip_first else (first, second)
    assert (skipped.status_code, skipped.text) == (204, "")
    assert ok(shown)["id"] == ok(api.get(f"{path}/suggestions"))["data"][0]["id"]


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_of_no_or_too_many_characters_is_400(api, key):
    answer = api.post("/experiments", json=experiment_body(), headers={"Idempotency-Key": key})

    assert "Idempotency-Key" in refused(answer, 400)


def test_the_longest_key_serves(api):
    ok(api.post("/experiments", json=experiment_body(), headers={"Idempotency-Key": "x" * 255}))
