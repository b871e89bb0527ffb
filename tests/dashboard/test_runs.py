"""Training runs: one by itself, several beside each other, all of a project in charts."""

import base64
import hashlib

import httpx
import pytest
from playwright.sync_api import expect

from optsvc.api.app import create_app
from tests.dashboard.test_analysis import brush_of, drag
from tests.support import patient
from tests.support.browser import Visitor
from tests.support.examples import ok
from tests.support.service import live_server

WHOLE = {
    "name": "whole",
    "state": "completed",
    "assignments": {"rate": 0.01, "depth": 7, "seed": 3},
    "assignments_meta": {"depth": {"source": "Search"}, "seed": {"source": "Machine"}},
    "assignments_sources": {"Search": {"sort": 1}, "Machine": {"sort": 2, "default_show": False}},
    "values": {"accuracy": {"value": 0.875, "value_stddev": 0.01}},
    "metadata": {"who": "Marie"},
    "datasets": {"mnist": {}},
    "logs": {"stdout": {"content": "epoch 1 of 3"}},
    "source_code": {"content": "print(1)", "hash": "3f2a9c1"},
    "model": {"type": "tree"},
    "sys_metadata": {"feature_importances": {"type": "gain", "scores": {"width": 2.5, "height": 10}}},
}


@pytest.fixture
def project(api, caller) -> str:
    """The address of a project."""
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "nets", "name": "Nets"}))
    return f"/clients/{caller.client_id}/projects/nets"


def test_a_run_shows_what_it_was_given_what_it_measured_and_what_it_left_behind(visitor, token, api, project):
    run = ok(api.post(f"{project}/training_runs", json=WHOLE))["id"]
    for value in (0.5, 0.75, 0.875):
        ok(api.post(f"/training_runs/{run}/checkpoints", json={"values": [{"name": "accuracy", "value": value}]}))
    visitor.enter(token)

    page = visitor.open(f"/runs/{run}")
    page.get_by_role("heading", name="whole", level=1).wait_for()
    page.get_by_role("figure", name="On its way").locator("svg").first.wait_for()

    expect(page.get_by_text("0.875 ± 0.010")).to_be_visible()
    expect(page.locator("summary", has_text="Search").locator("..")).to_have_attribute("open", "")
    expect(page.locator("summary", has_text="Machine").locator("..")).not_to_have_attribute("open", "")
    for words in ("mnist", "epoch 1 of 3", "print(1)", "version 3f2a9c1", "tree", "Marie", "Test user", "by gain"):
        expect(page.get_by_role("main").get_by_text(words, exact=True)).to_be_visible()
    assert [row.split("\t")[0] for row in page.get_by_role("row").all_inner_texts()] == ["height", "width"]
    page.get_by_role("link", name="nets").click()
    page.get_by_role("heading", name="Nets", level=1).wait_for()


def test_a_run_of_an_experiment_leads_to_it_and_to_its_observation(visitor, token, api, project):
    body = {
        "name": "Tuned",
        "budget": 9,
        "parameters": [{"name": "lr", "type": "double", "bounds": {"min": 0, "max": 1}}],
    }
    experiment = ok(api.post(f"{project}/aiexperiments", json={**body, "metrics": [{"name": "accuracy"}]}))["id"]
    run = ok(api.post(f"/aiexperiments/{experiment}/training_runs", json={"name": "try", "assignments": {"lr": 0.5}}))
    done = {"state": "completed", "values": {"accuracy": {"value": 0.5}}}
    observation = ok(api.put(f"/training_runs/{run['id']}", json=done))["observation"]
    visitor.enter(token)

    page = visitor.open(f"/runs/{run['id']}")
    page.get_by_role("link", name=observation, exact=True).click()
    page.get_by_role("cell", name=observation, exact=True).wait_for()
    page.go_back()
    page.get_by_role("link", name=f"#{experiment}").click()

    page.get_by_role("heading", name="Tuned", level=1).wait_for()
    page.get_by_text("0.5 maximized").wait_for()
    page.get_by_role("link", name="runs of nets").click()
    page.get_by_role("row", name="try").wait_for()


def test_the_files_of_a_run_are_there_to_take_along(browser, settings, token, tmp_path, caller):
    kept = settings.model_copy(update={"files_dir": tmp_path, "secret_key": "k" * 40})
    content = b"epoch,accuracy\n1,0.5\n"
    with live_server(create_app(kept)) as url, patient.Client(base_url=f"{url}/v1", auth=(token, "")) as api:
        ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "nets", "name": "Nets"}))
        path = f"/clients/{caller.client_id}/projects/nets/training_runs"
        run = ok(api.post(path, json={"name": "kept"}))["id"]
        announced = {
            "name": "results",
            "filename": "results.csv",
            "content_type": "text/csv",
            "content_length": len(content),
            "content_md5": base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode(),
        }
        upload = ok(api.post(f"/training_runs/{run}/files", json=announced))["upload"]
        sent = httpx.request(upload["method"], upload["url"], headers=upload["headers"], content=content)
        context = browser.new_context(accept_downloads=True)
        visitor = Visitor(context, url)
        visitor.enter(token)

        page = visitor.open(f"/runs/{run}")
        with page.expect_download() as download:
            page.get_by_role("link", name="results").click()
        path, name = download.value.path(), download.value.suggested_filename
        got = path.read_bytes()
        context.close()

    assert sent.is_success
    assert (name, got) == ("results.csv", content)


