"""Training runs: one by itself, several beside each other, all of a project in charts."""

import base64
import hashlib

import httpx
import pytest
from playwright.sync_api import expect

from optsvc.api.app import create_app
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
