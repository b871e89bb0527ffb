"""Best assignments, progress, and what moves the time of the last update."""

import pytest

from optsvc.storage.models import Experiment
from tests.support.examples import experiment_body, ok

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}


@pytest.fixture(params=["maximize", "minimize"])
def objective(request):
    return request.param


@pytest.fixture
def measured(api, objective):
    metric = {"name": "taste", "objective": objective}
    return f"/experiments/{ok(api.post('/experiments', json=experiment_body(metrics=[metric])))['id']}"


def report(api, path, value):
    body = {"failed": True} if value is None else {"value": value}
    return ok(api.post(f"{path}/observations", json={"assignments": POINT, "no_optimize": True} | body))


def check(api, path, kept, best):
    """Progress and best assignments say the same of the observations that are left."""
    progress = ok(api.get(path))["progress"]
    assert progress == {
        "object": "progress",
        "observation_count": len(kept),
        "observation_budget_consumed": float(len(kept)),
        "first_observation": kept[0] if kept else None,
        "last_observation": kept[-1] if kept else None,
        "best_observation": best,
    }
    listed = ok(api.get(f"{path}/best_assignments"))
    shown = best and {key: best[key] for key in ("id", "assignments", "values", "metadata")}
    assert listed == {
        "object": "pagination",
        "count": 1 if best else 0,
        "data": [shown | {"object": "best_assignments"}] if best else [],
        "paging": {"before": None, "after": None},
    }


def test_progress_and_best_follow_every_change_of_the_observations(api, measured, objective):
    sign = 1 if objective == "maximize" else -1
    check(api, measured, [], None)
    failed = report(api, measured, None)
    check(api, measured, [failed], None)
    low, high, mid, equal = (report(api, measured, sign * value) for value in (1, 5, 3, 5))
    kept = [failed, low, high, mid, equal]
    check(api, measured, kept, equal)  # among equals the newest
    ok(api.delete(f"{measured}/observations/{equal['id']}"))
    check(api, measured, kept[:-1], high)
    lowered = ok(api.put(f"{measured}/observations/{high['id']}", json={"value": sign * 2}))
    check(api, measured, [failed, low, lowered, mid], mid)
    ok(api.delete(f"{measured}/observations/{failed['id']}"))
    check(api, measured, [low, lowered, mid], mid)
    ok(api.delete(f"{measured}/observations"))
    check(api, measured, [], None)


def test_the_unnamed_metric_has_a_best_too(api):
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body(metrics=None)))['id']}"
    first, second = report(api, path, 2), report(api, path, -1)

    check(api, path, [first, second], first)


def test_progress_in_a_list_is_the_progress_of_each(api):
    paths = [f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}" for _ in range(3)]
    for count, path in enumerate(paths):
        for value in range(count):
            report(api, path, value)

    assert ok(api.get("/experiments"))["data"] == [ok(api.get(path)) for path in reversed(paths)]


MOVES = {
    "empty update": (lambda api, path, _: api.put(path, json={}), True),
    "update": (lambda api, path, _: api.put(path, json={"name": "New"}), True),
    "delete": (lambda api, path, _: api.delete(path), True),
    "observation": (
        lambda api, path, _: api.post(f"{path}/observations", json={"assignments": POINT, "value": 1}),
        True,
    ),
    "observation without computing": (
        lambda api, path, _: api.post(
            f"{path}/observations", json={"assignments": POINT, "value": 1, "no_optimize": True}
        ),
        True,
    ),
    "batch": (
        lambda api, path, _: api.post(
            f"{path}/observations/batch", json={"observations": [{"assignments": POINT, "value": 1}]}
        ),
        True,
    ),
    "correction": (lambda api, path, ids: api.put(f"{path}/observations/{ids[1]}", json={"metadata": {}}), True),
    "observation deleted": (lambda api, path, ids: api.delete(f"{path}/observations/{ids[1]}"), True),
    "all observations deleted": (lambda api, path, _: api.delete(f"{path}/observations"), True),
    "read": (lambda api, path, _: api.get(path), False),
    "list": (lambda api, *_: api.get("/experiments"), False),
    "best": (lambda api, path, _: api.get(f"{path}/best_assignments"), False),
    "suggestion": (lambda api, path, _: api.post(f"{path}/suggestions", json={}), False),
    "suggestion by hand": (lambda api, path, _: api.post(f"{path}/suggestions", json={"assignments": POINT}), False),
    "suggestion changed": (
        lambda api, path, ids: api.put(f"{path}/suggestions/{ids[0]}", json={"metadata": {}}),
        False,
    ),
    "suggestion deleted": (lambda api, path, ids: api.delete(f"{path}/suggestions/{ids[0]}"), False),
    "refused observation": (lambda api, path, _: api.post(f"{path}/observations", json={}), False),
    "refused update": (lambda api, path, _: api.put(path, json={"name": None}), False),
}


@pytest.mark.parametrize(("act", "moves"), MOVES.values(), ids=MOVES)
def test_updated_moves_with_the_experiment_and_its_observations_and_with_nothing_else(api, path, sessions, act, moves):
    experiment_id = int(path.rpartition("/")[2])
    suggestion = ok(api.post(f"{path}/suggestions", json={}))["id"]
    observation = ok(api.post(f"{path}/observations", json={"suggestion": suggestion, "value": 1}))["id"]

    def updated():
        with sessions() as session:
            return session.get_one(Experiment, experiment_id).updated

    before = updated()
    act(api, path, (suggestion, observation))

    assert (updated() > before) is moves
