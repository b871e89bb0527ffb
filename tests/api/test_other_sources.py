"""Suggestions that the optimizer does not make: from the queue, from a grid, by chance; and the tasks they name."""

from itertools import product

import pytest

from optsvc.domain.rights import TokenKind
from optsvc.services import tokens
from tests.support import patient
from tests.support.examples import experiment_body, ok, refused

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}
TASKS = [{"name": "short", "cost": 0.25}, {"name": "full", "cost": 1}]
GRID = [
    {"name": "b", "type": "double", "grid": [0.5, 0.1]},
    {"name": "a", "type": "int", "grid": [3, 1, 2]},
    {"name": "c", "type": "categorical", "categorical_values": ["z", "y"]},
]
ORDER = [{"a": a, "b": b, "c": c} for c, b, a in product(["z", "y"], [0.1, 0.5], [1, 2, 3])]


@pytest.fixture
def new(api):
    """Stores experiments; answers their paths."""
    return lambda **body: f"/experiments/{ok(api.post('/experiments', json=experiment_body(**body)))['id']}"


@pytest.fixture
def grid(new):
    return new(type="grid", parameters=GRID, observation_budget=None)


@pytest.fixture
def developer(server_url, sessions, caller):
    """An HTTP client with a development token of the same client and user."""
    with sessions.begin() as session:
        place = {"client_id": caller.client_id, "user_id": caller.user_id}
        _, secret = tokens.issue(session, "test", kind=TokenKind.DEVELOPMENT, **place)
    with patient.Client(base_url=f"{server_url}/v1", auth=(secret, "")) as client:
        yield client


def suggest(api, path, **body):
    return ok(api.post(f"{path}/suggestions", json=body))


def test_a_grid_is_walked_with_the_first_parameter_running_fastest_and_starts_over(api, grid):
    made = [suggest(api, grid) for _ in range(14)]

    assert [suggestion["assignments"] for suggestion in made] == ORDER + ORDER[:2]
    assert {suggestion["optsvc"]["source"] for suggestion in made} == {"grid"}


def test_the_place_on_the_grid_is_the_number_of_observations_and_open_suggestions(api, grid):
    first, second = suggest(api, grid), suggest(api, grid)
    ok(api.post(f"{grid}/observations", json={"suggestion": first["id"], "value": 1}))
    ok(api.post(f"{grid}/observations", json={"assignments": ORDER[7], "value": 1}))
    assert suggest(api, grid)["assignments"] == ORDER[3]

    ok(api.delete(f"{grid}/suggestions/{second['id']}"))
    assert suggest(api, grid)["assignments"] == ORDER[3]


def test_a_grid_experiment_shows_its_grids_and_counts_its_own_budget(api, grid):
    shown = ok(api.get(grid))

    assert shown["observation_budget"] == 12
    assert [parameter["grid"] for parameter in shown["parameters"]] == [[1, 2, 3], [0.1, 0.5], ["z", "y"]]
    copied = {key: shown[key] for key in ("name", "type", "parameters", "metrics", "observation_budget")}
    assert ok(api.post("/experiments", json=copied))["parameters"] == shown["parameters"]
    assert "grid" in refused(api.put(grid, json={"parameters": shown["parameters"]}), 400)
    assert "grid" in refused(api.put(grid, json={"observation_budget": 12}), 400)
    assert ok(api.put(grid, json={"name": "New"}))["name"] == "New"


def test_random_points_differ_and_respect_the_space_and_say_what_they_are(api, new):
    path = new(type="random")

    made = [suggest(api, path) for _ in range(60)]

    assert len({str(suggestion["assignments"]) for suggestion in made}) == 60
    assert all(0.1 <= suggestion["assignments"]["sugar"] <= 10 for suggestion in made)
    # By magnitudes half of them lie below 1, of a uniform draw one in eleven; 12 of 60 miss the half once in 10^6.
    assert sum(suggestion["assignments"]["sugar"] < 1 for suggestion in made) >= 12
    assert {suggestion["optsvc"]["source"] for suggestion in made} == {"random"}
    assert [suggestion["optsvc"]["seed"]["ordinal"] for suggestion in made] == list(range(60))


