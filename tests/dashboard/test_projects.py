"""A project's own pages: how it stands, its runs, its notes."""

import pytest
from playwright.sync_api import expect

from tests.support.examples import experiment_body, ok


def run_body(number, **changes):
    return {
        "name": f"net {number}",
        "state": "failed" if number == 5 else "completed",
        "assignments": {"depth": number, "optimizer": ["adam", "sgd"][number % 2]},
        "values": {} if number == 5 else {"accuracy": {"value": number / 100}},
        "metadata": {"who": "Marie"},
    } | changes


@pytest.fixture
def project(api, caller) -> str:
    """The address of a project without anything in it."""
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "nets", "name": "Nets"}))
    return f"/clients/{caller.client_id}/projects/nets"


@pytest.fixture
def place(project) -> str:
    """Where its pages are."""
    return project.removeprefix("/clients").replace("/projects/", "/").replace("/", "/projects/", 1)


def log_runs(api, project, count):
    bodies = [run_body(number) for number in range(count)]
    return ok(api.post(f"{project}/training_runs/batch", json={"runs": bodies, "fields": ["id"]}))["data"]


def names(page):
    return [cell.inner_text().split(" #")[0] for cell in page.locator("tbody tr td:nth-child(2)").all()]


def test_a_project_shows_how_much_there_is_and_what_happened_last(visitor, token, api, project, place):
    log_runs(api, project, 12)
    ok(api.post("/experiments", json=experiment_body(project="nets", name="Cake")))
    ok(api.post(f"{project}/notes", json={"contents": "Start **small**."}))
    visitor.enter(token)

    page = visitor.open("/projects")
    page.get_by_role("link", name="Nets").click()
    page.get_by_role("heading", name="Nets", level=1).wait_for()
    page.get_by_role("row", name="net 11").get_by_text("accuracy 0.11").wait_for()

    figures = page.locator("dl > div")
    expect(figures).to_have_text(["Runs12", "Under way0", "Completed11", "Failed1", "Experiments1"])
    expect(page.get_by_role("row", name="Cake").get_by_label("0 of 40 evaluated")).to_be_attached()
    expect(page.locator("strong", has_text="small")).to_be_visible()
    figures.get_by_role("link", name="1", exact=True).click()
    expect(page.get_by_text("1 of 12 runs")).to_be_visible()
    assert page.url.endswith(f"{place}/runs?state=failed")


def test_an_empty_project_says_what_to_do_next(visitor, token, place, project):
    visitor.enter(token)

    page = visitor.open(place)
    page.get_by_role("link", name="see how").click()
    expect(page.get_by_label("curl")).to_contain_text(f"{project}/training_runs")
    page.get_by_role("navigation", name="Project").get_by_role("link", name="Notes").click()
    page.get_by_text("Nothing noted yet").wait_for()


def test_runs_are_filtered_sorted_and_shown_by_chosen_columns_that_the_address_keeps(
    visitor, token, api, project, place
):
    log_runs(api, project, 12)
    visitor.enter(token)
    page = visitor.open(f"{place}/runs")
    expect(page.get_by_role("columnheader")).to_have_text(
        ["", "Run", "State", "Tags", "accuracy", "depth", "optimizer", "Created"]
    )

    page.get_by_label("Filter").fill("net optimizer=adam accuracy<=0.08 heat>1")
    page.get_by_text("5 of 12 runs").wait_for()
    page.get_by_text("No run has heat").wait_for()
    page.get_by_role("button", name="accuracy").click()
    page.get_by_role("columnheader", name="accuracy", exact=True).and_(
        page.locator("[aria-sort=descending]")
    ).wait_for()
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="who").check()
    page.get_by_role("checkbox", name="optimizer").uncheck()
    page.keyboard.press("Escape")
    visitor.rest()
    page.reload()
    page.get_by_text("5 of 12 runs").wait_for()

    assert names(page) == ["net 8", "net 6", "net 4", "net 2", "net 0"]
    expect(page.get_by_role("columnheader")).to_have_text(
        ["", "Run", "State", "Tags", "accuracy", "depth", "Created", "who"]
    )
    expect(page.get_by_text("runs without it are left out")).to_be_visible()


