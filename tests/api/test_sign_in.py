"""Signing in with a password: sessions, cookies, CSRF tokens, and how wrong passwords are held back."""

import time
import uuid
from datetime import timedelta

import argon2
import httpx
import pytest
from sqlalchemy import func, select

from optsvc.api.app import create_app
from optsvc.api.credentials import COOKIE, CSRF_HEADER
from optsvc.domain.rights import Right, TokenKind
from optsvc.services import accounts, passwords, tokens
from optsvc.services import sessions as sign_ins
from optsvc.storage.models import AuditEntry, Token, User, now
from tests.support import patient
from tests.support.examples import experiment_body, ok, refused
from tests.support.service import live_server

PASSWORD = "correct horse battery"
NEW = "staple instead of horse"


@pytest.fixture
def email() -> str:
    return f"marie-{uuid.uuid4().hex[:8]}@lab.example"


@pytest.fixture
def user_id(sessions, caller, email) -> int:
    """A user with a password who may administer the client of `caller`."""
    with sessions.begin() as session:
        user = accounts.create_user(session, "Marie", email)
        accounts.grant(session, caller.client_id, user.id, Right.ADMIN)
        sign_ins.set_password(session, user.id, PASSWORD)
        return user.id


@pytest.fixture
def browser(server_url):
    """Opens browsers: HTTP clients that keep cookies and have no token."""
    opened = []

    def open_browser(url: str = server_url) -> httpx.Client:
        opened.append(patient.Client(base_url=f"{url}/v1"))
        return opened[-1]

    yield open_browser
    for client in opened:
        client.close()


def sign_in(client: httpx.Client, email: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/sessions", json={"email": email, "password": password}, headers=headers)


@pytest.fixture
def page(browser, user_id, email):  # noqa: ARG001  the user must be there
    """Opens browsers that are signed in and send their CSRF token, as a page of ours does."""

    def open_page(password: str = PASSWORD) -> httpx.Client:
        client = browser()
        client.headers[CSRF_HEADER] = ok(sign_in(client, email, password))["csrf_token"]
        return client

    return open_page


def test_signing_in_answers_who_one_is_and_the_cookie_goes_on_to_say_so(browser, email, user_id, caller):
    client = browser()

    signed_in = ok(sign_in(client, f" {email.upper()} "))

    assert (signed_in["object"], signed_in["user"]["id"]) == ("session", str(user_id))
    assert signed_in["client"]["id"] == str(caller.client_id)
    assert signed_in["api_token"]["token_type"] == "user"
    assert signed_in["api_token"]["lease_length"] == 14 * 86400
    assert signed_in["csrf_token"]
    assert ok(client.get("/sessions")) == signed_in  # so that a page that is loaded anew has its CSRF token
    assert client.cookies[COOKIE] not in str(signed_in)


@pytest.mark.usefixtures("user_id")
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser, email):
    plain = sign_in(browser(), email).headers["set-cookie"]
    secure = sign_in(browser(), email, x_forwarded_proto="https").headers["set-cookie"]

    name, *flags = plain.split("; ")
    assert name.startswith(f"{COOKIE}={tokens.PREFIX}")
    assert flags == ["HttpOnly", f"Max-Age={14 * 86400}", "Path=/", "SameSite=strict"]
    assert secure.split("; ")[1:] == [*flags, "Secure"]


def test_a_sign_in_without_reading_the_answer_still_sets_the_cookie(browser, email, user_id):
    client = browser()

    answer = sign_in(client, email, x_response_content="skip")

    assert answer.status_code == 204
    assert ok(client.get("/sessions"))["user"]["id"] == str(user_id)