def test_random_points_do_not_depend_on_what_was_observed(api, new):
    path = new(type="random")
    for i in range(20):
        ok(api.post(f"{path}/observations", json={"assignments": POINT | {"sugar": 0.5 + i}, "value": i}))

    assert suggest(api, path)["optsvc"]["source"] == "random"


@pytest.mark.parametrize("kind", ["offline", "random", "grid"])
def test_a_development_experiment_has_random_points_and_takes_every_feature(developer, kind):
    metrics = ["a", "b"]
    space = {"parameters": GRID} if kind == "grid" else {}
    budget = 12 if kind == "grid" else 40
    made = ok(
        developer.post(
            "/experiments", json=experiment_body(type=kind, metrics=metrics, observation_budget=budget, **space)
        )
    )
    path = f"/experiments/{made['id']}"

    assert made["development"] is True
    assert {suggest(developer, path)["optsvc"]["source"] for _ in range(6)} == {"random"}


def test_development_experiments_and_others_are_kept_apart(api, developer, path):
    for_tests = ok(developer.post("/experiments", json=experiment_body()))["id"]

    assert [row["id"] for row in ok(api.get("/experiments"))["data"]] == [path.rpartition("/")[2]]
    assert [row["id"] for row in ok(developer.get("/experiments"))["data"]] == [for_tests]
    refused(api.get(f"/experiments/{for_tests}"), 403)
    refused(developer.get(path), 403)


def test_the_queue_is_served_first_in_the_order_of_arrival(api, path):
    points = [POINT | {"eggs": eggs} for eggs in (3, 1, 2)]
    queued = [ok(api.post(f"{path}/queued_suggestions", json={"assignments": point, "x": 1})) for point in points]
    assert queued[0] == {
        "object": "queued_suggestion",
        "id": queued[0]["id"],
        "experiment": path.rpartition("/")[2],
        "assignments": points[0],
        "created": queued[0]["created"],
    }
    assert ok(api.get(f"{path}/queued_suggestions"))["data"] == queued[::-1]
    assert ok(api.get(f"{path}/queued_suggestions/{queued[1]['id']}")) == queued[1]

    ok(api.delete(f"{path}/queued_suggestions/{queued[1]['id']}"))
    made = [suggest(api, path, metadata={"a": 1}) for _ in range(3)]

    assert [suggestion["assignments"] for suggestion in made[:2]] == [points[0], points[2]]
    assert [suggestion["optsvc"]["source"] for suggestion in made] == ["queued", "queued", "initial"]
    assert {str(suggestion["metadata"]) for suggestion in made} == {"{'a': 1}"}
    assert ok(api.get(f"{path}/queued_suggestions"))["count"] == 0
    for entry in queued:
        refused(api.get(f"{path}/queued_suggestions/{entry['id']}"), 404)
        refused(api.delete(f"{path}/queued_suggestions/{entry['id']}"), 404)


def test_the_queue_goes_before_the_grid(api, grid):
    ok(api.post(f"{grid}/queued_suggestions", json={"assignments": ORDER[5]}))

    assert [suggest(api, grid)["assignments"] for _ in range(2)] == [ORDER[5], ORDER[1]]


def test_what_is_queued_waits_while_the_search_space_does_not_take_it(api, path):
    def bake_with(*ovens):
        named = [{"name": name} for name in ("sugar", "eggs")]
        oven = {"name": "oven", "categorical_values": ovens}
        ok(api.put(path, json={"parameters": [*named, oven], "no_optimize": True}))

    stuck = ok(api.post(f"{path}/queued_suggestions", json={"assignments": POINT}))["id"]
    ok(api.post(f"{path}/queued_suggestions", json={"assignments": POINT | {"oven": "electric"}}))

    bake_with("electric", "wood")
    first, second = suggest(api, path), suggest(api, path)
    waiting = [entry["id"] for entry in ok(api.get(f"{path}/queued_suggestions"))["data"]]
    bake_with("electric", "wood", "gas")
    third = suggest(api, path)

    assert waiting == [stuck]
    assert (first["optsvc"]["source"], first["assignments"]["oven"]) == ("queued", "electric")
    assert (second["optsvc"]["source"], second["assignments"]["oven"] != "gas") == ("initial", True)
    assert (third["optsvc"]["source"], third["assignments"]) == ("queued", POINT)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "assignments"),
        ({"assignments": None}, "assignments"),
        ({"assignments": POINT | {"eggs": 0.5}}, "'eggs'"),
        ({"assignments": POINT, "task": "short"}, "task"),
    ],
)
def test_what_is_queued_must_fit(api, path, body, named):
    assert named in refused(api.post(f"{path}/queued_suggestions", json=body), 400)
    assert ok(api.get(f"{path}/queued_suggestions"))["count"] == 0


