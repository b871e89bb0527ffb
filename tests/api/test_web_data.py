"""Web data: what a dashboard keeps for its users, such as saved views of a project."""

import json

import pytest

from optsvc.domain.rights import Right, TokenKind
from optsvc.services import accounts, tokens
from optsvc.services.web_data import MOST_OF_A_KIND
from optsvc.storage.models import Client, Project, WebData
from tests.support import patient
from tests.support.examples import ok, refused

PAYLOAD = {"columns": ["name", {"width": 1.5}], "sort": None, "open": True, "ä <&>": "\u2028"}


@pytest.fixture
def parent(api, caller):
    """The project that the data are about."""
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "cakes", "name": "Cakes"}))
    return {"client": str(caller.client_id), "project": "cakes"}


@pytest.fixture
def body(parent):
    return {
        "parent_resource_type": "project",
        "parent_resource_id": parent,
        "web_data_type": "run_view",
        "display_name": "Best first",
        "payload": PAYLOAD,
    }


@pytest.fixture
def view(api, body):
    """A saved view."""
    return ok(api.post("/web_data", json=body))


def of(parent, kind="run_view", **more):
    """The query that names what is wanted, as clients write it."""
    named = {"parent_resource_type": "project", "parent_resource_id": json.dumps(parent), "web_data_type": kind}
    return {key: value for key, value in (named | more).items() if value is not ...}


def listed(api, parent, **more):
    return ok(api.get("/web_data", params=of(parent, **more)))


def test_a_view_comes_back_as_it_was_saved(api, caller, parent, view):
    assert view == {
        "object": "web_data",
        "id": view["id"],
        "created": view["created"],
        "created_by": str(caller.user_id),
        "updated": view["created"],
        "display_name": "Best first",
        "parent_resource_type": "project",
        "parent_resource_id": parent,
        "web_data_type": "run_view",
        "payload": PAYLOAD,
    }
    assert listed(api, parent)["data"] == [view]


def test_the_client_may_be_named_by_a_number(api, body, parent):
    body["parent_resource_id"] = {"client": int(parent["client"]), "project": "cakes"}

    assert ok(api.post("/web_data", json=body))["parent_resource_id"] == parent


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"parent_resource_type": ...}, "parent_resource_type"),
        ({"parent_resource_type": "experiment"}, "parent_resource_type"),
        ({"parent_resource_id": ...}, "parent_resource_id"),
        ({"parent_resource_id": "cakes"}, "parent_resource_id"),
        ({"parent_resource_id": {"project": "cakes"}}, "parent_resource_id.client"),
        ({"parent_resource_id": {"client": "1"}}, "parent_resource_id.project"),
        ({"parent_resource_id": {"client": "x", "project": "cakes"}}, "parent_resource_id.client"),
        ({"parent_resource_id": {"client": "1", "project": "cakes", "more": 1}}, "parent_resource_id.more"),
        ({"web_data_type": ...}, "web_data_type"),
        ({"web_data_type": ""}, "web_data_type"),
        ({"web_data_type": 5}, "web_data_type"),
        ({"web_data_type": "x" * 51}, "web_data_type"),
        ({"display_name": ...}, "display_name"),
        ({"display_name": None}, "display_name"),
        ({"display_name": ""}, "display_name"),
        ({"display_name": "x" * 101}, "display_name"),
        ({"payload": ...}, "payload"),
        ({"payload": None}, "payload"),
        ({"payload": "{}"}, "payload"),
        ({"payload": [1]}, "payload"),
        ({"more": 1}, "more"),
    ],
)
def test_a_faulty_view_is_refused_by_name(api, parent, body, changes, named):
    faulty = {key: value for key, value in (body | changes).items() if value is not ...}

    assert named in refused(api.post("/web_data", json=faulty), 400)
    assert listed(api, parent)["count"] == 0


def nested(levels):
    payload = {}
    for level in range(levels - 1):
        payload = {"a": [payload]} if level == 0 else {"a": payload}
    return payload


def test_a_payload_may_be_nested_but_not_without_end(api, body):
    deepest = ok(api.post("/web_data", json=body | {"payload": nested(49)}))

    assert deepest["payload"] == nested(49)
    for levels in (50, 300):
        assert "payload" in refused(api.post("/web_data", json=body | {"payload": nested(levels)}), 400)


