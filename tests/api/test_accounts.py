"""Clients, organizations, users, their permissions, and tokens of every kind, over HTTP."""

import httpx
import pytest
from sqlalchemy import select

from optsvc.domain.errors import NotFound
from optsvc.domain.rights import Right, TokenKind
from optsvc.services import accounts, tokens
from optsvc.storage.models import AuditEntry
from tests.support import patient
from tests.support.examples import experiment_body, ok, refused


@pytest.fixture
def colleague(sessions, caller):
    """Another user with this right in the same client: id and token."""

    def make(right: Right) -> tuple[str, str]:
        with sessions.begin() as session:
            user = accounts.create_user(session, "Colleague")
            accounts.grant(session, caller.client_id, user.id, right)
            secret = tokens.issue(session, "test", client_id=caller.client_id, user_id=user.id)[1]
            return str(user.id), secret

    return make


@pytest.fixture
def signed_in(server_url):
    """An HTTP client with another token."""
    opened = []

    def open_client(secret: str) -> httpx.Client:
        opened.append(patient.Client(base_url=f"{server_url}/v1", auth=(secret, "")))
        return opened[-1]

    yield open_client
    for client in opened:
        client.close()


def sign_in_of(sessions, user_id: int) -> str:
    """A sign-in of a user, which reaches all of their clients."""
    with sessions.begin() as session:
        return tokens.issue(session, "test", kind=TokenKind.USER, client_id=None, user_id=user_id, days=1)[1]


def organization_of(api, caller) -> str:
    return ok(api.get(f"/clients/{caller.client_id}"))["organization"]


def test_a_client_is_renamed_by_its_admin_and_shows_its_organization(api, caller):
    path = f"/clients/{caller.client_id}"

    renamed = ok(api.put(path, json={"name": "Vision", "unknown": 1}))

    assert (renamed["object"], renamed["name"]) == ("client", "Vision")
    assert ok(api.get(path)) == renamed
    assert ok(api.get(f"/organizations/{renamed['organization']}"))["object"] == "organization"
    assert [c["id"] for c in ok(api.get(f"/organizations/{renamed['organization']}/clients"))["data"]] == [
        renamed["id"]
    ]


def test_an_owner_makes_clients_and_a_sign_in_reaches_them(api, caller, sessions, signed_in):
    organization = ok(api.get(f"/clients/{caller.client_id}"))["organization"]

    made = ok(api.post(f"/organizations/{organization}/clients", json={"name": "Second team"}))
    with sessions.begin() as session:
        secret = tokens.issue(session, "sign-in", kind=TokenKind.USER, client_id=None, user_id=caller.user_id)[1]
    user = signed_in(secret)

    assert ok(user.get(f"/clients/{made['id']}"))["name"] == "Second team"
    assert ok(user.get("/sessions"))["client"]["id"] == str(caller.client_id)
    assert ok(user.get(f"/sessions?preferred_client_id={made['id']}"))["client"]["id"] == made["id"]
    assert "/v1/clients/CLIENT" in refused(user.get("/experiments"), 403)
    refused(api.get(f"/clients/{made['id']}"), 404)  # a program's token reaches its own client only


def test_rights_follow_the_permission_at_once(api, caller, sessions, colleague, signed_in):
    user_id, secret = colleague(Right.READ)
    theirs = signed_in(secret)
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"

    assert ok(theirs.get(path))["name"] == "Cake"
    assert theirs.put(path, json={"name": "Pie"}).json()["token_status"] == "invalid_permissions"
    with sessions.begin() as session:
        accounts.grant(session, caller.client_id, int(user_id), Right.WRITE)
    assert ok(theirs.put(path, json={"name": "Pie"}))["name"] == "Pie"
    with sessions.begin() as session:
        accounts.grant(session, caller.client_id, int(user_id), None)
    refused(theirs.get(path), 404)
    shown = ok(api.get(f"/clients/{caller.client_id}/permissions"))["data"]
    assert [p["user"]["id"] for p in shown] == []  # the owner's rights come from the membership


def test_members_of_a_private_client_see_only_what_they_made_and_admins_see_all(api, caller, colleague, signed_in):
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"
    member, admin = signed_in(colleague(Right.WRITE)[1]), signed_in(colleague(Right.ADMIN)[1])
    own = ok(member.post("/experiments", json=experiment_body(name="Own")))

    ok(
        api.put(
            f"/clients/{caller.client_id}",
            json={"client_security": {"allow_users_to_see_experiments_by_others": False}},
        )
    )

    refused(member.get(path), 404)
    assert [e["id"] for e in ok(member.get("/experiments"))["data"]] == [own["id"]]
    assert ok(admin.get("/experiments"))["count"] == 2
    assert ok(admin.get(path))["name"] == "Cake"


