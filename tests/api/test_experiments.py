"""Experiments: what is taken, what is refused and by which name, and what comes back."""

import pytest

from tests.support.examples import experiment_body, ok, refused

DOUBLE = {"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}}
INT = {"name": "x", "type": "int", "bounds": {"min": 0, "max": 9}}
CATEGORICAL = {"name": "x", "type": "categorical", "categorical_values": ["a", "b"]}


BETA = {"name": "beta", "shape_a": 2, "shape_b": 3}
TASKS = [{"name": "short", "cost": 0.25}, {"name": "full", "cost": 1}]


def stored(number):
    return {"name": f"stored {number}", "strategy": "store"}


def constraint(number):
    return {"name": f"constraint {number}", "strategy": "constraint", "threshold": 1}


def with_parameter(parameter, **changes):
    return experiment_body(parameters=[{key: v for key, v in (parameter | changes).items() if v is not ...}])


FAULTY = {
    # 4.1: each body, and what the message must name
    "name missing": ({k: v for k, v in experiment_body().items() if k != "name"}, "name"),
    "name null": (experiment_body(name=None), "name"),
    "name empty": (experiment_body(name=""), "name"),
    "name only space": (experiment_body(name="   "), "name"),
    "name too long": (experiment_body(name="x" * 101), "name"),
    "name no text": (experiment_body(name=5), "name"),
    "name with a newline": (experiment_body(name="a\nb"), "name"),
    "name with a delete character": (experiment_body(name="a\x7fb"), "name"),
    "parameters missing": ({k: v for k, v in experiment_body().items() if k != "parameters"}, "parameters"),
    "parameters null": (experiment_body(parameters=None), "parameters"),
    "parameters empty": (experiment_body(parameters=[]), "parameters"),
    "parameters an object": (experiment_body(parameters={}), "Invalid type for parameters"),
    "parameter a text": (experiment_body(parameters=["x"]), "parameters[0]"),
    "parameter null": (experiment_body(parameters=[None]), "parameters[0]"),
    "parameter name missing": (with_parameter(DOUBLE, name=...), "parameters[0].name"),
    "parameter name empty": (with_parameter(DOUBLE, name=""), "parameters[0].name"),
    "parameter name too long": (with_parameter(DOUBLE, name="x" * 101), "parameters[0].name"),
    "parameter name with a tab": (with_parameter(DOUBLE, name="a\tb"), "parameters[0].name"),
    "parameter name twice": (experiment_body(parameters=[DOUBLE, INT]), "'x'"),
    "type missing": (with_parameter(DOUBLE, type=...), "parameters[0].type"),
    "type unknown": (with_parameter(DOUBLE, type="float"), "parameters[0].type"),
    "type null": (with_parameter(DOUBLE, type=None), "parameters[0].type"),
    "bounds missing": (with_parameter(DOUBLE, bounds=...), "bounds"),
    "bounds null": (with_parameter(INT, bounds=None), "bounds"),
    "bounds a list": (with_parameter(DOUBLE, bounds=[0, 1]), "parameters[0].bounds"),
    "max missing": (with_parameter(DOUBLE, bounds={"min": 0}), "parameters[0].bounds.max"),
    "min missing": (with_parameter(INT, bounds={"max": 0}), "parameters[0].bounds.min"),
    "min a text": (with_parameter(DOUBLE, bounds={"min": "0", "max": 1}), "Invalid type for parameters[0].bounds.min"),
    "min a boolean": (with_parameter(INT, bounds={"min": False, "max": 1}), "parameters[0].bounds.min"),
    "max null": (with_parameter(DOUBLE, bounds={"min": 0, "max": None}), "parameters[0].bounds.max"),
    "bounds turned round": (with_parameter(DOUBLE, bounds={"min": 1, "max": 0}), "bounds"),
    "bounds equal": (with_parameter(INT, bounds={"min": 1, "max": 1}), "bounds"),
    "bounds too close": (with_parameter(DOUBLE, bounds={"min": 0, "max": 0.9e-8}), "bounds"),
    "bounds further apart than a double": (with_parameter(DOUBLE, bounds={"min": -1.7e308, "max": 1.7e308}), "x"),
    "int bounds not whole": (with_parameter(INT, bounds={"min": 0.5, "max": 3}), "x"),
    "int bounds beyond exact": (with_parameter(INT, bounds={"min": 0, "max": 1e17}), "x"),
    "log from zero": (with_parameter(DOUBLE, transformation="log"), "log-transformation"),
    "log below zero": (with_parameter(DOUBLE, transformation="log", bounds={"min": -1, "max": 1}), "log-transf"),
    "log grid at zero": (with_parameter(DOUBLE, transformation="log", bounds=..., grid=[0, 1]), "log-transf"),
    "log int": (with_parameter(INT, transformation="log", bounds={"min": 1, "max": 9}), "log-transf"),
    "log categorical": (with_parameter(CATEGORICAL, transformation="log"), "transformation"),
    "transformation unknown": (with_parameter(DOUBLE, transformation="sqrt"), "transformation"),
    "categories missing": (with_parameter(CATEGORICAL, categorical_values=...), "categorical_values"),
    "categories null": (with_parameter(CATEGORICAL, categorical_values=None), "categorical_values"),
    "one category": (with_parameter(CATEGORICAL, categorical_values=["a"]), "categorical_values"),
    "category twice": (with_parameter(CATEGORICAL, categorical_values=["a", "b", "a"]), "categorical_values"),
    "category empty": (with_parameter(CATEGORICAL, categorical_values=["a", ""]), "categorical_values[1]"),
    "category too long": (with_parameter(CATEGORICAL, categorical_values=["a", "x" * 51]), "categorical_values[1]"),
    "category a number": (with_parameter(CATEGORICAL, categorical_values=["a", 5]), "categorical_values[1]"),
    "category without a name": (
        with_parameter(CATEGORICAL, categorical_values=["a", {}]),
        "categorical_values[1].name",
    ),
    "categories of a double": (with_parameter(DOUBLE, categorical_values=["a", "b"]), "categorical_values"),
    "bounds of a categorical": (with_parameter(CATEGORICAL, bounds={"min": 0, "max": 1}), "bounds"),
    "grid of a categorical": (with_parameter(CATEGORICAL, grid=["a", "c"]), "grid"),
    "grid of numbers of a categorical": (with_parameter(CATEGORICAL, grid=[1, 2]), "parameters[0].grid[0]"),
    "grid beside other bounds": (with_parameter(DOUBLE, grid=[0, 0.5]), "bounds"),
    "grid of one": (with_parameter(DOUBLE, bounds=..., grid=[1]), "grid"),
    "grid empty": (with_parameter(DOUBLE, bounds=..., grid=[]), "grid"),
    "grid twice the same": (with_parameter(DOUBLE, bounds=..., grid=[1, 2, 1.0]), "grid"),
    "grid of texts": (with_parameter(DOUBLE, bounds=..., grid=["1", "2"]), "Invalid type for parameters[0].grid[0]"),
    "int grid not whole": (with_parameter(INT, bounds=..., grid=[1, 1.5]), "Invalid type"),
    "prior unknown": (with_parameter(DOUBLE, prior={"name": "flat"}), "parameters[0].prior.name"),
    "prior without a name": (with_parameter(DOUBLE, prior={"mean": 1}), "parameters[0].prior.name"),
    "normal without a scale": (with_parameter(DOUBLE, prior={"name": "normal", "mean": 0}), "prior.scale"),
    "normal of no scale": (with_parameter(DOUBLE, prior={"name": "normal", "mean": 0, "scale": 0}), "prior.scale"),
    "normal outside": (with_parameter(DOUBLE, prior={"name": "normal", "mean": 1.1, "scale": 1}), "prior.mean"),
    "beta without a shape": (with_parameter(DOUBLE, prior={"name": "beta", "shape_a": 1}), "prior.shape_b"),
    "beta of no shape": (with_parameter(DOUBLE, prior={"name": "beta", "shape_a": 1, "shape_b": 0}), "shape_b"),
    "prior of an int": (with_parameter(INT, prior=BETA), "prior"),
    "prior of a categorical": (with_parameter(CATEGORICAL, prior=BETA), "prior"),
    "prior on a log scale": (
        with_parameter(DOUBLE, prior=BETA, bounds={"min": 1, "max": 2}, transformation="log"),
        "not allowed together",
    ),
    "prior on a grid": (with_parameter(DOUBLE, prior=BETA, bounds=..., grid=[1, 2]), "not allowed together"),
    "default of a wrong type": (with_parameter(DOUBLE, default_value="1"), "parameters[0].default_value"),
    "default of half an int": (with_parameter(INT, default_value=0.5), "parameters[0].default_value"),
    "default of no category": (with_parameter(CATEGORICAL, default_value="c"), "default_value"),
    "conditions without conditionals": (with_parameter(DOUBLE, conditions={"c": ["a"]}), "'c'"),
    "metrics empty": (experiment_body(metrics=[]), "metrics"),
    "metrics an object": (experiment_body(metrics={"name": "y"}), "Invalid type for metrics"),
    "metric a number": (experiment_body(metrics=[5]), "metrics[0]"),
    "metric name empty": (experiment_body(metrics=[""]), "metrics[0]"),
    "metric name too long": (experiment_body(metrics=[{"name": "x" * 101}]), "metrics[0].name"),
    "objective null": (experiment_body(metrics=[{"name": "y", "objective": None}]), "metrics[0].objective"),
    "objective unknown": (experiment_body(metrics=[{"name": "y", "objective": "max"}]), "metrics[0].objective"),
    "strategy null": (experiment_body(metrics=[{"name": "y", "strategy": None}]), "metrics[0].strategy"),
    "strategy unknown": (experiment_body(metrics=[{"name": "y", "strategy": "ignore"}]), "metrics[0].strategy"),
    "threshold on the only metric": (experiment_body(metrics=[{"name": "y", "threshold": 1}]), "threshold"),
    "metric with an unknown key": (experiment_body(metrics=[{"name": "y", "goal": 1}]), "metrics[0].goal"),
    "metric name twice": (experiment_body(metrics=["a", {"name": "a", "strategy": "store"}]), '"a"'),
    "one of several without a name": (experiment_body(metrics=["a", {"strategy": "store"}]), "needs a name"),
    "51 metrics": (experiment_body(metrics=["y", *(stored(i) for i in range(50))]), "at most 50"),
    "five optimized metrics": (experiment_body(metrics=["a", "b", "c", "d", "e"]), "at most 4"),
    "five constraints": (experiment_body(metrics=["y", *(constraint(i) for i in range(5))]), "at most 4"),
    "only a stored metric": (experiment_body(metrics=[stored(1)]), "at least one"),
    "threshold of a stored metric": (experiment_body(metrics=["y", stored(1) | {"threshold": 1}]), "threshold"),
    "constraint without a threshold": (experiment_body(metrics=["y", constraint(1) | {"threshold": None}]), "thresh"),
    "budget zero": (experiment_body(observation_budget=0), "observation_budget"),
    "budget a text": (experiment_body(observation_budget="5"), "Invalid type for observation_budget"),
    "budget not whole": (experiment_body(observation_budget=1.5), "observation_budget"),
    "budget a boolean": (experiment_body(observation_budget=True), "observation_budget"),
    "bandwidth negative": (experiment_body(parallel_bandwidth=-1), "parallel_bandwidth"),
    "several solutions of nothing optimized": (
        experiment_body(metrics=[constraint(1)], num_solutions=2),
        "exactly one optimized metric",
    ),
    "more solutions than budget": (experiment_body(num_solutions=41, type="random"), "num_solutions"),
    "a task": (experiment_body(tasks=[{"name": "t", "cost": 1}]), "tasks"),
    "tasks": (experiment_body(tasks=TASKS), "not supported yet"),
    "project unknown": (experiment_body(project="cakes"), "cakes"),
    "runs only": (experiment_body(runs_only=True), "runs_only"),
    "budget of runs": (experiment_body(budget=5), "budget"),
    "runs only without a project": (experiment_body(runs_only=True, observation_budget=None), "project"),
    "runs only with the other budget": (experiment_body(runs_only=True, project="p"), "observation_budget"),
    "type of experiment unknown": (experiment_body(type="online"), "type"),
    "unknown key": (experiment_body(colour="red"), "Unknown json keys: colour"),
}


@pytest.mark.parametrize(("body", "named"), FAULTY.values(), ids=FAULTY)
def test_a_faulty_experiment_is_refused_by_the_name_of_its_fault_and_not_stored(api, body, named):
    assert named in refused(api.post("/experiments", json=body), 400)
    assert ok(api.get("/experiments?state=all"))["count"] == 0


METADATA = {
    "no object": ([], "metadata"),
    "a text": ("a", "metadata"),
    "a boolean": ({"team": True}, "'team'"),
    "a list": ({"team": []}, "'team'"),
    "an object": ({"team": {}}, "'team'"),
    "a long text": ({"team": "x" * 501}, "'team'"),
    "a long key": ({"x" * 101: 1}, "metadata"),
    "too many keys": ({str(i): i for i in range(101)}, "metadata"),
}


@pytest.mark.parametrize(("metadata", "named"), METADATA.values(), ids=METADATA)
def test_faulty_metadata_is_refused_wherever_metadata_is_taken(api, path, metadata, named):
    suggestion = ok(api.post(f"{path}/suggestions", json={}))
    observation = ok(api.post(f"{path}/observations", json={"suggestion": suggestion["id"], "value": 1}))

    for answer in (
        api.post("/experiments", json=experiment_body(metadata=metadata)),
        api.put(path, json={"metadata": metadata}),
        api.post(f"{path}/suggestions", json={"metadata": metadata}),
        api.put(f"{path}/suggestions/{suggestion['id']}", json={"metadata": metadata}),
        api.post(f"{path}/observations", json={"suggestion": suggestion["id"], "value": 1, "metadata": metadata}),
        api.put(f"{path}/observations/{observation['id']}", json={"metadata": metadata}),
    ):
        assert named in refused(answer, 400)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (None, None),
        ({}, {}),
        ({"a": None}, {}),
        ({"a": 1.0, "b": 1e300, "c": -0.5, "d": 2**63, "e": ""}, None),
        ({"k" * 100: "v" * 500} | {str(i): i for i in range(99)}, None),
    ],
)
def test_metadata_is_kept_without_its_nulls(api, sent, kept):
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body(metadata=sent)))['id']}"

    assert ok(api.get(path))["metadata"] == (sent if kept is None else kept)