@pytest.mark.parametrize("csrf_token", [None, "", "wrong", "ü"])
def test_a_change_by_cookie_needs_the_sessions_csrf_token(page, caller, csrf_token):
    client, path = page(), f"/clients/{caller.client_id}/projects"
    good = client.headers.pop(CSRF_HEADER)
    given = {} if csrf_token is None else {CSRF_HEADER: csrf_token.encode()}

    for method, address in (("POST", path), ("PUT", "/sessions"), ("DELETE", "/sessions"), ("MERGE", path)):
        answer = client.request(method, address, json={"id": "p", "name": "P"}, headers=given)
        assert answer.status_code in ((403, 405) if method == "MERGE" else (403,)), (method, answer.text)

    assert ok(client.get(path))["count"] == 0
    assert ok(client.post(path, json={"id": "p", "name": "P"}, headers={CSRF_HEADER: good}))["id"] == "p"


def test_the_csrf_token_of_one_session_is_of_no_use_in_another(page, caller):
    mine, other = page(), page()

    mine.headers[CSRF_HEADER] = other.headers[CSRF_HEADER]

    assert CSRF_HEADER in refused(mine.post(f"/clients/{caller.client_id}/experiments", json=experiment_body()), 403)


def test_the_header_goes_before_the_cookie_and_needs_no_csrf_token(page, token, caller):
    client = page()
    del client.headers[CSRF_HEADER]

    shown = ok(client.get("/sessions", auth=(token, "")))

    assert (shown["user"]["id"], shown["csrf_token"]) == (str(caller.user_id), None)
    assert ok(client.post("/experiments", json=experiment_body(), auth=(token, "")))["name"] == "Cake"
    refused(client.get("/sessions", headers={"Authorization": "Nonsense"}), 400)


def test_signing_out_ends_this_sign_in_at_once_and_no_other(page):
    mine, other = page(), page()
    secret = mine.cookies[COOKIE]

    answer = mine.delete("/sessions")

    assert ok(answer) == {}
    assert f'{COOKIE}=""' in answer.headers["set-cookie"]
    assert COOKIE not in mine.cookies
    refused(mine.get("/sessions"), 401)
    mine.cookies[COOKIE] = secret
    assert mine.get("/sessions").json()["token_status"] == "revoked"
    assert ok(other.get("/sessions"))["object"] == "session"


def test_the_token_of_a_program_changes_no_password_and_does_not_end_by_signing_out(api):
    refusal = refused(api.put("/sessions", json={"old_password": PASSWORD, "new_password": NEW}), 403)
    ok(api.delete("/sessions"))

    assert "signed in" in refusal
    assert ok(api.get("/sessions"))["object"] == "session"


def test_a_browser_that_holds_a_token_may_do_what_the_token_may_and_no_more(browser, sessions, caller):
    with sessions.begin() as session:
        place = {"client_id": caller.client_id, "user_id": caller.user_id}
        secrets = [tokens.issue(session, "robot", read_only=read_only, **place)[1] for read_only in (False, True)]
    clients = [browser() for _ in secrets]

    for client, secret in zip(clients, secrets, strict=True):
        signed_in = ok(client.post("/sessions/token", json={"token": secret}))
        client.headers[CSRF_HEADER] = signed_in["csrf_token"]
    writer, reader = clients

    ok(writer.post("/experiments", json=experiment_body()))
    assert "can only read" in refused(reader.post("/experiments", json=experiment_body()), 403)
    del writer.headers[CSRF_HEADER]
    assert CSRF_HEADER in refused(writer.post("/experiments", json=experiment_body()), 403)


def test_a_browser_that_held_a_token_forgets_it_at_sign_out_and_the_token_stays(browser, api, token):
    client = browser()
    client.headers[CSRF_HEADER] = ok(client.post("/sessions/token", json={"token": token}))["csrf_token"]

    ok(client.delete("/sessions"))

    assert COOKIE not in client.cookies
    assert ok(api.get("/sessions"))["object"] == "session"


