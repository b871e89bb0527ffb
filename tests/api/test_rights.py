"""Who may call what: every route of the application, with every kind of caller.

The rights column of the contract is stated once per route (`@needs`). Here each route is called by each kind of caller,
and the answer must be the one that the rule, and nothing else, leads to. A route without a rule does not even start.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import httpx
import pytest

from optsvc.api.app import create_app
from optsvc.api.credentials import COOKIE, CSRF_HEADER
from optsvc.api.route import ContractRoute
from optsvc.domain.rights import Right, Rule, TokenKind
from optsvc.services import accounts, sessions, tokens
from optsvc.storage.models import now
from tests.support import patient
from tests.support.examples import experiment_body, ok
from tests.support.service import make_tenant

NOT_HERE = str(10**17)


@pytest.fixture(scope="module")
def app(settings):
    return create_app(settings)


def contract_routes(app) -> list[ContractRoute]:
    """Every route under /v1, also those that stay out of the OpenAPI document."""
    found = []
    for route in app.router.routes:
        found += (
            getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None) or []
        )
        found.append(route)
    return [route for route in found if isinstance(route, ContractRoute)]


@dataclass(frozen=True)
class House:
    """A client with everybody in it, and what they can address."""

    ids: dict[str, str]
    secrets: dict[str, str]


@pytest.fixture(scope="module")
def house(sessions, server_url) -> House:
    """A client, with a token of every kind."""
    owner, owners_secret = make_tenant(sessions)
    stranger = make_tenant(sessions)[1]
    secrets = {"owner": owners_secret, "stranger": stranger, "unknown": "not-a-token-at-all"}
    with sessions.begin() as session:
        for role in (Right.READ, Right.WRITE, Right.ADMIN):
            user = accounts.create_user(session, f"{role.name} user")
            accounts.grant(session, owner.client_id, user.id, role)
            place = {"client_id": owner.client_id, "user_id": user.id}
            secrets[role.name.lower()] = tokens.issue(session, "test", **place)[1]
            secrets[f"{role.name.lower()}, signed in"] = tokens.issue(
                session, "test", kind=TokenKind.USER, client_id=None, user_id=user.id
            )[1]
        for by_cookie in BY_COOKIE:
            secrets[by_cookie] = secrets["admin, signed in"]
        place = {"client_id": owner.client_id, "user_id": owner.user_id}
        secrets["read-only token of the owner"] = tokens.issue(session, "test", read_only=True, **place)[1]
        secrets["development"] = tokens.issue(session, "test", kind=TokenKind.DEVELOPMENT, **place)[1]
        expired, secrets["expired"] = tokens.issue(session, "test", **place)
        expired.expires = now() - timedelta(seconds=1)
    with patient.Client(base_url=f"{server_url}/v1", auth=(owners_secret, "")) as api:
        experiment = ok(api.post("/experiments", json=experiment_body()))["id"]
        organization_id = ok(api.get(f"/clients/{owner.client_id}"))["organization"]
        secrets["guest"] = ok(api.post(f"/experiments/{experiment}/tokens"))["token"]
    ids = {
        "client_id": str(owner.client_id),
        "organization_id": organization_id,
        "user_id": str(owner.user_id),
        "experiment_id": experiment,
    }
    return House(ids, secrets)


BY_COOKIE = {"admin, by cookie": True, "admin, by cookie without its CSRF token": False}
CALLERS = {
    "nobody": (None, None),
    "unknown": (None, None),
    "expired": (None, None),
    "stranger": (TokenKind.API, None),
    "read": (TokenKind.API, Right.READ),
    "write": (TokenKind.API, Right.WRITE),
    "admin": (TokenKind.API, Right.ADMIN),
    "read, signed in": (TokenKind.USER, Right.READ),
    "write, signed in": (TokenKind.USER, Right.WRITE),
    "admin, signed in": (TokenKind.USER, Right.ADMIN),
    **dict.fromkeys(BY_COOKIE, (TokenKind.USER, Right.ADMIN)),
    "owner": (TokenKind.API, Right.OWNER),
    "read-only token of the owner": (TokenKind.API, Right.READ),
    "development": (TokenKind.DEVELOPMENT, Right.OWNER),
    "guest": (TokenKind.GUEST, Right.READ),
}
DONE = {200, 301, 400, 404, 409, 422}
"""An allowed call: bodies are empty and some things missing here, so it need not succeed."""


def expected(route: ContractRoute, caller: str, house: House) -> set[int]:
    """What this caller may be answered."""
    kind, right = CALLERS[caller]
    rule: Rule = route.rule
    params = route.param_convertors.keys() - {"token"}  # `self`, everybody's own
    reads_what_is_there = (
        route.methods == {"GET"}
        and params <= house.ids.keys()
        and route.path != "/web_data"  # a query names its project
    )
    if rule.anybody:
        return {400}  # an empty body
    if kind is None:
        return {401 if caller == "nobody" else 403}
    if not BY_COOKIE.get(caller, True) and route.methods != {"GET"}:
        return {403}
    if rule.sign_in and kind is not TokenKind.USER:
        return {403}
    if (kind is TokenKind.DEVELOPMENT and not rule.development) or (kind is TokenKind.GUEST and not rule.guest):
        return {403}
    if caller == "read-only token of the owner" and rule.right > Right.READ:
        return {403}
    if "token" in route.param_convertors:
        return DONE | {403}  # everybody may rotate what they hold; a permanent one cannot be deleted
    if caller == "stranger":  # whatever is not theirs is not there
        return {404} if reads_what_is_there and params else DONE - {200} if params & house.ids.keys() else DONE
    if kind is TokenKind.DEVELOPMENT and "experiment_id" in params:
        return {400, 403} if route.methods == {"POST"} else {403}  # the experiment is a real one
    if kind is TokenKind.GUEST and "experiment_id" not in params:
        return {200, 403, 404}
    if right is None or right < rule.right:
        return {400, 403, 404}  # a faulty body may be refused first, a missing thing not be found
    if kind is TokenKind.USER and not params:
        return DONE | {403}  # takes the client from the token, and this one has none
    if "organization_id" in params and rule.right > Right.READ:
        return DONE if right is Right.OWNER else {400, 403}
    if "user_id" in params and rule.right > Right.READ:
        if route.methods == {"DELETE"}:
            return {400, 403}  # only in person, and by the user alone
        return DONE if right is Right.OWNER else {400, 403}  # the user of the house is its owner
    if reads_what_is_there:
        return {200, 301, 422} | ({404} if "/aiexperiments/" in route.path else set())  # that of the house is none
    return DONE | ({403} if "organization" in route.path or route.path == "/clients" else set())


@pytest.fixture(scope="module")
def client(server_url):
    """One for all callers: to make one takes longer than a call."""
    with patient.Client(base_url=f"{server_url}/v1") as client:
        yield client


def call(client: httpx.Client, route: ContractRoute, house: House, caller: str) -> httpx.Response:
    ids = {name: house.ids.get(name, NOT_HERE) for name in route.param_convertors} | {"token": "self"}
    method = sorted(route.methods)[0]
    secret = house.secrets.get(caller)
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    if caller in BY_COOKIE:
        headers = {"Cookie": f"{COOKIE}={secret}"}
        headers |= {CSRF_HEADER: sessions.csrf_token(secret)} if BY_COOKIE[caller] else {}
    body = None if method in ("GET", "DELETE") else {}
    with client.stream(method, route.path.format(**ids), json=body, headers=headers) as answer:
        if not answer.headers["content-type"].startswith("text/event-stream"):  # which has no end
            answer.read()
    client.cookies.clear()
    return answer


def ends_the_house(route: ContractRoute, caller: str) -> bool:
    """Whether this would end the tokens, or the client, that the test goes on with."""
    if "token" in route.param_convertors:
        return caller in ("owner", "admin", "write")
    if route.path == "/clients/{client_id}" and route.methods == {"DELETE"}:
        return caller == "owner"
    return route.path == "/sessions" and CALLERS[caller][0] is TokenKind.USER and BY_COOKIE.get(caller, True)


def test_every_route_states_a_rule_and_is_of_the_contracts_class(app):
    routes = contract_routes(app)

    assert len(routes) >= 35
    assert all(isinstance(route.rule, Rule) for route in routes)
    assert {path for path in app.openapi()["paths"] if path.startswith("/v1")} == {
        f"/v1{route.path}" for route in routes if route.include_in_schema
    }


def test_every_route_answers_every_kind_of_caller_as_its_rule_says(app, client, house):
    routes = contract_routes(app)
    harmless = [route for route in routes if not {"DELETE", "PUT"} & route.methods]
    harmful = [route for route in routes if {"DELETE", "PUT"} & route.methods]
    wrong = []

    # Those who may do harm come last, so that everybody finds the same house.
    order = sorted(CALLERS, key=lambda caller: CALLERS[caller][1] or 0)
    for caller, route in [*product(order, harmless), *product(order, harmful)]:
        if CALLERS[caller][1] and route in harmful and ends_the_house(route, caller):
            continue
        answer = call(client, route, house, caller)
        if answer.status_code not in expected(route, caller, house):
            wrong.append((caller, sorted(route.methods), route.path, answer.status_code, answer.text))

    assert "\n".join(str((c, m, p, st, text[:90])) for c, m, p, st, text in wrong) == ""


def test_a_writer_is_refused_nothing_that_needs_no_more_than_writing(app, client, house):
    refused = [
        route.path
        for route in contract_routes(app)
        if route.methods == {"GET"} and route.rule.right is Right.READ and not route.rule.user
        if call(client, route, house, "write").status_code == 403
    ]

    assert not refused
