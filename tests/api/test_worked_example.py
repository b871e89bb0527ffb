"""The contract's worked example, as far as one metric reaches; ids and times are its only freedom."""

from tests.support.examples import ok, refused


def test_the_worked_example_gives_the_answers_of_the_contract(api, caller):
    experiment = ok(
        api.post(
            "/experiments",
            json={
                "name": "Cake",
                "observation_budget": 40,
                "parallel_bandwidth": 2,
                "project": None,
                "metrics": [{"name": "taste"}],
                "parameters": [
                    {"name": "sugar", "type": "double", "bounds": {"min": 0.1, "max": 10}, "transformation": "log"},
                    {"name": "eggs", "type": "int", "bounds": {"min": 1, "max": 6}},
                    {"name": "oven", "type": "categorical", "categorical_values": ["gas", "electric"]},
                ],
            },
        )
    )
    blank = {"conditions": {}, "default_value": None, "object": "parameter", "prior": None, "transformation": None}
    assert experiment == {
        "client": str(caller.client_id),
        "conditionals": [],
        "created": experiment["created"],
        "development": False,
        "id": experiment["id"],
        "linear_constraints": [],
        "metadata": None,
        "metrics": [
            {
                "name": "taste",
                "object": "metric",
                "objective": "maximize",
                "strategy": "optimize",
                "threshold": None,
            }
        ],
        "name": "Cake",
        "num_solutions": None,
        "object": "experiment",
        "observation_budget": 40,
        "parallel_bandwidth": 2,
        "parameters": [
            blank
            | {
                "bounds": {"max": 6.0, "min": 1.0, "object": "bounds"},
                "categorical_values": None,
                "name": "eggs",
                "type": "int",
            },
            blank
            | {
                "bounds": None,
                "categorical_values": [
                    {"enum_index": 1, "name": "gas", "object": "categorical_value"},
                    {"enum_index": 2, "name": "electric", "object": "categorical_value"},
                ],
                "name": "oven",
                "type": "categorical",
            },
            blank
            | {
                "bounds": {"max": 10.0, "min": 0.1, "object": "bounds"},
                "categorical_values": None,
                "name": "sugar",
                "transformation": "log",
                "type": "double",
            },
        ],
        "progress": {
            "best_observation": None,
            "first_observation": None,
            "last_observation": None,
            "object": "progress",
            "observation_budget_consumed": 0.0,
            "observation_count": 0,
        },
        "project": None,
        "runs_only": False,
        "state": "active",
        "type": "offline",
        "updated": experiment["created"],
        "user": str(caller.user_id),
    }
    path = f"/experiments/{experiment['id']}"

    suggestion = ok(api.post(f"{path}/suggestions", json={}))
    why = suggestion.pop("optsvc")
    assert why["source"] == "initial"
    assert suggestion == {
        "assignments": suggestion["assignments"],
        "created": suggestion["created"],
        "deleted": None,
        "experiment": experiment["id"],
        "id": suggestion["id"],
        "metadata": None,
        "object": "suggestion",
        "state": "open",
    }

    report = {"suggestion": suggestion["id"], "values": [{"name": "taste", "value": 0.7, "value_stddev": 0.05}]}
    good = ok(api.post(f"{path}/observations", json=report))
    values = [{"name": "taste", "object": "metric_evaluation", "value": 0.7, "value_stddev": 0.05}]
    assert good == {
        "assignments": suggestion["assignments"],
        "created": good["created"],
        "experiment": experiment["id"],
        "failed": False,
        "id": good["id"],
        "metadata": None,
        "object": "observation",
        "suggestion": suggestion["id"],
        "values": values,
    }

    report = {"assignments": {"sugar": 1, "eggs": 2, "oven": "gas"}, "failed": True}
    failed = ok(api.post(f"{path}/observations", json=report))
    assert (failed["failed"], failed["suggestion"], failed["values"]) == (True, None, [])

    newest = ok(api.get(f"{path}/observations?limit=1"))
    assert newest == {"count": 2, "data": [failed], "object": "pagination", "paging": newest["paging"]}
    assert newest["paging"]["after"] == newest["paging"]["before"] is not None

    assert ok(api.get(f"{path}/best_assignments")) == {
        "count": 1,
        "data": [
            {
                "assignments": suggestion["assignments"],
                "id": good["id"],
                "metadata": None,
                "object": "best_assignments",
                "values": values,
            }
        ],
        "object": "pagination",
        "paging": {"after": None, "before": None},
    }

    answer = api.post(f"{path}/observations", json={"suggestion": "999999", "values": []})
    assert refused(answer, 400)
    assert answer.json().keys() == {"message", "status"}
