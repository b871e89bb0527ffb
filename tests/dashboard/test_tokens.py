"""Tokens by hand: shared, renewed, ended; rotated without being thrown out."""

from playwright.sync_api import expect

from tests.support import patient
from tests.support.examples import experiment_body, ok


def status(visitor, secret: str) -> int:
    """What the service answers to a program with this token."""
    return patient.get(f"{visitor.address}/v1/tokens/self", auth=(secret, "")).status_code


def test_a_share_link_is_made_shown_once_kept_and_ended_after_asking(visitor, token, api):
    ok(api.post("/experiments", json=experiment_body(name="Soap")))
    ok(api.post("/experiments", json=experiment_body()))
    visitor.sign_in(token)
    page = visitor.open("/team")

    page.get_by_role("button", name="New share link").click()
    page.get_by_role("combobox", name="Experiment").fill("soa")
    expect(page.get_by_role("option")).to_have_count(1)
    page.get_by_role("option", name="Soap").click()
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_role("region", name="Share link").inner_text()
    secret = link.split("#")[1]
    assert status(visitor, secret) == 200
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert visitor.faults() == []
    page.get_by_role("button", name="Keep for ever: share link").click()
    page.get_by_text("lasts for ever").wait_for()
    page.get_by_role("button", name="Renew share link").click()
    page.get_by_text("lasts until").wait_for()
    page.get_by_role("button", name="End share link").click()
    page.get_by_role("button", name="Keep", exact=True).click()
    assert status(visitor, secret) == 200
    page.get_by_role("button", name="End share link").click()
    page.get_by_role("dialog").get_by_role("button", name="End", exact=True).click()

    page.get_by_text("has ended").wait_for()
    expect(page.get_by_role("cell", name="share link")).to_have_count(0)
    expect(page.get_by_role("region", name="Share link")).to_have_count(0)
    assert status(visitor, secret) == 403


def test_who_rotates_the_token_they_are_signed_in_with_sees_the_new_one_and_stays(visitor, token):
    visitor.sign_in(token)
    page = visitor.open("/team")

    page.get_by_role("button", name="Rotate test").click()
    page.get_by_role("dialog").get_by_role("button", name="Rotate").click()
    secret = page.get_by_label("New token for programs").inner_text().strip()

    assert (status(visitor, token), status(visitor, secret)) == (403, 200)
    page.get_by_role("link", name="Projects").click()
    page.get_by_role("heading", name="Projects", level=1).wait_for()
    page = visitor.open("/team")  # anew, from the service
    expect(page.get_by_role("cell", name="this sign-in")).to_contain_text(secret[-4:])
    expect(page.get_by_text(secret)).to_have_count(0)