GOOD = {
    "no metrics": {"metrics": None},
    "metric as a text": {"metrics": ["y"]},
    "50 metrics": {"metrics": ["y", *(stored(i) for i in range(49))]},
    "a normal prior": {"parameters": [DOUBLE | {"prior": {"name": "normal", "mean": 1, "scale": 9}}]},
    "a beta prior as we send it": {"parameters": [DOUBLE | {"prior": BETA | {"object": "beta_prior"}}]},
    "a default outside the bounds": {"parameters": [DOUBLE | {"default_value": 7}, INT | {"name": "i"}]},
    "a default category": {"parameters": [CATEGORICAL | {"default_value": "b"}]},
    "random": {"type": "random"},
    "metric without a name": {"metrics": [{"objective": "minimize"}]},
    "metric as we send it": {"metrics": [{"name": "y", "object": "metric", "threshold": None, "strategy": "optimize"}]},
    "every optional key null": {
        "observation_budget": None,
        "parallel_bandwidth": None,
        "metadata": None,
        "type": None,
        "project": None,
        "conditionals": None,
        "linear_constraints": None,
        "tasks": None,
        "num_solutions": None,
        "runs_only": None,
        "budget": None,
    },
    "every list empty": {"conditionals": [], "linear_constraints": [], "tasks": []},
    "whole numbers as floats": {"observation_budget": 5.0, "parallel_bandwidth": 2.0},
    "a huge budget": {"observation_budget": 10**12},
    "not runs only": {"runs_only": False, "num_solutions": 1, "type": "offline"},
    "unknown keys in a parameter": {"parameters": [DOUBLE | {"tunable": True, "precision": 3, "object": "parameter"}]},
    "a name of 100 characters": {"name": "é" * 100},
    "a name with joined and wide characters": {"name": "👨‍👩‍👧 ケーキ\u3000焼く"},
    "parameter names with space": {"parameters": [DOUBLE | {"name": " x "}, DOUBLE]},
    "a grid closer than bounds may be": {
        "parameters": [{"name": "x", "type": "double", "grid": [1e-10, 1e-9], "transformation": "log"}]
    },
    "log over fifty orders of magnitude": {
        "parameters": [DOUBLE | {"bounds": {"min": 1e-25, "max": 1e25}, "transformation": "log"}]
    },
    "300 parameters": {"parameters": [DOUBLE | {"name": f"x{i}"} for i in range(300)]},
    "200 categories": {"parameters": [CATEGORICAL | {"categorical_values": [f"c{i}" for i in range(200)]}]},
}


