"""The older half of SigOpt's client: how it talks, whatever it talks about."""

import time

import pytest
from sigopt import Connection
from sigopt.exception import ApiException, ConnectionException

from optsvc.api.app import create_app
from tests.support.examples import experiment_body
from tests.support.service import live_server


def test_the_address_may_end_in_a_slash_and_be_given_in_every_way(server_url, token, connection):
    told = Connection(client_token=token)
    told.set_api_url(f"{server_url}/")

    assert told.tokens("self").fetch() == connection.tokens("self").fetch()


@pytest.mark.parametrize(
    ("act", "status", "words"),
    [
        (lambda c: c.experiments().create(name="x", parameters=[]), 400, "parameters"),
        (lambda c: c.experiments(999_999_999).fetch(), 404, "999999999"),
        (lambda c: c.experiments("cake").fetch(), 404, "/v1/experiments/cake"),
        (lambda c: c.experiments(999_999_999).metric_importances().fetch(), 404, "999999999"),
        (lambda c: c.impl.request("PUT", ["tokens"], {}, None), 404, "/v1/tokens"),
        (lambda c: c.impl.request("DELETE", ["experiments"], {}, None), 405, "GET, POST"),
    ],
    ids=["faulty", "missing", "no id", "missing parent", "unknown", "not allowed"],
)
def test_a_refusal_reaches_the_program_with_its_status_and_message(connection, act, status, words):
    with pytest.raises(ApiException) as refusal:
        act(connection)

    assert refusal.value.status_code == status
    assert words in str(refusal.value)
    assert refusal.value.to_json() == {"message": refusal.value.message, "status": status}


def test_a_token_that_nobody_knows_is_refused(connection):
    connection.set_client_token("not-a-token")

    with pytest.raises(ApiException) as refusal:
        connection.tokens("self").fetch()

    assert refusal.value.status_code == 403
    assert refusal.value.to_json()["token_status"] == "revoked"


def test_a_server_that_is_away_is_an_error_of_the_connection():
    connection = Connection(client_token="any", api_url="http://127.0.0.1:9")

    with pytest.raises(ConnectionException):
        connection.tokens("self").fetch()


def test_an_answer_that_nobody_wants_is_not_sent_and_the_work_is_done(connection):
    made = connection.experiments().create(**experiment_body())
    skip = {"X-Response-Content": "skip"}

    answer = connection.impl.request("PUT", ["experiments", made.id], {"name": "Pie"}, skip)

    assert answer is None
    assert connection.experiments(made.id).fetch().name == "Pie"


def test_the_client_waits_by_itself_when_it_has_called_too_often(settings, token):
    with live_server(create_app(settings.model_copy(update={"reads_per_second": 1}))) as url:
        connection = Connection(client_token=token, api_url=url)
        time.sleep(1 - time.time() % 1)  # calls are counted by the second
        start = time.monotonic()

        answers = [connection.tokens("self").fetch().token_type for _ in range(2)]

    assert answers == ["client-api"] * 2
    assert time.monotonic() - start > 0.5


def test_fields_are_chosen_in_both_ways_that_programs_write_lists(connection):
    made = connection.experiments().create(**experiment_body())

    for fields in ("id,name", ["id", "name"]):
        assert connection.experiments(made.id).fetch(fields=fields).to_json() == {"id": made.id, "name": "Cake"}


def test_answers_print_and_turn_into_json(connection):
    made = connection.experiments().create(**experiment_body(metadata={"kitchen": "east"}))

    text = repr(made)

    assert 'name="Cake"' in text
    assert '"kitchen": "east"' in text
    assert made.to_json()["object"] == "experiment"
    assert connection.experiments(made.id).fetch() == made
