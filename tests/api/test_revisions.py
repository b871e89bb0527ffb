"""Changing parameters and thresholds of a running experiment (5.8): nothing is forgotten, all is read as of today."""

import pytest

from tests.support.examples import experiment_body, ok, refused

X = {"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}}
N = {"name": "n", "type": "int", "bounds": {"min": 0, "max": 9}}
K = {"name": "k", "type": "categorical", "categorical_values": ["a", "b", "c"]}
LOG = {"name": "log", "type": "double", "bounds": {"min": 1, "max": 10}, "transformation": "log"}
GRID = {"name": "grid", "type": "int", "grid": [1, 2, 4]}
ALL = [X, N, K, LOG, GRID]
POINT = {"x": 0.5, "n": 4, "k": "a", "log": 2.0, "grid": 2}
NAMES = [{"name": name} for name in POINT]


@pytest.fixture
def path(api):
    made = ok(api.post("/experiments", json=experiment_body(parameters=ALL, metrics=["taste"])))
    return f"/experiments/{made['id']}"


def but(**changes):
    """The complete list with changes to some; None leaves one out."""
    named = {entry["name"]: entry for entry in NAMES}
    for name, change in changes.items():
        if change is None:
            del named[name]
        else:
            named[name] = {"name": name} | change
    return {"parameters": list(named.values())}


def parameter(api, path, name):
    [found] = [p for p in ok(api.get(path))["parameters"] if p["name"] == name]
    return found


CHANGED = {
    "bounds": (
        but(x={"bounds": {"min": -1, "max": 2}}),
        "x",
        {"bounds": {"object": "bounds", "min": -1.0, "max": 2.0}},
    ),
    "whole bounds": (
        but(n={"bounds": {"min": 2.0, "max": 5}}),
        "n",
        {"bounds": {"object": "bounds", "min": 2, "max": 5}},
    ),
    "grid": (but(grid={"grid": [8, 2]}), "grid", {"grid": [2, 8], "bounds": {"object": "bounds", "min": 2, "max": 8}}),
    "type repeated": (but(x={"type": "double", "transformation": None}), "x", {}),
    "no transformation repeated": (but(n={"transformation": "none"}), "n", {}),
    "log repeated": (but(log={"transformation": "log"}), "log", {}),
    "default": (but(n={"default_value": 3}), "n", {"default_value": 3}),
    "prior": (
        but(x={"prior": {"name": "beta", "shape_a": 1, "shape_b": 2}}),
        "x",
        {"prior": {"object": "beta_prior", "name": "beta", "shape_a": 1.0, "shape_b": 2.0}},
    ),
    "no prior": (but(x={"prior": None}), "x", {}),
    "conditions repeated": (but(x={"conditions": {}}), "x", {}),
    "nothing": (but(), "x", {}),
}


@pytest.mark.parametrize(("changes", "name", "seen"), CHANGED.values(), ids=CHANGED)
def test_of_a_known_parameter_only_the_keys_given_change(api, path, changes, name, seen):
    before = ok(api.get(path))

    after = ok(api.put(path, json=changes))

    expected = [p | seen if p["name"] == name else p for p in before["parameters"]]
    assert after == before | {"parameters": expected, "updated": after["updated"]}
    assert after == ok(api.get(path))


def test_the_parameters_as_we_send_them_change_nothing(api, path):
    before = ok(api.get(path))

    after = ok(api.put(path, json={"parameters": before["parameters"], "metrics": before["metrics"]}))

    assert after == before | {"updated": after["updated"]}


NEW = {"name": "new", "type": "double", "bounds": {"min": 0, "max": 1}, "default_value": 0.5}
FAULTY = {
    "type": (but(x={"type": "int"}), "type"),
    "transformation": (but(x={"transformation": "log"}), "transformation"),
    "transformation taken away": (but(log={"transformation": None}), "transformation"),
    "conditions": (but(x={"conditions": {"c": ["a"]}}), "conditions"),
    "bounds turned round": (but(x={"bounds": {"min": 1, "max": 0}}), "'x'"),
    "half an int": (but(n={"bounds": {"min": 0.5, "max": 3}}), "'n'"),
    "log at zero": (but(log={"bounds": {"min": 0, "max": 3}}), "log-transformation"),
    "bounds of a grid": (but(grid={"bounds": {"min": 0, "max": 4}}), "grid"),
    "grid of a range": (but(n={"grid": [1, 2]}), "range"),
    "grid of one": (but(grid={"grid": [1, 1]}), "grid"),
    "empty grid": (but(grid={"grid": []}), "grid"),
    "grid of half ints": (but(grid={"grid": [1, 1.5]}), "whole"),
    "bounds of a categorical": (but(k={"bounds": {"min": 0, "max": 1}}), "'k'"),
    "categories of a double": (but(x={"categorical_values": ["a", "b"]}), "'x'"),
    "prior of an int": (but(n={"prior": {"name": "beta", "shape_a": 1, "shape_b": 2}}), "prior"),
    "prior outside": (but(x={"prior": {"name": "normal", "mean": 2, "scale": 1}}), "prior.mean"),
    "one category": (but(k={"categorical_values": ["a"]}), "at least 2"),
    "a category twice": (but(k={"categorical_values": ["a", "a"]}), "distinct"),
    "default out of bounds": (but(x={"default_value": 2}), "default_value"),
    "default of a wrong type": (but(x={"default_value": "a"}), "default_value"),
    "default of no category": (but(k={"default_value": "z"}), "default_value"),
    "default not on the grid": (but(grid={"default_value": 3}), "default_value"),
    "a name twice": ({"parameters": [*NAMES, NAMES[0]]}, "twice"),
    "no name": ({"parameters": [*NAMES, {}]}, "parameters[5].name"),
    "new without a type": (but(new={"default_value": 1}), "type"),
    "new without a default": (but(new=NEW | {"default_value": None}), "default_value"),
    "new without bounds": (but(new=NEW | {"bounds": None}), "bounds"),
    "new with a default out of bounds": (but(new=NEW | {"default_value": 2}), "default_value"),
    "new with an unknown condition": (but(new=NEW | {"conditions": {"c": "a"}}), "'c'"),
    "new categorical without categories": (
        but(new={"type": "categorical", "default_value": "a"}),
        "categorical_values",
    ),
}


@pytest.mark.parametrize(("changes", "named"), FAULTY.values(), ids=FAULTY)
def test_a_faulty_change_is_refused_by_name_and_changes_nothing(api, path, changes, named):
    before = ok(api.get(path))

    assert named in refused(api.put(path, json=changes), 400)

    assert ok(api.get(path)) == before


def test_an_added_parameter_has_its_default_in_all_older_answers_and_is_needed_from_now_on(api, path):
    suggestion = ok(api.post(f"{path}/suggestions", json={"assignments": POINT}))
    queued = ok(api.post(f"{path}/queued_suggestions", json={"assignments": POINT}))
    observation = ok(api.post(f"{path}/observations", json={"assignments": POINT, "value": 1}))

    ok(api.put(path, json=but(new=NEW)))

    read = POINT | {"new": 0.5}
    assert ok(api.get(f"{path}/suggestions/{suggestion['id']}"))["assignments"] == read
    assert ok(api.get(f"{path}/queued_suggestions/{queued['id']}"))["assignments"] == read
    assert ok(api.get(f"{path}/observations/{observation['id']}"))["assignments"] == read
    assert ok(api.get(f"{path}/best_assignments"))["data"][0]["assignments"] == read
    assert ok(api.get(path))["progress"]["best_observation"]["assignments"] == read
    assert "'new'" in refused(api.post(f"{path}/observations", json={"assignments": POINT, "value": 1}), 400)
    assert ok(api.post(f"{path}/suggestions", json={}))["assignments"] == read  # from the queue
    assert ok(api.post(f"{path}/suggestions", json={}))["assignments"].keys() == read.keys()
    late = ok(api.post(f"{path}/observations", json={"suggestion": suggestion["id"], "value": 1}))
    assert late["assignments"] == read


def test_a_removed_parameter_vanishes_with_its_values_and_both_come_back(api, path):
    old = ok(api.post(f"{path}/observations", json={"assignments": POINT, "value": 1}))
    ok(api.put(path, json=but(x=None)))

    without = {name: value for name, value in POINT.items() if name != "x"}
    assert [p["name"] for p in ok(api.get(path))["parameters"]] == sorted(without)
    assert ok(api.get(f"{path}/observations/{old['id']}"))["assignments"] == without
    assert "x" not in ok(api.post(f"{path}/suggestions", json={}))["assignments"]
    refused(api.post(f"{path}/observations", json={"assignments": POINT, "value": 1}), 400)
    between = ok(api.post(f"{path}/observations", json={"assignments": without, "value": 1}))
    assert "sort" in refused(api.get(f"{path}/observations?sort=parameter-x"), 400)

    assert "default_value" in refused(api.put(path, json=but()), 400)
    ok(api.put(path, json=but(x={"default_value": 0.25})))

    assert ok(api.get(f"{path}/observations/{old['id']}"))["assignments"] == POINT
    assert ok(api.get(f"{path}/observations/{between['id']}"))["assignments"] == without | {"x": 0.25}


def numbers(api, path):
    return {value["name"]: value["enum_index"] for value in parameter(api, path, "k")["categorical_values"]}


def test_categories_keep_their_numbers_for_ever(api, path):
    old = ok(api.post(f"{path}/observations", json={"assignments": POINT, "value": 1}))

    ok(api.put(path, json=but(k={"categorical_values": ["d", {"name": "b"}, "c"]})))
    assert numbers(api, path) == {"b": 2, "c": 3, "d": 4}
    assert ok(api.get(f"{path}/observations/{old['id']}"))["assignments"] == POINT
    assert "'a'" in refused(api.post(f"{path}/observations", json={"assignments": POINT, "value": 1}), 400)

    ok(api.put(path, json=but(k={"categorical_values": ["b", "c"]})))
    ok(api.put(path, json=but(k={"categorical_values": ["e", "a", "b"]})))
    assert numbers(api, path) == {"a": 1, "b": 2, "e": 5}
    ok(api.post(f"{path}/observations", json={"assignments": POINT, "value": 1}))


def test_old_observations_outside_new_bounds_stay_and_new_ones_are_taken(api, path):
    old = ok(api.post(f"{path}/observations", json={"assignments": POINT, "value": 1}))

    ok(api.put(path, json=but(x={"bounds": {"min": 10, "max": 11}})))

    assert ok(api.get(f"{path}/observations/{old['id']}"))["assignments"] == POINT
    ok(api.post(f"{path}/observations", json={"assignments": POINT, "value": 1}))
    assert 10 <= ok(api.post(f"{path}/suggestions", json={}))["assignments"]["x"] <= 11


def test_parameters_under_linear_constraints_do_not_change(api):
    constraint = {"type": "less_than", "threshold": 1, "terms": [{"name": n, "weight": 1} for n in ("x", "y")]}
    body = experiment_body(parameters=[X, X | {"name": "y"}], linear_constraints=[constraint])
    made = ok(api.post("/experiments", json=body))

    answer = api.put(f"/experiments/{made['id']}", json={"parameters": made["parameters"]})

    assert "linear constraints" in refused(answer, 400)


def test_under_conditionals_every_branch_must_keep_a_parameter(api):
    body = experiment_body(
        conditionals=[{"name": "c", "values": ["p", "q"]}],
        parameters=[X | {"conditions": {"c": "p"}}, X | {"name": "y", "conditions": {"c": "q"}}, N],
    )
    path = f"/experiments/{ok(api.post('/experiments', json=body))['id']}"

    assert "no parameter exists" in refused(api.put(path, json={"parameters": [{"name": "x"}]}), 400)
    kept = ok(api.put(path, json={"parameters": [{"name": "x", "conditions": {"c": ["p"]}}, {"name": "y"}]}))
    assert [p["name"] for p in kept["parameters"]] == ["x", "y"]
    added = N | {"name": "m", "conditions": {"c": "q"}, "default_value": 1}
    both = ok(api.put(path, json={"parameters": [{"name": "x"}, {"name": "y"}, added]}))
    assert both["parameters"][0]["conditions"] == {"c": ["q"]}
    assert "conditions" in refused(api.put(path, json={"parameters": [{"name": "x", "conditions": {"c": "q"}}]}), 400)


METRICS = [
    {"name": "a", "objective": "minimize"},
    {"name": "b", "threshold": 1},
    {"name": "c", "strategy": "constraint", "threshold": 2},
    {"name": "d", "strategy": "store"},
]


@pytest.fixture
def measured(api):
    made = ok(api.post("/experiments", json=experiment_body(type="random", metrics=METRICS)))
    return f"/experiments/{made['id']}"


def metrics_but(**changes):
    entries = {m["name"]: {"name": m["name"]} for m in METRICS} | {"c": {"name": "c", "threshold": 2}}
    return {"metrics": [entries[name] | changes.get(name, {}) for name in "dcba"]}


@pytest.mark.parametrize(
    ("changes", "thresholds"),
    [
        ({}, [None, 1, 2, None]),
        ({"a": {"threshold": 5}}, [5, 1, 2, None]),
        ({"b": {"threshold": None}}, [None, None, 2, None]),
        ({"c": {"threshold": -3, "strategy": "constraint"}}, [None, 1, -3, None]),
        ({"a": {"objective": "minimize", "strategy": "optimize", "object": "metric"}}, [None, 1, 2, None]),
        ({"d": {"threshold": None}}, [None, 1, 2, None]),
    ],
)
def test_thresholds_move_by_name(api, measured, changes, thresholds):
    after = ok(api.put(measured, json=metrics_but(**changes)))

    assert [metric["threshold"] for metric in after["metrics"]] == thresholds
    assert [metric["objective"] for metric in after["metrics"]] == ["minimize", *["maximize"] * 3]


FAULTY_METRICS = {
    "a direction": metrics_but(a={"objective": "maximize"}),
    "a direction null": metrics_but(a={"objective": None}),
    "a role": metrics_but(d={"strategy": "optimize"}),
    "a role null": metrics_but(d={"strategy": None}),
    "a name": metrics_but(a={"name": "z"}),
    "no name": metrics_but(a={"name": None}),
    "a name twice": metrics_but(a={"name": "b"}),
    "an unknown key": metrics_but(a={"goal": 1}),
    "a threshold a text": metrics_but(a={"threshold": "1"}),
    "a constraint without its threshold": {"metrics": [{"name": name} for name in "abcd"]},
    "a constraint cleared": metrics_but(c={"threshold": None}),
    "a stored one with a threshold": metrics_but(d={"threshold": 1}),
    "one too few": {"metrics": metrics_but()["metrics"][:3]},
    "one too many": {"metrics": [*metrics_but()["metrics"], {"name": "e"}]},
    "texts": {"metrics": list("abcd")},
}


@pytest.mark.parametrize("changes", FAULTY_METRICS.values(), ids=FAULTY_METRICS)
def test_nothing_else_of_a_metric_moves(api, measured, changes):
    before = ok(api.get(measured))

    refused(api.put(measured, json=changes), 400)

    assert ok(api.get(measured)) == before


@pytest.mark.parametrize("entry", [{}, {"name": None}, {"name": "taste"}, {"objective": "maximize", "threshold": None}])
def test_a_single_metric_needs_no_name(api, path, entry):
    assert ok(api.put(path, json={"metrics": [entry]}))["metrics"][0]["name"] == "taste"


@pytest.mark.parametrize("entry", [{"name": "salt"}, {"threshold": 1}])
def test_a_single_metric_has_no_other_name_and_no_threshold(api, path, entry):
    refused(api.put(path, json={"metrics": [entry]}), 400)


@pytest.mark.parametrize(
    "features", [{"metrics": ["a", "b"]}, {"num_solutions": 2}, {"type": "grid", "parameters": [GRID]}]
)
def test_the_budget_does_not_move_under_features_that_are_planned_with_it(api, features):
    budget = 3 if "type" in features else 40
    made = ok(api.post("/experiments", json=experiment_body(type="random", observation_budget=budget) | features))

    answer = api.put(f"/experiments/{made['id']}", json={"observation_budget": budget})

    assert "observation_budget" in refused(answer, 400)
