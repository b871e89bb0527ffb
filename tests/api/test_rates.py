"""Limits on how often a token may call."""

import time

import httpx
import pytest

from optsvc.api.app import create_app
from tests.support.examples import experiment_body, ok, refused
from tests.support.service import live_server

LIMITS = {"reads_per_second": 5, "writes_per_second": 2}


@pytest.fixture(scope="module")
def strict_server(settings):
    with live_server(create_app(settings.model_copy(update=LIMITS))) as url:
        yield url


@pytest.fixture
def strict(strict_server, token):
    with httpx.Client(base_url=f"{strict_server}/v1", auth=(token, "")) as client:
        yield client


def at_the_start_of_a_second():
    time.sleep(1 - time.time() % 1)


def test_who_calls_too_often_is_told_to_wait_and_may_go_on_in_the_next_second(strict):
    at_the_start_of_a_second()

    answers = [strict.get("/tokens/self") for _ in range(7)]

    assert [a.status_code for a in answers] == [200] * 5 + [429] * 2
    assert [a.headers["RateLimit-Remaining"] for a in answers[:5]] == ["4", "3", "2", "1", "0"]
    assert "5 such requests in a second" in refused(answers[-1], 429)
    assert answers[-1].headers["Retry-After"] == "1"
    at_the_start_of_a_second()
    assert ok(strict.get("/tokens/self"))["object"] == "token"


def test_writes_are_counted_apart_from_reads_and_each_token_for_itself(strict, strict_server, stranger):
    at_the_start_of_a_second()

    for _ in range(2):
        ok(strict.post("/experiments", json=experiment_body()))

    refused(strict.post("/experiments", json=experiment_body()), 429)
    ok(strict.get("/tokens/self"))
    other = httpx.post(f"{strict_server}/v1/experiments", auth=stranger.auth, json=experiment_body())
    assert ok(other)["name"] == "Cake"


def test_without_redis_nobody_is_held_back(settings, token, tmp_path):
    away = settings.model_copy(update=LIMITS | {"redis_url": f"unix://{tmp_path}/none.sock"})

    with live_server(create_app(away)) as url:
        answers = [httpx.get(f"{url}/v1/tokens/self", auth=(token, "")) for _ in range(7)]

    assert [a.status_code for a in answers] == [200] * 7