def test_picked_runs_are_tagged_archived_and_brought_back(visitor, token, api, project, place):
    first, *_ = log_runs(api, project, 3)
    visitor.enter(token)
    page = visitor.open(f"{place}/runs")

    for number in (0, 2):
        page.get_by_role("checkbox", name=f"Pick net {number} ").check()
    page.get_by_role("button", name="Tags").click()
    page.get_by_label("New tag").fill("baseline")
    page.get_by_role("button", name="Make the tag").click()
    page.get_by_role("dialog", name="Tags").get_by_role("checkbox", name="baseline").and_(
        page.locator(":checked")
    ).wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("cell", name="baseline")).to_have_count(2)
    page.get_by_role("button", name="Archive").click()
    page.get_by_text("2 runs are archived.").wait_for()
    page.get_by_text("1 run", exact=True).wait_for()
    away = ok(api.get(f"/training_runs/{first['id']}"))
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("3 runs", exact=True).wait_for()

    back = ok(api.get(f"/training_runs/{first['id']}"))
    assert (away["deleted"], back["deleted"], len(back["tags"])) == (True, False, 1)


def test_of_thousands_of_runs_only_those_in_sight_are_drawn_and_more_come_as_one_scrolls(
    visitor, token, api, project, place
):
    log_runs(api, project, 2000)
    visitor.enter(token)
    page = visitor.open(f"{place}/runs")
    page.get_by_text("2 000 runs".replace(" ", "\u202f", 1)).wait_for()
    few = page.locator("tbody tr").count()

    table = page.get_by_role("region", name="Runs")
    table.evaluate("element => element.scrollTo(0, element.scrollHeight)")
    page.get_by_role("link", name="net 1799").wait_for()

    assert few < 60


def test_a_note_is_written_in_markdown_and_shown_with_author_and_time(visitor, token, place, api, project):
    visitor.enter(token)
    page = visitor.open(f"{place}/notes")

    page.get_by_role("button", name="Write a note").click()
    page.get_by_label("Note").fill("# Plan\n\nTry **depth** first.")
    expect(page.locator("strong", has_text="depth")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The note is saved.").wait_for()

    expect(page.get_by_role("heading", name="Plan")).to_be_visible()
    expect(page.get_by_text("Test user, just now")).to_be_visible()
    [note] = ok(api.get(f"{project}/notes"))["data"]
    assert note["contents"] == "# Plan\n\nTry **depth** first."


def test_home_shows_what_happened_last_in_the_team(visitor, token, api, project):
    log_runs(api, project, 3)
    ok(api.post("/experiments", json=experiment_body(name="Cake")))
    page = visitor.sign_in(token)

    page.get_by_role("heading", name="Test team", level=1).wait_for()
    expect(page.get_by_role("row", name="Cake").get_by_label("0 of 40 evaluated")).to_be_attached()
    page.get_by_role("row", name="net 2").get_by_role("link", name="nets").click()

    page.get_by_role("heading", name="Nets", level=1).wait_for()


def test_the_addresses_that_the_client_of_sigopt_prints_lead_to_the_right_pages(visitor, token, api, project):
    [run] = log_runs(api, project, 1)
    experiment = ok(api.post("/experiments", json=experiment_body(name="Cake")))["id"]
    tuned = experiment_body(name="Tuned", metrics=[{"name": "taste"}], budget=3)
    del tuned["observation_budget"]
    ai = ok(api.post(f"{project}/aiexperiments", json=tuned))["id"]
    visitor.enter(token)
    pages = {
        f"/run/{run['id']}": "net 0",
        f"/experiment/{experiment}": "Cake",
        f"/aiexperiment/{ai}": "Tuned",
        "/tokens/info": "Team & tokens",
        "/projects": "Projects",
    }

    for path, title in pages.items():
        visitor.open(path).get_by_role("heading", name=title, level=1).wait_for()
