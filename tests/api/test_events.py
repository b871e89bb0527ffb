"""Event streams: what changes is told at once, to all who may know, and what was missed is found again."""

import time
from contextlib import ExitStack

import fastapi.routing
import httpx
import pytest

from optsvc.api import live
from optsvc.api.app import create_app
from optsvc.embedded import EmbeddedRedis
from optsvc.services import tokens
from optsvc.services.changes import Kind
from tests.support import patient
from tests.support.directories import server_directory
from tests.support.events import following
from tests.support.examples import experiment_body, ok, refused
from tests.support.service import eventually, live_server

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}


def report(api, path, value=0.5):
    return ok(api.post(f"{path}/observations", json={"assignments": POINT, "values": [{"value": value}]}))["id"]


def test_an_observation_is_told_within_a_second_and_says_what_became_of_the_best(api, path):
    with following(api, f"{path}/events") as stream:
        start = stream.next()
        began = time.monotonic()
        first = report(api, path, 0.5)
        told = stream.until("observations")
        took_s = time.monotonic() - began
        worse = report(api, path, 0.4)
        told_again = stream.until("observations")

    assert (start.name, start.data["changed"], start.data["observation_count"]) == ("start", [], 0)
    assert took_s < 1
    assert told.name == "change"
    assert told.data["new_observations"] == [first]
    assert (told.data["new_best"], told.data["best_observation"], told.data["observation_count"]) == (True, first, 1)
    assert told_again.data["new_observations"] == [worse]
    assert (told_again.data["new_best"], told_again.data["best_observation"]) == (False, first)


def test_the_answer_is_one_that_proxies_pass_on_as_it_comes(api, path):
    with following(api, f"{path}/events") as stream:
        headers = stream.response.headers

    assert headers["content-type"].startswith("text/event-stream")
    assert headers["x-accel-buffering"] == "no"
    assert "no-cache" in headers["cache-control"]


def test_each_kind_of_change_is_told_as_such(api, path):
    experiment = ok(api.get(path))
    seen = report(api, path)
    with following(api, f"{path}/events") as stream:
        stream.next()

        ok(api.put(f"{path}/observations/{seen}", json={"values": [{"value": 0.7}]}))
        changed = stream.next().data
        ok(api.delete(f"{path}/observations/{seen}"))
        deleted = stream.next().data
        suggestion = ok(api.post(f"{path}/suggestions", json={}))["id"]
        opened = stream.next().data
        ok(api.delete(f"{path}/suggestions/{suggestion}"))
        closed = stream.next().data
        ok(api.post(f"{path}/queued_suggestions", json={"assignments": POINT}))
        queued = stream.next().data
        ok(api.put(path, json={"name": f"{experiment['name']} again"}))
        renamed = stream.next().data
        ok(api.delete(path))
        archived = stream.next().data

    assert (changed["changed"], changed["new_observations"]) == (["observations"], [])
    assert (deleted["changed"], deleted["observation_count"]) == (["observations"], 0)
    assert opened["changed"] == closed["changed"] == ["suggestions"]
    assert queued["changed"] == ["queue"]
    assert renamed["changed"] == ["definition"]
    assert (archived["changed"], archived["archived"]) == (["state"], True)


def test_a_run_of_an_ai_experiment_is_told_when_it_begins_and_when_it_ends(api):
    project = ok(api.post(f"/clients/{ok(api.get('/tokens/self'))['client']}/projects", json={"id": "p", "name": "P"}))
    body = experiment_body(runs_only=True, budget=40, project=project["id"])
    del body["observation_budget"]
    path = f"/aiexperiments/{(experiment := ok(api.post('/experiments', json=body))['id'])}"
    with following(api, f"/experiments/{experiment}/events") as stream:
        stream.next()

        run = ok(api.post(f"{path}/training_runs", json={"name": "a run"}))["id"]
        began = stream.next().data
        values = {"taste": {"value": 0.3}}
        ok(api.put(f"/training_runs/{run}", json={"state": "completed", "values": values}))
        ended = stream.next().data

    assert set(began["changed"]) >= {"runs", "suggestions"}
    assert set(ended["changed"]) >= {"runs", "observations"}
    assert ended["observation_count"] == 1


@pytest.mark.usefixtures("worker")
def test_what_the_workers_store_is_told(api, path):
    for value in (0.1, 0.5, 0.3):
        report(api, path, value)
    with following(api, f"{path}/events") as stream:
        stream.next()

        api.get(f"{path}/analyses/convergence")
        event = stream.until("analyses")

    assert event.data["new_observations"] == []


@pytest.mark.parametrize("unreadable", ["what I had last", "1.2", "9" * 5000, "-1.²".encode()])
def test_who_comes_back_learns_what_was_missed_and_nothing_else(api, path, unreadable):
    with following(api, f"{path}/events") as stream:
        last = stream.next().id
    with following(api, f"{path}/events", since=last) as stream:
        nothing = stream.next()
    missed = [report(api, path, value) for value in (0.1, 0.2)]
    ok(api.post(f"{path}/suggestions", json={}))

    with following(api, f"{path}/events", since=last) as stream:
        event = stream.next()
    with following(api, f"{path}/events", since=unreadable) as stream:
        unknown = stream.next()

    assert (nothing.name, nothing.id) == ("start", last)
    assert (event.name, event.data["changed"]) == ("change", ["observations", "suggestions"])
    assert event.data["new_observations"] == missed
    assert unknown.data["changed"] == list(Kind)


def test_the_events_of_a_client_name_the_experiments_that_changed_and_only_its_own(api, stranger, path):
    with following(api, "/events") as stream, following(stranger, "/events") as theirs:
        start, their_start = stream.next(), theirs.next()
        report(api, path)
        told = stream.next()
        last = stream.next().id if told.id == start.id else told.id
        new = ok(stranger.post("/experiments", json=experiment_body()))["id"]
        their_event = theirs.next()
    report(api, path)
    with following(api, "/events", since=last) as stream:
        missed = stream.next()

    experiment = path.rpartition("/")[2]
    assert (start.name, start.data["experiments"], their_start.data["experiments"]) == ("start", [], [])
    assert told.data["experiments"] == missed.data["experiments"] == [experiment]
    assert their_event.data["experiments"] == [new]


def test_another_tenant_finds_no_stream(api, stranger, path):
    client = ok(api.get("/tokens/self"))["client"]

    assert "no experiment" in refused(stranger.get(f"{path}/events"), 404)
    assert "no client" in refused(stranger.get(f"/clients/{client}/events"), 404)


def test_a_guest_follows_the_experiment_that_was_shared_and_no_other(api, server_url, path):
    secret = ok(api.post(f"{path}/tokens"))["token"]
    other = ok(api.post("/experiments", json=experiment_body()))["id"]
    with patient.Client(base_url=f"{server_url}/v1", auth=(secret, "")) as guest:
        with following(guest, f"{path}/events") as stream:
            stream.next()
            seen = report(api, path)
            told = stream.until("observations")

        assert told.data["new_observations"] == [seen]
        refused(guest.get(f"/experiments/{other}/events"), 404)
        refused(guest.get("/events"), 403)


def test_comments_keep_an_idle_stream_open(api, path, monkeypatch):
    monkeypatch.setattr(fastapi.routing, "_PING_INTERVAL", 0.2)
    with following(api, f"{path}/events") as stream:
        stream.next()
        time.sleep(0.7)
        report(api, path)
        stream.next()

    assert stream.comments >= 2


