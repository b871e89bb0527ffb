"""Pages that change while one looks at them."""

from tests.support.examples import experiment_body, ok
from tests.support.service import eventually

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}


def create(api, **changes):
    return ok(api.post("/experiments", json=experiment_body(**changes)))["id"]


def report(api, experiment, value):
    body = {"assignments": POINT, "values": [{"value": value}]}
    ok(api.post(f"/experiments/{experiment}/observations", json=body))


def test_a_result_that_a_program_reports_appears_on_the_open_page(visitor, api, token):
    experiment = create(api, name="Watched")
    visitor.enter(token)
    page = visitor.open(f"/experiments/{experiment}")
    page.get_by_text("Nothing evaluated yet").wait_for()
    page.evaluate("window.stayed = true")

    report(api, experiment, 0.625)
    page.get_by_label("1 of 40 evaluated").wait_for()
    page.get_by_text("0.625 maximized").wait_for()

    assert page.evaluate("window.stayed")
    assert page.get_by_text("live", exact=True).is_visible()


def test_the_list_shows_new_experiments_and_results_as_they_come(visitor, api, token):
    visitor.enter(token)
    page = visitor.open("/experiments")

    experiment = create(api, name="Just made")
    page.get_by_role("link", name="Just made").wait_for()
    report(api, experiment, 0.25)

    page.get_by_role("row", name="Just made").get_by_label("1 of 40 evaluated").wait_for()


def test_a_page_whose_stream_broke_says_so_and_catches_up(visitor, api, token):
    experiment = create(api)
    visitor.enter(token)
    page = visitor.page
    page.route("**/events", lambda route: route.abort())
    visitor.open(f"/experiments/{experiment}")
    page.get_by_text("reconnecting").wait_for()
    visitor.rest()
    report(api, experiment, 0.5)
    unaware = page.get_by_label("1 of 40 evaluated").count() == 0

    page.unroute("**/events")

    page.get_by_label("1 of 40 evaluated").wait_for()
    page.get_by_text("live", exact=True).wait_for()
    assert unaware


def test_a_hidden_page_lets_go_of_its_stream_and_catches_up_when_it_is_shown_again(visitor, api, token):
    experiment = create(api)
    visitor.enter(token)
    page = visitor.open(f"/experiments/{experiment}")
    page.get_by_text("live", exact=True).wait_for()
    visitor.rest()  # the stream is open, and has told where it stands
    asked = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/events") else None)

    with page.expect_event("requestfailed", lambda request: request.url.endswith("/events")):
        show(page, "hidden")
    report(api, experiment, 0.5)
    asked_while_hidden = len(asked)
    show(page, "visible")

    page.get_by_label("1 of 40 evaluated").wait_for()
    assert (asked_while_hidden, len(asked)) == (0, 1)
    assert asked[0].header_value("last-event-id")


def test_seven_tabs_of_one_browser_leave_connections_for_everything_else(visitor, api, token):
    experiment = create(api)
    visitor.enter(token)
    tabs = [visitor.context.new_page() for _ in range(7)]

    for tab in tabs:
        tab.goto(f"{visitor.address}/experiments/{experiment}", wait_until="commit")
    for tab in tabs:
        tab.get_by_text("Nothing evaluated yet").wait_for()
    words = [tab.get_by_text("live", exact=True).or_(tab.get_by_text("every 15 s")) for tab in tabs]
    for word in words:
        word.wait_for()

    eventually(lambda: [word.inner_text() for word in words].count("live") <= 3)


def show(page, state):
    """Have a page believe that it is hidden or shown, as a headless browser never does by itself."""
    page.evaluate(
        """state => {
            Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )
