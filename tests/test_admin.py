"""`optsvc admin`, on a database of its own."""

import json

import pytest
from click.testing import CliRunner

from optsvc.cli.app import app
from optsvc.domain.rights import Right, Rule
from optsvc.services import access, tokens
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

    def run(*arguments):
        return CliRunner().invoke(app, ["admin", *map(str, arguments)], env={"OPTSVC_DATABASE_URL": database})

    return run


@pytest.fixture
def admin(invoke):
    """As `invoke`, for what must succeed; answers what it prints as JSON."""

    def run(*arguments):
        done = invoke(*arguments, "--json")
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