@pytest.mark.parametrize("changes", GOOD.values(), ids=GOOD)
def test_a_good_experiment_is_taken_and_has_suggestions_that_fit_it(api, changes):
    experiment = ok(api.post("/experiments", json=experiment_body(**changes)))
    path = f"/experiments/{experiment['id']}"

    suggestion = ok(api.post(f"{path}/suggestions", json={}))

    assert ok(api.get(path)) == experiment
    again = ok(api.post(f"{path}/suggestions", json={"assignments": suggestion["assignments"]}))
    assert again["assignments"] == suggestion["assignments"]


def test_a_name_is_kept_trimmed(api):
    assert ok(api.post("/experiments", json=experiment_body(name="  Cake ")))["name"] == "Cake"


def test_an_experiment_without_metrics_has_one_unnamed_metric(api):
    [metric] = ok(api.post("/experiments", json=experiment_body(metrics=None)))["metrics"]

    assert metric == {
        "name": None,
        "object": "metric",
        "objective": "maximize",
        "strategy": "optimize",
        "threshold": None,
    }


def test_parameters_and_metrics_as_we_send_them_make_a_copy(api):
    body = experiment_body(
        parameters=[
            *experiment_body()["parameters"],
            {"name": "batch", "type": "int", "grid": [64, 16, 32]},
            {"name": "plain", "type": "double", "bounds": {"min": 0, "max": 1}, "transformation": "none"},
        ]
    )
    original = ok(api.post("/experiments", json=body))
    copied = {key: original[key] for key in ("name", "parameters", "metrics", "observation_budget")}

    copy = ok(api.post("/experiments", json=copied))

    assert {key: copy[key] for key in copied} == copied
    assert [parameter["name"] for parameter in copy["parameters"]] == ["batch", "eggs", "oven", "plain", "sugar"]
    assert copy["parameters"][0]["grid"] == [16, 32, 64]
    assert copy["parameters"][3]["transformation"] is None


