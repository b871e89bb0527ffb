"""Suggestions over HTTP."""

import time

import pytest

from optsvc.api.app import create_app
from tests.support import patient
from tests.support.examples import experiment_body, ok, refused
from tests.support.service import live_server

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}


def test_every_request_makes_a_new_open_suggestion_with_a_value_for_each_parameter(api, path):
    made = [ok(api.post(f"{path}/suggestions", json={})) for _ in range(4)]

    assert len({suggestion["id"] for suggestion in made}) == 4
    assert len({str(suggestion["assignments"]) for suggestion in made}) == 4
    for suggestion in made:
        assert suggestion["assignments"].keys() == POINT.keys()
        assert 0.1 <= suggestion["assignments"]["sugar"] <= 10
        assert suggestion["optsvc"]["source"] == "initial"
        assert (suggestion["state"], suggestion["deleted"], suggestion["metadata"]) == ("open", None, None)
        assert ok(api.get(f"{path}/suggestions/{suggestion['id']}")) == suggestion | {"deleted": False}
    assert [row["id"] for row in ok(api.get(f"{path}/suggestions"))["data"]] == [row["id"] for row in made[::-1]]


def test_a_suggestion_by_hand_has_the_assignments_and_metadata_given(api, path):
    suggestion = ok(
        api.post(f"{path}/suggestions", json={"assignments": POINT | {"eggs": 40.0}, "metadata": {"by": "me"}, "x": 1})
    )

    assert suggestion["assignments"] == POINT | {"eggs": 40}
    assert suggestion["metadata"] == {"by": "me"}
    assert suggestion["optsvc"]["source"] == "user"


@pytest.mark.parametrize("body", [{"metadata": {"run": 7}}, {"metadata": {"run": 7}, "assignments": None}])
def test_metadata_may_come_with_a_request_for_the_next_point(api, path, body):
    suggestion = ok(api.post(f"{path}/suggestions", json=body))

    assert suggestion["metadata"] == {"run": 7}
    assert suggestion["optsvc"]["source"] == "initial"


FAULTY = {
    "empty": ({}, "eggs"),
    "missing one": ({"sugar": 1, "eggs": 4}, "'oven'"),
    "unknown": (POINT | {"salt": 1}, "'salt'"),
    "no object": ([1], "Invalid type for assignments"),
    "a text": ("sugar", "Invalid type for assignments"),
    "half an egg": (POINT | {"eggs": 0.5}, "'eggs'"),
    "a boolean": (POINT | {"eggs": True}, "Invalid type for parameter 'eggs'"),
    "a number as a text": (POINT | {"sugar": "1"}, "Invalid type for parameter 'sugar'"),
    "null": (POINT | {"sugar": None}, "'sugar'"),
    "no sugar on a log scale": (POINT | {"sugar": 0}, "'sugar'"),
    "unknown category": (POINT | {"oven": "wood"}, "'oven'"),
    "category of a wrong type": (POINT | {"oven": 1}, "'oven'"),
    "an int beyond 2^53": (POINT | {"eggs": 2**60}, "'eggs'"),
}


@pytest.mark.parametrize(("assignments", "named"), FAULTY.values(), ids=FAULTY)
def test_assignments_that_do_not_fit_are_refused_by_name_and_nothing_is_stored(api, path, assignments, named):
    for address, body in [("suggestions", {}), ("observations", {"value": 1})]:
        assert named in refused(api.post(f"{path}/{address}", json=body | {"assignments": assignments}), 400)
        assert ok(api.get(f"{path}/{address}"))["count"] == 0


def test_a_task_is_refused_where_there_are_none(api, path):
    assert "task" in refused(api.post(f"{path}/suggestions", json={"assignments": POINT, "task": "cheap"}), 400)


@pytest.mark.parametrize(
    ("body", "metadata"),
    [
        ({"metadata": {"b": 1}}, {"b": 1}),
        ({"metadata": None}, None),
        ({}, {"a": 1}),
        ({"assignments": "ignored", "state": "closed", "metadata": {}}, {}),
    ],
)
def test_an_update_reads_nothing_but_the_metadata(api, path, body, metadata):
    made = ok(api.post(f"{path}/suggestions", json={"assignments": POINT, "metadata": {"a": 1}}))

    updated = ok(api.put(f"{path}/suggestions/{made['id']}", json=body))

    assert updated == made | {"metadata": metadata, "deleted": False}


def test_an_observation_closes_its_suggestion_for_good(api, path):
    closed, left = (ok(api.post(f"{path}/suggestions", json={}))["id"] for _ in range(2))
    observation = ok(api.post(f"{path}/observations", json={"suggestion": closed, "value": 1}))
    ok(api.delete(f"{path}/observations/{observation['id']}"))

    assert ok(api.get(f"{path}/suggestions/{closed}"))["state"] == "closed"
    assert [row["id"] for row in ok(api.get(f"{path}/suggestions?state=open"))["data"]] == [left]


