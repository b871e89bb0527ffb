"""Tenants are walls: every route, with the ids of another tenant, without a token, and with an unknown one."""

import re

import pytest

from tests.support import patient
from tests.support.examples import experiment_body, ok, refused

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}
VALID = {
    ("POST", "/v1/experiments/{experiment_id}/suggestions"): {"assignments": POINT},
    ("POST", "/v1/experiments/{experiment_id}/queued_suggestions"): {"assignments": POINT},
    ("POST", "/v1/experiments/{experiment_id}/observations"): {"assignments": POINT, "value": 1},
    ("POST", "/v1/experiments/{experiment_id}/observations/batch"): {
        "observations": [{"assignments": POINT, "value": 1}]
    },
    ("POST", "/v1/organizations/{organization_id}/clients"): {"name": "Theirs"},
    ("POST", "/v1/clients/{client_id}/experiments"): experiment_body(),
    ("POST", "/v1/clients/{client_id}/projects/{project_id}/aiexperiments"): {
        "name": "Theirs",
        "parameters": experiment_body()["parameters"],
        "metrics": [{"name": "taste"}],
    },
    ("POST", "/v1/clients/{client_id}/projects"): {"id": "theirs", "name": "Theirs"},
    ("POST", "/v1/clients/{client_id}/projects/{project_id}/training_runs"): {"name": "a run"},
    ("POST", "/v1/clients/{client_id}/projects/{project_id}/training_runs/batch"): {"runs": [{"name": "a run"}]},
    ("POST", "/v1/aiexperiments/{experiment_id}/training_runs"): {"name": "a run"},
    ("POST", "/v1/clients/{client_id}/projects/{project_id}/notes"): {"contents": "a note"},
    ("POST", "/v1/clients/{client_id}/tags"): {"name": "a tag", "color": "#000000"},
    ("POST", "/v1/training_runs/{run_id}/tags"): {"id": "1"},
    ("POST", "/v1/training_runs/{run_id}/checkpoints"): {"values": [{"name": "taste", "value": 1}]},
}


@pytest.fixture(scope="module")
def routes(server_url):
    """Every operation of the API, as its own document lists them."""
    paths = ok(patient.get(f"{server_url}/openapi.json"))["paths"]
    return sorted(
        (method.upper(), path) for path, operations in paths.items() for method in operations if path.startswith("/v1")
    )


@pytest.fixture
def theirs(api, path, token, caller):
    """What the other tenant owns: the ids in a path."""
    suggestion = ok(api.post(f"{path}/suggestions", json={}))
    observation = ok(api.post(f"{path}/observations", json={"suggestion": suggestion["id"], "value": 1}))
    queued = ok(api.post(f"{path}/queued_suggestions", json={"assignments": POINT}))
    projects = f"/clients/{ok(api.get('/tokens/self'))['client']}/projects"
    ok(api.post(projects, json={"id": "cakes", "name": "Cakes"}))
    run = ok(api.post(f"{projects}/cakes/training_runs", json={"name": "a run"}))
    checkpoint = ok(
        api.post(f"/training_runs/{run['id']}/checkpoints", json={"values": [{"name": "taste", "value": 1}]})
    )
    tag = ok(api.post(f"/clients/{run['client']}/tags", json={"name": "a tag", "color": "#000000"}))
    return {
        "token": token,
        "user_id": str(caller.user_id),
        "organization_id": ok(api.get(f"/clients/{caller.client_id}"))["organization"],
        "client_id": run["client"],
        "project_id": "cakes",
        "run_id": run["id"],
        "checkpoint_id": checkpoint["id"],
        "tag_id": tag["id"],
        "file_id": "1",  # this server keeps none; see the tests of files
        "experiment_id": path.rpartition("/")[2],
        "suggestion_id": suggestion["id"],
        "queued_suggestion_id": queued["id"],
        "observation_id": observation["id"],
    }


def snapshot(api, path):
    return [
        api.get(address).text
        for address in (
            path,
            f"{path}/suggestions",
            f"{path}/queued_suggestions",
            f"{path}/observations",
            f"{path}/best_assignments",
            "/experiments",
        )
    ]


def test_the_routes_are_all_there(routes):
    assert len(routes) >= 20


def test_the_ids_of_another_tenant_answer_exactly_like_missing_ones_on_every_route(api, stranger, path, routes, theirs):
    before = snapshot(api, path)
    missing = {name: str(10**17 + place) for place, name in enumerate(theirs)}

    for method, route in routes:
        if "{" not in route:
            continue
        answers = [
            stranger.request(method, route.removeprefix("/v1").format(**ids), json=VALID.get((method, route), {}))
            for ids in (theirs, missing)
        ]
        there, not_there = (re.sub(r"\d+", "#", refused(answer, 404)) for answer in answers)
        assert there == not_there, (method, route)

    assert snapshot(api, path) == before


def test_another_tenant_lists_nothing_of_it_and_cannot_observe_its_suggestions(stranger, theirs):
    listed = ok(stranger.get("/experiments?state=all"))
    own = f"/experiments/{ok(stranger.post('/experiments', json=own_body()))['id']}"

    assert (listed["count"], listed["data"]) == (0, [])
    report = {"suggestion": theirs["suggestion_id"], "value": 1}
    refused(stranger.post(f"{own}/observations", json=report), 400)
    for kind in ("suggestion", "observation"):
        refused(stranger.get(f"{own}/{kind}s/{theirs[f'{kind}_id']}"), 404)


def own_body():
    return {"name": "Own", "parameters": [{"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}}]}


SIGNING_IN = {("POST", "/v1/sessions"), ("POST", "/v1/sessions/token")}


@pytest.mark.parametrize(("authorization", "status"), [(None, 401), ("Bearer nobody", 403), ("Nonsense", 400)])
def test_no_route_answers_without_a_good_token(api, path, server_url, routes, theirs, authorization, status):
    before = snapshot(api, path)
    headers = {} if authorization is None else {"Authorization": authorization}

    with patient.Client(base_url=server_url, headers=headers) as nobody:
        for method, route in set(routes) - SIGNING_IN:
            answer = nobody.request(method, route.format(**theirs), json=VALID.get((method, route), {}))
            assert refused(answer, status), (method, route)

    assert snapshot(api, path) == before