UPDATES = {
    "name": ({"name": " New "}, {"name": "New"}),
    "budget": ({"observation_budget": 7}, {"observation_budget": 7}),
    "budget null does nothing": ({"observation_budget": None}, {}),
    "bandwidth": ({"parallel_bandwidth": 3}, {"parallel_bandwidth": 3}),
    "bandwidth null clears": ({"parallel_bandwidth": None}, {"parallel_bandwidth": None}),
    "metadata replaces": ({"metadata": {"b": 2}}, {"metadata": {"b": 2}}),
    "metadata null clears": ({"metadata": None}, {"metadata": None}),
    "nothing": ({}, {}),
    "no_optimize": ({"no_optimize": True, "name": "New"}, {"name": "New"}),
    "no project": ({"project": None}, {}),
    "state": ({"state": "deleted"}, {"state": "deleted"}),
}


@pytest.mark.parametrize(("changes", "seen"), UPDATES.values(), ids=UPDATES)
def test_an_update_changes_the_keys_sent_and_nothing_else(api, changes, seen):
    body = experiment_body(metadata={"a": 1}, parallel_bandwidth=2)
    before = ok(api.post("/experiments", json=body))
    path = f"/experiments/{before['id']}"

    after = ok(api.put(path, json=changes))

    assert after == ok(api.get(path))
    assert after == before | seen | {"updated": after["updated"]}


