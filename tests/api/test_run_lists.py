"""Lists of runs: filters and orders against brute force, pages, and the fields that occur."""

import csv
import io
import json
import operator

import pytest

from tests.support.examples import ok, refused
from tests.support.service import make_tenant

BODIES = [
    {
        "name": "alpha",
        "state": "completed",
        "assignments": {"rate": 0.5, "kind": "a", "mixed": 3, "x.y": 1},
        "values": {"loss": {"value": 1.5, "value_stddev": 0.1}, "dotted.loss": {"value": 7}},
        "metadata": {"team": "vision", "size": 10},
        "model": {"type": "tree"},
        "favorite": True,
    },
    {
        "name": "Beta",
        "state": "failed",
        "assignments": {"rate": 0.25, "kind": "b", "mixed": "three"},
        "values": {"loss": {"value": -2}},
        "metadata": {"team": "audio"},
        "source_code": {"content": "print(1)", "hash": "abc"},
        "logs": {"stdout": {"content": "hello"}},
    },
    {
        "name": "gamma",
        "assignments": {"rate": 1e300, "mixed": -1},
        "values": {"other": {"value": 0.0}},
        "deleted": True,
    },
    {"name": "alphabet", "values": {"loss": {"value": 1.5}}, "datasets": {"mnist": {}}, "model": {"type": "tree"}},
    {"name": "50%_off", "assignments": {"rate": 0.5, "it's; --": 1}, "metadata": {"size": "big"}},
]


@pytest.fixture
def path(api, caller):
    """The path of the runs of a project with all of the bodies above."""
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "cakes", "name": "Cakes"}))
    path = f"/clients/{caller.client_id}/projects/cakes/training_runs"
    ok(api.post(f"{path}/batch", json={"runs": BODIES}))
    return path


@pytest.fixture
def runs(api, path):
    """The runs, oldest first."""
    return ok(api.get(path))["data"][::-1]


@pytest.fixture
def names(api, path):
    """Asks for a list; answers the names in it."""

    def ask(*filters, **query):
        if filters:
            query["filters"] = json.dumps(
                [dict(zip(("field", "operator", "value"), one, strict=False)) for one in filters]
            )
        return [run["name"] for run in ok(api.get(path, params=query))["data"]]

    return ask


COMPARE = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


def value_of(run, field):
    """What an answer holds under a field's key."""
    if field in run:
        return run[field]
    first, rest = field.split(".", 1)
    for tail in ("value", "value_stddev", "content"):
        if first in ("values", "logs") and rest.endswith(f".{tail}"):
            return (run[first].get(rest.removesuffix(f".{tail}")) or {}).get(tail)
    return (run[first] or {}).get(rest)


ORDERED = {
    "assignments.rate": [0.25, 0.5, 1, 1e300],
    "assignments.kind": ["a", "b", "c"],
    "assignments.x.y": [1],
    "assignments.it's; --": [1],
    "metadata.size": [10, "big"],
    "values.loss.value": [1.5, -2, 0],
    "values.loss.value_stddev": [0.1],
    "values.dotted.loss.value": [7],
    "values.nothing.value": [0],
    "name": ["alpha"],
    "model.type": ["tree"],
    "source_code.content": ["print(1)"],
    "source_code.hash": ["abc"],
    "logs.stdout.content": ["hello"],
}


@pytest.mark.parametrize("field", ORDERED)
def test_every_comparison_finds_what_brute_force_finds(names, runs, field):
    for value in ORDERED[field]:
        for sign, compare in COMPARE.items():
            expected = [
                run["name"]
                for run in runs[::-1]
                if isinstance(held := value_of(run, field), type(value))
                or (isinstance(held, int | float) and isinstance(value, int | float))
                if compare(held, value)
            ]
            assert names((field, sign, value)) == expected, (field, sign, value)


@pytest.mark.parametrize("field", [*ORDERED, "experiment", "completed", "user", "metadata.nothing"])
def test_isnull_and_null_find_the_runs_without_the_field(names, runs, field):
    without = [run["name"] for run in runs[::-1] if value_of(run, field) is None]

    assert names((field, "isnull")) == names((field, "==", None)) == without
    assert sorted([*names((field, "!=", None)), *without]) == sorted(run["name"] for run in runs)