def test_a_development_token_lives_in_a_world_of_its_own(api, caller, signed_in):
    real = ok(api.post("/experiments", json=experiment_body()))
    listed = {t["token_type"]: t["token"] for t in ok(api.get(f"/clients/{caller.client_id}/tokens"))["data"]}
    development = signed_in(listed["client-dev"])

    made = ok(development.post("/experiments", json=experiment_body()))

    assert (made["development"], real["development"]) == (True, False)
    refused(development.get(f"/experiments/{real['id']}"), 403)
    refused(api.get(f"/experiments/{made['id']}"), 403)
    assert [e["id"] for e in ok(development.get("/experiments"))["data"]] == [made["id"]]
    assert [e["id"] for e in ok(api.get("/experiments"))["data"]] == [real["id"]]
    again = {t["token_type"]: t["token"] for t in ok(api.get(f"/clients/{caller.client_id}/tokens"))["data"]}
    assert again["client-dev"] == f"…{listed['client-dev'][-4:]}"  # shown whole only when it was made


def test_a_share_link_shows_its_experiment_to_read_and_nothing_else(api, signed_in):
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"
    other = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"

    token = ok(api.post(f"{path}/tokens"))
    guest = signed_in(token["token"])

    assert (token["token_type"], token["permissions"], token["scope"]) == ("guest", "read", "shared_experiment")
    assert token["expires"] - token["lease_length"] > 1_700_000_000
    assert ok(guest.get(path))["name"] == "Cake"
    assert ok(guest.get(f"{path}/observations"))["count"] == 0
    refused(guest.post(f"{path}/suggestions", json={}), 403)
    refused(guest.get("/experiments"), 403)
    refused(guest.get(other), 404)
    assert ok(api.delete(f"/tokens/{token['token']}")) == {}
    assert guest.get(path).json()["token_status"] == "revoked"


def test_a_rotated_token_is_new_at_once_and_the_old_one_dead(api, colleague, signed_in):
    old = colleague(Right.WRITE)[1]

    rotated = ok(signed_in(old).put("/tokens/self", json={"token": "rotate"}))["token"]

    assert signed_in(old).get("/tokens/self").json()["token_status"] == "revoked"
    assert ok(signed_in(rotated).get("/tokens/self"))["token"] == f"…{rotated[-4:]}"
    assert "cannot be renewed" in refused(signed_in(rotated).put("/tokens/self", json={"expires": "renew"}), 403)
    assert "rotate" in refused(signed_in(rotated).delete(f"/tokens/{rotated}"), 403)
    refused(api.get(f"/tokens/{rotated}"), 404)  # the token of somebody else


def test_a_token_is_addressed_by_its_id_by_who_reaches_it_anyway(api, caller, sessions, signed_in, colleague):
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"
    shared = ok(api.post(f"{path}/tokens"))
    person, other = signed_in(sign_in_of(sessions, caller.user_id)), signed_in(colleague(Right.ADMIN)[1])
    team = {"name": "Another team", "organization": organization_of(api, caller)}
    elsewhere = ok(person.post("/clients", json=team))["id"]
    [there] = [t for t in ok(person.get(f"/clients/{elsewhere}/tokens"))["data"] if t["token_type"] == "client-api"]

    assert ok(api.get(f"/tokens/{shared['id']}"))["name"] == "share link"
    for address in (f"/tokens/{there['id']}", "/tokens/99999999999999999"):  # in another client; of nobody
        refused(api.put(address, json={"token": "rotate"}), 404)
    refused(other.delete(f"/tokens/{shared['id']}"), 404)
    refused(signed_in(shared["token"]).get(f"/tokens/{caller.token_id}"), 404)  # a guest sees its own alone
    assert ok(person.put(f"/tokens/{there['id']}", json={"token": "rotate"}))["token"].startswith("optsvc_")
    assert signed_in(there["token"]).get("/tokens/self").json()["token_status"] == "revoked"
    assert ok(api.delete(f"/tokens/{shared['id']}")) == {}
    assert signed_in(shared["token"]).get(path).json()["token_status"] == "revoked"