def test_a_sign_in_link_is_exchanged_once_for_a_sign_in(browser, sessions, user_id):
    with sessions.begin() as session:
        secret = sign_ins.sign_in_link(session, user_id)
    first, second = browser(), browser()

    signed_in = ok(first.post("/sessions/token", json={"token": secret}))

    assert signed_in["user"]["id"] == str(user_id)
    assert signed_in["api_token"]["lease_length"] == 14 * 86400
    assert first.cookies[COOKIE] != secret
    assert "revoked" in refused(second.post("/sessions/token", json={"token": secret}), 403)


def test_a_late_sign_in_link_and_a_page_of_another_site_sign_nobody_in(browser, sessions, user_id, token):
    with sessions.begin() as session:
        late = sign_ins.sign_in_link(session, user_id)
        session.scalars(select(Token).where(Token.digest == tokens.digest(late))).one().expires = now()

    answers = [
        (browser().post("/sessions/token", json={"token": late}), "expired"),
        (browser().post("/sessions/token", json={"token": token}, headers={"Sec-Fetch-Site": "cross-site"}), "another"),
    ]

    for answer, word in answers:
        assert word in refused(answer, 403)
        assert COOKIE not in answer.cookies


def test_a_share_links_token_signs_nobody_in(browser, api):
    experiment = ok(api.post("/experiments", json=experiment_body()))["id"]
    guest = ok(api.post(f"/experiments/{experiment}/tokens"))["token"]

    assert "guest" in refused(browser().post("/sessions/token", json={"token": guest}), 403)


def test_a_changed_password_ends_the_other_sign_ins_and_no_program(page, browser, email, user_id, sessions, caller):
    mine, other = page(), page()
    with sessions.begin() as session:
        program = tokens.issue(session, "robot", client_id=caller.client_id, user_id=user_id)[1]

    ok(mine.put("/sessions", json={"old_password": PASSWORD, "new_password": NEW}))

    assert ok(mine.get("/sessions"))["user"]["id"] == str(user_id)
    refused(other.get("/sessions"), 403)
    refused(sign_in(browser(), email), 403)
    assert ok(sign_in(browser(), email, NEW))["user"]["id"] == str(user_id)
    assert ok(browser().get("/sessions", auth=(program, "")))["user"]["id"] == str(user_id)


@pytest.mark.parametrize(
    ("old", "new", "status", "said"),
    [
        ("not my password", NEW, 403, "password is wrong"),
        (PASSWORD, "seven77", 400, "8 to 1024 characters, this one has 7"),
        (PASSWORD, "x" * 1025, 400, "this one has 1025"),
        (PASSWORD, None, 400, "must not be the e-mail address"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(page, email, old, new, status, said):
    mine, other = page(), page()

    answer = mine.put("/sessions", json={"old_password": old, "new_password": new or email.upper()})

    assert said in refused(answer, status)
    assert ok(other.get("/sessions"))["object"] == "session"
    assert ok(page().get("/sessions"))["object"] == "session"


def test_a_changed_address_is_what_one_signs_in_with_and_ends_the_other_sign_ins(page, browser, email, user_id):
    mine, other = page(), page()
    new = f"curie.{email}"

    answer = ok(mine.put("/sessions", json={"old_password": PASSWORD, "email": f" {new.upper()} "}))

    assert (answer["user"]["id"], answer["user"]["email"]) == (str(user_id), new)
    refused(other.get("/sessions"), 403)
    refused(sign_in(browser(), email), 403)
    assert ok(sign_in(browser(), new))["user"]["id"] == str(user_id)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"old_password": "not my password", "email": "x@lab.example"}, 403, "password is wrong"),
        ({"old_password": PASSWORD, "email": "nobody"}, 400, "'nobody' is no e-mail address"),
        ({"old_password": PASSWORD, "email": "TAKEN"}, 409, "another user has the e-mail address"),
        ({"old_password": PASSWORD, "email": "x@lab.example", "new_password": "X@lab.example"}, 400, "must not be"),
        ({"old_password": PASSWORD}, 400, "new_password, email: at least one is needed"),
    ],
)
def test_an_address_that_will_not_do_changes_nothing(page, email, sessions, body, status, said):
    mine, other = page(), page()
    with sessions.begin() as session:
        accounts.create_user(session, "Pierre", f"taken.{email}")

    answer = mine.put("/sessions", json={k: v.replace("TAKEN", f"taken.{email}") for k, v in body.items()})

    assert said in refused(answer, status)
    assert ok(other.get("/sessions"))["user"]["email"] == email