FAULTY_UPDATES = {
    "name null": ({"name": None}, "name"),
    "name empty": ({"name": ""}, "name"),
    "state null": ({"state": None}, "state"),
    "state unknown": ({"state": "closed"}, "state"),
    "budget zero": ({"observation_budget": 0}, "observation_budget"),
    "bandwidth a text": ({"parallel_bandwidth": "2"}, "parallel_bandwidth"),
    "no parameters": ({"parameters": []}, "parameters"),
    "parameters null": ({"parameters": None}, "parameters"),
    "metrics null": ({"metrics": None}, "metrics"),
    "no metrics": ({"metrics": []}, "metrics"),
    "metrics as texts": ({"metrics": ["taste"]}, "Invalid type for metrics[0]"),
    "project": ({"project": "cakes"}, "cakes"),
    "budget of runs": ({"budget": 5}, "budget"),
    "type": ({"type": "offline"}, "type"),
    "num_solutions": ({"num_solutions": 1}, "num_solutions"),
    "tasks": ({"tasks": []}, "tasks"),
    "unknown": ({"colour": 1}, "colour"),
    "no_optimize a text": ({"no_optimize": "yes"}, "no_optimize"),
}


@pytest.mark.parametrize(("changes", "named"), FAULTY_UPDATES.values(), ids=FAULTY_UPDATES)
def test_a_faulty_update_is_refused_by_name_and_changes_nothing(api, path, changes, named):
    before = ok(api.get(path))

    assert named in refused(api.put(path, json={"parallel_bandwidth": 9} | changes), 400)

    assert ok(api.get(path)) == before


