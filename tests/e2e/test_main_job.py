"""The main job on real parts: HTTP, PostgreSQL, Redis, a worker process, a Gaussian process."""

import pytest

from tests.support.examples import experiment_body, ok, taste

pytestmark = pytest.mark.usefixtures("worker")


def test_a_tuning_job_over_http_gets_model_suggestions_and_finds_a_good_point(api):
    experiment = ok(api.post("/experiments", json=experiment_body(observation_budget=20)))
    path = f"/experiments/{experiment['id']}"

    sources = []
    for _ in range(20):
        suggestion = ok(api.post(f"{path}/suggestions", json={}))
        sources.append(suggestion["optsvc"]["source"])
        value = taste(suggestion["assignments"])
        ok(api.post(f"{path}/observations", json={"suggestion": suggestion["id"], "value": value}))

    assert sources[0] == "initial"
    assert sources.count("gp") >= 10
    assert "fallback" not in sources
    [best] = ok(api.get(f"{path}/best_assignments"))["data"]
    assert best["values"][0]["value"] > 0.9
    progress = ok(api.get(path))["progress"]
    assert progress["observation_count"] == 20
    assert progress["best_observation"]["id"] == best["id"]
