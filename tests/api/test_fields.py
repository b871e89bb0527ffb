"""Choosing fields, on every GET."""

import pytest

from tests.support.examples import ok, refused

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}


@pytest.mark.parametrize("write", ["name,id", '["name","id"]', " name , id "])
def test_only_the_fields_asked_for_come_in_the_order_asked_for(api, path, write):
    shown = ok(api.get(path, params={"fields": write}))

    assert list(shown.items()) == [("name", "Cake"), ("id", path.rpartition("/")[2])]


def test_a_list_keeps_its_wrapper(api, path):
    observation = ok(api.post(f"{path}/observations", json={"assignments": POINT, "failed": True}))

    listed = ok(api.get(f"{path}/observations", params={"limit": 1, "fields": "id,failed"}))

    assert listed == {
        "object": "pagination",
        "count": 1,
        "data": [{"id": observation["id"], "failed": True}],
        "paging": listed["paging"],
    }


def test_object_comes_when_it_is_asked_for(api, path):
    assert ok(api.get(f"{path}?fields=object")) == {"object": "experiment"}
    assert ok(api.get(f"{path}/best_practices?fields=object")) == {"object": "best_practices"}


def test_a_field_that_is_hidden_here_is_known_but_absent(api, path):
    assert ok(api.get(f"{path}?fields=id,tasks,budget")).keys() == {"id"}


@pytest.mark.parametrize("address", ["{path}", "{path}/observations", "/experiments", "/tokens/self"])
@pytest.mark.parametrize("fields", ["id,colour", "colour", "", "paging", '["id", 1]', "[", "ID", "id,"])
def test_an_unknown_field_is_refused_even_where_the_list_is_empty(api, path, address, fields):
    assert "fields" in refused(api.get(address.format(path=path), params={"fields": fields}), 400)


def test_other_methods_ignore_it(api, path):
    assert ok(api.put(f"{path}?fields=colour", json={}))["name"] == "Cake"
    assert ok(api.delete(f"{path}?fields=colour")) == {}


def test_a_list_of_both_kinds_knows_the_fields_of_both(api):
    listed = ok(api.get("/experiments?include_ai=true&fields=id,budget,development"))

    assert listed["data"] == []