def test_a_run_that_is_not_there_says_so(visitor, token):
    visitor.enter(token)

    page = visitor.open("/runs/99999999")

    page.get_by_role("alert").get_by_text("99999999").wait_for()


def nets(api, project, count=12):
    bodies = [
        {
            "name": f"net {number}",
            "state": "completed",
            "assignments": {"depth": number % 4, "kind": "ab"[number % 2]},
            "values": {"accuracy": {"value": number / 20}},
        }
        for number in range(count)
    ]
    return [run["id"] for run in ok(api.post(f"{project}/training_runs/batch", json={"runs": bodies}))["data"]]


def test_runs_are_compared_side_by_side_with_what_differs_and_their_curves_together(visitor, token, api, project):
    one, *_, other = nets(api, project, 5)
    for run, values in ((one, (0.5, 0.7)), (other, (0.4, 0.6, 0.8))):
        for value in values:
            ok(api.post(f"/training_runs/{run}/checkpoints", json={"values": [{"name": "accuracy", "value": value}]}))
    visitor.enter(token)
    page = visitor.open(project.replace("/clients", "/projects").replace("/projects/nets", "/nets/runs"))

    for name in ("net 0", "net 4"):
        page.get_by_role("checkbox", name=f"Pick {name}").check()
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("heading", name="Compare runs").wait_for()
    page.get_by_role("figure", name="accuracy on the way").get_by_text(f"net 4 #{other}").wait_for()

    rows = page.get_by_role("region", name="Differences").get_by_role("row")
    assert [row.split("\t")[0] for row in rows.all_inner_texts()][1:] == ["Metric accuracy"]
    expect(rows.last.get_by_role("cell")).to_have_text(["Metric accuracy", "0.2", "0"])
    page.get_by_role("switch", name="Show what is the same, too").check()
    expect(page.get_by_role("row", name="Parameter kind")).to_be_visible()
    assert page.url.endswith("&all=true")


def test_what_is_chosen_in_a_chart_of_runs_is_left_in_the_table_and_a_view_keeps_it(visitor, token, api, project):
    ids = nets(api, project)
    visitor.enter(token)
    page = visitor.open(project.replace("/clients", "/projects").replace("/projects/nets", "/nets/analysis"))
    page.get_by_role("heading", name="accuracy against depth").wait_for()
    page.get_by_role("heading", name="All runs").wait_for()

    page.locator("[data-axis=accuracy]").scroll_into_view_if_needed()
    drag(page, "accuracy", 0.1, 0.5)
    page.wait_for_url("**brush=**")
    [[low, high]] = brush_of(page)["values.accuracy.value"]
    fitting = [id_ for number, id_ in enumerate(ids) if low <= number / 20 <= high]
    assert 2 < len(fitting) < 8
    page.get_by_role("heading", name=f"{len(fitting)} of 12 runs").wait_for()
    chosen = "document.querySelector('.js-plotly-plot').data[0].selectedpoints.length"
    assert page.evaluate(chosen) == len(fitting)
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Save what is shown as").fill("The good ones")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="The good ones").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Choose all").click()
    page.get_by_role("heading", name="All runs").wait_for()
    page.get_by_role("link", name="Runs", exact=True).click()
    page.get_by_role("button", name="Views").click()
    page.get_by_role("link", name="The good ones").click()

    page.get_by_role("heading", name=f"{len(fitting)} of 12 runs").wait_for()
    page.get_by_label("Filter").fill("kind=a")
    page.get_by_text("6 of 12 runs").wait_for()


def test_the_axes_of_the_charts_of_runs_are_chosen_and_stand_in_the_address(visitor, token, api, project):
    nets(api, project)
    visitor.enter(token)
    page = visitor.open(project.replace("/clients", "/projects").replace("/projects/nets", "/nets/analysis"))

    page.get_by_role("combobox", name="Across").click()
    page.get_by_role("option", name="Created").click()
    page.get_by_role("heading", name="accuracy against created").wait_for()
    page.get_by_role("button", name="Axes", exact=True).click()
    page.get_by_role("checkbox", name="depth").uncheck()
    expect(page.locator("[data-axis=depth]")).to_have_count(0)
    visitor.rest()
    page.reload()

    page.get_by_role("heading", name="accuracy against created").wait_for()
    expect(page.locator("[data-axis]")).to_have_count(2)
