"""The list of experiments: what stands in a row for each kind of experiment."""

from playwright.sync_api import expect

from tests.support.examples import experiment_body, ok

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}
TASTE = {"name": "taste"}
PRICE = {"name": "price", "objective": "minimize"}
CHEAP = PRICE | {"strategy": "constraint", "threshold": 3}
FIRM = {"name": "firmness", "strategy": "constraint", "threshold": 1}
ROWS = {
    "One metric": ([TASTE], {"taste": 0.875}, "0.875 taste"),
    "Nothing yet": ([TASTE], None, "\N{EN DASH} taste"),
    "Too dear": ([TASTE, CHEAP], {"taste": 0.875, "price": 4}, "0.875 taste misses price"),
    "Cheap enough": ([TASTE, CHEAP], {"taste": 0.875, "price": 2}, "0.875 taste"),
    "Several": ([TASTE, PRICE], {"taste": 0.875, "price": 4}, "front of 2 metrics"),
    "Search": ([CHEAP, FIRM], {"price": 4, "firmness": 2}, "0 of 1 meet all 2 constraints"),
}


def test_each_kind_of_experiment_says_how_far_it_is(visitor, token, api):
    for name, (metrics, values, _) in ROWS.items():
        made = ok(api.post("/experiments", json=experiment_body(name=name, metrics=metrics)))["id"]
        if values:
            reported = [{"name": metric, "value": value} for metric, value in values.items()]
            body = {"assignments": POINT, "values": reported, "no_optimize": True}
            ok(api.post(f"/experiments/{made}/observations", json=body))
    endless = {key: value for key, value in experiment_body(name="No budget").items() if key != "observation_budget"}
    ok(api.post("/experiments", json=endless))
    archived = ok(api.post("/experiments", json=experiment_body(name="Old")))["id"]
    ok(api.delete(f"/experiments/{archived}"))
    visitor.sign_in(token)

    page = visitor.open("/experiments?state=all")
    said = {name: page.get_by_role("row").filter(has_text=name) for name in [*ROWS, "No budget", "Old"]}

    for name, (*_, best) in ROWS.items():
        expect(said[name].get_by_role("cell").nth(2)).to_have_text(best)
    expect(said["No budget"].get_by_role("cell").nth(3)).to_have_text("0 evaluated")
    expect(said["Old"].get_by_role("cell").nth(4)).to_have_text("archived")
    assert visitor.faults() == []
