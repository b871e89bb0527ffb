"""Which features of an experiment go together, what each of them must keep to, and how they come back."""

from itertools import combinations

import pytest

from tests.support.examples import experiment_body, ok, refused

X, Y = ({"name": name, "type": "double", "bounds": {"min": 0, "max": 1}} for name in "xy")
INTS = [{"name": f"i{k}", "type": "int", "bounds": {"min": 0, "max": 9}} for k in range(11)]
GRID_X, GRID_Y = ({"name": name, "type": "double", "grid": [1, 2, 3]} for name in "xy")
CONSTRAINED = {"name": "price", "strategy": "constraint", "objective": "minimize", "threshold": 3.5}
STORED = {"name": "note", "strategy": "store"}
CONDITIONALS = [{"name": "kind", "values": ["a", "b"]}]
TASKS = [{"name": "short", "cost": 0.25}, {"name": "full", "cost": 1}]
BELOW_ONE = {
    "type": "less_than",
    "threshold": 1,
    "terms": [{"name": "x", "weight": 1}, {"name": "y", "weight": 1}],
}

FEATURES = {
    "two optimized": {"metrics": ["a", "b"]},
    "constraints": {"metrics": ["a", CONSTRAINED]},
    "search": {"metrics": [CONSTRAINED]},
    "solutions": {"num_solutions": 3},
    "tasks": {"tasks": TASKS},
    "conditionals": {"conditionals": CONDITIONALS},
    "linear constraints": {"linear_constraints": [BELOW_ONE]},
    "grid": {"type": "grid", "parameters": [GRID_X, GRID_Y], "observation_budget": 9},
}
APART = {
    frozenset(pair)
    for pair in [
        ("two optimized", "solutions"),
        ("two optimized", "tasks"),
        ("constraints", "tasks"),
        ("search", "tasks"),
        ("search", "solutions"),
        ("solutions", "tasks"),
        ("solutions", "conditionals"),
        ("conditionals", "grid"),
        ("linear constraints", "grid"),
    ]
}
METRIC_ROLES = {"two optimized", "constraints", "search"}
PAIRS = [pair for pair in combinations(FEATURES, 2) if not METRIC_ROLES.issuperset(pair)]


def body_with(*features):
    body = experiment_body(type="random", metrics=["a"], parameters=[X, Y], observation_budget=9)
    for feature in features:
        body |= FEATURES[feature]
    return body


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_two_features_go_together_unless_the_contract_keeps_them_apart(api, pair):
    answer = api.post("/experiments", json=body_with(*pair))

    if frozenset(pair) in APART:
        refused(answer, 400)
    else:
        made = ok(answer)
        suggestion = ok(api.post(f"/experiments/{made['id']}/suggestions", json={}))
        assert suggestion["optsvc"]["source"] == ("grid" if "grid" in pair else "random")


@pytest.mark.parametrize("feature", ["two optimized", "constraints", "search", "solutions", "tasks"])
def test_what_shapes_the_search_needs_a_budget(api, feature):
    message = refused(api.post("/experiments", json=body_with(feature) | {"observation_budget": None}), 400)

    assert "observation_budget" in message


@pytest.mark.parametrize("feature", ["conditionals", "linear constraints", "grid"])
def test_what_shapes_the_space_needs_no_budget(api, feature):
    made = ok(api.post("/experiments", json=body_with(feature) | {"observation_budget": None}))

    assert made["observation_budget"] == (9 if feature == "grid" else None)


def test_an_optimized_experiment_says_which_feature_the_optimizer_lacks(api):
    message = refused(api.post("/experiments", json=body_with("tasks") | {"type": "offline"}), 400)

    assert message.startswith("tasks: not supported yet")


def with_conditionals(conditionals, *parameters):
    return {"conditionals": conditionals, "parameters": list(parameters)}


def with_constraint(**changes):
    return {"linear_constraints": [{k: v for k, v in (BELOW_ONE | changes).items() if v is not ...}]}


def terms(*pairs):
    return [{"name": name, "weight": weight} for name, weight in pairs]


