import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.client.errors import (
    ApiError,
    BadRequest,
    Conflict,
    ConnectionFailed,
    Forbidden,
    NotFound,
    NotReady,
    RateLimited,
    ServerError,
    Unauthorized,
    Unprocessable,
)
from optsvc.client.exchange import Broken, Json, Reply, Request, RetryPolicy, exchange

OK = Reply(200, b'{"id": "1"}')
UNAVAILABLE = Reply(503, b'{"message": "come back later", "status": 503}')
LOST = Broken("connection reset")
NOT_YET = Reply(202, b'{"object": "pending_analysis", "message": "being computed"}', retry_after="1")
READ = Request("GET", "/v1/experiments/1")


@dataclass
class Transcript:
    """What an exchange did against a service that answers as told, in a world where only its pauses take time."""

    requests: list[Request]
    pauses_s: list[float]
    answer: Json | None = None
    error: Exception | None = None


def converse(
    outcomes: Sequence[Reply | Broken],
    *,
    request: Request = READ,
    total_s: float = 60.0,
    patience_s: float = 150.0,
    jitter: float = 0.0,
) -> Transcript:
    """Give the outcomes one after the other, the last one for ever."""
    done = Transcript([], [])
    policy = RetryPolicy(total_s, patience_s, clock=lambda: sum(done.pauses_s), jitter=lambda: jitter)
    attempts = exchange(request, policy)
    try:
        attempt = next(attempts)
        while True:
            done.requests.append(attempt.request)
            done.pauses_s.append(attempt.after_s)
            attempt = attempts.send(outcomes[min(len(done.requests), len(outcomes)) - 1])
    except StopIteration as stop:
        done.answer = stop.value
    except (ApiError, ConnectionFailed) as error:
        done.error = error
    return done


def test_a_success_is_answered_at_once():
    done = converse([OK])

    assert done.answer == {"id": "1"}
    assert done.pauses_s == [0]


@pytest.mark.parametrize("trouble", [LOST, Reply(429), Reply(502), Reply(503), Reply(504)], ids=str)
def test_trouble_that_may_pass_is_tried_again(trouble):
    done = converse([trouble, trouble, OK])

    assert done.answer == {"id": "1"}
    assert len(done.requests) == 3


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 405, 409, 422, 500, 501])
def test_a_refusal_is_not_repeated(status):
    done = converse([Reply(status, b'{"message": "no"}'), OK])

    assert len(done.requests) == 1
    assert isinstance(done.error, ApiError)


def test_pauses_double_up_to_eight_seconds():
    done = converse([LOST])

    assert done.pauses_s == [0, 0.25, 0.5, 1, 2, 4, 8, 8, 8, 8, 8, 8]
    assert isinstance(done.error, ConnectionFailed)


@given(
    jitter=st.floats(0, 1, exclude_max=True),
    total_s=st.floats(0, 300),
    trouble=st.lists(
        st.one_of(
            st.just(LOST), st.just(UNAVAILABLE), st.integers(0, 90).map(lambda s: Reply(429, retry_after=str(s)))
        ),
        min_size=1,
        max_size=20,
    ),
)
def test_trying_again_never_goes_on_for_longer_than_allowed(jitter, total_s, trouble):
    done = converse([*trouble, LOST], total_s=total_s, jitter=jitter)

    assert sum(done.pauses_s) <= total_s
    assert done.error is not None


def test_jitter_shortens_a_pause_by_up_to_a_half():
    shortest, longest = (converse([LOST, OK], jitter=jitter).pauses_s[1] for jitter in (1.0, 0.0))

    assert (shortest, longest) == (0.125, 0.25)


def test_the_service_may_ask_for_a_longer_pause():
    done = converse([Reply(429, retry_after="7"), OK])

    assert done.pauses_s == [0, 7]


def test_a_pause_that_the_service_asks_for_is_not_shortened_by_jitter():
    assert converse([Reply(429, retry_after="7"), OK], jitter=0.9).pauses_s == [0, 7]


def test_a_retry_after_that_is_not_a_number_of_seconds_leaves_the_back_off():
    done = converse([Reply(503, retry_after="Fri, 31 Dec 1999 23:59:59 GMT"), OK])

    assert done.pauses_s == [0, 0.25]


