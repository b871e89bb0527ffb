"""Charts in the browser: what is chosen in one is chosen everywhere, and an address shows what one sees."""

import json
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.examples import experiment_body, ok
from tests.support.service import eventually

OVENS = ("gas", "electric")


def rows(count: int) -> list[dict]:
    """Observations whose taste grows from 0 towards 1; the last one failed."""
    points = [
        {"sugar": 0.1 * (number + 1), "eggs": number % 6 + 1, "oven": OVENS[number % 2]} for number in range(count)
    ]
    good = [{"assignments": point, "values": [{"name": "taste", "value": i / count}]} for i, point in enumerate(points)]
    return [*good[:-1], {"assignments": points[-1], "failed": True}]


@pytest.fixture
def cakes(api: httpx.Client) -> str:
    """An experiment with thirty observations; its id."""
    return filled(api, "Thirty cakes", 30)


def filled(api: httpx.Client, name: str, count: int, **changes: Any) -> str:
    experiment = ok(api.post("/experiments", json=experiment_body(name=name) | changes))["id"]
    body = {"observations": rows(count), "no_optimize": True}
    ok(api.post(f"/experiments/{experiment}/observations/batch", json=body))
    return experiment


def brush_of(page: Page) -> dict:
    """What the address says is chosen."""
    return json.loads(parse_qs(urlsplit(page.url).query)["brush"][0])


def drag(page: Page, axis: str, start: float, end: float) -> None:
    """Along an axis of parallel coordinates, from one share of its length to another, from above."""
    box = page.locator(f"[data-axis='{axis}']").bounding_box()
    assert box is not None
    x, height = box["x"] + box["width"] / 2, box["height"]
    page.mouse.move(x, box["y"] + height * start)
    page.mouse.down()
    page.mouse.move(x, box["y"] + height * (start + end) / 2)
    page.mouse.move(x, box["y"] + height * end)
    page.mouse.up()


def test_what_is_brushed_on_an_axis_is_left_in_the_table_and_stands_out_in_the_other_charts(visitor, token, cakes):
    visitor.enter(token)
    page = visitor.open(f"/experiments/{cakes}/analysis?view=points")
    page.get_by_role("heading", name="All observations").wait_for()
    expect(page.locator("figure [aria-busy=false]")).to_have_count(3)

    drag(page, "taste", 0.1, 0.4)

    page.wait_for_url("**brush=**")
    [[low, high]] = brush_of(page)["metric:taste"]
    fitting = [number for number in range(29) if low <= number / 30 <= high]
    assert 4 < len(fitting) < 20
    page.get_by_role("heading", name=f"{len(fitting)} of 30 observations").wait_for()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(len(fitting) + 1)
    chosen = "document.querySelector('.js-plotly-plot').data[0].selectedpoints"
    eventually(lambda: page.evaluate(chosen) == fitting)


def test_what_has_no_value_is_chosen_at_the_foot_of_its_axis(visitor, token, cakes):
    visitor.enter(token)
    page = visitor.open(f"/experiments/{cakes}/analysis?view=points")
    expect(page.locator("figure [aria-busy=false]")).to_have_count(3)

    drag(page, "taste", 0.95, 1)

    page.get_by_role("heading", name="1 of 30 observations").wait_for()
    expect(page.get_by_role("table").get_by_role("row").last).to_contain_text("failed")
    assert brush_of(page) == {"metric:taste": [None]}


def test_an_address_shows_a_colleague_the_same_axes_and_the_same_choice(visitor, token, cakes):
    visitor.enter(token)
    brush = quote(json.dumps({"parameter:oven": ["gas"], "metric:taste": [[0.5, 1]]}))

    page = visitor.open(f"/experiments/{cakes}/analysis?view=scatter&x=parameter:sugar&y=parameter:eggs&brush={brush}")

    page.get_by_role("heading", name="eggs against sugar").wait_for()
    page.get_by_role("heading", name="7 of 30 observations").wait_for()
    page.get_by_role("button", name="Any oven").click()
    page.get_by_role("heading", name="14 of 30 observations").wait_for()
    assert brush_of(page) == {"metric:taste": [[0.5, 1]]}


def test_observations_can_be_chosen_without_a_pointer(visitor, token, cakes):
    visitor.enter(token)
    page = visitor.open(f"/experiments/{cakes}/analysis")

    page.get_by_role("button", name="Condition").focus()
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="What").fill("egg")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="From").fill("5")
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="10 of 30 observations").wait_for()


def test_charts_are_taken_along_as_pictures_and_as_figures(visitor, token, cakes):
    visitor.enter(token)
    page = visitor.open(f"/experiments/{cakes}/analysis?view=points")
    taken = {}

    for chart in ("history", "parallel_coordinates"):
        for kind in ("PNG picture", "SVG drawing", "Plotly figure (JSON)"):
            page.get_by_role("button", name=f"Download the chart experiment-{cakes}-{chart}").click()
            with page.expect_download() as download:
                page.get_by_role("menuitem", name=kind).click()
            expect(page.get_by_role("menuitem")).to_have_count(0)
            taken[download.value.suggested_filename] = download.value.path().read_bytes()

    charts = (f"experiment-{cakes}-{chart}" for chart in ("history", "parallel_coordinates"))
    assert list(taken) == [f"{chart}.{ending}" for chart in charts for ending in ("png", "svg", "json")]
    assert taken[f"experiment-{cakes}-parallel_coordinates.png"].startswith(b"\x89PNG")
    assert taken[f"experiment-{cakes}-parallel_coordinates.svg"].count(b"<polyline") == 30


def test_experiments_are_picked_in_the_list_and_stand_beside_each_other(visitor, token, api):
    filled(api, "Thirty cakes", 30)
    filled(api, "Ten cakes", 10)
    visitor.enter(token)
    page = visitor.open("/experiments")

    page.get_by_role("checkbox", name="Compare Thirty cakes").check()
    page.get_by_role("checkbox", name="Compare Ten cakes").check()
    page.get_by_role("link", name="Compare 2").click()

    page.get_by_role("heading", name="Best taste so far").wait_for()
    page.locator(".js-plotly-plot[aria-busy=false]").wait_for()
    assert page.evaluate("document.querySelector('.js-plotly-plot').data.map(line => line.x.at(-1))") == [30, 10]
    expect(page.get_by_role("row", name="Evaluated")).to_contain_text("10")


@pytest.mark.usefixtures("worker")
def test_a_search_for_all_that_will_do_says_how_much_of_it_has_been_covered(visitor, token, api):
    experiment = filled(
        api, "Any good cake", 30, metrics=[{"name": "taste", "strategy": "constraint", "threshold": 0.5}]
    )
    visitor.enter(token)

    page = visitor.open(f"/experiments/{experiment}")

    page.get_by_text("How much has been covered?").wait_for(timeout=40_000)
    expect(page.get_by_text("14 of 29 observations meet all thresholds and cover")).to_be_visible()


@pytest.mark.usefixtures("worker")
def test_what_workers_find_out_appears_by_itself(visitor, token, cakes):
    visitor.enter(token)

    page = visitor.open(f"/experiments/{cakes}")
    page.get_by_text("Is it worth going on?").wait_for(timeout=40_000)
    page.get_by_text("cannot be told yet").or_(page.get_by_text(" fine")).first.wait_for(timeout=40_000)
    page = visitor.open(f"/experiments/{cakes}/analysis?view=importances")

    page.locator(".js-plotly-plot .bars").wait_for(timeout=40_000)
