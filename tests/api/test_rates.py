"""Limits on how often a token may call."""

import time

import pytest

from optsvc.api.app import create_app
from tests.support import patient
from tests.support.examples import experiment_body, ok, refused
from tests.support.service import live_server

LIMITS = {"reads_per_second": 5, "writes_per_second": 2}


@pytest.fixture(scope="module")
def strict_server(settings):
    with live_server(create_app(settings.model_copy(update=LIMITS))) as url:
        yield url


@pytest.fixture
def strict(strict_server, token):
    with patient.Client(base_url=f"{strict_server}/v1", auth=(token, "")) as client:
        yield client


def within_a_second(calls):
    """What calls answer that fall into one second, as they are counted: on a busy machine not the first ones."""
    while True:
        time.sleep(1 - time.time() % 1)
        second = int(time.time())
        answers = [call() for call in calls]
        if int(time.time()) == second:
            return answers


def test_who_calls_too_often_is_told_to_wait_and_may_go_on_in_the_next_second(strict):
    answers = within_a_second([lambda: strict.get("/tokens/self")] * 7)

    assert [a.status_code for a in answers] == [200] * 5 + [429] * 2
    assert [a.headers["RateLimit-Remaining"] for a in answers[:5]] == ["4", "3", "2", "1", "0"]
    assert "5 such requests in a second" in refused(answers[-1], 429)
    assert answers[-1].headers["Retry-After"] == "1"
    time.sleep(1 - time.time() % 1)
    assert ok(strict.get("/tokens/self"))["object"] == "token"


def test_writes_are_counted_apart_from_reads_and_each_token_for_itself(strict, strict_server, stranger):
    write = {"url": f"{strict_server}/v1/experiments", "json": experiment_body()}

    *two, third, read, of_another = within_a_second(
        [lambda: strict.post(**write)] * 3
        + [lambda: strict.get("/tokens/self"), lambda: patient.post(**write, auth=stranger.auth)]
    )

    assert [ok(answer)["name"] for answer in [*two, of_another]] == ["Cake"] * 3
    refused(third, 429)
    ok(read)


def test_without_redis_nobody_is_held_back(settings, token, tmp_path):
    away = settings.model_copy(update=LIMITS | {"redis_url": f"unix://{tmp_path}/none.sock"})

    with live_server(create_app(away)) as url:
        answers = [patient.get(f"{url}/v1/tokens/self", auth=(token, "")) for _ in range(7)]

    assert [a.status_code for a in answers] == [200] * 7