WHEN_A, WHEN_B = X | {"conditions": {"kind": ["a"]}}, Y | {"conditions": {"kind": "b"}}
FAULTY = {
    "conditional without values": (with_conditionals([{"name": "kind"}], X), "conditionals[0].values"),
    "conditional of one value": (with_conditionals([{"name": "kind", "values": ["a"]}], X), "conditionals[0].values"),
    "conditional value twice": (with_conditionals([{"name": "kind", "values": ["a", "a"]}], X), "'kind'"),
    "conditional value too long": (with_conditionals([{"name": "kind", "values": ["a", "b" * 51]}], X), "values[1]"),
    "conditional named as a parameter": (with_conditionals([{"name": "x", "values": ["a", "b"]}], X), "'x'"),
    "conditional twice": (with_conditionals(CONDITIONALS * 2, X), "conditionals"),
    "conditional with an unknown key": (
        with_conditionals([CONDITIONALS[0] | {"default": "a"}], X),
        "conditionals[0].default",
    ),
    "condition on an unknown value": (with_conditionals(CONDITIONALS, X | {"conditions": {"kind": ["c"]}}, Y), "'c'"),
    "condition on nothing": (with_conditionals(CONDITIONALS, X | {"conditions": {"kind": []}}, Y), "at least one"),
    "a branch without parameters": (with_conditionals(CONDITIONALS, WHEN_A), "{'kind': 'b'}"),
    "a branch of two conditionals without parameters": (
        with_conditionals(
            [*CONDITIONALS, {"name": "more", "values": ["c", "d"]}], WHEN_A, Y | {"conditions": {"more": "c"}}
        ),
        "no parameter exists",
    ),
    "constraint without a type": (with_constraint(type=...), "Missing required json key"),
    "constraint without terms": (with_constraint(terms=...), "Missing required json key"),
    "constraint without a threshold": (with_constraint(threshold=...), "Missing required json key"),
    "constraint of another type": (with_constraint(type="equal_to"), "is not one of the allowed values"),
    "constraint with an unknown key": (with_constraint(colour="red"), "Unknown json keys"),
    "term with an unknown key": (with_constraint(terms=[{"name": "x", "weight": 1, "a": 1}]), "Unknown json keys"),
    "term without a weight": (with_constraint(terms=[{"name": "x"}]), "Missing required json key"),
    "threshold a text": (with_constraint(threshold="1"), "Invalid type for linear_constraints[0].threshold"),
    "one term": (with_constraint(terms=terms(("x", 1))), "at least two"),
    "one term that weighs": (with_constraint(terms=terms(("x", 1), ("y", 0))), "at least two"),
    "a term twice": (with_constraint(terms=terms(("x", 1), ("x", 1))), "occurs twice"),
    "an unknown term": (with_constraint(terms=terms(("x", 1), ("z", 1))), "'z'"),
    "mixed kinds": (with_constraint(terms=terms(("x", 1), ("i0", 1))) | {"parameters": [X, INTS[0]]}, "all double"),
    "on a log scale": (
        with_constraint() | {"parameters": [X, Y | {"bounds": {"min": 1, "max": 2}, "transformation": "log"}]},
        "log-transformation",
    ),
    "on a grid": (with_constraint() | {"parameters": [X, GRID_Y]}, "'y' has a grid"),
    "on a condition": (with_constraint() | with_conditionals(CONDITIONALS, X, WHEN_B), "'y' has conditions"),
    "on a category": (
        with_constraint() | {"parameters": [X, {"name": "y", "type": "categorical", "categorical_values": ["a", "b"]}]},
        "'y' is categorical",
    ),
    "eleven ints": (
        with_constraint(terms=terms(*((f"i{k}", 1) for k in range(11)))) | {"parameters": INTS},
        "at most 10",
    ),
    "nothing left": (with_constraint(threshold=-1), "loosen"),
    "next to nothing left": (
        {"linear_constraints": [BELOW_ONE, BELOW_ONE | {"type": "greater_than"}]},
        "equality",
    ),
    "tasks of one": ({"tasks": TASKS[1:]}, "tasks"),
    "tasks of one name": ({"tasks": [TASKS[0], TASKS[1] | {"name": "short"}]}, "tasks"),
    "tasks of one cost": ({"tasks": [*TASKS, {"name": "other", "cost": 1}]}, "tasks"),
    "no full task": ({"tasks": [TASKS[0], {"name": "half", "cost": 0.5}]}, "tasks"),
    "a free task": ({"tasks": [TASKS[1], {"name": "free", "cost": 0}]}, "tasks"),
    "a task beyond the full one": ({"tasks": [TASKS[1], {"name": "twice", "cost": 2}]}, "tasks"),
    "a task without a cost": ({"tasks": [TASKS[1], {"name": "free"}]}, "tasks[1].cost"),
    "a task with an unknown key": ({"tasks": [TASKS[0] | {"a": 1}, TASKS[1]]}, "tasks[0].a"),
    "a grid experiment with a range": ({"type": "grid"}, "grid"),
    "a grid experiment of another size": (FEATURES["grid"] | {"observation_budget": 8}, "9 points"),
    "a grid experiment with tasks but no budget": (
        FEATURES["grid"] | {"tasks": TASKS, "observation_budget": None},
        "observation_budget",
    ),
}


