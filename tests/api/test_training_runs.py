"""Training runs: what is taken, what is refused, and what PUT and MERGE make of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.examples import ok, refused


@pytest.fixture
def project(api, caller):
    """The path of a new project."""
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "cakes", "name": "Cakes"}))
    return f"/clients/{caller.client_id}/projects/cakes"


@pytest.fixture
def new_run(api, project):
    """Stores runs; answers them."""

    def new(**body):
        return ok(api.post(f"{project}/training_runs", json={"name": "a run"} | body))

    return new


@pytest.fixture
def change(api):
    """Changes runs by PUT or MERGE; answers them."""

    def send(method, run, body):
        return ok(api.request(method, f"/training_runs/{run['id']}", json=body))

    return send


def test_a_bare_run_has_every_field(caller, new_run):
    run = new_run(metadata=None)

    assert run == {
        "object": "training_run",
        "id": run["id"],
        "client": str(caller.client_id),
        "user": str(caller.user_id),
        "project": "cakes",
        "experiment": None,
        "suggestion": None,
        "observation": None,
        "name": "a run",
        "state": "active",
        "finished": False,
        "created": run["created"],
        "updated": run["created"],
        "completed": None,
        "assignments": {},
        "assignments_meta": {},
        "assignments_sources": {},
        "values": {},
        "metadata": None,
        "dev_metadata": {},
        "sys_metadata": {},
        "model": {"object": "model", "type": None},
        "source_code": {"object": "source_code", "content": None, "hash": None},
        "datasets": {},
        "logs": {},
        "tags": [],
        "files": [],
        "checkpoint_count": 0,
        "favorite": False,
        "deleted": False,
    }


FULL = {
    "name": "full",
    "state": "completed",
    "assignments": {"rate": 0.5, "layers": 3, "kind": "a", "gone": None},
    "assignments_meta": {"rate": {"source": "mine"}},
    "assignments_sources": {"mine": {"sort": 2, "default_show": False}},
    "values": {"loss": {"value": 1, "value_stddev": 0.25}, "time": {"value": 2.5}},
    "metadata": {"team": "vision", "size": 2.0, "none": None},
    "dev_metadata": {"tool": "x"},
    "sys_metadata": {"feature_importances": {"type": "gain", "scores": {"f1": 0.5}}},
    "model": {"type": "tree"},
    "source_code": {"content": "print()", "hash": "abc"},
    "datasets": {"mnist": {}},
    "logs": {"stdout": {"content": "x" * 2000}},
    "favorite": True,
}


def test_a_full_run_comes_back_as_it_was_sent(api, new_run):
    run = new_run(**FULL)

    assert run["assignments"] == {"rate": 0.5, "layers": 3, "kind": "a"}
    assert run["assignments_meta"] == {"rate": {"object": "assignments_meta", "source": "mine"}}
    assert run["assignments_sources"] == {"mine": {"object": "assignments_sources", "sort": 2, "default_show": False}}
    assert run["values"]["loss"] == {"object": "metric_evaluation", "name": "loss", "value": 1.0, "value_stddev": 0.25}
    assert run["values"]["time"]["value_stddev"] is None
    assert run["metadata"] == {"team": "vision", "size": 2}
    assert (run["dev_metadata"], run["sys_metadata"]) == (FULL["dev_metadata"], FULL["sys_metadata"])
    assert run["model"] == {"object": "model", "type": "tree"}
    assert run["source_code"] == {"object": "source_code", "content": "print()", "hash": "abc"}
    assert run["datasets"] == {"mnist": {"object": "dataset"}}
    assert run["logs"] == {"stdout": {"object": "log", "content": "x" * 1124}}
    assert (run["favorite"], run["state"], run["finished"]) == (True, "completed", True)
    assert run["completed"] >= run["created"]
    assert ok(api.get(f"/training_runs/{run['id']}")) == run


def test_numbers_at_the_edge_of_a_double_come_back_unchanged(new_run):
    run = new_run(
        values={"y": {"value": 1.7976931348623157e308}}, assignments={"x": 1e300, "whole": 2**60, "t": 5e-324}
    )

    assert run["values"]["y"]["value"] == 1.7976931348623157e308
    assert run["assignments"] == {"x": 1e300, "whole": float(2**60), "t": 5e-324}


FAULTY = {
    "name empty": ({"name": ""}, "name"),
    "name null": ({"name": None}, "name"),
    "name with a newline": ({"name": "a\nb"}, "name"),
    "name no text": ({"name": 5}, "name"),
    "state unknown": ({"state": "finished"}, "state"),
    "state no text": ({"state": 1}, "state"),
    "favorite a text": ({"favorite": "true"}, "favorite"),
    "favorite a number": ({"favorite": 1}, "favorite"),
    "deleted a text": ({"deleted": "no"}, "deleted"),
    "assignments a list": ({"assignments": []}, "assignments"),
    "assignment true": ({"assignments": {"a": True}}, "assignments"),
    "assignment nested": ({"assignments": {"a": {}}}, "assignments"),
    "assignment too long": ({"assignments": {"a": "x" * 501}}, "assignments"),
    "too many assignments": ({"assignments": {str(i): i for i in range(101)}}, "assignments"),
    "meta of nothing": ({"assignments_meta": {"a": {"source": "mine"}}}, "assignments_meta"),
    "meta without a source": ({"assignments": {"a": 1}, "assignments_meta": {"a": {}}}, "source"),
    "meta with a long source": ({"assignments": {"a": 1}, "assignments_meta": {"a": {"source": "x" * 31}}}, "source"),
    "meta reserved": ({"assignments": {"a": 1}, "assignments_meta": {"a": {"source": "SigOpt"}}}, "reserved"),
    "source reserved": ({"assignments_sources": {"SigOpt": {"sort": 1}}}, "reserved"),
    "source too long": ({"assignments_sources": {"x" * 31: {"sort": 1}}}, "assignments_sources"),
    "source sort a text": ({"assignments_sources": {"a": {"sort": "1"}}}, "sort"),
    "values a list": ({"values": [{"name": "a", "value": 1}]}, "values"),
    "value null": ({"values": {"a": None}}, "values.a"),
    "value missing": ({"values": {"a": {}}}, "values.a.value"),
    "value a text": ({"values": {"a": {"value": "1"}}}, "values.a.value"),
    "value bare": ({"values": {"a": 1}}, "values.a"),
    "deviation negative": ({"values": {"a": {"value": 1, "value_stddev": -1}}}, "value_stddev"),
    "value unknown key": ({"values": {"a": {"value": 1, "unit": "m"}}}, "unit"),
    "metadata a text": ({"metadata": "x"}, "metadata"),
    "metadata true": ({"metadata": {"a": True}}, "metadata"),
    "dev_metadata nested": ({"dev_metadata": {"a": []}}, "dev_metadata"),
    "sys_metadata unknown": ({"sys_metadata": {"other": 1}}, "other"),
    "too many scores": (
        {"sys_metadata": {"feature_importances": {"type": "a", "scores": {str(i): 1 for i in range(51)}}}},
        "scores",
    ),
    "score a text": ({"sys_metadata": {"feature_importances": {"type": "a", "scores": {"f": "1"}}}}, "scores"),
    "score name too long": (
        {"sys_metadata": {"feature_importances": {"type": "a", "scores": {"x" * 101: 1}}}},
        "scores",
    ),
    "model a text": ({"model": "tree"}, "model"),
    "model type a number": ({"model": {"type": 5}}, "model.type"),
    "model unknown key": ({"model": {"kind": "a"}}, "kind"),
    "source code a text": ({"source_code": "print()"}, "source_code"),
    "source code hash a number": ({"source_code": {"hash": 5}}, "hash"),
    "logs null entry": ({"logs": {"stdout": None}}, "logs.stdout"),
    "logs bare": ({"logs": {"stdout": "text"}}, "logs.stdout"),
    "log content a number": ({"logs": {"stdout": {"content": 5}}}, "content"),
    "datasets a list": ({"datasets": ["mnist"]}, "datasets"),
    "dataset unknown key": ({"datasets": {"mnist": {"size": 1}}}, "size"),
    "experiment": ({"experiment": "1"}, "experiment"),
    "suggestion": ({"suggestion": "1"}, "suggestion"),
    "observation": ({"observation": "1"}, "observation"),
    "completed": ({"completed": 1}, "completed"),
    "user": ({"user": "1"}, "user"),
    "unknown key": ({"colour": "red"}, "colour"),
}


@pytest.mark.parametrize("method", ["POST", "PUT", "MERGE"])
@pytest.mark.parametrize(("body", "named"), FAULTY.values(), ids=FAULTY.keys())
def test_a_faulty_body_is_refused_by_name_and_changes_nothing(api, project, new_run, method, body, named):
    if method == "POST":
        assert named in refused(api.post(f"{project}/training_runs", json={"name": "a"} | body), 400)
        assert ok(api.get(project))["training_run_count"] == 0
        return
    run = new_run()
    assert named in refused(api.request(method, f"/training_runs/{run['id']}", json=body), 400)
    assert ok(api.get(f"/training_runs/{run['id']}")) == run


def test_a_new_run_needs_a_name_and_cannot_say_its_project(api, project):
    assert "name" in refused(api.post(f"{project}/training_runs", json={}), 400)
    assert "project" in refused(api.post(f"{project}/training_runs", json={"name": "a", "project": "cakes"}), 400)
    refused(api.post(f"{project}-not-there/training_runs", json={"name": "a"}), 404)


@pytest.mark.parametrize("key", ["name", "state", "project", "favorite", "deleted"])
@pytest.mark.parametrize("method", ["PUT", "MERGE"])
def test_null_is_refused_where_nothing_can_be_cleared(api, new_run, method, key):
    assert key in refused(api.request(method, f"/training_runs/{new_run()['id']}", json={key: None}), 400)


MAPS = {
    # field: what is stored, what is sent, what PUT makes of it, what MERGE makes of it
    "assignments": ({"a": 1, "b": 2}, {"b": 3, "c": None}, {"b": 3}, {"a": 1, "b": 3}),
    "metadata": ({"a": 1, "b": 2}, {"b": 3, "a": None}, {"b": 3}, {"a": 1, "b": 3}),
    "dev_metadata": ({"a": 1}, {"b": "x"}, {"b": "x"}, {"a": 1, "b": "x"}),
    "values": (
        {"a": {"value": 1, "value_stddev": 2}, "b": {"value": 3}},
        {"a": {"value": 4}},
        {"a": (4, None)},
        {"a": (4, 2), "b": (3, None)},
    ),
    "logs": (
        {"stdout": {"content": "old"}, "stderr": {"content": "e"}},
        {"stdout": {"content": "new"}},
        {"stdout": "new"},
        {"stdout": "new", "stderr": "e"},
    ),
    "datasets": ({"a": {}}, {"b": {}}, {"b"}, {"a", "b"}),
    "model": ({"type": "a"}, {}, None, "a"),
    "source_code": ({"content": "c", "hash": "h"}, {"hash": "i"}, (None, "i"), ("c", "i")),
    "sys_metadata": (
        {"feature_importances": {"type": "gain", "scores": {"f": 1.5}}},
        {"feature_importances": {"type": "cover", "scores": {"g": 2.5}}},
        {"feature_importances": {"type": "cover", "scores": {"g": 2.5}}},
        {"feature_importances": {"type": "cover", "scores": {"f": 1.5, "g": 2.5}}},
    ),
    "assignments_sources": (
        {"a": {"sort": 1, "default_show": False}},
        {"a": {"sort": 2}, "b": {"sort": 3}},
        {"a": (2, True), "b": (3, True)},
        {"a": (2, False), "b": (3, True)},
    ),
}


def short(field, shown):
    """What a field of an answer says, without its `object` keys."""
    if field == "values":
        return {name: (entry["value"], entry["value_stddev"]) for name, entry in shown.items()}
    if field == "logs":
        return {name: entry["content"] for name, entry in shown.items()}
    if field == "datasets":
        return set(shown)
    if field == "model":
        return shown["type"]
    if field == "source_code":
        return (shown["content"], shown["hash"])
    if field == "assignments_sources":
        return {name: (entry["sort"], entry["default_show"]) for name, entry in shown.items()}
    return shown


@pytest.mark.parametrize("field", MAPS)
def test_put_replaces_a_map_and_merge_merges_into_it_at_every_depth(new_run, change, field):
    stored, sent, put, merged = MAPS[field]

    assert short(field, change("PUT", new_run(**{field: stored}), {field: sent})[field]) == put
    assert short(field, change("MERGE", new_run(**{field: stored}), {field: sent})[field]) == merged


@pytest.mark.parametrize("method", ["PUT", "MERGE"])
def test_an_update_changes_only_what_it_names(new_run, change, method):
    before = new_run(**FULL)

    after = change(method, before, {"favorite": False})

    assert {key for key in before if before[key] != after[key]} <= {"favorite", "updated"}
    assert after["favorite"] is False


def test_a_run_can_be_sent_back_as_it_was_answered(new_run, change):
    before = new_run(**FULL)
    parts = {key: before[key] for key in MAPS} | {"assignments_meta": before["assignments_meta"]}

    for method in ("PUT", "MERGE"):
        after = change(method, before, parts)
        assert {key: after[key] for key in parts} == parts


def test_null_clears_metadata_and_empties_a_map_that_is_put(new_run, change):
    run = new_run(**FULL)

    assert change("MERGE", run, {"values": None, "model": None})["values"] == run["values"]
    assert change("PUT", run, {"values": None})["values"] == {}
    assert change("MERGE", run, {"metadata": None})["metadata"] is None


def test_a_merge_cannot_grow_a_map_beyond_its_limit(api, new_run):
    run = new_run(metadata={str(i): i for i in range(60)}, assignments={str(i): i for i in range(60)})

    for field in ("metadata", "assignments"):
        body = {field: {str(i): i for i in range(50, 110)}}
        assert field in refused(api.request("MERGE", f"/training_runs/{run['id']}", json=body), 400)
        ok(api.request("MERGE", f"/training_runs/{run['id']}", json={field: {str(i): i for i in range(50, 100)}}))


def test_where_a_value_came_from_goes_with_the_value(new_run, change):
    run = new_run(assignments={"a": 1, "b": 2}, assignments_meta={"a": {"source": "x"}, "b": {"source": "x"}})

    assert set(change("PUT", run, {"assignments": {"b": 3}})["assignments_meta"]) == {"b"}


def test_a_run_that_has_ended_stays_ended_and_keeps_its_moment(new_run, change):
    run = change("PUT", new_run(), {"state": "failed"})
    assert (run["state"], run["finished"]) == ("failed", True)

    again = change("PUT", run, {"state": "active", "name": "renamed"})

    assert (again["state"], again["completed"], again["name"]) == ("failed", run["completed"], "renamed")
    assert change("MERGE", run, {"state": "completed"})["completed"] == run["completed"]


def test_a_deleted_run_stays_readable_and_comes_back(api, project, new_run, change):
    run = new_run()

    assert ok(api.delete(f"/training_runs/{run['id']}"))["deleted"] is True
    assert ok(api.delete(f"/training_runs/{run['id']}"))["deleted"] is True
    assert ok(api.get(f"/training_runs/{run['id']}"))["deleted"] is True
    assert ok(api.get(project))["training_run_count"] == 0
    assert change("PUT", run, {"deleted": False})["deleted"] is False
    assert ok(api.get(project))["training_run_count"] == 1


def test_a_run_moves_to_another_project_of_the_client(api, caller, new_run, change):
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "pies", "name": "Pies"}))
    run = new_run()

    assert change("PUT", run, {"project": "pies"})["project"] == "pies"
    assert "nowhere" in refused(api.put(f"/training_runs/{run['id']}", json={"project": "nowhere"}), 400)
    assert ok(api.get(f"/clients/{caller.client_id}/projects/pies"))["training_run_count"] == 1


def test_merge_answers_nothing_when_the_client_wants_no_answer_and_still_does_its_work(api, new_run):
    run = new_run()

    answer = api.request(
        "MERGE",
        f"/training_runs/{run['id']}",
        json={"values": {"y": {"value": 1}}},
        headers={"X-Response-Content": "skip"},
    )

    assert (answer.status_code, answer.text) == (204, "")
    assert ok(api.get(f"/training_runs/{run['id']}"))["values"]["y"]["value"] == 1.0


def test_many_who_log_to_one_run_at_once_lose_nothing(api, new_run, change):
    run = new_run()

    def log(number):
        field = ("values", "assignments", "metadata")[number % 3]
        entry = {"value": number} if field == "values" else number
        return change("MERGE", run, {field: {f"k{number}": entry}})

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(log, range(90)))

    stored = ok(api.get(f"/training_runs/{run['id']}"))
    assert {len(stored[field]) for field in ("values", "assignments", "metadata")} == {30}


def test_merge_is_named_among_the_allowed_methods(api, new_run):
    run = new_run()

    assert "MERGE" in refused(api.patch(f"/training_runs/{run['id']}"), 405)


def test_a_batch_is_stored_whole_in_the_order_given(api, project):
    bodies = [
        {"name": f"run {i}", "state": ("active", "failed")[i % 2], "values": {"y": {"value": i}}} for i in range(20)
    ]

    page = ok(api.post(f"{project}/training_runs/batch", json={"runs": bodies}))

    assert (page["object"], page["count"], page["paging"]) == ("pagination", 20, {"before": None, "after": None})
    assert [run["name"] for run in page["data"]] == [body["name"] for body in bodies]
    assert [int(run["id"]) for run in page["data"]] == sorted(int(run["id"]) for run in page["data"])
    assert {run["finished"] for run in page["data"][1::2]} == {True}
    assert ok(api.get(f"/training_runs/{page['data'][3]['id']}")) == page["data"][3]


@pytest.mark.parametrize("fields", ["id,state", ["id", "state"], '["id","state"]'])
def test_a_batch_answers_with_the_fields_asked_for(api, project, fields):
    page = ok(api.post(f"{project}/training_runs/batch", json={"runs": [{"name": "a"}], "fields": fields}))

    assert [set(run) for run in page["data"]] == [{"id", "state"}]
    assert page["data"][0]["state"] == "active"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "runs"),
        ({"runs": []}, "runs"),
        ({"runs": [{"name": "a"}, {"name": ""}]}, "runs[1].name"),
        ({"runs": [{"name": "a"}, {"name": "b", "assignments_meta": {"x": {"source": "y"}}}]}, "runs[1]"),
        ({"runs": [{"name": "a"}], "fields": "nothing"}, "nothing"),
        ({"runs": [{"name": "a"}] * 10_001}, "10000"),
        ({"runs": [{"name": "a"}], "other": 1}, "other"),
    ],
)
def test_a_batch_with_a_fault_stores_nothing(api, project, body, named):
    assert named in refused(api.post(f"{project}/training_runs/batch", json=body), 400)
    assert ok(api.get(project))["training_run_count"] == 0


def test_a_run_of_another_tenant_cannot_be_told_from_none(stranger, new_run):
    run = new_run()

    for method in ("GET", "PUT", "MERGE", "DELETE"):
        there = refused(stranger.request(method, f"/training_runs/{run['id']}"), 404)
        assert there.replace(run["id"], "#") == refused(
            stranger.request(method, "/training_runs/99999999999"), 404
        ).replace("99999999999", "#")