def test_a_deleted_experiment_takes_no_queued_suggestions(api, path):
    ok(api.delete(path))

    refused(api.post(f"{path}/queued_suggestions", json={"assignments": POINT}), 400)


@pytest.fixture
def multitask(new):
    return new(type="random", tasks=TASKS)


FULL, SHORT = ({"object": "task", "name": name, "cost": cost} for name, cost in [("full", 1.0), ("short", 0.25)])


def test_suggestions_name_their_tasks_the_cheapest_first(api, multitask):
    made = [suggest(api, multitask)["task"] for _ in range(4)]

    assert made == [SHORT, FULL, SHORT, FULL]


def test_an_observation_has_the_task_of_its_suggestion_or_the_one_given(api, multitask):
    by_hand = suggest(api, multitask, assignments=POINT, task={"name": "full", "cost": 0.5, "x": 1})
    queued = ok(api.post(f"{multitask}/queued_suggestions", json={"assignments": POINT, "task": "short"}))
    from_queue = suggest(api, multitask)
    observed = ok(api.post(f"{multitask}/observations", json={"suggestion": by_hand["id"], "value": 1}))
    own = ok(api.post(f"{multitask}/observations", json={"assignments": POINT, "task": "short", "value": 5}))

    assert (by_hand["task"], queued["task"], from_queue["task"]) == (FULL, SHORT, SHORT)
    assert (observed["task"], own["task"]) == (FULL, SHORT)
    progress = ok(api.get(multitask))["progress"]
    assert progress["observation_budget_consumed"] == 1.25
    assert progress["best_observation"]["id"] == observed["id"]  # only a full evaluation can be the best
    [best] = ok(api.get(f"{multitask}/best_assignments"))["data"]
    assert (best["id"], best["task"]) == (observed["id"], "full")


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("suggestions", {"assignments": POINT}),
        ("suggestions", {"task": "full"}),
        ("suggestions", {"assignments": POINT, "task": "half"}),
        ("queued_suggestions", {"assignments": POINT}),
        ("observations", {"assignments": POINT, "value": 1}),
        ("observations", {"assignments": POINT, "value": 1, "task": "half"}),
        ("observations", {"suggestion": "own", "value": 1, "task": "full"}),
        ("observations", {"assignments": POINT, "value": 1, "task": {"cost": 1}}),
    ],
)
def test_a_task_is_asked_for_exactly_where_there_are_some(api, multitask, address, body):
    own = suggest(api, multitask)["id"]
    sent = {key: own if value == "own" else value for key, value in body.items()}

    assert "task" in refused(api.post(f"{multitask}/{address}", json=sent), 400)


@pytest.mark.parametrize(
    ("start", "sent", "task"),
    [
        ({"assignments": POINT, "task": "short"}, {"task": "full"}, FULL),
        ({"assignments": POINT, "task": "short"}, {"assignments": POINT}, SHORT),
        ({"assignments": POINT, "task": "short"}, {"task": None}, None),
        ({"assignments": POINT, "task": "full"}, {"assignments": None, "suggestion": "own"}, SHORT),
        ({"suggestion": "own"}, {"task": "full"}, None),
        ({"suggestion": "own"}, {"suggestion": None, "assignments": POINT, "task": "full"}, FULL),
        ({"suggestion": "own"}, {"suggestion": None, "assignments": POINT}, None),
    ],
)
def test_a_correction_of_the_task_follows_the_point(api, multitask, start, sent, task):
    own = suggest(api, multitask)["id"]

    def with_id(body):
        return {key: own if value == "own" else value for key, value in body.items()}

    before = ok(api.post(f"{multitask}/observations", json=with_id(start) | {"value": 1}))
    answer = api.put(f"{multitask}/observations/{before['id']}", json=with_id(sent))

    if task is None:
        assert "task" in refused(answer, 400)
    else:
        assert ok(answer)["task"] == task