@pytest.mark.parametrize(("changes", "named"), FAULTY.values(), ids=FAULTY)
def test_a_faulty_feature_is_refused_by_the_name_of_its_fault(api, changes, named):
    assert named in refused(api.post("/experiments", json=body_with() | changes), 400)


def test_features_come_back_as_the_contract_writes_them_and_make_a_copy(api):
    body = body_with() | {
        "tasks": TASKS,
        "conditionals": CONDITIONALS,
        "linear_constraints": [BELOW_ONE | {"type": "greater_than", "threshold": 0.5}],
        "parameters": [X, Y, INTS[0] | {"conditions": {"kind": "a"}}],
    }
    made = ok(api.post("/experiments", json=body))

    assert made["conditionals"] == [{"object": "conditional", "name": "kind", "values": ["a", "b"]}]
    assert made["parameters"][0]["conditions"] == {"kind": ["a"]}
    assert made["linear_constraints"] == [
        {
            "object": "linear_constraint",
            "type": "greater_than",
            "threshold": 0.5,
            "terms": [
                {"object": "constraint_term", "name": "x", "weight": 1.0},
                {"object": "constraint_term", "name": "y", "weight": 1.0},
            ],
        }
    ]
    assert made["tasks"] == [
        {"object": "task", "name": "full", "cost": 1.0},
        {"object": "task", "name": "short", "cost": 0.25},
    ]
    copied = {key: made[key] for key in (*body, "num_solutions")}
    copy = ok(api.post("/experiments", json=copied))
    assert {key: copy[key] for key in copied} == copied


def test_priors_come_back_as_the_contract_writes_them(api):
    parameters = [
        X | {"prior": {"name": "normal", "mean": 0.5, "scale": 2}},
        Y | {"prior": {"name": "beta", "shape_a": 2, "shape_b": 3}},
    ]
    made = ok(api.post("/experiments", json=body_with() | {"parameters": parameters, "type": "offline"}))

    assert [parameter["prior"] for parameter in made["parameters"]] == [
        {"object": "normal_prior", "name": "normal", "mean": 0.5, "scale": 2.0},
        {"object": "beta_prior", "name": "beta", "shape_a": 2.0, "shape_b": 3.0},
    ]


def test_metrics_are_sorted_by_name_with_their_roles(api):
    made = ok(api.post("/experiments", json=body_with() | {"metrics": ["taste", CONSTRAINED, STORED]}))

    assert [(m["name"], m["strategy"], m["objective"], m["threshold"]) for m in made["metrics"]] == [
        ("note", "store", "maximize", None),
        ("price", "constraint", "minimize", 3.5),
        ("taste", "optimize", "maximize", None),
    ]


@pytest.fixture(params=["offline", "random"])
def conditional(api, request):
    """The path of an experiment whose parameters hang on a conditional."""
    body = body_with() | with_conditionals(CONDITIONALS, WHEN_A, WHEN_B, INTS[0]) | {"type": request.param}
    return f"/experiments/{ok(api.post('/experiments', json=body))['id']}"


def test_suggestions_name_the_conditionals_and_only_the_parameters_that_exist(api, conditional):
    made = [ok(api.post(f"{conditional}/suggestions", json={}))["assignments"] for _ in range(12)]

    assert {point["kind"] for point in made} == {"a", "b"}
    for point in made:
        assert point.keys() == {"kind", "i0", "x" if point["kind"] == "a" else "y"}


@pytest.mark.parametrize(
    ("assignments", "named"),
    [
        ({"kind": "c", "i0": 1, "x": 0.5}, "invalid"),
        ({"kind": "a", "i0": 1, "x": 0.5, "y": 0.5}, "unsatisfied"),
        ({"kind": "a", "i0": 1}, "missing"),
        ({"i0": 1, "x": 0.5}, "missing"),
    ],
)
def test_assignments_against_the_conditions_are_refused_by_their_fault(api, conditional, assignments, named):
    for address, body in [("suggestions", {}), ("queued_suggestions", {}), ("observations", {"value": 1})]:
        assert named in refused(api.post(f"{conditional}/{address}", json=body | {"assignments": assignments}), 400)


@pytest.mark.parametrize("kind", ["offline", "random"])
def test_every_point_keeps_to_the_linear_constraints(api, kind):
    made = ok(api.post("/experiments", json=body_with("linear constraints") | {"type": kind}))
    path = f"/experiments/{made['id']}"

    for _ in range(12):
        point = ok(api.post(f"{path}/suggestions", json={}))["assignments"]
        assert point["x"] + point["y"] <= 1 + 1e-9
    ok(api.post(f"{path}/observations", json={"assignments": {"x": 0.25, "y": 0.75}, "value": 1}))
    refused(api.post(f"{path}/observations", json={"assignments": {"x": 0.5, "y": 0.75}, "value": 1}), 400)
