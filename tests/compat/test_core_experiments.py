"""The older half of SigOpt's client: describing experiments in every way that it knows."""

import pytest
from sigopt.exception import ApiException

X, Y = ({"name": name, "type": "double", "bounds": {"min": 0, "max": 1}} for name in "xy")
BELOW_ONE = {"type": "less_than", "threshold": 1, "terms": [{"name": "x", "weight": 1}, {"name": "y", "weight": 1}]}
EVERY_KIND = [
    X,
    Y,
    {"name": "rate", "type": "double", "bounds": {"min": 1e-5, "max": 1}, "transformation": "log"},
    {
        "name": "warm",
        "type": "double",
        "bounds": {"min": 0, "max": 9},
        "prior": {"name": "normal", "mean": 4, "scale": 1},
    },
    {
        "name": "low",
        "type": "double",
        "bounds": {"min": 0, "max": 1},
        "prior": {"name": "beta", "shape_a": 2, "shape_b": 9},
    },
    {"name": "eggs", "type": "int", "bounds": {"min": 1, "max": 6}, "default_value": 2},
    {"name": "oven", "type": "categorical", "categorical_values": ["gas", {"name": "electric"}]},
    {"name": "tray", "type": "double", "grid": [0.5, 4, 2], "transformation": "log"},
    {"name": "rack", "type": "int", "grid": [1, 3, 5]},
    {"name": "minutes", "type": "int", "bounds": {"min": 5, "max": 50}, "conditions": {"way": "bake"}},
    {"name": "oil", "type": "double", "bounds": {"min": 1, "max": 2}, "conditions": {"way": ["fry", "wok"]}},
]
CONDITIONALS = [{"name": "way", "values": ["bake", "fry", "wok"]}]
CONSTRAINT = {"name": "price", "objective": "minimize", "strategy": "constraint", "threshold": 3.5}
TASKS = [{"name": "quick", "cost": 0.1}, {"name": "full", "cost": 1}]


@pytest.fixture
def create(connection):
    def create(**changes):
        body = {"name": "Cake", "parameters": [X, Y], "metrics": [{"name": "taste"}], "observation_budget": 20}
        return connection.experiments().create(**body | changes)

    return create


def test_every_kind_of_parameter_comes_back_and_every_suggestion_keeps_to_it(connection, create):
    experiment = create(parameters=EVERY_KIND, conditionals=CONDITIONALS, linear_constraints=[BELOW_ONE])

    known = {parameter.name: parameter for parameter in experiment.parameters}
    assert list(known) == sorted(p["name"] for p in EVERY_KIND)
    assert (known["rate"].transformation, known["rate"].bounds.min) == ("log", 1e-5)
    assert (known["warm"].prior.mean, known["warm"].prior.scale) == (4, 1)
    assert (known["low"].prior.shape_a, known["low"].prior.shape_b) == (2, 9)
    assert [value.enum_index for value in known["oven"].categorical_values] == [1, 2]
    assert (known["tray"].grid, known["tray"].bounds.max, known["rack"].grid) == ([0.5, 2, 4], 4, [1, 3, 5])
    assert (dict(known["minutes"].conditions), known["eggs"].default_value) == ({"way": ["bake"]}, 2)
    assert experiment.conditionals[0].values == ["bake", "fry", "wok"]
    assert [term.name for term in experiment.linear_constraints[0].terms] == ["x", "y"]
    for _ in range(6):
        point = connection.experiments(experiment.id).suggestions().create().assignments
        assert point["x"] + point["y"] <= 1 + 1e-9
        assert 1e-5 <= point["rate"] <= 1
        assert 0 <= point["warm"] <= 9
        assert 0 <= point["low"] <= 1
        assert point["eggs"] in range(1, 7)
        assert isinstance(point["eggs"], int)
        assert point["oven"] in ("gas", "electric")
        assert point["tray"] in (0.5, 2, 4)
        assert point["rack"] in (1, 3, 5)
        assert ("minutes" in point, "oil" in point) == ((True, False) if point["way"] == "bake" else (False, True))


