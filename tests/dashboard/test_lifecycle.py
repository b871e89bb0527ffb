"""An experiment as a whole: copied, reset."""

from playwright.sync_api import expect

from tests.support.examples import experiment_body, ok

PART_OF_A_COPY = [
    "parameters",
    "conditionals",
    "linear_constraints",
    "metrics",
    "type",
    "metadata",
    "project",
    "num_solutions",
    "parallel_bandwidth",
    "observation_budget",
]


def everything() -> dict:
    """An experiment with a little of all that a definition may have."""
    return {
        "name": "Bread",
        "parameters": [
            {
                "name": "flour",
                "type": "double",
                "bounds": {"min": 0, "max": 1},
                "prior": {"name": "normal", "mean": 0.5, "scale": 0.1},
            },
            {"name": "water", "type": "double", "bounds": {"min": 0, "max": 1}},
            {"name": "hours", "type": "int", "grid": [1, 2, 4]},
            {
                "name": "yeast",
                "type": "double",
                "bounds": {"min": 0.01, "max": 1},
                "transformation": "log",
                "conditions": {"rises": ["yes"]},
            },
            {"name": "oven", "type": "categorical", "categorical_values": ["gas", "electric"]},
        ],
        "conditionals": [{"name": "rises", "values": ["yes", "no"]}],
        "linear_constraints": [
            {
                "type": "less_than",
                "threshold": 1,
                "terms": [{"name": "flour", "weight": 1}, {"name": "water", "weight": 1}],
            }
        ],
        "metrics": [
            {"name": "taste"},
            {"name": "price", "objective": "minimize", "strategy": "constraint", "threshold": 3},
        ],
        "observation_budget": 40,
        "parallel_bandwidth": 2,
        "metadata": {"cook": "Zoë", "oven": 3},
    }


def test_a_copy_has_the_same_definition_and_no_data(visitor, token, api):
    made = ok(api.post("/experiments", json=everything()))
    body = {"assignments": {"flour": 0.4, "water": 0.3, "hours": 2, "rises": "no", "oven": "gas"}, "failed": True}
    ok(api.post(f"/experiments/{made['id']}/observations", json=body | {"no_optimize": True}))
    visitor.enter(token)
    page = visitor.open(f"/experiments/{made['id']}/properties")

    page.get_by_role("button", name="Copy …").click()
    expect(page.get_by_label("Name of the copy")).to_have_value("Bread, again")
    page.get_by_role("button", name="Make the copy").click()
    page.get_by_role("heading", name="Bread, again", level=1).wait_for()

    copy = ok(api.get("/experiments"))["data"][0]
    assert {key: copy[key] for key in PART_OF_A_COPY} == {key: made[key] for key in PART_OF_A_COPY}
    assert (copy["name"], copy["progress"]["observation_count"]) == ("Bread, again", 0)


def test_a_reset_forgets_observations_and_suggestions_after_asking(visitor, token, api):
    experiment = ok(api.post("/experiments", json=experiment_body()))["id"]
    point = {"sugar": 1.0, "eggs": 4, "oven": "gas"}
    ok(api.post(f"/experiments/{experiment}/suggestions", json={"assignments": point}))
    ok(api.post(f"/experiments/{experiment}/observations", json={"assignments": point, "failed": True}))
    visitor.enter(token)
    page = visitor.open(f"/experiments/{experiment}/properties")

    page.get_by_role("button", name="Reset the experiment").click()
    page.get_by_text("Its one observation goes").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Reset").click()
    page.get_by_text("begins anew").wait_for()

    assert ok(api.get(f"/experiments/{experiment}"))["progress"]["observation_count"] == 0
    assert ok(api.get(f"/experiments/{experiment}/suggestions"))["data"] == []