def test_a_pause_beyond_the_limit_fails_now_and_not_later():
    done = converse([Reply(429, b'{"message": "slow down"}', retry_after="61"), OK])

    assert done.pauses_s == [0]
    assert isinstance(done.error, RateLimited)


def test_with_no_time_for_retries_the_first_failure_is_the_last():
    done = converse([LOST, OK], total_s=0)

    assert len(done.requests) == 1
    assert str(done.error) == "GET /v1/experiments/1: connection reset (tried once)"


def test_every_attempt_of_a_post_carries_the_same_key():
    done = converse([LOST, UNAVAILABLE, OK], request=Request("POST", "/v1/experiments", body={}))

    keys = {request.headers()["Idempotency-Key"] for request in done.requests}
    assert len(done.requests) == 3
    assert len(keys) == 1


def test_two_posts_carry_different_keys():
    first, second = (Request("POST", "/v1/experiments", body={}) for _ in range(2))

    assert first.headers()["Idempotency-Key"] != second.headers()["Idempotency-Key"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_is_idempotent_by_itself_carries_no_key(method):
    assert "Idempotency-Key" not in Request(method, "/v1/experiments/1").headers()


def test_a_delete_whose_answer_was_lost_counts_as_done_when_nothing_is_left():
    done = converse([LOST, Reply(404, b'{"message": "gone"}')], request=Request("DELETE", "/v1/x"))

    assert done.answer == {}


@pytest.mark.parametrize(("method", "before"), [("DELETE", []), ("GET", [LOST]), ("PUT", [LOST])])
def test_any_other_404_is_an_error(method: Literal["DELETE", "GET", "PUT"], before):
    done = converse([*before, Reply(404, b'{"message": "gone"}')], request=Request(method, "/v1/x"))

    assert isinstance(done.error, NotFound)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (418, ApiError),
        (422, Unprocessable),
        (429, RateLimited),
        (500, ServerError),
        (503, ServerError),
    ],
)
def test_an_error_has_its_type_and_the_words_of_the_service(status, kind):
    done = converse([Reply(status, b'{"message": "bounds of \\"lr\\" are empty", "status": 0}')])

    assert type(done.error) is kind
    assert done.error.status == status
    assert str(done.error) == f'bounds of "lr" are empty (HTTP {status})'


@pytest.mark.parametrize("body", [b"<h1>Bad Gateway</h1>", b'["message"]', b'"message"', b'{"error": 1}', b"\xff", b""])
def test_an_error_in_other_words_is_shown_as_it_is(body):
    done = converse([Reply(500, body)])

    assert done.error.message == (body.decode(errors="replace") or "an empty body")


@pytest.mark.parametrize("body", [b"<h1>Welcome</h1>", b"[1]", b"\xff"])
def test_a_success_that_is_not_our_json_is_an_error(body):
    done = converse([Reply(200, body)])

    assert isinstance(done.error, ApiError)
    assert "does not look like an optsvc server" in str(done.error)


def test_what_is_still_being_computed_is_asked_for_again():
    done = converse([NOT_YET, NOT_YET, OK])

    assert done.answer == {"id": "1"}
    assert done.pauses_s == [0, 1, 1]


def test_failures_on_the_way_to_what_is_being_computed_have_time_of_their_own():
    done = converse([NOT_YET, LOST, NOT_YET, LOST, OK], total_s=0.25)

    assert done.answer == {"id": "1"}


@pytest.mark.parametrize("patience_s", [0.5, 20.0])
def test_patience_ends_when_it_was_told_to(patience_s):
    done = converse([NOT_YET], patience_s=patience_s)

    assert isinstance(done.error, NotReady)
    assert done.error.message == "being computed"
    assert sum(done.pauses_s) <= patience_s < sum(done.pauses_s) + 8


def test_an_empty_success_is_an_empty_object():
    assert converse([Reply(204)]).answer == {}


def test_numbers_of_numpy_are_sent_as_plain_numbers():
    request = Request("POST", "/", body={"int": np.int64(3), "double": np.float32(0.5), "flag": np.bool_(True)})

    assert json.loads(request.content()) == {"int": 3, "double": 0.5, "flag": True}


def test_what_json_cannot_say_is_refused():
    with pytest.raises(TypeError, match="cannot be sent as JSON"):
        Request("POST", "/", body={"value": object()}).content()


def test_parameters_without_a_value_are_left_out():
    assert Request("GET", "/", {"state": None, "limit": 0}).query() == {"limit": 0}
