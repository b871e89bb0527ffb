"""A whole experiment without a line of program: made by form, suggested, reported, mended."""

import httpx
import pytest
from playwright.sync_api import expect

from optsvc.services import sessions as sign_ins
from tests.support.examples import experiment_body, ok


@pytest.fixture
def thirty(api) -> str:
    """An experiment with thirty observations, one of them failed; its id."""
    experiment = ok(api.post("/experiments", json=experiment_body(name="Thirty cakes")))["id"]
    rows = [
        {
            "assignments": {
                "sugar": 0.1 * (number + 1),
                "eggs": number % 6 + 1,
                "oven": ["gas", "electric"][number % 2],
            },
            **({"failed": True} if number == 7 else {"values": [{"name": "taste", "value": number / 30}]}),
        }
        for number in range(30)
    ]
    ok(api.post(f"/experiments/{experiment}/observations/batch", json={"observations": rows, "no_optimize": True}))
    return experiment


def test_a_chemist_makes_an_experiment_by_form_and_works_it_by_hand(visitor, caller, sessions, api):
    with sessions.begin() as session:
        link = sign_ins.sign_in_link(session, caller.user_id)
    page = visitor.sign_in(link)
    page.get_by_role("link", name="Make one with a form").click()

    page.get_by_role("heading", name="New experiment").wait_for()
    page.get_by_label("Name", exact=True).first.fill("Soap")
    parameter = page.get_by_role("group", name="Parameter 1")
    parameter.get_by_label("Name").fill("lye")
    parameter.get_by_label("From").fill("9")
    parameter.get_by_label("To").fill("5")
    page.get_by_role("alert").get_by_text("must be smaller than").wait_for()
    expect(parameter.get_by_text("must be smaller than")).to_be_visible()
    parameter.get_by_label("From").fill("1")
    page.get_by_text("Advised budget").wait_for()
    page.get_by_role("button", name="Add a parameter").click()
    second = page.get_by_role("group", name="Parameter 2")
    second.get_by_label("Name").fill("oil")
    second.get_by_role("combobox", name="Kind").click()
    page.get_by_role("option", name="Category").click()
    second.get_by_label("Categories").fill("olive, coconut")
    page.get_by_role("group", name="Metric 1").get_by_label("Name").fill("foam")
    page.get_by_role("button", name="Create the experiment").click()
    page.get_by_role("heading", name="Soap", level=1).wait_for()

    page.get_by_role("link", name="Suggestions").click()
    page.get_by_role("button", name="Suggest what to try next").click()
    page.get_by_role("button", name="Report result").click()
    page.get_by_role("button", name="Report", exact=True).click()
    expect(page.get_by_text("foam is needed")).to_be_visible()
    page.get_by_label("foam").fill("0.625")
    page.get_by_role("button", name="Report", exact=True).click()
    page.get_by_text("No open suggestions").wait_for()

    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("cell", name="0.625")).to_be_visible()
    [made] = ok(api.get("/experiments"))["data"]
    assert [parameter["type"] for parameter in made["parameters"]] == ["double", "categorical"]
    assert made["progress"]["observation_count"] == 1


