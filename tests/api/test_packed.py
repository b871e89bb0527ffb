"""Answers are compressed for whoever asks for that; what is short, packed or comes bit by bit stays as it is."""

import gzip
import time

import pytest

from tests.support.events import following
from tests.support.examples import experiment_body, ok

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def experiment(api) -> str:
    """With a hundred observations; its path."""
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"
    rows = [{"assignments": POINT, "values": [{"value": number / 100}]} for number in range(100)]
    ok(api.post(f"{path}/observations/batch", json={"observations": rows, "no_optimize": True}))
    return path


def raw(api, path: str, **headers: str):
    """The answer to a GET, and its bytes as they came."""
    with api.stream("GET", path, headers=headers) as response:
        return response, b"".join(response.iter_raw())


def test_a_long_answer_is_compressed_for_who_asks_for_it_and_says_the_same(api, experiment):
    path = f"{experiment}/observations?limit=100"

    packed, packed_bytes = raw(api, path, **GZIP)
    plain, plain_bytes = raw(api, path, **{"Accept-Encoding": "identity"})

    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert int(packed.headers["content-length"]) == len(packed_bytes) < len(plain_bytes) / 4
    assert ("content-encoding" in plain.headers, plain.headers["vary"]) == (False, "Accept-Encoding")
    assert gzip.decompress(packed_bytes) == plain_bytes


def test_a_short_answer_a_refusal_and_what_has_no_body_stay_as_they_are(api, experiment):
    short = raw(api, f"{experiment}/stopping_criteria", **GZIP)[0]
    missing = raw(api, "/experiments/999999999", **GZIP)[0]
    skipped = api.get(f"{experiment}/observations", headers=GZIP | {"X-Response-Content": "skip"})
    head = api.head(f"{experiment}/observations", headers=GZIP)

    assert [each.status_code for each in (short, missing, skipped, head)] == [200, 404, 204, 405]
    assert not any("content-encoding" in each.headers for each in (short, missing, skipped, head))
    assert (skipped.content, head.content) == (b"", b"")


def test_an_export_is_compressed_as_it_is_written(api, experiment):
    answer, packed = raw(api, f"{experiment}/observations/export?format=csv", **GZIP)

    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed).count(b"\n") == 101


def test_an_event_comes_at_once_and_as_it_is_also_to_who_would_take_it_compressed(api, experiment):
    with following(api, f"{experiment}/events") as stream:
        assert stream.response.request.headers["accept-encoding"].startswith("gzip")
        stream.next()
        began = time.monotonic()
        ok(api.post(f"{experiment}/observations", json={"assignments": POINT, "failed": True, "no_optimize": True}))
        stream.until("observations")

    assert time.monotonic() - began < 1
    assert "content-encoding" not in stream.response.headers
