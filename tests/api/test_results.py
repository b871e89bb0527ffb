"""Best assignments, progress, and what moves the time of the last update."""

import pytest

from optsvc.storage.models import Experiment, Proposal
from tests.support.examples import experiment_body, ok, refused

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
    "model forgotten": (lambda api, path, _: api.delete(f"{path}/hyperparameters"), False),
    "point queued": (lambda api, path, _: api.post(f"{path}/queued_suggestions", json={"assignments": POINT}), False),
    "batch in a dry run": (
        lambda api, path, _: api.post(
            f"{path}/observations/batch",
            json={"observations": [{"assignments": POINT, "value": 1}], "dry_run": True},
        ),
        False,
    ),
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


METRICS = [
    {"name": "a"},
    {"name": "b", "objective": "minimize"},
    {"name": "kept", "strategy": "store"},
    {"name": "least", "strategy": "constraint", "threshold": 0},
]


@pytest.fixture
def several(api):
    """Stores random experiments with these of the metrics; answers a function that reports values by name."""

    def new(*names, **body):
        metrics = [metric for metric in METRICS if metric["name"] in names]
        made = ok(api.post("/experiments", json=experiment_body(type="random", metrics=metrics) | body))
        path = f"/experiments/{made['id']}"

        def observe(**values):
            sent = [{"name": name, "value": value} for name, value in values.items()]
            result = {"values": sent} if sent else {"failed": True}
            return ok(api.post(f"{path}/observations", json={"assignments": POINT} | result))["id"]

        return path, observe

    return new


def best_ids(api, path):
    return [row["id"] for row in ok(api.get(f"{path}/best_assignments"))["data"]]


def test_of_two_objectives_the_whole_front_is_best_and_no_single_observation(api, several):
    path, observe = several("a", "b", "kept")
    rows = [observe(a=a, b=b, kept=0) for a, b in [(1, 1), (2, 2), (0, 2), (2, 2), (3, 9)]]
    observe()

    assert best_ids(api, path) == [rows[4], rows[3], rows[1], rows[0]]
    assert ok(api.get(path))["progress"]["best_observation"] is None


def test_four_metrics_can_be_optimized_and_the_front_of_all_is_best(api, several):
    path, observe = several(metrics=["d", "c", "b", "a"])
    rows = [observe(**dict(zip("abcd", row, strict=True))) for row in [(1, 0, 0, 9), (3, 1, 1, 1), (2, 1, 1, 1)]]

    assert best_ids(api, path) == [rows[1], rows[0]]


def test_a_constraint_filters_the_best_assignments_but_not_the_progress(api, several):
    path, observe = several("a", "least")
    good, edge, outside = observe(a=1, least=5), observe(a=2, least=0), observe(a=3, least=-0.1)

    assert best_ids(api, path) == [edge]
    assert ok(api.get(path))["progress"]["best_observation"]["id"] == outside
    ok(api.put(path, json={"metrics": [{"name": "a"}, {"name": "least", "threshold": 1}]}))
    assert best_ids(api, path) == [good]


def test_a_search_finds_all_that_meet_the_thresholds(api, several):
    path, observe = several("kept", "least")
    rows = [observe(kept=1, least=value) for value in (0, -1, 2, 1)]

    assert best_ids(api, path) == [rows[2], rows[3], rows[0]]
    ok(api.put(path, json={"metrics": [{"name": "kept"}, {"name": "least", "threshold": -1}]}))
    assert len(best_ids(api, path)) == 4


def test_a_stored_metric_beside_one_objective_of_the_optimizer_changes_nothing_but_the_values(api):
    body = experiment_body(metrics=[{"name": "taste"}, {"name": "price", "strategy": "store"}])
    path = f"/experiments/{ok(api.post('/experiments', json=body))['id']}"
    values = [{"name": "taste", "value": 1, "value_stddev": 0.5}, {"name": "price", "value": 9}]
    suggestion = ok(api.post(f"{path}/suggestions", json={}))
    observed = ok(api.post(f"{path}/observations", json={"suggestion": suggestion["id"], "values": values}))

    assert [(value["name"], value["value"], value["value_stddev"]) for value in observed["values"]] == [
        ("price", 9.0, None),
        ("taste", 1.0, 0.5),
    ]
    assert ok(api.get(path))["progress"]["best_observation"] == observed
    assert best_ids(api, path) == [observed["id"]]
    for wrong in (values[:1], values * 2, [*values[:1], {"name": "salt", "value": 1}], [{"value": 1}, {"value": 2}]):
        refused(api.post(f"{path}/observations", json={"assignments": POINT, "values": wrong}), 400)
    assert "must be equal" in refused(api.post(f"{path}/observations", json={"assignments": POINT, "value": 1}), 400)


