"""The documentation of the API: from this service alone, and requests can be tried from it."""

from tests.support import patient
from tests.support.examples import ok


def test_the_documentation_asks_nobody_else_and_tries_requests_for_who_is_signed_in(visitor, token, api):
    patient.get(f"{visitor.address}/openapi.json")  # made once, which takes its time
    visitor.sign_in(token)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))

    page = visitor.open("/docs")
    page.get_by_role("heading", name="experiments A search space").get_by_role("button").first.click()
    page.get_by_role("button").filter(has_text="Create Experiment").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.get_by_role("row", name="200 Response body").wait_for()

    assert [experiment["name"] for experiment in ok(api.get("/experiments"))["data"]] == ["Cake"]
    assert [url for url in asked if not url.startswith((visitor.address, "data:"))] == []