def test_a_revoked_token_ends_its_streams_and_no_others(api, path, caller, server_url, sessions, monkeypatch):
    monkeypatch.setattr(live, "CHECK_EVERY_S", 0.2)
    monkeypatch.setattr(live, "LOOK_EVERY_S", 0.2)
    with sessions.begin() as session:
        token, secret = tokens.issue(session, "short", client_id=caller.client_id, user_id=caller.user_id)
    with (
        patient.Client(base_url=f"{server_url}/v1", auth=(secret, "")) as other,
        following(api, f"{path}/events") as stays,
        following(other, f"{path}/events") as ends,
    ):
        stays.next(), ends.next()

        with sessions.begin() as session:
            tokens.revoke(session, token.id)
        with pytest.raises(EOFError):
            ends.next()
        seen = report(api, path)

        assert stays.until("observations").data["new_observations"] == [seen]
        refused(other.get(f"{path}/events"), 403)


def test_one_token_may_not_take_all_streams(api, path, monkeypatch):
    monkeypatch.setattr(live, "MOST_OF_TOKEN", 2)
    with following(api, f"{path}/events") as first, following(api, f"{path}/events") as second:
        first.next(), second.next()
        message = refused(api.get(f"{path}/events"), 429)

    assert "2 event streams" in message
    eventually(lambda: _opens(api, path))


def _opens(api, path):
    with api.stream("GET", f"{path}/events") as response:
        return response.status_code == 200


def test_who_wants_no_body_leaves_no_stream_behind(settings, api, path):
    app = create_app(settings)
    with live_server(app) as url:
        answer = api.get(f"{url}/v1{path}/events", headers={"X-Response-Content": "skip"})

        assert (answer.status_code, answer.content) == (204, b"")
        eventually(lambda: not app.state.live.open_streams)


def test_many_streams_share_one_subscription_and_hold_no_connection_to_the_database(settings, redis, api, path):
    app = create_app(settings)
    subscribers = redis.pubsub_numsub("optsvc:changed")[0][1]
    with live_server(app) as url, ExitStack() as open_streams:
        clients = patient.Client(base_url=f"{url}/v1", auth=api.auth, limits=httpx.Limits())
        open_streams.enter_context(clients)
        streams = [open_streams.enter_context(following(clients, f"{path}/events")) for _ in range(20)]
        for stream in streams:
            stream.next()

        seen = report(api, path)
        told = [stream.until("observations").data["new_observations"] for stream in streams]

        assert told == [[seen]] * 20
        assert redis.pubsub_numsub("optsvc:changed")[0][1] == subscribers + 1
        eventually(lambda: app.state.sessions.kw["bind"].pool.checkedout() == 0)


def test_a_server_stops_at_once_although_streams_are_open(settings, api, path):
    with ExitStack() as server:
        address = server.enter_context(live_server(create_app(settings)))
        with following(api, f"{address}/v1{path}/events") as stream:
            stream.next()
            began = time.monotonic()
            server.close()
            took_s = time.monotonic() - began
            with pytest.raises(EOFError):
                stream.next()

    assert took_s < 1.5  # less than the two seconds after which Uvicorn would break them off


def test_without_redis_changes_are_told_a_little_later_and_again_at_once_when_it_is_back(settings, api, path):
    with server_directory() as directory:
        server = EmbeddedRedis(directory / "redis")
        server.start()
        app = create_app(settings.model_copy(update={"redis_url": server.url}))
        with (
            live_server(app) as url,
            patient.Client(base_url=f"{url}/v1", auth=api.auth) as near,
            following(near, f"{path}/events") as stream,
        ):
            stream.next()
            server.stop()
            lost = report(near, path)
            told = stream.until("observations").data["new_observations"]
            server.start()
            eventually(lambda: app.state.redis.pubsub_numsub("optsvc:changed")[0][1] == 1)
            began = time.monotonic()
            seen = report(near, path)
            told_at_once = stream.until("observations").data["new_observations"]
            took_s = time.monotonic() - began
        server.stop()

    assert (told, told_at_once) == ([lost], [seen])
    assert took_s < 1