def test_ids_moments_flags_and_states_are_compared_in_their_own_type(names, caller, runs):
    first, ended = runs[0], runs[0]["completed"]
    everything = [run["name"] for run in runs[::-1]]

    assert names(("id", "==", int(first["id"]))) == names(("id", "==", first["id"])) == ["alpha"]
    assert names(("id", "<=", first["id"])) == ["alpha"]
    assert names(("client", "==", caller.client_id)) == names(("user", "==", caller.user_id)) == everything
    assert names(("experiment", "==", 1)) == names(("optimized_suggestion", "!=", None)) == []
    assert names(("created", ">=", first["created"])) == names(("created", "<=", runs[-1]["created"])) == everything
    assert names(("created", ">", runs[-1]["created"])) == []
    assert names(("completed", "==", ended)) == names(("finished", "==", ended)) == ["Beta", "alpha"]
    assert names(("favorite", "==", True)) == names(("favorite", "!=", False)) == ["alpha"]
    assert names(("deleted", "==", False)) == [name for name in everything if name != "gamma"]
    assert names(("state", "==", "failed")) == ["Beta"]


def test_all_filters_must_hold(names):
    assert names(("values.loss.value", "==", 1.5), ("favorite", "==", False)) == ["alphabet"]
    assert names(("values.loss.value", "==", 1.5), ("state", "==", "failed")) == []


FAULTY_FILTERS = {
    "no JSON": "what",
    "cut off": '[{"field": "id"',
    "not a number": '[{"field": "values.a.value", "operator": "==", "value": NaN}]',
    "not a list": '{"field": "id", "operator": "==", "value": 1}',
    "a list of texts": '["id"]',
    "nested deeply": "[" * 100_000,
    "half a surrogate pair": '[{"field": "name", "operator": "==", "value": "\\ud800"}]',
    "a NUL": '[{"field": "name", "operator": "==", "value": "\\u0000"}]',
    "a NUL in a field": '[{"field": "metadata.\\u0000", "operator": "isnull"}]',
}


@pytest.mark.parametrize("text", FAULTY_FILTERS.values(), ids=FAULTY_FILTERS.keys())
def test_filters_that_cannot_be_read_are_refused(api, path, text):
    if len(text) > 50_000:
        text = text[:5000]
    assert "filters" in refused(api.get(path, params={"filters": text}), 400)


@pytest.mark.parametrize(
    "given",
    [
        {"operator": "==", "value": 1},
        {"field": "id", "value": 1},
        {"field": "id", "operator": "==", "value": 1, "more": 1},
        {"field": "nothing", "operator": "==", "value": 1},
        {"field": "values", "operator": "==", "value": 1},
        {"field": "values.loss", "operator": "==", "value": 1},
        {"field": "values..value", "operator": "==", "value": 1},
        {"field": "assignments.", "operator": "==", "value": 1},
        {"field": "logs.stdout", "operator": "==", "value": "a"},
        {"field": "", "operator": "==", "value": 1},
        {"field": 5, "operator": "==", "value": 1},
        {"field": "id", "operator": "=", "value": 1},
        {"field": "id", "operator": "like", "value": 1},
        {"field": "id", "operator": None, "value": 1},
        {"field": "id", "operator": "==", "value": "x"},
        {"field": "id", "operator": "==", "value": 1.5},
        {"field": "id", "operator": "==", "value": -1},
        {"field": "id", "operator": "==", "value": 2**70},
        {"field": "id", "operator": "==", "value": True},
        {"field": "id", "operator": "==", "value": [1]},
        {"field": "created", "operator": "==", "value": "2024-01-01"},
        {"field": "created", "operator": "==", "value": 1.5},
        {"field": "created", "operator": "==", "value": 10**30},
        {"field": "favorite", "operator": "==", "value": "true"},
        {"field": "favorite", "operator": "==", "value": 1},
        {"field": "favorite", "operator": "<", "value": True},
        {"field": "deleted", "operator": ">=", "value": False},
        {"field": "name", "operator": "==", "value": 5},
        {"field": "name", "operator": "<", "value": None},
        {"field": "values.loss.value", "operator": "==", "value": "1"},
        {"field": "values.loss.value", "operator": "==", "value": True},
        {"field": "values.loss.value", "operator": ">", "value": None},
        {"field": "values.loss.value", "operator": "==", "value": 10**400},
        {"field": "assignments.rate", "operator": "==", "value": True},
        {"field": "assignments.rate", "operator": "==", "value": {}},
        {"field": "state", "operator": "!=", "value": "active"},
        {"field": "state", "operator": "isnull"},
        {"field": "state", "operator": "==", "value": "finished"},
        {"field": "state", "operator": "==", "value": None},
        {"field": "state", "operator": "==", "value": []},
        {"field": "name", "operator": "isnull", "value": True},
    ],
    ids=str,
)
def test_a_faulty_filter_is_refused_by_its_place(api, path, given):
    assert "filters[0]" in refused(api.get(path, params={"filters": json.dumps([given])}), 400)