@pytest.mark.parametrize("password", ["", "wrong password", PASSWORD.upper(), "x" * 5000])
def test_a_wrong_password_and_an_unknown_address_answer_alike(browser, email, user_id, password, sessions):
    with sessions.begin() as session:
        accounts.create_user(session, "Without a password", f"no-{email}")

    answers = [sign_in(browser(), address, password) for address in (email, f"un-{email}", f"no-{email}")]

    assert len({answer.text for answer in answers}) == 1
    assert all(refused(answer, 403) for answer in answers)
    assert all("set-cookie" not in answer.headers for answer in answers)
    assert user_id


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "Missing required json key: email"),
        ({"email": "a@b.example"}, "Missing required json key: password"),
        ({"email": 5, "password": "x"}, "Invalid type for email"),
        ({"email": "x" * 321, "password": "x"}, "email"),
        ({"email": "a@b.example", "password": ["x"]}, "Invalid type for password"),
    ],
)
def test_a_faulty_sign_in_is_told_what_is_wrong(browser, body, said):
    assert said in refused(browser().post("/sessions", json=body), 400)


@pytest.mark.usefixtures("user_id")
@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200)])
def test_the_page_of_another_site_signs_nobody_in(browser, email, site, status):
    assert sign_in(browser(), email, sec_fetch_site=site).status_code == status


def test_a_password_may_be_typed_in_any_unicode_form(browser, email, user_id, sessions):
    with sessions.begin() as session:
        sign_ins.set_password(session, user_id, "cr\u00e8me br\u00fbl\u00e9e")

    assert ok(sign_in(browser(), email, "cre\u0300me bru\u0302le\u0301e"))["object"] == "session"


def test_the_audit_log_has_sign_ins_refusals_and_sign_outs_and_no_password(page, browser, email, user_id, sessions):
    client = page()
    ok(client.put("/sessions", json={"old_password": PASSWORD, "new_password": NEW}))
    refused(client.put("/sessions", json={"old_password": PASSWORD, "new_password": NEW}), 403)
    refused(sign_in(browser(), email), 403)
    ok(client.delete("/sessions"))

    with sessions() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.user_id == user_id).order_by(AuditEntry.id)).all()

    assert [(e.method, e.path, e.status, e.token_id is None) for e in entries] == [
        ("POST", "/v1/sessions", 200, False),
        ("PUT", "/v1/sessions", 200, False),
        ("PUT", "/v1/sessions", 403, False),
        ("POST", "/v1/sessions", 403, True),
        ("DELETE", "/v1/sessions", 200, False),
    ]


@pytest.mark.usefixtures("user_id")
def test_an_address_that_is_none_keeps_nobody_from_signing_in(browser, email):
    assert sign_in(browser(), email, x_forwarded_for="x" * 60).status_code == 200


def test_only_digests_and_hashes_are_stored(page, sessions, user_id):
    secret = page().cookies[COOKIE]

    with sessions() as session:
        rows = session.execute(
            select(func.row_to_json(User.__table__.table_valued()), func.row_to_json(Token.__table__.table_valued()))
            .join_from(User, Token, Token.user_id == User.id)
            .where(User.id == user_id)
        ).all()

    assert len(rows) == 1
    assert secret not in str(rows)
    assert PASSWORD not in str(rows)
    assert "$argon2id$" in str(rows)


