"""Every page: nothing on the console, nothing in the way of people who cannot see or point."""

import pytest

from tests.support.examples import experiment_body, ok

PAGES = {
    "/": "Test team",
    "/experiments": "Experiments",
    "/experiments/new": "New experiment",
    "/projects": "Projects",
    "/projects/{client}/cakes": "Cakes",
    "/projects/{client}/cakes/runs": "Cakes",
    "/projects/{client}/cakes/analysis": "Cakes",
    "/projects/{client}/cakes/notes": "Cakes",
    "/runs/{run}": "Oven",
    "/compare/runs?ids=%5B%22{run}%22%2C%22{other}%22%5D&all=true": "Compare runs",
    "/team": "Team & tokens",
    "/team/people": "Team & tokens",
    "/team/usage": "Team & tokens",
    "/profile": "Profile",
    "/experiments/{id}": "Cake",
    "/experiments/{id}/analysis": "Cake",
    "/experiments/{id}/analysis?view=points": "Cake",
    "/compare?ids=%5B%22{id}%22%2C%22{id}%22%5D": "Compare",
    "/experiments/{id}/history": "Cake",
    "/experiments/{id}/suggestions": "Cake",
    "/experiments/{id}/properties": "Cake",
    "/experiments/{id}/api": "Cake",
}

RUN = {
    "assignments": {"heat": 180, "kind": "gas"},
    "assignments_meta": {"heat": {"source": "Search"}},
    "values": {"taste": {"value": 0.75}},
    "metadata": {"who": "Marie"},
    "logs": {"stdout": {"content": "warm"}},
    "datasets": {"flour": {}},
    "source_code": {"content": "print(1)"},
    "sys_metadata": {"feature_importances": {"type": "gain", "scores": {"width": 2.5}}},
}


@pytest.fixture
def there(api, caller) -> dict[str, str]:
    """Something on every page, by what stands in addresses."""
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "cakes", "name": "Cakes"}))
    made = ok(api.post("/experiments", json=experiment_body(project="cakes")))["id"]
    point = {"sugar": 1.0, "eggs": 4, "oven": "gas"}
    for result in ({"values": [{"name": "taste", "value": 0.9, "value_stddev": 0.1}]}, {"failed": True}):
        body = {"assignments": point, "no_optimize": True, **result}
        ok(api.post(f"/experiments/{made}/observations", json=body))
    ok(api.post(f"/experiments/{made}/suggestions", json={"assignments": point}))
    ok(api.post(f"/experiments/{made}/queued_suggestions", json={"assignments": point}))
    ok(api.post(f"/clients/{caller.client_id}/projects/cakes/notes", json={"contents": "Start **small**."}))
    runs = f"/clients/{caller.client_id}/projects/cakes/training_runs"
    [run, other] = [ok(api.post(runs, json={**RUN, "name": name}))["id"] for name in ("Oven", "Pan")]
    for value in (0.5, 0.75):
        ok(api.post(f"/training_runs/{run}/checkpoints", json={"values": [{"name": "taste", "value": value}]}))
    tag = ok(api.post(f"/clients/{caller.client_id}/tags", json={"name": "best", "color": "#ffff00"}))["id"]
    ok(api.post(f"/training_runs/{run}/tags", json={"id": tag}))
    return {"id": made, "client": str(caller.client_id), "run": run, "other": other}


def test_every_page_is_quiet_open_to_everybody_by_day_and_night_and_fits_a_phone(visitor, token, there):
    visitor.page.emulate_media(reduced_motion="reduce")
    visitor.open("/sign-in")
    faults, overhangs = {"/sign-in": visitor.faults()}, {"/sign-in": visitor.overhang()}
    visitor.enter(token)

    for path, title in PAGES.items():
        page = visitor.open(path.format(**there))
        page.get_by_role("heading", name=title, level=1).wait_for()
        faults[path], overhangs[path] = visitor.faults(), visitor.overhang()

    assert {path: found for path, found in faults.items() if found} == {}
    assert {path: pixels for path, pixels in overhangs.items() if pixels} == {}


def test_an_address_that_leads_nowhere_and_an_experiment_of_others_say_so(visitor, token):
    visitor.enter(token)

    page = visitor.open("/no/such/page")
    page.get_by_text("There is nothing at this address").wait_for()
    page.get_by_role("link", name="Team & tokens").wait_for()
    page = visitor.open("/experiments/99999999/history")
    page.get_by_role("alert").get_by_text("99999999").wait_for()


def test_the_first_load_is_small_and_nothing_comes_from_elsewhere(visitor, token):
    loaded: dict[str, int] = {}

    def note(response):
        loaded[response.url] = int(response.headers.get("content-length", 0))

    visitor.enter(token)
    page = visitor.context.new_page()
    page.on("response", note)
    page.goto(f"{visitor.address}/experiments")
    page.get_by_role("table").or_(page.get_by_text("No experiments yet")).wait_for()

    assert all(url.startswith(visitor.address) for url in loaded)
    assert 50_000 < sum(loaded.values()) < 300_000


def test_a_service_that_has_failed_or_is_gone_is_said_on_a_page_with_a_way_back(visitor, token, api):
    experiment = ok(api.post("/experiments", json=experiment_body()))["id"]
    visitor.enter(token)
    page, address = visitor.page, f"{visitor.address}/v1/experiments/{experiment}"

    page.route(address, lambda route: route.fulfill(status=500, json={"message": "it broke", "status": 500}))
    page.goto(f"{visitor.address}/experiments/{experiment}")
    page.get_by_role("heading", name="The service has failed", level=1).wait_for()
    page.get_by_role("alert").get_by_text("it broke").wait_for()
    page.unroute(address)
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="Cake", level=1).wait_for()
    page.route("**/v1/**", lambda route: route.abort())
    page.goto(f"{visitor.address}/experiments")

    page.get_by_role("heading", name="No connection", level=1).wait_for()
    assert visitor.overhang() == 0