def test_a_user_is_seen_by_members_and_changed_only_by_themselves(api, caller, colleague, signed_in):
    user_id, secret = colleague(Right.READ)

    assert ok(api.get(f"/users/{user_id}"))["name"] == "Colleague"
    refused(api.put(f"/users/{user_id}", json={"name": "Nobody"}), 403)
    owner = signed_in(secret).get(f"/users/{caller.user_id}")
    assert ok(owner)["id"] == str(caller.user_id)
    organization = ok(api.get(f"/clients/{caller.client_id}"))["organization"]
    members = ok(api.get(f"/organizations/{organization}/memberships"))["data"]
    assert [(m["user"]["id"], m["type"]) for m in members] == [(str(caller.user_id), "owner"), (user_id, "member")]
    refused(signed_in(secret).put(f"/organizations/{organization}", json={"name": "Mine"}), 403)


def test_every_change_is_in_the_audit_log_and_no_secret_is(api, caller, sessions, token):
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"
    ok(api.get(path))
    refused(api.put(path, json={"name": 5}), 400)
    guest = ok(api.post(f"{path}/tokens"))["token"]
    ok(api.put(f"/tokens/{caller.token_id}", json={"lasts_forever": True}))
    ok(api.delete(f"/tokens/{guest}"))

    with sessions() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.client_id == caller.client_id).order_by(AuditEntry.id)
        ).all()

    assert [(e.method, e.path, e.status) for e in entries] == [
        ("POST", "/v1/experiments", 200),
        ("POST", f"/v1{path}/tokens", 200),
        ("PUT", f"/v1/tokens/{caller.token_id}", 200),
        ("DELETE", "/v1/tokens/…", 200),
    ]
    assert {(e.token_id, e.user_id, e.address) for e in entries} == {(caller.token_id, caller.user_id, "127.0.0.1")}
    assert token not in str(entries)


def test_an_answer_that_holds_a_secret_is_not_kept(api):
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"

    assert "secret" in refused(api.post(f"{path}/tokens", headers={"Idempotency-Key": "k"}), 400)


def test_a_new_client_starts_with_a_project(api, caller, sessions, signed_in):
    user = signed_in(sign_in_of(sessions, caller.user_id))

    made = ok(user.post("/clients", json={"name": "Second team", "organization": organization_of(api, caller)}))

    [project] = ok(user.get(f"/clients/{made['id']}/projects"))["data"]
    assert (project["id"], project["user"]) == ("examples", str(caller.user_id))


def test_an_organization_and_a_user_have_all_the_fields_of_the_contract(api, caller):
    organization = ok(api.get(f"/clients/{caller.client_id}"))["organization"]

    assert ok(api.get(f"/organizations/{organization}")).keys() == {
        *("object", "id", "name", "created", "academic", "email_domains", "client_for_email_signup"),
        *("allow_signup_from_email_domains", "optimized_runs_in_billing_cycle", "total_runs_in_billing_cycle"),
        "data_storage_bytes",
    }
    assert ok(api.get(f"/users/{caller.user_id}")).keys() == {
        *("object", "id", "name", "email", "created", "deleted", "has_verified_email", "show_welcome"),
        "planned_usage",
    }


def test_roles_are_another_name_for_permissions(api, caller, colleague):
    colleague(Right.WRITE)

    permissions = ok(api.get(f"/clients/{caller.client_id}/permissions"))

    assert permissions["count"] == 1
    assert ok(api.get(f"/clients/{caller.client_id}/roles")) == permissions


def test_a_guest_sees_the_project_of_what_was_shared_and_no_other(api, caller, signed_in):
    projects = f"/clients/{caller.client_id}/projects"
    for name in ("cakes", "pies"):
        ok(api.post(projects, json={"id": name, "name": name}))
    experiment = ok(api.post("/experiments", json=experiment_body(project="cakes")))["id"]
    run = ok(api.post(f"{projects}/pies/training_runs", json={"name": "a run"}))["id"]
    outside = ok(api.post("/experiments", json=experiment_body()))["id"]

    of_experiment, of_run, of_outside = (
        signed_in(ok(api.post(f"/{shared}/tokens"))["token"])
        for shared in (f"experiments/{experiment}", f"training_runs/{run}", f"experiments/{outside}")
    )

    assert ok(of_experiment.get(f"{projects}/cakes"))["id"] == "cakes"
    assert ok(of_run.get(f"{projects}/pies"))["id"] == "pies"
    hidden = refused(of_experiment.get(f"{projects}/pies"), 404)
    assert refused(of_experiment.get(f"{projects}/none"), 404) == hidden.replace("pies", "none")
    refused(of_run.get(f"{projects}/cakes"), 404)
    refused(of_outside.get(f"{projects}/cakes"), 404)
    refused(of_experiment.get("/clients/1/projects/cakes"), 404)
    for path in (projects, f"{projects}/cakes/training_runs", f"{projects}/cakes/notes"):
        refused(of_experiment.get(path), 403)
    refused(of_experiment.put(f"{projects}/cakes", json={"name": "Mine"}), 403)