def test_a_deleted_suggestion_is_gone_by_id_and_listed_only_among_the_deleted(api, path):
    gone, left = (ok(api.post(f"{path}/suggestions", json={}))["id"] for _ in range(2))

    ok(api.delete(f"{path}/suggestions/{gone}"))

    for method in ("GET", "PUT", "DELETE"):
        refused(api.request(method, f"{path}/suggestions/{gone}"), 404)
    assert [row["id"] for row in ok(api.get(f"{path}/suggestions"))["data"]] == [left]
    [deleted] = ok(api.get(f"{path}/suggestions?deleted=true"))["data"]
    assert (deleted["id"], deleted["deleted"]) == (gone, True)
    assert int(ok(api.post(f"{path}/suggestions", json={}))["id"]) > int(left)


@pytest.mark.parametrize(("query", "left"), [("?state=open", ["closed"]), ("", [])])
def test_all_suggestions_or_the_open_ones_are_deleted_at_once(api, path, query, left):
    closed = ok(api.post(f"{path}/suggestions", json={}))["id"]
    ok(api.post(f"{path}/suggestions", json={}))
    ok(api.post(f"{path}/observations", json={"suggestion": closed, "value": 1}))

    ok(api.delete(f"{path}/suggestions{query}"))

    assert [row["state"] for row in ok(api.get(f"{path}/suggestions"))["data"]] == left


def test_a_suggestion_of_one_experiment_is_not_found_in_another(api, path):
    other = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"
    suggestion = ok(api.post(f"{path}/suggestions", json={}))["id"]

    refused(api.get(f"{other}/suggestions/{suggestion}"), 404)
    assert suggestion in refused(api.post(f"{other}/observations", json={"suggestion": suggestion, "value": 1}), 400)


def test_without_any_worker_a_suggestion_comes_by_the_deadline_and_says_what_it_is(settings, quiet_redis_url, token):
    lonely = settings.model_copy(update={"redis_url": quiet_redis_url, "suggestion_deadline_s": 0.3})
    with live_server(create_app(lonely)) as url, patient.Client(base_url=f"{url}/v1", auth=(token, "")) as api:
        path = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"
        for i in range(12):
            report = {"assignments": POINT | {"sugar": 0.5 + i}, "value": i, "no_optimize": True}
            ok(api.post(f"{path}/observations", json=report))

        began = time.monotonic()
        suggestion = ok(api.post(f"{path}/suggestions", json={"metadata": {"a": 1}}))

    assert 0.3 <= time.monotonic() - began < 3
    assert suggestion["optsvc"]["source"] == "fallback"
    assert suggestion["metadata"] == {"a": 1}


@pytest.mark.parametrize("kind", ["suggestions", "queued_suggestions"])
def test_a_list_is_walked_in_both_directions_and_counts_all(api, path, kind):
    made = [ok(api.post(f"{path}/{kind}", json={"assignments": POINT}))["id"] for _ in range(5)]

    for ascending, side, expected in [("false", "before", made[::-1]), ("true", "after", made)]:
        walked, query = [], {"limit": 2, "ascending": ascending}
        while True:
            page = ok(api.get(f"{path}/{kind}", params=query))
            assert page["count"] == (5 if side not in query else page["count"])
            walked += [row["id"] for row in page["data"]]
            if page["paging"][side] is None:
                break
            query[side] = page["paging"][side]
        assert walked == expected
    assert ok(api.get(f"{path}/{kind}?limit=0"))["data"] == []


def test_a_list_is_narrowed_by_id_state_and_deletion_together(api, path):
    closed, left, gone, other = (ok(api.post(f"{path}/suggestions", json={}))["id"] for _ in range(4))
    ok(api.post(f"{path}/observations", json={"suggestion": closed, "value": 1}))
    ok(api.delete(f"{path}/suggestions/{gone}"))

    def ids(**query):
        page = ok(api.get(f"{path}/suggestions", params=query))
        assert page["count"] == len(page["data"])
        return [row["id"] for row in page["data"]]

    assert ids(id=f"{closed},{left},{gone}") == [left, closed]
    assert ids(id=f'["{closed}","{left}"]', state="open") == [left]
    assert ids(id=f"{closed},{gone}", deleted="True") == [gone]
    assert ids(state="open", deleted="0") == [other, left]
    assert ids(id=str(10**17)) == []
    assert "id" in refused(api.get(f"{path}/suggestions?id=x"), 400)
