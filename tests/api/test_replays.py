"""Replaying suggestions: through the database, by a real worker."""

import pytest
from sqlalchemy import update

from optsvc.api.app import create_app
from optsvc.storage.models import Suggestion
from tests.support.examples import experiment_body, ok, refused, taste
from tests.support.service import live_server

pytestmark = pytest.mark.usefixtures("worker")


def observe_next(api, path):
    """One turn of a loop; the suggestion."""
    suggestion = ok(api.post(f"{path}/suggestions", json={}))
    value = {"name": "taste", "value": taste(suggestion["assignments"])}
    ok(api.post(f"{path}/observations", json={"suggestion": suggestion["id"], "values": [value]}))
    return suggestion


def replay(api, path, suggestion):
    return ok(api.post(f"{path}/suggestions/{suggestion['id']}/replay"))


def test_every_suggestion_of_a_loop_comes_out_identical_bit_for_bit(api, path):
    made = [observe_next(api, path) for _ in range(9)]
    waiting = ok(api.post(f"{path}/suggestions", json={}))
    made.append(ok(api.post(f"{path}/suggestions", json={})))

    replays = [replay(api, path, suggestion) for suggestion in made]

    assert {suggestion["optsvc"]["source"] for suggestion in made} >= {"initial", "gp"}
    assert made[-1]["optsvc"]["pending"] == [waiting["id"]]
    assert [(r["verdict"], r["differences"]) for r in replays] == [("identical", [])] * len(made)
    assert [r["assignments"] for r in replays] == [suggestion["assignments"] for suggestion in made]
    assert "numpy" in replays[0]["environment"]


def test_what_the_members_foretold_is_judged_when_results_come(api, path):
    made = [observe_next(api, path) for _ in range(10)]

    details = [suggestion["optsvc"]["details"] for suggestion in made if suggestion["optsvc"]["source"] != "initial"]

    assert all(0.0 <= p <= 1.0 for each in details for p in each["forecasts"].values())
    assert details[0]["credits"] == {}
    assert details[-1]["credits"].keys() == {"gp", "tpe", "explore"}
    assert replay(api, path, made[-1])["verdict"] == "identical"


def test_a_random_point_comes_out_identical(api):
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body(type='random')))['id']}"
    suggestion = observe_next(api, path)

    assert replay(api, path, suggestion)["verdict"] == "identical"


def test_a_fallback_comes_out_identical(api, path, settings):
    points = [{"sugar": 1.0 + i, "eggs": 1 + i % 6, "oven": "gas"} for i in range(8)]
    past = [{"assignments": p, "values": [{"name": "taste", "value": taste(p)}]} for p in points]
    ok(api.post(f"{path}/observations/batch", json={"observations": past, "no_optimize": True}))
    with live_server(create_app(settings.model_copy(update={"suggestion_deadline_s": 0.0}))) as url:
        hurried = ok(api.post(f"{url}/v1{path}/suggestions", json={}))

    assert hurried["optsvc"]["source"] == "fallback"
    assert replay(api, path, hurried)["verdict"] == "identical"


def test_changed_inputs_are_told_and_nothing_is_computed(api, path):
    for _ in range(8):
        observe_next(api, path)
    suggestion = ok(api.post(f"{path}/suggestions", json={}))
    first = ok(api.get(f"{path}/observations"))["data"][-1]
    ok(api.delete(f"{path}/observations/{first['id']}"))
    ok(api.put(path, json={"observation_budget": 50}))

    answer = replay(api, path, suggestion)

    assert (answer["verdict"], answer["assignments"]) == ("inputs changed", None)
    assert len(answer["differences"]) == 2
    assert "budget" in answer["differences"][0]
    assert "8 observations" in answer["differences"][1]
    assert "7 are left" in answer["differences"][1]


def test_a_suggestion_that_comes_out_differently_says_where(api, path, sessions):
    for _ in range(8):
        observe_next(api, path)
    suggestion = ok(api.post(f"{path}/suggestions", json={}))
    with sessions.begin() as session:
        changed = suggestion["assignments"] | {"sugar": 0.125}
        session.execute(update(Suggestion).where(Suggestion.id == int(suggestion["id"])).values(assignments=changed))

    answer = replay(api, path, suggestion)

    assert answer["verdict"] == "different"
    assert answer["differences"] == [f"assignment sugar: 0.125 then, {suggestion['assignments']['sugar']!r} now"]
    assert answer["assignments"] == suggestion["assignments"]


@pytest.mark.parametrize("source", ["user", "queued"])
def test_what_the_user_made_cannot_be_replayed(api, path, source):
    point = {"assignments": {"sugar": 1.0, "eggs": 4, "oven": "gas"}}
    if source == "queued":
        ok(api.post(f"{path}/queued_suggestions", json=point))
    suggestion = ok(api.post(f"{path}/suggestions", json={} if source == "queued" else point))

    assert f"source: {source}" in refused(api.post(f"{path}/suggestions/{suggestion['id']}/replay"), 422)


def test_a_suggestion_that_is_not_there_is_not_found(api, path):
    refused(api.post(f"{path}/suggestions/999999/replay"), 404)


def test_without_a_worker_the_answer_comes_at_the_deadline_and_says_so(api, path, settings, quiet_redis_url):
    suggestion = ok(api.post(f"{path}/suggestions", json={}))
    lonely = {"suggestion_deadline_s": 0.2, "redis_url": quiet_redis_url}
    with live_server(create_app(settings.model_copy(update=lonely))) as url:
        answer = api.post(f"{url}/v1{path}/suggestions/{suggestion['id']}/replay")

    assert "no worker answered within 0.2 s" in refused(answer, 422)
