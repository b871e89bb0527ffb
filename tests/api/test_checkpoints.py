"""Checkpoints: values in the middle of a run."""

import pytest

from optsvc.services import checkpoints
from tests.support.examples import ok, refused


@pytest.fixture
def run(api, caller):
    """A new run outside of experiments."""
    projects = f"/clients/{caller.client_id}/projects"
    ok(api.post(projects, json={"id": "cakes", "name": "Cakes"}))
    return ok(api.post(f"{projects}/cakes/training_runs", json={"name": "a run"}))


@pytest.fixture
def path(run):
    return f"/training_runs/{run['id']}/checkpoints"


def test_a_checkpoint_comes_back_with_its_values_by_name(api, run, path):
    body = {
        "values": [{"name": "loss", "value": 2, "value_stddev": 0.5}, {"name": "accuracy", "value": 0.5}],
        "metadata": {"epoch": 3, "none": None},
    }

    made = ok(api.post(path, json=body))

    assert made == {
        "object": "checkpoint",
        "id": made["id"],
        "training_run": run["id"],
        "created": made["created"],
        "values": [
            {"object": "metric_evaluation", "name": "accuracy", "value": 0.5, "value_stddev": None},
            {"object": "metric_evaluation", "name": "loss", "value": 2.0, "value_stddev": 0.5},
        ],
        "metadata": {"epoch": 3},
    }
    assert ok(api.get(f"{path}/{made['id']}")) == made
    assert ok(api.get(f"/training_runs/{run['id']}"))["checkpoint_count"] == 1


VALUES = [{"name": "loss", "value": 1}]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "values"),
        ({"values": None}, "values"),
        ({"values": []}, "values"),
        ({"values": {"loss": {"value": 1}}}, "values"),
        ({"values": [{"value": 1}]}, "values[0].name"),
        ({"values": [{"name": None, "value": 1}]}, "values[0].name"),
        ({"values": [{"name": "", "value": 1}]}, "values[0].name"),
        ({"values": [{"name": "a"}]}, "values[0].value"),
        ({"values": [{"name": "a", "value": None}]}, "values[0].value"),
        ({"values": [{"name": "a", "value": "1"}]}, "values[0].value"),
        ({"values": [{"name": "a", "value": 1, "value_stddev": -1}]}, "value_stddev"),
        ({"values": [{"name": "a", "value": 1, "unit": "m"}]}, "unit"),
        ({"values": [*VALUES, *VALUES]}, "loss"),
        ({"values": VALUES, "metadata": {str(i): i for i in range(6)}}, "metadata"),
        ({"values": VALUES, "metadata": {"a": True}}, "metadata"),
        ({"values": VALUES, "more": 1}, "more"),
    ],
)
def test_a_faulty_checkpoint_is_refused_by_name(api, run, path, body, named):
    assert named in refused(api.post(path, json=body), 400)
    assert ok(api.get(f"/training_runs/{run['id']}"))["checkpoint_count"] == 0


def test_five_keys_of_metadata_are_taken(api, path):
    made = ok(api.post(path, json={"values": VALUES, "metadata": {str(i): i for i in range(5)}}))

    assert len(made["metadata"]) == 5


def test_checkpoints_are_listed_in_pages_both_ways(api, path):
    ids = [ok(api.post(path, json={"values": VALUES}))["id"] for _ in range(5)]

    assert [c["id"] for c in ok(api.get(path))["data"]] == ids[::-1]
    first = ok(api.get(f"{path}?ascending=true&limit=3"))
    rest = ok(api.get(f"{path}?ascending=true&limit=3&after={first['paging']['after']}"))
    assert [c["id"] for c in first["data"] + rest["data"]] == ids
    assert (first["count"], rest["paging"]["after"]) == (5, None)


def test_no_run_takes_more_than_200_checkpoints(api, caller, run, path, sessions):
    with sessions.begin() as session:
        for _ in range(199):
            checkpoints.create(session, caller, int(run["id"]), [])

    ok(api.post(path, json={"values": VALUES}))
    refused(api.post(path, json={"values": VALUES}), 403)
    assert ok(api.get(f"{path}?limit=0"))["count"] == 200


def test_a_checkpoint_is_found_only_in_its_own_run(api, caller, path):
    checkpoint = ok(api.post(path, json={"values": VALUES}))
    other = ok(api.post(f"/clients/{caller.client_id}/projects/cakes/training_runs", json={"name": "other"}))

    refused(api.get(f"/training_runs/{other['id']}/checkpoints/{checkpoint['id']}"), 404)
    refused(api.get(f"{path}/999999999"), 404)
    refused(api.get("/training_runs/99999999999/checkpoints"), 404)