def test_beliefs_several_solutions_and_a_constraint_are_asked_about_while_one_types(visitor, token, api):
    visitor.sign_in(token)
    page = visitor.open("/experiments/new")
    page.get_by_label("Name", exact=True).first.fill("Bread")
    page.get_by_label("Solutions").fill("50")
    page.get_by_role("button", name="Add a parameter").click()
    flour, water = page.get_by_role("group", name="Parameter 1"), page.get_by_role("group", name="Parameter 2")
    for parameter, name, shape in ((flour, "flour", "normal"), (water, "water", "beta")):
        parameter.get_by_label("Name").fill(name)
        parameter.get_by_role("combobox", name="Prior").click()
        page.get_by_role("option", name=shape).click()
    flour.get_by_label("Mean").fill("1.5")
    flour.get_by_label("Deviation").fill("0.1")
    water.get_by_label("Shape a").fill("4")
    page.get_by_role("button", name="Add a constraint").click()
    constraint = page.get_by_role("group", name="Constraint 1")
    for term, name in (("Parameter 1", "flour"), ("Parameter 2", "water")):
        constraint.get_by_role("combobox", name=term).click()
        page.get_by_role("option", name=name).click()

    expect(flour.get_by_text("prior.mean (1.5) must lie within the bounds")).to_be_visible()
    flour.get_by_label("Mean").fill("0.5")
    expect(page.get_by_text("num_solutions: at most as many as the budget of 30, got 50").first).to_be_visible()
    page.get_by_label("Solutions").fill("3")
    expect(page.get_by_text("priors, linear constraints, several solutions")).to_be_visible()
    assert visitor.faults() == []
    page.get_by_role("button", name="Create the experiment").click()
    page.get_by_role("heading", name="Bread", level=1).wait_for()

    [made] = ok(api.get("/experiments"))["data"]
    assert made["num_solutions"] == 3
    assert [parameter["prior"]["name"] for parameter in made["parameters"]] == ["normal", "beta"]
    assert made["parameters"][1]["prior"]["shape_a"] == 4
    assert made["linear_constraints"][0]["threshold"] == 1


def test_a_point_of_ones_own_waits_in_line_until_it_is_handed_out(visitor, token, thirty, api):
    page = visitor.sign_in(token)
    page = visitor.open(f"/experiments/{thirty}/suggestions")

    page.get_by_role("button", name="Queue a point of your own").click()
    page.get_by_label("eggs").fill("3")
    page.get_by_label("sugar").fill("2.5")
    page.get_by_role("button", name="Queue it").click()
    page.get_by_text("Waiting in line (1)").wait_for()
    page.get_by_role("button", name="Suggest what to try next").click()
    page.get_by_text("your queue").wait_for()

    [handed_out] = ok(api.get(f"/experiments/{thirty}/suggestions"))["data"]
    assert handed_out["assignments"] == {"eggs": 3, "oven": "gas", "sugar": 2.5}
    expect(page.get_by_text("Waiting in line")).to_have_count(0)


def test_the_history_is_filtered_and_sorted_by_its_address_and_mended_in_place(visitor, token, thirty, api):
    visitor.enter(token)
    page = visitor.open(f"/experiments/{thirty}/history?filter=oven%3Dgas&sort=value-taste&order=up")
    rows = page.get_by_role("row")

    expect(page.get_by_role("status").first).to_have_text("15 of 30 observations")
    expect(rows.nth(1)).to_contain_text("0.1")
    expect(rows.nth(1).get_by_role("cell").nth(1)).to_have_text("0")
    rows.nth(1).get_by_role("button", name="Edit").click()
    page.get_by_label("taste").fill("0.99")
    page.get_by_role("button", name="Save").click()
    expect(rows.last.get_by_role("cell").nth(1)).to_have_text("0.99")
    page.get_by_label("Filter").fill("taste>0.98")
    expect(page.get_by_role("status").first).to_have_text("1 of 30 observations")
    assert "taste" in httpx.URL(page.url).params["filter"]
    page.get_by_role("button", name="Delete observation").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("No observation fits the filter").wait_for()

    assert ok(api.get(f"/experiments/{thirty}"))["progress"]["observation_count"] == 29


def test_the_history_can_be_taken_along(visitor, token, thirty):
    visitor.enter(token)
    page = visitor.open(f"/experiments/{thirty}/history")

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()

    assert download.value.path().read_text().count("\n") == 31


def test_who_may_only_read_is_offered_nothing_else(visitor, thirty, api):
    secret = ok(api.post(f"/experiments/{thirty}/tokens"))["token"]
    visitor.open(f"/shared/{thirty}#{secret}")

    for tab in ("history", "suggestions", "properties", "api"):
        page = visitor.open(f"/experiments/{thirty}/{tab}")
        page.get_by_role("link", name="History").wait_for()
        visitor.rest()
        for forbidden in ("Edit", "Delete", "Suggest", "Queue", "Save", "Share"):
            assert page.get_by_role("button", name=forbidden).count() == 0