def test_an_outdated_hash_is_made_anew_at_the_next_sign_in(browser, email, user_id, sessions):
    old = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    with sessions.begin() as session:
        session.get_one(User, user_id).password_hash = old

    refused(sign_in(browser(), email, "wrong"), 403)
    with sessions() as session:
        assert session.get_one(User, user_id).password_hash == old
    ok(sign_in(browser(), email))

    with sessions() as session:
        stored = session.get_one(User, user_id).password_hash
    assert passwords.outdated(old)
    assert not passwords.outdated(stored)
    assert passwords.fits(stored, PASSWORD)


def test_looking_at_no_password_takes_as_long_as_at_a_wrong_one():
    stored = passwords.hashed(PASSWORD)

    def shortest_s(hashed: str | None) -> float:
        times = []
        for _ in range(5):
            start = time.perf_counter()
            assert not passwords.fits(hashed, "wrong")
            times.append(time.perf_counter() - start)
        return min(times)

    assert shortest_s(None) > shortest_s(stored) / 3  # without the work it would be a thousandth


def test_expired_sign_ins_are_cleared_away_and_refused(page, sessions, user_id):
    old = page()
    with sessions.begin() as session:
        [token] = session.scalars(select(Token).where(Token.user_id == user_id))
        token.expires = now() - timedelta(seconds=1)

    assert old.get("/sessions").json()["token_status"] == "expired"
    page()

    with sessions() as session:
        [left] = session.scalars(select(Token).where(Token.user_id == user_id, Token.kind == TokenKind.USER.value))
    assert left.id != token.id


@pytest.fixture(scope="module")
def strict_server(settings):
    with live_server(create_app(settings.model_copy(update={"wrong_passwords": 2}))) as url:
        yield url


@pytest.fixture
def from_address(strict_server, browser):
    """Opens browsers at an address of their own, as a proxy tells it."""

    def open_browser() -> httpx.Client:
        client = browser(strict_server)
        client.headers["X-Forwarded-For"] = f"10.{'.'.join(str(part) for part in uuid.uuid4().bytes[:3])}"
        return client

    return open_browser


@pytest.mark.usefixtures("user_id")
def test_too_many_wrong_passwords_from_an_address_are_told_to_wait(from_address, email):
    mine, other = from_address(), from_address()

    answers = [sign_in(mine, f"{number}-{email}", "wrong") for number in range(3)]

    assert [answer.status_code for answer in answers] == [403, 403, 429]
    assert "too many wrong passwords" in refused(answers[-1], 429)
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 600
    refused(sign_in(mine, email), 429)  # even a right one
    assert ok(sign_in(other, email))["object"] == "session"


@pytest.mark.usefixtures("user_id")
def test_right_passwords_are_not_counted(from_address, email):
    client = from_address()

    for password in ("wrong", PASSWORD, PASSWORD, PASSWORD, "wrong"):
        assert sign_in(client, email, password).status_code == (200 if password == PASSWORD else 403)

    refused(sign_in(client, email), 429)


@pytest.mark.usefixtures("user_id")
def test_one_account_is_not_tried_without_end_from_many_addresses(from_address, email):
    answers = []
    while not answers or (answers[-1] == 403 and len(answers) < 100):
        answers.append(sign_in(from_address(), email, "wrong").status_code)

    assert answers == [403] * 20 + [429]


def test_a_password_is_not_guessed_by_changing_it_either(from_address, user_id, email):
    client = from_address()
    client.headers[CSRF_HEADER] = ok(sign_in(client, email))["csrf_token"]

    tries = [client.put("/sessions", json={"old_password": "wrong", "new_password": NEW}) for _ in range(3)]

    assert [answer.status_code for answer in tries] == [403, 403, 429]
    assert user_id


@pytest.mark.usefixtures("user_id")
def test_without_redis_nobody_is_kept_from_signing_in(settings, email, browser, tmp_path):
    away = settings.model_copy(update={"redis_url": f"unix://{tmp_path}/none.sock", "wrong_passwords": 1})

    with live_server(create_app(away)) as url:
        answers = [sign_in(browser(url), email, password) for password in ("wrong", "wrong", PASSWORD)]

    assert [answer.status_code for answer in answers] == [403, 403, 200]
