"""Importances over HTTP, computed by a real worker."""

import random

import pytest

from optsvc.services import importances
from tests.support.examples import experiment_body, ok, refused, taste
from tests.support.service import eventually

pytestmark = pytest.mark.usefixtures("worker")

METRICS = [{"name": "taste"}, {"name": "price", "strategy": "store"}]


def points(count):
    """Random points of the example's space."""
    rng = random.Random(1)
    return [
        {"sugar": 10 ** rng.uniform(-1, 1), "eggs": rng.randint(1, 6), "oven": rng.choice(["gas", "electric"])}
        for _ in range(count)
    ]


def values(point):
    """The taste, and a price that only eggs decide."""
    return [{"name": "taste", "value": taste(point)}, {"name": "price", "value": 0.3 * point["eggs"]}]


@pytest.fixture
def measured(api):
    """Stores an experiment with 40 observations; answers its path."""

    def new(**options):
        path = f"/experiments/{ok(api.post('/experiments', json=experiment_body(metrics=METRICS)))['id']}"
        observations = [{"assignments": point, "values": values(point)} for point in points(40)]
        ok(api.post(f"{path}/observations/batch", json={"observations": observations} | options))
        return path

    return new


def found(api, path):
    """The importances, waited for."""
    answer = eventually(lambda: (got := api.get(f"{path}/metric_importances")).status_code == 200 and got)
    return ok(answer)


def check(listed):
    price, by_taste = listed["data"]
    assert (listed["count"], listed["paging"]) == (2, {"before": None, "after": None})
    assert (price["object"], price["metric"], by_taste["metric"]) == ("metric_importances", "price", "taste")
    assert price["importances"].keys() == {"sugar", "eggs", "oven"}
    assert price["importances"]["eggs"] > 0.9
    assert sum(by_taste["importances"].values()) == pytest.approx(1.0)


def test_who_asks_gets_them_a_little_later_for_every_metric(api, measured):
    path = measured(no_optimize=True)
    assert "PUT" in refused(api.get(f"{path}/metric_importances"), 422)

    answer = api.put(f"{path}/metric_importances")

    assert ok(answer) == {}
    check(found(api, path))


def test_in_an_optimized_experiment_they_come_by_themselves(api, measured):
    path = measured()

    listed = found(api, path)
    check(listed)
    older = ok(api.get(f"{path}/importances"))
    assert older == {"object": "importances", "importances": listed["data"][1]["importances"]}


def test_the_older_form_is_for_one_optimized_metric_only(api):
    two = experiment_body(type="random", metrics=[{"name": "a"}, {"name": "b"}])
    path = f"/experiments/{ok(api.post('/experiments', json=two | {'parameters': two['parameters'][:1]}))['id']}"

    assert "2 optimized metrics" in refused(api.get(f"{path}/importances"), 422)


def test_a_request_that_was_lost_with_the_queue_is_found_again(api, sessions, caller, measured):
    path = measured(no_optimize=True)

    with sessions.begin() as session:  # these sessions have no queue
        importances.request(session, caller, int(path.rpartition("/")[2]))

    check(found(api, path))


def test_an_ai_experiment_has_them_too(api, caller):
    project = f"/clients/{caller.client_id}/projects"
    ok(api.post(project, json={"id": "cakes", "name": "Cakes"}))
    body = {"name": "Cake", "parameters": experiment_body()["parameters"], "metrics": METRICS, "budget": 60}
    number = ok(api.post(f"{project}/cakes/aiexperiments", json=body))["id"]
    for point in points(15):
        result = {value["name"]: {"value": value["value"]} for value in values(point)}
        run = {"name": "run", "assignments": point, "values": result, "state": "completed"}
        ok(api.post(f"/aiexperiments/{number}/training_runs", json=run))

    ok(api.put(f"/experiments/{number}/metric_importances"))

    price, by_taste = found(api, f"/experiments/{number}")["data"]
    assert (price["metric"], by_taste["metric"]) == ("price", "taste")
    assert price["importances"]["eggs"] > 0.5
