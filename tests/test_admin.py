"""`optsvc admin`, on a database of its own."""

import json

import pytest
from click.testing import CliRunner

from optsvc.cli.app import app
from optsvc.domain.errors import Forbidden, WrongPassword
from optsvc.domain.rights import Right, Rule
from optsvc.services import access, sessions, tokens
from optsvc.storage import migrations
from optsvc.storage.models import Client
from optsvc.storage.session import make_sessionmaker
from tests.support.service import scratch_database


@pytest.fixture(scope="module")
def database(database_url):
    with scratch_database(database_url) as url:
        migrations.upgrade(url)
        yield url


@pytest.fixture
def invoke(database):
    """Runs `optsvc admin` with these arguments."""

    def run(*arguments, stdin=None):
        return CliRunner().invoke(
            app, ["admin", *map(str, arguments)], env={"OPTSVC_DATABASE_URL": database}, input=stdin
        )

    return run


@pytest.fixture
def admin(invoke):
    """As `invoke`, for what must succeed; answers what it prints as JSON."""

    def run(*arguments, stdin=None):
        done = invoke(*arguments, "--json", stdin=stdin)
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    return run


@pytest.fixture
def session(database):
    factory = make_sessionmaker(database, pool_size=1)
    with factory() as session:
        yield session
    factory.kw["bind"].dispose()


def test_an_administrator_sets_up_a_team_whose_token_works(admin, session):
    organization = admin("create-organization", "Lab")["organization"]
    client = admin("create-client", "Chemistry", "--organization", organization)["client"]
    user = admin("create-user", "Marie", "--email", "marie@lab.example")["user"]
    admin("add-member", "--organization", organization, "--user", user)
    admin("grant", "write", "--client", client, "--user", user)
    secret = admin("create-token", "robot", "--client", client, "--user", user)["token"]

    caller = tokens.authenticate(session, secret, Rule(Right.WRITE))

    assert (str(caller.client_id), str(caller.user_id)) == (client, user)
    assert access.right_in(session, caller, session.get_one(Client, int(client))) is Right.WRITE
    [lab] = [o for o in admin("list") if o["id"] == organization]
    assert lab["clients"] == [
        {"id": client, "name": "Chemistry", "users": [{"id": user, "name": "Marie", "role": "write"}]}
    ]


def test_taking_a_role_away_leaves_the_token_without_a_place(admin, session):
    organization = admin("create-organization", "Lab")["organization"]
    client = admin("create-client", "Physics", "--organization", organization)["client"]
    user = admin("create-user", "Pierre")["user"]
    admin("grant", "admin", "--client", client, "--user", user)
    secret = admin("create-token", "robot", "--client", client, "--user", user)["token"]

    admin("grant", "none", "--client", client, "--user", user)

    caller = tokens.authenticate(session, secret, Rule(Right.READ))
    assert access.right_in(session, caller, session.get_one(Client, int(client))) is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["create-client", "X", "--organization", "999"], "no organization with id 999"),
        (["grant", "read", "--client", "999", "--user", "1"], "no client with id 999"),
        (["create-token", "x"], "have a client"),
        (["create-token", "x", "--kind", "user"], "sign-in token has a user"),
        (["set-password", "--user", "999"], "no user with id 999"),
        (["create-user", "X", "--password", "generate"], "no e-mail address to sign in with"),
        (["create-user", "X", "--email", "x at y"], "'x at y' is no e-mail address"),
        (["create-user", "X", "--email", f"{'x' * 320}@y.example"], "is no e-mail address"),
        (["remove-user", "--user", "999"], "no user with id 999"),
    ],
)
def test_what_cannot_be_done_is_one_line(invoke, arguments, said):
    done = invoke(*arguments)

    assert done.exit_code == 1
    assert said in done.output
    assert len(done.output.strip().splitlines()) == 1


def test_an_email_address_is_given_once(invoke, admin):
    admin("create-user", "Irene", "--email", "irene@lab.example")

    assert "another user has the e-mail" in invoke("create-user", "Irene", "--email", "irene@lab.example").output


def test_a_user_is_made_with_a_password_that_is_shown_once(admin, session):
    made = admin("create-user", "Ada", "--email", "Ada@Lab.example", "--password", "generate")

    assert made["email"] == "ada@lab.example"
    assert sessions.sign_in(session, "ada@lab.example", made["password"], days=1)
    assert "password" not in admin("create-user", "Grace")


def test_a_password_is_read_from_the_standard_input_and_not_shown(invoke, admin, session):
    user = admin("create-user", "Rosalind")["user"]

    done = invoke(
        "set-password", "--user", user, "--email", "rosalind@lab.example", "--password", "stdin", stdin="fifty one!\n"
    )

    assert done.output == f"user {user}  email rosalind@lab.example\n"
    assert sessions.sign_in(session, "rosalind@lab.example", "fifty one!", days=1)


def test_another_password_ends_the_sign_ins_of_the_user(admin, session):
    made = admin("create-user", "Emmy", "--email", "emmy@lab.example", "--password", "generate")
    secret = sessions.sign_in(session, "emmy@lab.example", made["password"], days=1)
    session.commit()

    changed = admin("set-password", "--user", made["user"])

    with pytest.raises(Forbidden, match="revoked"):
        tokens.authenticate(session, secret, Rule(Right.READ))
    with pytest.raises(WrongPassword):
        sessions.sign_in(session, "emmy@lab.example", made["password"], days=1)
    assert sessions.sign_in(session, "emmy@lab.example", changed["password"], days=1)


@pytest.mark.parametrize(
    ("stdin", "said"), [("short\n", "8 to 1024 characters"), ("", "8 to 1024"), (b"\xff" * 9, "not UTF-8")]
)
def test_a_password_that_will_not_do_is_refused(invoke, admin, stdin, said):
    user = admin("create-user", "Lise")["user"]

    done = invoke("set-password", "--user", user, "--email", f"l{user}@lab.example", "--password", "stdin", stdin=stdin)

    assert done.exit_code == 1
    assert said in done.output


def test_a_removed_user_is_gone_and_the_address_is_free_again(admin, session):
    user = admin("create-user", "Dorothy", "--email", "dorothy@lab.example", "--password", "generate")

    assert admin("remove-user", "--user", user["user"]) == {"user": user["user"], "removed": True}

    with pytest.raises(WrongPassword):
        sessions.sign_in(session, "dorothy@lab.example", user["password"], days=1)
    assert admin("create-user", "Dorothy", "--email", "dorothy@lab.example")["user"] != user["user"]


def test_a_sign_in_link_opens_the_dashboard_for_its_user(admin, session):
    user = admin("create-user", "Pierre", "--email", "pierre@lab.example")["user"]

    link = admin("sign-in-link", "--user", user, "--address", "https://lab.example/opt/")["link"]

    page, secret = link.split("#token=")
    assert page == "https://lab.example/opt/sign-in"
    kept = sessions.sign_in_with_token(session, secret, days=14)
    assert str(tokens.authenticate(session, kept, Rule(Right.READ)).user_id) == user
    with pytest.raises(Forbidden):
        sessions.sign_in_with_token(session, secret, days=14)