def test_views_are_listed_in_pages_newest_first_by_project_and_type(api, caller, body, parent):
    ids = [ok(api.post("/web_data", json=body))["id"] for _ in range(3)]
    ok(api.post("/web_data", json=body | {"web_data_type": "other"}))
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "pies", "name": "Pies"}))
    ok(api.post("/web_data", json=body | {"parent_resource_id": parent | {"project": "pies"}}))

    first = listed(api, parent, limit=2)
    rest = listed(api, parent, limit=2, before=first["paging"]["before"])

    assert [view["id"] for view in first["data"] + rest["data"]] == ids[::-1]
    assert (first["count"], rest["paging"]["before"]) == (3, None)
    assert [view["id"] for view in listed(api, parent, sort="id", ascending="true")["data"]] == ids
    assert listed(api, parent, fields="id", limit=1)["data"] == [{"id": ids[-1]}]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"parent_resource_type": ...}, "parent_resource_type"),
        ({"parent_resource_type": "client"}, "parent_resource_type"),
        ({"parent_resource_id": ...}, "parent_resource_id"),
        ({"parent_resource_id": "cakes"}, "parent_resource_id"),
        ({"parent_resource_id": "[" * 100_00}, "parent_resource_id"),
        ({"parent_resource_id": '{"client": "1"}'}, "parent_resource_id.project"),
        ({"parent_resource_id": '{"client": "1", "project": "cakes", "more": 1}'}, "parent_resource_id.more"),
        ({"parent_resource_id": '{"client": "1", "project": "\\u0000"}'}, "parent_resource_id"),
        ({"web_data_type": ...}, "web_data_type"),
        ({"limit": "1001"}, "limit"),
        ({"before": "?"}, "marker"),
        ({"more": "1"}, "more"),
        ({"sort": "updated"}, "sort"),
        ({"id": "1"}, "id"),
    ],
)
def test_a_faulty_query_of_a_list_is_refused_by_name(api, parent, changes, named):
    assert named in refused(api.get("/web_data", params=of(parent, **changes)), 400)


def test_only_what_is_named_changes(api, parent, view):
    renamed = ok(api.put("/web_data", json={"id": view["id"], "display_name": " Worst first "}))
    changed = ok(
        api.put("/web_data", json=of(parent) | {"parent_resource_id": parent, "id": view["id"], "payload": {}})
    )

    assert renamed == view | {"display_name": "Worst first", "updated": renamed["updated"]}
    assert changed == renamed | {"payload": {}, "updated": changed["updated"]}
    assert listed(api, parent)["data"] == [changed]
    assert ok(api.put("/web_data", json={"id": int(view["id"])}))["payload"] == {}


def test_a_change_moves_updated(api, sessions, view):
    with sessions.begin() as session:
        row = session.get(WebData, int(view["id"]))
        row.updated = row.created = row.created.replace(year=2020)

    changed = ok(api.put("/web_data", json={"id": view["id"], "payload": {}}))

    assert changed["updated"] > changed["created"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"id": ...}, "id"),
        ({"id": "x"}, "id"),
        ({"display_name": None}, "display_name"),
        ({"display_name": " "}, "display_name"),
        ({"payload": None}, "payload"),
        ({"payload": []}, "payload"),
        ({"created_by": "1"}, "created_by"),
    ],
)
def test_a_faulty_change_is_refused_by_name_and_changes_nothing(api, parent, view, changes, named):
    body = {key: value for key, value in ({"id": view["id"]} | changes).items() if value is not ...}

    assert named in refused(api.put("/web_data", json=body), 400)
    assert listed(api, parent)["data"] == [view]


def test_a_deleted_view_is_gone(api, parent, view):
    answer = api.request("DELETE", "/web_data", params=of(parent, id=view["id"]))

    assert (answer.status_code, answer.text) == (200, "{}\n")
    assert listed(api, parent)["count"] == 0
    refused(api.delete("/web_data", params={"id": view["id"]}), 404)
    refused(api.put("/web_data", json={"id": view["id"]}), 404)


@pytest.mark.parametrize(
    "query", [{}, {"id": "x"}, {"id": "1", "more": "1"}, {"id": "1", "limit": "1"}, {"id": "1", "web_data_type": ""}]
)
def test_a_faulty_query_of_a_deletion_is_refused(api, query):
    refused(api.delete("/web_data", params=query), 400)


