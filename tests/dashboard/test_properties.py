"""What can change of an experiment while it runs, by form: what is refused, what is saved, and the way back."""

import pytest
from playwright.sync_api import expect

from tests.support.examples import experiment_body, ok

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}


@pytest.fixture
def cake(api) -> str:
    """An experiment with a constraint; its id."""
    metrics = [{"name": "taste"}, {"name": "price", "objective": "minimize", "strategy": "constraint", "threshold": 3}]
    return ok(api.post("/experiments", json=experiment_body(metrics=metrics, metadata={"team": "bakery"})))["id"]


def definition(api, experiment: str) -> dict:
    """What a form could have changed."""
    shown = ok(api.get(f"/experiments/{experiment}"))
    return {key: value for key, value in shown.items() if key not in ("updated", "progress")}


def test_what_was_changed_is_saved_where_it_is_allowed_and_put_back_by_one_press(visitor, token, cake, api):
    before = definition(api, cake)
    visitor.sign_in(token)
    page = visitor.open(f"/experiments/{cake}/properties")
    sugar, oven = page.get_by_role("group", name="sugar"), page.get_by_role("group", name="oven")

    sugar.get_by_label("To").fill("0.05")
    page.get_by_role("button", name="Save").click()
    expect(sugar.get_by_text("must be smaller than")).to_be_visible()
    expect(sugar.get_by_label("From")).to_be_focused()
    assert definition(api, cake) == before
    sugar.get_by_label("To").fill("12")
    oven.get_by_label("Categories").fill("gas, electric, wood")
    page.get_by_role("button", name="Remove eggs").click()
    page.get_by_label("Threshold of price").fill("2.5")
    page.get_by_label("Budget").fill("50")
    page.get_by_label("Metadata").fill("")
    expect(page.get_by_role("region", name="What would change")).to_contain_text("0.1 to 10 → 0.1 to 12")
    assert visitor.faults() == []
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Changed: Budget, Metadata, Threshold of price, eggs, oven, sugar.").wait_for()

    after = definition(api, cake)
    assert [parameter["name"] for parameter in after["parameters"]] == ["oven", "sugar"]
    assert after["parameters"][1]["bounds"] == {"object": "bounds", "min": 0.1, "max": 12}
    assert [value["name"] for value in after["parameters"][0]["categorical_values"]] == ["gas", "electric", "wood"]
    assert (after["metrics"][0]["threshold"], after["observation_budget"], after["metadata"]) == (2.5, 50, None)
    assert visitor.faults() == []
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("It is as it was before, except: eggs.").wait_for()
    expect(page.get_by_role("group", name="eggs")).to_be_visible()
    restored = definition(api, cake)
    assert restored["parameters"][0].pop("default_value") in range(1, 7)  # which the service asks of what comes back
    assert before["parameters"][0].pop("default_value") is None
    assert restored == before


def test_an_observation_that_comes_in_does_not_take_away_what_is_being_typed(visitor, token, cake, api):
    visitor.sign_in(token)
    page = visitor.open(f"/experiments/{cake}/properties")

    page.get_by_label("Name", exact=True).fill("Pie")
    values = [{"name": "taste", "value": 1}, {"name": "price", "value": 2}]
    body = {"assignments": POINT, "values": values, "no_optimize": True}
    ok(api.post(f"/experiments/{cake}/observations", json=body))
    page.get_by_label("1 of 40 evaluated").wait_for()

    expect(page.get_by_label("Name", exact=True)).to_have_value("Pie")


def test_parameters_under_linear_constraints_are_shown_and_not_offered_and_archiving_can_be_undone(visitor, token, api):
    parts = [{"name": name, "type": "double", "bounds": {"min": 0, "max": 1}} for name in ("butter", "flour")]
    terms = [{"name": "butter", "weight": 1}, {"name": "flour", "weight": -1}]
    constraint = {"type": "less_than", "terms": terms, "threshold": 0.5}
    body = experiment_body(linear_constraints=[constraint], parameters=parts)
    mixture = ok(api.post("/experiments", json=body))["id"]
    visitor.sign_in(token)
    page = visitor.open(f"/experiments/{mixture}/properties")

    expect(page.get_by_text("butter \N{MINUS SIGN} flour ≤ 0.5")).to_be_visible()
    expect(page.get_by_label("From")).to_have_count(0)
    page.get_by_role("button", name="Archive").click()
    page.get_by_text("Cake is archived").wait_for()
    assert definition(api, mixture)["state"] == "deleted"
    page.get_by_role("button", name="Undo").click()

    page.get_by_text("It is as it was before").wait_for()
    expect(page.get_by_role("link", name="Cake", exact=True)).to_be_visible()
    assert definition(api, mixture)["state"] == "active"
