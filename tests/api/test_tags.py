"""Tags of a client, on its runs."""

import pytest

from tests.support.examples import ok, refused


@pytest.fixture
def tags(caller):
    return f"/clients/{caller.client_id}/tags"


@pytest.fixture
def run(api, caller):
    projects = f"/clients/{caller.client_id}/projects"
    ok(api.post(projects, json={"id": "cakes", "name": "Cakes"}))
    return f"/training_runs/{ok(api.post(f'{projects}/cakes/training_runs', json={'name': 'a'}))['id']}"


def test_a_tag_comes_back_with_its_color_in_capitals(api, caller, tags):
    made = ok(api.post(tags, json={"name": "baseline", "color": "#ffa50b"}))

    expected = {"object": "tag", "id": made["id"], "client": str(caller.client_id), "name": "baseline"}
    assert made == expected | {"color": "#FFA50B"}
    assert ok(api.get(f"{tags}?sort=id"))["data"] == [made]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"color": "#000000"}, "name"),
        ({"name": "", "color": "#000000"}, "name"),
        ({"name": "x" * 101, "color": "#000000"}, "name"),
        ({"name": 5, "color": "#000000"}, "name"),
        ({"name": "a"}, "color"),
        ({"name": "a", "color": "red"}, "color"),
        ({"name": "a", "color": "000000"}, "color"),
        ({"name": "a", "color": "#00000"}, "color"),
        ({"name": "a", "color": "#00000g"}, "color"),
        ({"name": "a", "color": "#000000\n"}, "color"),
        ({"name": "a", "color": None}, "color"),
        ({"name": "a", "color": "#000000", "more": 1}, "more"),
    ],
)
def test_a_faulty_tag_is_refused_by_name(api, tags, body, named):
    assert named in refused(api.post(tags, json=body), 400)
    assert ok(api.get(tags))["count"] == 0


def test_the_name_of_a_tag_is_unique_in_the_client(api, tags, stranger):
    ok(api.post(tags, json={"name": "a", "color": "#000000"}))

    refused(api.post(tags, json={"name": "a", "color": "#FFFFFF"}), 409)
    theirs = ok(stranger.get("/tokens/self"))["client"]
    ok(stranger.post(f"/clients/{theirs}/tags", json={"name": "a", "color": "#000000"}))
    assert ok(api.get(tags))["count"] == 1


def test_tags_are_put_on_a_run_and_taken_off(api, tags, run):
    first, second = (ok(api.post(tags, json={"name": name, "color": "#000000"})) for name in "ab")

    for tag in (second, first, first):
        assert ok(api.post(f"{run}/tags", json={"id": tag["id"]})) == tag
    assert ok(api.get(run))["tags"] == [first["id"], second["id"]]

    assert ok(api.delete(f"{run}/tags/{first['id']}")) == first
    assert ok(api.delete(f"{run}/tags/{first['id']}")) == first
    assert ok(api.get(run))["tags"] == [second["id"]]


def test_a_tag_that_is_not_there_or_belongs_to_others_cannot_be_used(api, run, stranger):
    client = ok(stranger.get("/tokens/self"))["client"]
    theirs = ok(stranger.post(f"/clients/{client}/tags", json={"name": "a", "color": "#000000"}))["id"]

    for tag in (theirs, "99999999999"):
        assert tag in refused(api.post(f"{run}/tags", json={"id": tag}), 422)
        assert tag in refused(api.delete(f"{run}/tags/{tag}"), 404)
    refused(api.post(f"{run}/tags", json={}), 400)
    assert ok(api.get(run))["tags"] == []