def test_a_deleted_client_is_gone_with_all_that_it_owns_and_its_tokens(api, caller, sessions, colleague, signed_in):
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"
    guest = signed_in(ok(api.post(f"{path}/tokens"))["token"])
    admin = signed_in(colleague(Right.ADMIN)[1])
    user = signed_in(sign_in_of(sessions, caller.user_id))
    other = ok(api.post("/clients", json={"name": "Other", "organization": organization_of(api, caller)}))

    refused(admin.delete(f"/clients/{caller.client_id}"), 403)
    assert ok(user.delete(f"/clients/{caller.client_id}")) == {}

    for client in (api, admin, guest):
        assert client.get(path).json()["token_status"] == "revoked"
    for address in (path, f"/clients/{caller.client_id}", f"/clients/{caller.client_id}/experiments"):
        refused(user.get(address), 404)
    refused(user.delete(f"/clients/{caller.client_id}"), 404)
    assert ok(user.get("/sessions"))["client"]["id"] == other["id"]
    listed = ok(user.get(f"/organizations/{other['organization']}/clients"))["data"]
    assert [client["id"] for client in listed] == [other["id"]]
    assert ok(user.get(f"/organizations/{other['organization']}/permissions"))["count"] == 0


def test_a_removed_users_tokens_stop_at_once_and_their_work_stays(api, caller, sessions, colleague, signed_in):
    user_id, secret = colleague(Right.WRITE)
    program, person = signed_in(secret), signed_in(sign_in_of(sessions, int(user_id)))
    path = f"/experiments/{ok(program.post('/experiments', json=experiment_body()))['id']}"
    guest = signed_in(ok(program.post(f"{path}/tokens"))["token"])

    assert "signed in" in refused(program.delete(f"/users/{user_id}"), 403)
    refused(person.delete(f"/users/{caller.user_id}"), 403)
    assert ok(person.delete(f"/users/{user_id}")) == {}

    for client in (program, person, guest):
        assert client.get("/tokens/self").json()["token_status"] == "revoked"
    assert ok(api.get(path))["user"] == user_id
    refused(api.get(f"/users/{user_id}"), 404)
    assert ok(api.get(f"/clients/{caller.client_id}/permissions"))["count"] == 0
    with sessions() as session, pytest.raises(NotFound):
        tokens.issue(session, "late", client_id=caller.client_id, user_id=int(user_id))


def test_the_last_owner_stays_until_there_is_another(api, caller, sessions, colleague, signed_in):
    person = signed_in(sign_in_of(sessions, caller.user_id))

    assert "without an owner" in refused(person.delete(f"/users/{caller.user_id}"), 422)
    with sessions.begin() as session:
        accounts.add_member(session, int(organization_of(api, caller)), int(colleague(Right.READ)[0]), owner=True)

    assert ok(person.delete(f"/users/{caller.user_id}")) == {}


def test_a_token_that_can_only_read_gets_no_other_one(caller, sessions, signed_in):
    with sessions.begin() as session:
        user = accounts.create_user(session, "Reader")
        accounts.grant(session, caller.client_id, user.id, Right.WRITE)
        secret = tokens.issue(session, "r", client_id=caller.client_id, user_id=user.id, read_only=True)[1]

    listed = ok(signed_in(secret).get(f"/clients/{caller.client_id}/tokens"))["data"]

    assert [(token["token"], token["permissions"]) for token in listed] == [(f"…{secret[-4:]}", "read")]


def test_a_share_link_may_last_and_expire_again_and_a_sign_in_may_not_last(api, caller, sessions, signed_in):
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"
    shared = ok(api.post(f"{path}/tokens"))
    address = f"/tokens/{shared['token']}"

    lasting = ok(api.put(address, json={"lasts_forever": True}))
    expiring = ok(api.put(address, json={"lasts_forever": False}))
    renewed = ok(api.put(address, json={"expires": "renew"}))

    assert (lasting["expires"], lasting["lease_length"]) == (None, 30 * 86400)
    assert shared["expires"] <= expiring["expires"] <= renewed["expires"] <= shared["expires"] + 60
    ok(api.put(address, json={"lasts_forever": True}))
    assert ok(api.delete(address)) == {}
    person = signed_in(sign_in_of(sessions, caller.user_id))
    assert "for ever" in refused(person.put("/tokens/self", json={"lasts_forever": True}), 403)
    for body in ({"token": "turn"}, {"expires": "never"}, {"lasts_forever": "yes"}):
        refused(api.put("/tokens/self", json=body), 400)