BEYOND_ONE_METRIC = {
    "two optimized": {"metrics": [{"name": "taste"}, {"name": "looks"}]},
    "constraint": {"metrics": [{"name": "taste"}, CONSTRAINT]},
    "without an optimized": {"metrics": [CONSTRAINT]},
    "num_solutions": {"num_solutions": 3},
    "tasks": {"tasks": TASKS},
}


@pytest.mark.parametrize("feature", BEYOND_ONE_METRIC)
def test_a_random_search_takes_every_feature_and_the_optimizer_all_but_tasks(connection, create, feature):
    made = [create(type="random", **BEYOND_ONE_METRIC[feature])]
    if feature == "tasks":
        with pytest.raises(ApiException, match=r"tasks: not supported yet .*type random") as refusal:
            create(**BEYOND_ONE_METRIC[feature])
        assert refusal.value.status_code == 400
    else:
        made.append(create(**BEYOND_ONE_METRIC[feature]))

    assert {connection.experiments(one.id).suggestions().create().state for one in made} == {"open"}


def test_a_stored_metric_stands_beside_the_optimized_one(create):
    metrics = ["taste", {"name": "price", "objective": "minimize", "strategy": "store"}]

    made = create(metrics=metrics)

    assert [(m.name, m.objective, m.strategy) for m in made.metrics] == [
        ("price", "minimize", "store"),
        ("taste", "maximize", "optimize"),
    ]


def test_an_experiment_without_metrics_has_one_without_a_name(connection, create):
    experiment = create(metrics=None)

    connection.experiments(experiment.id).observations().create(assignments={"x": 0, "y": 0}, values=[{"value": 2}])

    [best] = connection.experiments(experiment.id).best_assignments().fetch().iterate_pages()
    assert (experiment.metrics[0].name, best.values[0].value) == (None, 2)


def test_a_grid_experiment_counts_its_points_and_visits_each_once(connection, create):
    oven = {"name": "oven", "type": "categorical", "categorical_values": ["gas", "electric"]}
    tray = {"name": "tray", "type": "double", "grid": [1, 2, 3]}
    experiment = create(type="grid", parameters=[oven, tray], observation_budget=None)

    points = [connection.experiments(experiment.id).suggestions().create().assignments for _ in range(6)]

    assert experiment.observation_budget == 6
    assert {(p["oven"], p["tray"]) for p in points} == {(o, t) for o in ("gas", "electric") for t in (1, 2, 3)}


def test_what_the_client_read_it_may_send_back_to_change_a_running_experiment(connection, create):
    experiment = create(parameters=EVERY_KIND[3:8], metadata={"kitchen": "east"})
    parameters = experiment.parameters
    eggs = next(p for p in parameters if p.name == "eggs")
    eggs.bounds.max = 12
    oven = next(p for p in parameters if p.name == "oven")
    oven.categorical_values = [*oven.categorical_values, {"name": "wood"}]
    for parameter in parameters:
        del parameter.conditions
    salt = {"name": "salt", "type": "double", "bounds": {"min": 0, "max": 1}, "default_value": 0.5}
    handle = connection.experiments(experiment.id)

    changed = handle.update(
        name="Pie", parameters=[*parameters, salt], observation_budget=9, parallel_bandwidth=3, metadata=None
    )

    known = {parameter.name: parameter for parameter in changed.parameters}
    assert (changed.name, changed.observation_budget, changed.parallel_bandwidth) == ("Pie", 9, 3)
    assert (changed.metadata, known["salt"].default_value) == (None, 0.5)
    assert known["eggs"].bounds.max == 12
    assert [(v.name, v.enum_index) for v in known["oven"].categorical_values] == [
        ("gas", 1),
        ("electric", 2),
        ("wood", 3),
    ]
    assert handle.suggestions().create().assignments.keys() == known.keys()


def test_a_copy_of_an_old_experiment_is_made_of_what_was_read(connection, create):
    old = create(
        parameters=EVERY_KIND, conditionals=CONDITIONALS, linear_constraints=[BELOW_ONE], type="random"
    ).to_json()

    keys = ("name", "type", "parameters", "metrics", "conditionals", "linear_constraints", "observation_budget")
    new = connection.experiments().create(**{key: old[key] for key in keys}).to_json()

    assert {key: new[key] for key in keys} == {key: old[key] for key in keys}
    assert new["id"] != old["id"]