SORTED = {
    "id": ["50%_off", "alphabet", "gamma", "Beta", "alpha"],
    "values.loss.value": ["alphabet", "alpha", "Beta"],
    "assignments.rate": ["gamma", "50%_off", "alpha", "Beta"],
    "assignments.mixed": ["alpha", "gamma", "Beta"],
    "metadata.size": ["alpha", "50%_off"],
    "favorite": ["alpha", "50%_off", "alphabet", "gamma", "Beta"],
    "model.type": ["alphabet", "alpha"],
    "completed": ["Beta", "alpha"],
    "values.nothing.value": [],
    "experiment": [],
    "created": ["50%_off", "alphabet", "gamma", "Beta", "alpha"],
}


@pytest.mark.parametrize("limit", [1, 2, 1000])
@pytest.mark.parametrize("sort", SORTED)
def test_pages_in_any_order_hold_every_run_that_has_the_field_once(api, path, sort, limit):
    for ascending, marker in ((False, "before"), (True, "after")):
        walked, query = [], {"sort": sort, "limit": limit, "ascending": ascending}
        while True:
            page = ok(api.get(path, params=query))
            assert page["count"] == len(SORTED[sort])
            walked += [run["name"] for run in page["data"]]
            if page["paging"][marker] is None or not page["data"]:
                break
            query[marker] = page["paging"][marker]
        assert walked == (SORTED[sort][::-1] if ascending else SORTED[sort])


@pytest.mark.parametrize("sort", ["nothing", "assignments", "values.loss", "logs.x", "", "datasets.mnist"])
def test_an_unknown_order_is_refused(api, path, sort):
    assert "sort" in refused(api.get(path, params={"sort": sort}), 400)


def test_a_marker_of_another_order_is_refused(api, path):
    marker = ok(api.get(path, params={"sort": "values.loss.value", "limit": 1}))["paging"]["before"]

    for sort in ("id", "name", "created", "experiment"):
        refused(api.get(path, params={"sort": sort, "before": marker}), 400)


def test_a_search_finds_a_part_of_the_name_in_any_case_and_takes_signs_as_they_are(names):
    assert names(search="ALPHA") == ["alphabet", "alpha"]
    assert names(search="%") == names(search="_") == ["50%_off"]
    assert names(search="nothing") == []


def fields_of(page):
    assert {field["object"] for field in page["defined_fields"]} == {"field"}
    return {field["key"]: (field["type"], field["sortable"], field["count"]) for field in page["defined_fields"]}


def test_the_fields_that_occur_are_listed_with_their_types_and_counts(api, path):
    found = fields_of(ok(api.get(path, params={"limit": 1})))

    assert found["id"] == ("id", True, 5)
    assert found["created"] == ("timestamp", True, 5)
    assert found["completed"] == ("timestamp", True, 2)
    assert found["deleted"] == ("boolean", True, 5)
    assert found["name"] == ("string", True, 5)
    assert found["model.type"] == ("string", True, 2)
    assert found["assignments.rate"] == ("numeric", True, 4)
    assert found["assignments.kind"] == ("string", True, 2)
    assert found["assignments.mixed"] == ("unknown", True, 3)
    assert found["metadata.team"] == ("string", True, 2)
    assert found["values.loss.value"] == ("numeric", True, 3)
    assert found["values.loss.value_stddev"] == ("numeric", True, 1)
    assert found["logs.stdout.content"] == ("string", True, 1)
    assert found["datasets.mnist"] == ("object", False, 1)
    assert "experiment" not in found