def test_where_the_parent_or_the_type_is_named_it_must_be_the_right_one(api, parent, view):
    wrong = (
        {"parent_resource_id": parent | {"project": "pies"}},
        {"parent_resource_id": parent | {"client": "1"}},
        {"web_data_type": "other"},
    )

    for changes in wrong:
        refused(api.put("/web_data", json={"id": view["id"], "display_name": "x"} | changes), 404)
        query = {"id": view["id"]} | {k: v if isinstance(v, str) else json.dumps(v) for k, v in changes.items()}
        refused(api.delete("/web_data", params=query), 404)
    assert listed(api, parent)["data"] == [view]


def test_a_body_comes_without_query(api, body, view):
    assert "more" in refused(api.post("/web_data", json=body, params={"more": 1}), 400)
    assert "more" in refused(api.put("/web_data", json={"id": view["id"]}, params={"more": 1}), 400)


def test_a_project_has_at_most_100_of_a_type(api, sessions, caller, parent, body):
    with sessions.begin() as session:
        project = session.query(Project).filter_by(client_id=caller.client_id, reference="cakes").one()
        session.add_all(
            WebData(project_id=project.id, kind="run_view", display_name="x", payload={})
            for _ in range(MOST_OF_A_KIND - 1)
        )

    last = ok(api.post("/web_data", json=body))
    assert "100" in refused(api.post("/web_data", json=body), 403)
    assert listed(api, parent, limit=0)["count"] == 100

    ok(api.post("/web_data", json=body | {"web_data_type": "other"}))
    ok(api.delete("/web_data", params={"id": last["id"]}))
    ok(api.post("/web_data", json=body))


def test_a_view_of_another_tenant_cannot_be_told_from_none(api, stranger, parent, body, view):
    missing = str(10**17)

    for there, not_there in (
        [stranger.get("/web_data", params=of(of_whom)) for of_whom in (parent, parent | {"client": missing})],
        [stranger.put("/web_data", json={"id": id_}) for id_ in (view["id"], missing)],
        [stranger.delete("/web_data", params={"id": id_}) for id_ in (view["id"], missing)],
        [
            stranger.post("/web_data", json=body | {"parent_resource_id": of_whom})
            for of_whom in (parent, parent | {"client": missing})
        ],
    ):
        texts = refused(there, 404), refused(not_there, 404)
        assert texts[0].replace(view["id"], "#").replace(parent["client"], "#") == texts[1].replace(missing, "#")
    assert listed(api, parent)["data"] == [view]


def test_readers_read_views_and_writers_change_them(sessions, server_url, caller, parent, body, view):
    requests = (
        ("POST", {"json": body}),
        ("PUT", {"json": {"id": view["id"]}}),
        ("DELETE", {"params": {"id": view["id"]}}),
    )
    answers = {}
    for right in (Right.READ, Right.WRITE):
        with sessions.begin() as session:
            user = accounts.create_user(session, "A user")
            accounts.grant(session, caller.client_id, user.id, right)
            secret = tokens.issue(session, "t", kind=TokenKind.USER, client_id=None, user_id=user.id)[1]
        with patient.Client(base_url=f"{server_url}/v1", auth=(secret, "")) as member:
            assert view["id"] in {row["id"] for row in listed(member, parent)["data"]}
            answers[right] = [member.request(method, "/web_data", **more).status_code for method, more in requests]

    assert answers == {Right.READ: [403, 403, 403], Right.WRITE: [200, 200, 200]}


def test_who_may_not_see_a_project_sees_none_of_its_views(api, sessions, server_url, caller, parent, view):
    with sessions.begin() as session:
        session.get(Client, caller.client_id).sees_others = False
        user = accounts.create_user(session, "A user")
        accounts.grant(session, caller.client_id, user.id, Right.WRITE)
        secret = tokens.issue(session, "t", client_id=caller.client_id, user_id=user.id)[1]

    with patient.Client(base_url=f"{server_url}/v1", auth=(secret, "")) as member:
        refused(member.get("/web_data", params=of(parent)), 404)
        refused(member.put("/web_data", json={"id": view["id"], "payload": {}}), 404)
        refused(member.delete("/web_data", params={"id": view["id"]}), 404)
    assert listed(api, parent)["data"] == [view]