def test_a_correction_of_several_values_keeps_the_deviations_not_mentioned(api, several):
    path, _ = several("a", "kept")
    values = [{"name": "a", "value": 1, "value_stddev": 0.1}, {"name": "kept", "value": 2, "value_stddev": 0.2}]
    observed = ok(api.post(f"{path}/observations", json={"assignments": POINT, "values": values}))

    changes = [{"name": "kept", "value": 3}, {"name": "a", "value": 4, "value_stddev": None}]
    after = ok(api.put(f"{path}/observations/{observed['id']}", json={"values": changes}))

    assert [(v["name"], v["value"], v["value_stddev"]) for v in after["values"]] == [("a", 4, None), ("kept", 3, 0.2)]


def test_stopping_criteria_follow_the_observations(api):
    parameters = experiment_body()["parameters"][:1]
    body = experiment_body(parameters=parameters, observation_budget=10)
    path = f"/experiments/{ok(api.post('/experiments', json=body))['id']}"
    assert ok(api.get(f"{path}/stopping_criteria")) == {
        "object": "stopping_criteria",
        "should_stop": False,
        "reasons": [],
    }

    for value in [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]:
        ok(api.post(f"{path}/observations", json={"assignments": {"sugar": 1}, "value": value, "no_optimize": True}))

    criteria = ok(api.get(f"{path}/stopping_criteria"))
    assert criteria["should_stop"] is True
    assert set(criteria["reasons"]) == {"possible_stagnation", "observation_budget_reached"}


def test_best_practices_speak_of_what_is_unwise_and_stop_nothing(api):
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body(observation_budget=1)))['id']}"
    assert ok(api.get(f"{path}/best_practices")) == {"object": "best_practices", "violations": []}

    for _ in range(2):
        report(api, path, 1)
        ok(api.post(f"{path}/suggestions", json={}))

    budget, bandwidth = ok(api.get(f"{path}/best_practices"))["violations"]
    assert "observation_budget" in budget
    assert "parallel_bandwidth" in bandwidth


def test_the_only_parameter_has_all_the_importance(api):
    metrics = [{"name": "taste"}, {"name": "price", "strategy": "store"}]
    body = experiment_body(parameters=experiment_body()["parameters"][:1], metrics=metrics)
    path = f"/experiments/{ok(api.post('/experiments', json=body))['id']}"

    listed = ok(api.get(f"{path}/metric_importances"))

    assert listed["data"] == [
        {"object": "metric_importances", "metric": name, "importances": {"sugar": 1.0}} for name in ("price", "taste")
    ]


def test_importances_that_were_not_computed_are_422(api, path):
    assert "not been computed" in refused(api.get(f"{path}/metric_importances"), 422)
    assert "15 observations" in refused(api.put(f"{path}/metric_importances"), 422)


def test_forgetting_the_model_throws_away_what_was_learned_and_prepared(api, path, sessions):
    experiment_id = int(path.rpartition("/")[2])
    with sessions.begin() as session:
        session.get_one(Experiment, experiment_id).engine_state = {"hyperparameters": {}, "observation_count": 3}
        row = {"experiment_id": experiment_id, "data_version": 0, "assignments": POINT, "provenance": {}}
        session.add(Proposal(**row))

    assert api.delete(f"{path}/hyperparameters").text == "{}\n"

    with sessions() as session:
        assert session.get_one(Experiment, experiment_id).engine_state is None
        assert session.query(Proposal).filter_by(experiment_id=experiment_id).count() == 0