def test_the_fields_that_occur_count_the_runs_that_match(api, path):
    filters = json.dumps([{"field": "values.loss.value", "operator": ">", "value": 0}])
    page = ok(api.get(path, params={"filters": filters, "search": "alpha"}))

    found = fields_of(page)
    assert found["id"][2] == page["count"] == 2
    assert found["assignments.rate"] == ("numeric", True, 1)
    assert "logs.stdout.content" not in found


def test_every_sortable_field_that_occurs_sorts_and_filters(api, path):
    for key, (_, sortable, count) in fields_of(ok(api.get(path))).items():
        if sortable:
            assert ok(api.get(path, params={"sort": key}))["count"] == count
        if sortable and key != "state":
            filters = json.dumps([{"field": key, "operator": "isnull"}])
            assert ok(api.get(path, params={"filters": filters}))["count"] == 5 - count


def test_the_lists_of_client_and_organization_hold_the_runs_of_all_projects(api, caller, path, sessions):
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "pies", "name": "Pies"}))
    ok(api.post(f"/clients/{caller.client_id}/projects/pies/training_runs", json={"name": "pie"}))
    organization = ok(api.get(f"/clients/{caller.client_id}"))["organization"]

    for place in (f"/clients/{caller.client_id}", f"/organizations/{organization}"):
        page = ok(api.get(f"{place}/training_runs", params={"limit": 2}))
        assert ([run["name"] for run in page["data"]], page["count"]) == (["pie", "50%_off"], 6)
    assert ok(api.get(path))["count"] == 5
    other, _ = make_tenant(sessions)
    refused(api.get(f"/clients/{other.client_id}/training_runs"), 404)


def test_a_project_that_is_not_there_has_no_list(api, path):
    refused(api.get(path.replace("cakes", "nothing")), 404)


@pytest.mark.parametrize("format", ["ndjson", "csv"])
def test_the_runs_of_a_project_are_exported_as_they_are_listed_oldest_first(api, format):
    client = ok(api.get("/tokens/self"))["client"]
    ok(api.post(f"/clients/{client}/projects", json={"id": "files", "name": "Files"}))
    runs = f"/clients/{client}/projects/files/training_runs"
    bodies = [
        {"name": "=first", "values": {"a": {"value": 0.1, "value_stddev": 2}}, "assignments": {"k.v": "007", "n": 7}},
        {"name": "second", "metadata": {"note": 'a,\n"b"'}, "logs": {"out": {"content": "long"}}, "state": "failed"},
    ]
    made = [ok(api.post(runs, json=body)) for body in bodies]

    answer = api.get(f"{runs}/export", params={"format": format})
    named = [{"field": "name", "operator": "==", "value": "second"}]
    one = api.get(f"{runs}/export", params={"format": format, "filters": json.dumps(named)})

    assert answer.headers["content-disposition"] == f'attachment; filename="files-training-runs.{format}"'
    if format == "ndjson":
        assert [json.loads(line) for line in answer.text.splitlines()] == made
        assert [json.loads(line) for line in one.text.splitlines()] == made[1:]
    else:
        first, second = csv.DictReader(io.StringIO(answer.text, newline=""))
        assert (first["id"], first["name"], first["values.a.value"]) == (made[0]["id"], '"=first"', "0.1")
        assert (first["values.a.value_stddev"], first["assignments.k.v"], first["assignments.n"]) == (
            "2.0",
            '"007"',
            "7",
        )
        assert (second["state"], second["metadata.note"], second["assignments.n"]) == ("failed", 'a,\n"b"', "")
        assert [row["id"] for row in csv.DictReader(io.StringIO(one.text))] == [made[1]["id"]]
