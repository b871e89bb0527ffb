"""Lists of experiments: of a token, a client, a project, a user, an organization; and what they are filtered by."""

import time

import pytest

from optsvc.domain.rights import Right, TokenKind
from optsvc.services import accounts, tokens
from optsvc.storage.models import Experiment, Project
from tests.support import patient
from tests.support.examples import experiment_body, ok, refused

AI = {"name": "AI", "parameters": experiment_body()["parameters"], "metrics": [{"name": "taste"}]}


@pytest.fixture
def home(caller):
    return f"/clients/{caller.client_id}"


@pytest.fixture
def project(sessions, caller):
    """A project of the client, and its path."""
    with sessions.begin() as session:
        session.add(Project(client_id=caller.client_id, user_id=caller.user_id, reference="cakes", name="Cakes"))
    return f"/clients/{caller.client_id}/projects/cakes"


@pytest.fixture
def new(api):
    return lambda **body: ok(api.post("/experiments", json=experiment_body(**body)))["id"]


@pytest.fixture
def sign_in(server_url, sessions, caller):
    """Opens HTTP clients of users with a role in the client."""
    opened = []

    def enter(role, kind=TokenKind.USER):
        with sessions.begin() as session:
            user_id = caller.user_id
            if role is not Right.OWNER:
                user_id = accounts.create_user(session, f"{role.name} user").id
                accounts.grant(session, caller.client_id, user_id, role)
            client_id = None if kind is TokenKind.USER else caller.client_id
            _, secret = tokens.issue(session, "test", kind=kind, client_id=client_id, user_id=user_id)
        client = patient.Client(base_url=f"{server_url}/v1", auth=(secret, ""))
        opened.append(client)
        return client, user_id

    yield enter
    for client in opened:
        client.close()


def listed(api, address):
    answer = ok(api.get(address))
    assert answer["count"] == len(answer["data"])
    return [row["id"] for row in answer["data"]]


def test_an_experiment_is_made_and_listed_under_its_client(api, home, new):
    under_client = ok(api.post(f"{home}/experiments", json=experiment_body()))["id"]
    of_token = new()

    assert listed(api, f"{home}/experiments") == listed(api, "/experiments") == [of_token, under_client]


def test_a_sign_in_needs_the_path_that_names_the_client(sign_in, home):
    someone, user_id = sign_in(Right.WRITE)

    refused(someone.post("/experiments", json=experiment_body()), 403)
    refused(someone.get("/experiments"), 403)
    made = ok(someone.post(f"{home}/experiments", json=experiment_body()))

    assert made["user"] == str(user_id)
    assert listed(someone, f"{home}/experiments") == [made["id"]]
    assert listed(someone, f"/users/{user_id}/experiments") == [made["id"]]


def test_an_experiment_belongs_to_a_project_and_can_move(api, project, new):
    inside, outside = new(project="cakes"), new()
    assert listed(api, f"{project}/experiments") == [inside]
    assert [row["project"] for row in ok(api.get("/experiments"))["data"]] == [None, "cakes"]

    assert ok(api.put(f"/experiments/{inside}", json={"project": None}))["project"] is None
    assert ok(api.put(f"/experiments/{outside}", json={"project": "cakes"}))["project"] == "cakes"

    assert listed(api, f"{project}/experiments") == [outside]
    assert "muffins" in refused(api.put(f"/experiments/{outside}", json={"project": "muffins"}), 400)
    refused(api.get(project.replace("cakes", "muffins") + "/experiments"), 404)


def test_a_project_of_another_client_is_unknown(stranger, project):
    assert "cakes" in refused(stranger.post("/experiments", json=experiment_body(project="cakes")), 400)
    refused(stranger.get(f"{project}/experiments"), 404)


MOVES = {
    "made": lambda api, _: api.post("/experiments", json=experiment_body(project="cakes")),
    "updated": lambda api, inside: api.put(f"/experiments/{inside}", json={}),
    "taken out": lambda api, inside: api.put(f"/experiments/{inside}", json={"project": None}),
    "deleted": lambda api, inside: api.delete(f"/experiments/{inside}"),
    "observed": lambda api, inside: api.post(
        f"/experiments/{inside}/observations",
        json={"assignments": {"sugar": 1, "eggs": 1, "oven": "gas"}, "value": 1},
    ),
}