def test_a_deleted_experiment_stays_readable_takes_no_data_and_comes_back(api, path):
    suggestion = ok(api.post(f"{path}/suggestions", json={}))
    ok(api.delete(path))
    ok(api.delete(path))

    assert ok(api.get(path))["state"] == "deleted"
    assert ok(api.get(f"{path}/suggestions"))["count"] == 1
    for address, body in [
        ("/suggestions", {}),
        ("/suggestions", {"assignments": suggestion["assignments"]}),
        ("/observations", {"suggestion": suggestion["id"], "value": 1}),
        ("/observations/batch", {"observations": [{"suggestion": suggestion["id"], "value": 1}]}),
    ]:
        assert "deleted" in refused(api.post(path + address, json=body), 400)
    assert ok(api.put(path, json={"name": "New"}))["state"] == "deleted"
    assert ok(api.put(path, json={"state": "active"}))["state"] == "active"
    ok(api.post(f"{path}/observations", json={"suggestion": suggestion["id"], "value": 1}))


@pytest.mark.parametrize(("query", "left"), [("", 1), ("?include_runs=false", 1), ("?include_runs=True", 0)])
def test_deleting_with_its_runs_takes_the_data_too_and_for_good(api, path, query, left):
    suggestion = ok(api.post(f"{path}/suggestions", json={}))
    ok(api.post(f"{path}/observations", json={"suggestion": suggestion["id"], "value": 1}))

    ok(api.delete(path + query))
    ok(api.put(path, json={"state": "active"}))

    assert ok(api.get(f"{path}/suggestions"))["count"] == left
    assert ok(api.get(f"{path}/observations"))["count"] == left
    assert ok(api.get(path))["progress"]["observation_count"] == left


def test_include_runs_must_be_a_flag(api, path):
    assert "include_runs" in refused(api.delete(f"{path}?include_runs=some"), 400)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Salt_50%", "Cake"]),
        ("state=active", ["Salt_50%", "Cake"]),
        ("state=deleted", ["Gone cake"]),
        ("state=all", ["Salt_50%", "Gone cake", "Cake"]),
        ("search=cAk", ["Cake"]),
        ("search=cake&state=all", ["Gone cake", "Cake"]),
        ("search=_50%25", ["Salt_50%"]),
        ("search=%25", ["Salt_50%"]),
        ("search=_", ["Salt_50%"]),
        ("search=\\", []),
        ("search=", ["Salt_50%", "Cake"]),
        ("sort=recent", ["Cake", "Salt_50%"]),
        ("sort=recent&ascending=true", ["Salt_50%", "Cake"]),
        ("ascending=1", ["Cake", "Salt_50%"]),
    ],
)
def test_the_list_is_filtered_and_sorted_as_asked(api, query, names):
    cake, gone, _ = (
        ok(api.post("/experiments", json=experiment_body(name=name)))["id"]
        for name in ["Cake", "Gone cake", "Salt_50%"]
    )
    ok(api.delete(f"/experiments/{gone}"))
    ok(api.put(f"/experiments/{cake}", json={}))

    listed = ok(api.get(f"/experiments?{query}"))

    assert [experiment["name"] for experiment in listed["data"]] == names
    assert listed["count"] == len(names)
