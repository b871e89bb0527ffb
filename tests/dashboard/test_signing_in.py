"""The walls: nothing is seen without signing in, and nothing more than the token may."""

from sqlalchemy import delete, select

from optsvc.api.app import create_app
from optsvc.domain.rights import TokenKind
from optsvc.services import accounts
from optsvc.services import sessions as sign_ins
from optsvc.storage.models import Client, Project, Token
from tests.support.browser import Visitor
from tests.support.examples import experiment_body, ok
from tests.support.service import live_server


def test_who_is_not_signed_in_sees_the_sign_in_and_then_where_they_wanted_to_go(visitor, token):
    page = visitor.open("/projects?x=1")
    asked = page.get_by_role("heading", name="Sign in to optsvc")
    asked.wait_for()

    page.get_by_role("button", name="Sign in with an API token").click()
    page.get_by_label("API token").fill(token)
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.get_by_role("heading", name="Projects", level=1).wait_for()
    assert "/projects" in page.url


def test_a_refused_token_is_answered_in_the_services_words(visitor):
    page = visitor.open("/")

    page.get_by_role("button", name="Sign in with an API token").click()
    page.get_by_label("API token").fill("not-a-token-of-anybody")
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.get_by_role("alert").get_by_text("mistyped or was revoked").wait_for()


def test_a_sign_in_link_leaves_no_trace_in_the_address_and_works_once(visitor, caller, sessions):
    with sessions.begin() as session:
        secret = sign_ins.sign_in_link(session, caller.user_id)

    page = visitor.sign_in(secret)
    address = page.url
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in to optsvc").wait_for()
    page.goto("about:blank")
    page.goto(f"{visitor.address}/sign-in#token={secret}")

    page.get_by_role("alert").get_by_text("revoked").wait_for()
    assert secret not in address


def test_signing_out_ends_what_the_page_may_see(visitor, token):
    page = visitor.sign_in(token)

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in to optsvc").wait_for()
    page = visitor.open("/experiments")

    page.get_by_role("heading", name="Sign in to optsvc").wait_for()
    assert visitor.context.cookies() == []


def test_a_sign_in_that_is_ended_elsewhere_leads_back_to_the_sign_in(visitor, caller, sessions):
    with sessions.begin() as session:
        secret = sign_ins.sign_in_link(session, caller.user_id)
    page = visitor.sign_in(secret)
    page.get_by_text("No experiments yet").wait_for()

    with sessions.begin() as session:
        session.execute(delete(Token).where(Token.user_id == caller.user_id, Token.kind == TokenKind.USER.value))
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Team & tokens").click()

    page.get_by_role("heading", name="Sign in to optsvc").wait_for()
    assert "next" in page.url


def test_who_is_in_two_teams_chooses_whose_experiments_are_shown(visitor, caller, sessions, api):
    with sessions.begin() as session:
        organization = session.get_one(Client, caller.client_id).organization_id
        other = accounts.create_client(session, organization, "Second team").id
        secret = sign_ins.sign_in_link(session, caller.user_id)
    ok(api.post("/experiments", json=experiment_body(name="Of the first")))
    page = visitor.sign_in(secret)
    page.get_by_role("link", name="Of the first").wait_for()

    page = visitor.open("/team")
    page.get_by_role("combobox", name="Team whose").click()
    page.get_by_role("option", name="Second team").click()
    page.get_by_text("No experiments yet").wait_for()
    page.get_by_role("link", name="Projects").click()
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name").fill("Soaps")
    page.get_by_label("Id").fill("soaps")
    page.get_by_role("button", name="Create the project").click()
    page.get_by_role("link", name="Soaps").wait_for()

    with sessions() as session:
        assert set(session.scalars(select(Project.reference).where(Project.client_id == other))) == {
            "examples",
            "soaps",
        }


def test_a_share_link_shows_one_experiment_to_read(visitor, api):
    experiment = ok(api.post("/experiments", json=experiment_body(name="Shown around")))["id"]
    secret = ok(api.post(f"/experiments/{experiment}/tokens"))["token"]

    page = visitor.open(f"/shared/{experiment}#{secret}")

    page.get_by_role("heading", name="Shown around", level=1).wait_for()
    assert secret not in page.url
    assert page.get_by_role("button", name="Share").count() == 0
    assert visitor.context.cookies() == []


def test_it_works_behind_a_path_that_a_proxy_takes_away_without_a_word(visitor, settings, token, api):
    experiment = ok(api.post("/experiments", json=experiment_body(name="Far away")))["id"]
    service = create_app(settings)
    service.openapi()  # made once, which takes its time

    async def proxy(scope, receive, send):
        if scope["type"] == "http":
            assert scope["path"].startswith("/lab/opt/")
            scope = {**scope, "path": scope["path"].removeprefix("/lab/opt")}
        await service(scope, receive, send)

    with live_server(service, proxy) as url:
        behind = Visitor(visitor.context, f"{url}/lab/opt")
        behind.sign_in(token)
        page = behind.open(f"/experiments/{experiment}/history")
        page.get_by_role("heading", name="Far away", level=1).wait_for()
        page.get_by_role("link", name="Experiments").first.click()
        page.get_by_role("link", name="Far away").wait_for()
        docs = visitor.context.new_page()
        docs.goto(f"{url}/lab/opt/docs")
        server = docs.locator("#servers").input_value()

    assert page.url == f"{url}/lab/opt/experiments"
    assert server == f"{url}/lab/opt"
    assert behind.complaints == []
