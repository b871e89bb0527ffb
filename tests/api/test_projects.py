"""Projects: what is taken, what is refused, and what comes back."""

import pytest

from tests.support.examples import experiment_body, ok, refused


@pytest.fixture
def projects(caller):
    """The path of the projects of the test's own client."""
    return f"/clients/{caller.client_id}/projects"


def test_a_project_comes_back_as_it_was_sent(api, caller, projects):
    made = ok(api.post(projects, json={"id": "cakes_2.0-b", "name": " Cakes ", "metadata": {"team": "vision"}}))

    assert made == {
        "object": "project",
        "id": "cakes_2.0-b",
        "client": str(caller.client_id),
        "user": str(caller.user_id),
        "name": "Cakes",
        "created": made["created"],
        "updated": made["created"],
        "metadata": {"team": "vision"},
        "deleted": False,
        "experiment_count": 0,
        "training_run_count": 0,
    }
    assert ok(api.get(f"{projects}/cakes_2.0-b")) == made


FAULTY = {
    "id missing": ({"name": "A"}, "id"),
    "id null": ({"id": None, "name": "A"}, "id"),
    "id a number": ({"id": 5, "name": "A"}, "id"),
    "id empty": ({"id": "", "name": "A"}, "id"),
    "id in capitals": ({"id": "Cakes", "name": "A"}, "id"),
    "id with a space": ({"id": "my cakes", "name": "A"}, "id"),
    "id with a slash": ({"id": "my/cakes", "name": "A"}, "id"),
    "id with a newline at its end": ({"id": "cakes\n", "name": "A"}, "id"),
    "id with an umlaut": ({"id": "bäcker", "name": "A"}, "id"),
    "id too long": ({"id": "x" * 33, "name": "A"}, "id"),
    "name missing": ({"id": "a"}, "name"),
    "name null": ({"id": "a", "name": None}, "name"),
    "name empty": ({"id": "a", "name": ""}, "name"),
    "name too long": ({"id": "a", "name": "x" * 101}, "name"),
    "name with a newline": ({"id": "a", "name": "a\nb"}, "name"),
    "metadata a text": ({"id": "a", "name": "A", "metadata": "x"}, "metadata"),
    "metadata nested": ({"id": "a", "name": "A", "metadata": {"a": {}}}, "metadata"),
    "unknown key": ({"id": "a", "name": "A", "deleted": True}, "deleted"),
}


@pytest.mark.parametrize(("body", "named"), FAULTY.values(), ids=FAULTY.keys())
def test_a_faulty_project_is_refused_by_name(api, projects, body, named):
    assert named in refused(api.post(projects, json=body), 400)
    assert ok(api.get(projects))["count"] == 0


def test_the_id_is_unique_in_a_client_and_free_in_others(api, projects, stranger):
    body = {"id": "x" * 32, "name": "A"}
    ok(api.post(projects, json=body))

    assert "x" * 32 in refused(api.post(projects, json=body), 409)
    theirs = ok(stranger.get("/tokens/self"))["client"]
    ok(stranger.post(f"/clients/{theirs}/projects", json=body))
    refused(stranger.post(projects, json=body), 404)
    assert ok(api.get(projects))["count"] == 1


def test_an_update_changes_only_what_it_names(api, projects):
    ok(api.post(projects, json={"id": "a", "name": "A", "metadata": {"k": 1}}))

    renamed = ok(api.put(f"{projects}/a", json={"name": "B"}))
    assert (renamed["name"], renamed["metadata"], renamed["deleted"]) == ("B", {"k": 1}, False)
    replaced = ok(api.put(f"{projects}/a", json={"metadata": {"other": 2}}))
    assert (replaced["name"], replaced["metadata"]) == ("B", {"other": 2})
    cleared = ok(api.put(f"{projects}/a", json={"metadata": None, "deleted": True}))
    assert (cleared["metadata"], cleared["deleted"]) == (None, True)
    assert ok(api.put(f"{projects}/a", json={}))["deleted"] is True
    assert ok(api.put(f"{projects}/a", json={"deleted": False}))["deleted"] is False


@pytest.mark.parametrize(
    "body", [{"name": None}, {"name": ""}, {"deleted": None}, {"deleted": "true"}, {"id": "b"}, {"metadata": 5}]
)
def test_a_faulty_update_is_refused_and_changes_nothing(api, projects, body):
    before = ok(api.post(projects, json={"id": "a", "name": "A"}))

    assert next(iter(body)) in refused(api.put(f"{projects}/a", json=body), 400)
    assert ok(api.get(f"{projects}/a")) == before


def test_archived_projects_are_listed_only_on_request(api, projects):
    for name in ("a", "b"):
        ok(api.post(projects, json={"id": name, "name": name}))
    ok(api.put(f"{projects}/a", json={"deleted": True}))

    assert [p["id"] for p in ok(api.get(projects))["data"]] == ["b"]
    assert {p["id"] for p in ok(api.get(f"{projects}?deleted=true"))["data"]} == {"a", "b"}
    assert [p["id"] for p in ok(api.get(f"{projects}?deleted=0"))["data"]] == ["b"]
    refused(api.get(f"{projects}?deleted=maybe"), 400)


def test_projects_are_listed_by_their_last_update_or_by_their_creation_in_pages(api, projects):
    for name in ("a", "b", "c"):
        ok(api.post(projects, json={"id": name, "name": name}))
    ok(api.put(f"{projects}/a", json={}))

    assert [p["id"] for p in ok(api.get(projects))["data"]] == ["a", "c", "b"]
    assert [p["id"] for p in ok(api.get(f"{projects}?sort=created"))["data"]] == ["c", "b", "a"]
    first = ok(api.get(f"{projects}?limit=2"))
    rest = ok(api.get(f"{projects}?limit=2&before={first['paging']['before']}"))
    assert ([p["id"] for p in rest["data"]], rest["paging"]["before"], rest["count"]) == (["b"], None, 3)
    refused(api.get(f"{projects}?sort=id"), 400)


def test_projects_are_listed_by_the_user_who_made_them(api, caller, projects):
    ok(api.post(projects, json={"id": "a", "name": "A"}))

    assert ok(api.get(f"{projects}?user={caller.user_id}"))["count"] == 1
    assert ok(api.get(f"{projects}?user={caller.user_id + 10**6}"))["count"] == 0
    refused(api.get(f"{projects}?user=me"), 400)


def test_a_project_that_is_not_there_is_not_found(api, projects):
    refused(api.get(f"{projects}/nothing"), 404)
    refused(api.put(f"{projects}/nothing", json={}), 404)


def test_a_plain_experiment_counts_in_no_project(api, projects):
    ok(api.post(projects, json={"id": "a", "name": "A"}))
    ok(api.post("/experiments", json=experiment_body()))

    assert ok(api.get(f"{projects}/a"))["experiment_count"] == 0
