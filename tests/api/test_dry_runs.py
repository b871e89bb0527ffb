"""Dry runs: everything is checked, nothing is stored."""

import pytest

from tests.support.examples import experiment_body, ok, refused

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}


def without_times(experiment):
    return {key: value for key, value in experiment.items() if key not in ("id", "created", "updated", "optsvc")}


def test_a_dry_run_answers_the_experiment_that_would_be(api, caller):
    for address in ("/experiments", f"/clients/{caller.client_id}/experiments"):
        would_be = ok(api.post(f"{address}?dry_run=true", json=experiment_body()))
        assert ok(api.get("/experiments?state=all"))["count"] == 0
        assert would_be["id"] is None
        assert would_be["optsvc"] == {
            "features": ["offline", "log transformations", "categories"],
            "point_count": None,
            "feasible_share": 1.0,
            "advised_budget": 30,
        }
    made = ok(api.post("/experiments?dry_run=false", json=experiment_body()))
    assert without_times(made) == without_times(would_be)
    assert "optsvc" not in made


def test_a_dry_run_refuses_what_creation_refuses(api):
    tasks = experiment_body(tasks=[{"name": "full", "cost": 1}, {"name": "half", "cost": 0.5}])
    assert "not supported yet" in refused(api.post("/experiments?dry_run=1", json=tasks), 400)
    assert "muffins" in refused(api.post("/experiments?dry_run=1", json=experiment_body(project="muffins")), 400)
    assert "dry_run" in refused(api.post("/experiments?dry_run=maybe", json=experiment_body()), 400)


def test_a_finite_space_is_counted_and_its_feasible_share_told(api):
    ints = [{"name": name, "type": "int", "bounds": {"min": 0, "max": 2}} for name in "xy"]
    kinds = {"name": "k", "type": "categorical", "categorical_values": ["p", "q"], "conditions": {"c": "on"}}
    finite = experiment_body(
        parameters=[*ints, kinds],
        conditionals=[{"name": "c", "values": ["on", "off"]}],
        linear_constraints=[
            {"type": "less_than", "threshold": 2, "terms": [{"name": n, "weight": 1} for n in ("x", "y")]}
        ],
        parallel_bandwidth=2,
    )

    told = ok(api.post("/experiments?dry_run=true", json=finite))["optsvc"]

    assert told["point_count"] == 27
    assert told["feasible_share"] == pytest.approx(6 / 9, abs=0.05)
    assert told["advised_budget"] == 27
    assert {"conditionals", "linear constraints", "categories", "parallel evaluations"} <= set(told["features"])


def test_a_dry_run_and_the_real_thing_do_not_share_an_idempotency_key(api):
    key = {"Idempotency-Key": "the same"}

    ok(api.post("/experiments?dry_run=true", json=experiment_body(), headers=key))

    assert "Idempotency-Key" in refused(api.post("/experiments", json=experiment_body(), headers=key), 422)


def test_a_batch_in_a_dry_run_answers_the_observations_without_storing_them(api, path):
    suggestion = ok(api.post(f"{path}/suggestions", json={"assignments": POINT}))["id"]
    batch = {
        "observations": [{"suggestion": suggestion, "value": 1}, {"assignments": POINT, "failed": True}],
        "dry_run": True,
    }

    checked = ok(api.post(f"{path}/observations/batch", json=batch))

    assert [row["id"] for row in checked["data"]] == [None, None]
    assert [row["assignments"] for row in checked["data"]] == [POINT, POINT]
    assert [row["values"] for row in checked["data"]] == [
        [{"object": "metric_evaluation", "name": "taste", "value": 1.0, "value_stddev": None}],
        [],
    ]
    assert ok(api.get(f"{path}/observations"))["count"] == 0
    assert ok(api.get(f"{path}/suggestions/{suggestion}"))["state"] == "open"
    assert "observations[1]" in refused(
        api.post(f"{path}/observations/batch", json=batch | {"observations": [*batch["observations"][:1], {}]}), 400
    )