def test_thresholds_and_tasks_are_read_through_the_clients_objects(connection, create):
    constrained = create(type="random", metrics=[{"name": "taste"}, CONSTRAINT])
    multitask = create(type="random", tasks=TASKS)

    price = connection.experiments(constrained.id).update(metrics=[CONSTRAINT | {"threshold": 9}, {"name": "taste"}])

    assert [metric.threshold for metric in price.metrics] == [9, None]
    assert [(task.name, task.cost) for task in multitask.tasks] == [("full", 1), ("quick", 0.1)]
    assert connection.experiments(multitask.id).suggestions().create().task.name == "quick"


def test_experiments_are_found_by_state_search_project_and_client(connection, create, project, caller):
    plain, filed, gone = create(name="Plain"), create(name="Filed", project=project), create(name="Gone")
    connection.experiments(gone.id).delete()
    client = connection.clients(caller.client_id)

    def ids(listed):
        return [experiment.id for experiment in listed.iterate_pages()]

    assert ids(connection.experiments().fetch()) == [filed.id, plain.id]
    assert ids(connection.experiments().fetch(state="all", limit=1)) == [gone.id, filed.id, plain.id]
    assert ids(connection.experiments().fetch(state="deleted")) == [gone.id]
    assert ids(client.experiments().fetch(search="lai", sort="recent")) == [plain.id]
    assert ids(client.projects(project).experiments().fetch()) == [filed.id]
    assert client.experiments().create(name="Named", parameters=[X]).client == str(caller.client_id)
    assert connection.experiments(filed.id).update(project=None).project is None


def test_the_client_reads_who_it_is_and_where_it_belongs(connection, caller):
    token = connection.tokens("self").fetch()
    client = connection.clients(token.client).fetch()

    assert (token.client, token.token_type, token.development) == (str(caller.client_id), "client-api", False)
    assert connection.organizations(client.organization).fetch().id == client.organization


def test_projects_are_made_listed_renamed_and_taken_once(connection, caller, project):
    projects = connection.clients(caller.client_id).projects
    with pytest.raises(ApiException) as taken:
        projects().create(id=project, name="Again")
    with pytest.raises(ApiException) as missing:
        projects("nothing").fetch()

    renamed = projects(project).update(name="Pies", metadata={"kitchen": "east"})

    assert (taken.value.status_code, missing.value.status_code) == (409, 404)
    assert (renamed.name, dict(renamed.metadata)) == ("Pies", {"kitchen": "east"})
    assert project in [each.id for each in projects().fetch().iterate_pages()]


def test_a_share_token_reads_its_experiment_and_no_other(connection, create):
    shown, other = create(), create()
    guest = connection.experiments(shown.id).tokens().create()

    connection.set_client_token(guest.token)

    assert (guest.experiment, guest.all_experiments) == (shown.id, False)
    assert connection.experiments(shown.id).fetch().id == shown.id
    with pytest.raises(ApiException) as hidden:
        connection.experiments(other.id).fetch()
    assert hidden.value.status_code == 404


def test_a_development_token_makes_random_experiments_in_a_world_of_its_own(api, connection, create, caller):
    real = create()
    tokens = api.get(f"/clients/{caller.client_id}/tokens").json()["data"]
    connection.set_client_token(next(token["token"] for token in tokens if token["development"]))

    made = create(**BEYOND_ONE_METRIC["two optimized"])

    suggestion = connection.experiments(made.id).suggestions().create()
    assert (made.development, suggestion.to_json()["optsvc"]["source"]) == (True, "random")
    assert [experiment.id for experiment in connection.experiments().fetch().iterate_pages()] == [made.id]
    with pytest.raises(ApiException) as hidden:
        connection.experiments(real.id).fetch()
    assert hidden.value.status_code == 403


@pytest.mark.parametrize("name", ["training_runs", "best_training_runs"])
def test_what_the_last_server_had_no_more_is_not_found(connection, create, name):
    experiment = create()

    with pytest.raises(ApiException) as refusal:
        getattr(connection.experiments(experiment.id), name)().fetch()

    assert refusal.value.status_code == 404
