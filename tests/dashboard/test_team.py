"""People: one's own profile, who is in a team, the teams of an organization, who made how much."""

import uuid

import pytest
from playwright.sync_api import Page, expect

from optsvc.domain.rights import Right
from optsvc.services import accounts
from optsvc.services import sessions as sign_ins
from tests.support.examples import experiment_body, ok

PASSWORD = "correct horse battery"


@pytest.fixture
def email() -> str:
    return f"marie-{uuid.uuid4().hex[:8]}@lab.example"


@pytest.fixture
def marie(sessions, caller, email) -> int:
    """Somebody with a password who may write in the client of `caller`; her id."""
    with sessions.begin() as session:
        user = accounts.create_user(session, "Marie", email)
        accounts.grant(session, caller.client_id, user.id, Right.WRITE)
        sign_ins.set_password(session, user.id, PASSWORD)
        return user.id


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign out").wait_for()


@pytest.mark.usefixtures("marie")
def test_one_changes_ones_name_address_and_password_and_signs_in_with_them(visitor, email):
    page = visitor.open("/sign-in")
    sign_in(page, email, PASSWORD)
    page.get_by_role("link", name=email).click()

    page.get_by_role("heading", name="Profile").wait_for()
    page.get_by_label("Name").fill("Marie Curie")
    page.get_by_role("button", name="Change it").first.click()
    page.get_by_text("Your name is changed").wait_for()
    page.get_by_label("E-mail").fill(f"curie.{email}")
    page.get_by_label("Your password").fill("not hers")
    page.get_by_role("button", name="Change it").nth(1).click()
    page.get_by_role("alert").get_by_text("password is wrong").wait_for()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Change it").nth(1).click()
    page.get_by_role("link", name=f"curie.{email}").wait_for()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password").fill("staple instead of horse")
    page.get_by_role("button", name="Change it").nth(2).click()
    page.get_by_text("Your password is changed").wait_for()
    expect(page.get_by_label("New password")).to_have_value("")
    page.get_by_role("button", name="Sign out").click()

    page.get_by_role("heading", name="Sign in to optsvc").wait_for()
    sign_in(page, f"curie.{email}", "staple instead of horse")
    page = visitor.open("/profile")
    expect(page.get_by_label("Name")).to_have_value("Marie Curie")


@pytest.mark.usefixtures("marie")
def test_an_owner_sees_who_may_do_what_and_keeps_the_teams(visitor, caller, sessions, email, api):
    with sessions.begin() as session:
        link = sign_ins.sign_in_link(session, caller.user_id)
    visitor.sign_in(link)
    page = visitor.open("/team/people")
    people = page.get_by_role("region", name="People").get_by_role("row")

    expect(people.filter(has_text=email)).to_contain_text("write")
    expect(people.filter(has_text="(you)")).to_contain_text("owner")
    page.get_by_label("Name").fill("Chemistry")
    page.get_by_role("button", name="Rename").first.click()
    page.get_by_role("heading", name="People in Chemistry").wait_for()
    page.get_by_role("switch", name="Members see what others").click()
    page.get_by_text("The team is changed").wait_for()
    page.get_by_role("button", name="New team").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Physics")
    page.get_by_role("button", name="Make the team").click()
    expect(page.get_by_role("columnheader", name="Physics")).to_be_visible()
    assert ok(api.get("/sessions"))["client"]["client_security"] == {"allow_users_to_see_experiments_by_others": False}
    page.get_by_role("button", name="Delete the team Physics").click()
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    page.get_by_label("Type its name").fill("Physics")
    page.get_by_role("button", name="Delete", exact=True).click()

    page.get_by_text("The team Physics is deleted").wait_for()
    expect(page.get_by_role("columnheader", name="Physics")).to_have_count(0)


@pytest.mark.usefixtures("marie")
def test_who_may_not_administer_sees_the_team_and_its_usage_and_no_way_to_change_it(visitor, email, api):
    ok(api.post("/experiments", json=experiment_body()))
    page = visitor.open("/sign-in")
    sign_in(page, email, PASSWORD)

    page = visitor.open("/team/people")
    expect(page.get_by_role("region", name="People").get_by_role("row").filter(has_text="(you)")).to_contain_text(
        "write"
    )
    visitor.rest()
    for forbidden in ("Rename", "New team", "Delete"):
        expect(page.get_by_role("button", name=forbidden)).to_have_count(0)
    page.get_by_role("link", name="Usage").click()

    row = page.get_by_role("region", name="Experiments in").get_by_role("row").nth(1)
    expect(row.get_by_role("cell").nth(1)).to_have_text("1")
    expect(row.get_by_role("cell").nth(2)).to_have_text("1")
    expect(row.get_by_role("cell").last).to_have_text("\N{EN DASH}")