@pytest.mark.parametrize("act", MOVES.values(), ids=MOVES)
@pytest.mark.usefixtures("project")
def test_what_moves_an_experiment_moves_its_project(api, new, sessions, caller, act):
    inside = new(project="cakes")

    def updated():
        with sessions() as session:
            return session.query(Project).filter_by(client_id=caller.client_id, reference="cakes").one().updated

    before = updated()
    ok(act(api, inside))

    assert updated() > before


@pytest.fixture
def three(api, project, new, sessions):
    """A core experiment, an AI experiment and a deleted one, made at 100, 200 and 300 seconds."""
    core = new(name="Cake")
    ai = ok(api.post(f"{project}/aiexperiments", json=AI))["id"]
    gone = new(name="Gone cake")
    ok(api.delete(f"/experiments/{gone}"))
    with sessions.begin() as session:
        for place, experiment_id in enumerate([core, ai, gone], 1):
            row = session.get_one(Experiment, int(experiment_id))
            row.created = row.created.fromtimestamp(100 * place, row.created.tzinfo)
    return core, ai, gone


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("", [0]),
        ("include_ai=true", [1, 0]),
        ("include_ai=false", [0]),
        ("include_ai=1&state=all", [2, 1, 0]),
        ("state=deleted", [2]),
        ("state=all&search=CAKE", [2, 0]),
        ("state=all&search=est+use", [2, 0]),
        ("state=all&period_start=100", [2, 0]),
        ("state=all&period_start=101", [2]),
        ("state=all&period_end=300", [0]),
        ("state=all&period_end=301", [2, 0]),
        ("state=all&period_start=300&period_end=300", []),
        ("state=all&user={user}", [2, 0]),
        ("state=all&user=1000000000", []),
        ("development=true", [0]),
    ],
)
def test_the_list_is_filtered_as_asked(api, home, caller, three, query, places):
    query = query.format(user=caller.user_id)
    expected = [three[place] for place in places]

    assert listed(api, f"/experiments?{query}") == listed(api, f"{home}/experiments?{query}") == expected


def test_the_two_kinds_in_one_list_are_what_they_are_alone(api, three):
    ai, core = ok(api.get("/experiments?include_ai=true"))["data"]

    assert core == ok(api.get(f"/experiments/{three[0]}"))
    assert ai == ok(api.get(f"/aiexperiments/{three[1]}"))


def test_a_sign_in_sees_both_kinds_and_can_ask_for_one(sign_in, home, new):
    real = new()
    developer, _ = sign_in(Right.OWNER, TokenKind.DEVELOPMENT)
    for_tests = ok(developer.post("/experiments", json=experiment_body()))["id"]
    someone, _ = sign_in(Right.READ)

    assert listed(someone, f"{home}/experiments") == [for_tests, real]
    assert listed(someone, f"{home}/experiments?development=true") == [for_tests]
    assert listed(someone, f"{home}/experiments?development=False") == [real]
    assert ok(someone.get(f"/experiments/{for_tests}"))["development"] is True


def test_an_owner_lists_the_organization_and_a_member_does_not(api, sign_in, home, new):
    made = new()
    organization = ok(api.get(home))["organization"]
    owner, _ = sign_in(Right.OWNER)
    member, _ = sign_in(Right.ADMIN)

    assert listed(owner, f"/organizations/{organization}/experiments") == [made]
    assert member.get(f"/organizations/{organization}/experiments").status_code in (403, 404)


def test_what_others_made_is_not_listed_where_members_see_only_their_own(api, sign_in, home, new, caller):
    new()
    someone, user_id = sign_in(Right.WRITE)
    own = ok(someone.post(f"{home}/experiments", json=experiment_body()))["id"]
    ok(api.put(home, json={"client_security": {"allow_users_to_see_experiments_by_others": False}}))

    assert listed(someone, f"{home}/experiments") == listed(someone, f"/users/{user_id}/experiments") == [own]
    assert len(listed(api, f"{home}/experiments")) == 2
    refused(someone.get(f"/users/{caller.user_id + 10**6}/experiments"), 404)


def test_a_period_is_of_creation(api, new):
    made = new()
    moment = int(time.time())

    assert made in listed(api, f"/experiments?period_start={moment - 60}&period_end={moment + 60}")
