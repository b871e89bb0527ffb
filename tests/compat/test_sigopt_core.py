"""SigOpt's own Python client, as it comes from the package index, with only its address and token set."""

from contextlib import suppress

import pytest
from sigopt import Connection
from sigopt.exception import ApiException

from tests.support.examples import taste
from tests.support.service import eventually

pytestmark = pytest.mark.usefixtures("worker")

PARAMETERS = [
    {"name": "sugar", "type": "double", "bounds": {"min": 0.1, "max": 10}, "transformation": "log"},
    {"name": "eggs", "type": "int", "bounds": {"min": 1, "max": 6}},
    {"name": "oven", "type": "categorical", "categorical_values": ["gas", "electric"]},
]


@pytest.fixture
def connection(server_url, token):
    connection = Connection(client_token=token)
    connection.set_api_url(server_url)
    return connection


@pytest.fixture
def experiment(connection):
    return connection.experiments().create(
        name="Cake", parameters=PARAMETERS, metrics=[{"name": "taste", "objective": "maximize"}], observation_budget=20
    )


def test_the_documented_loop_runs_to_its_budget_and_finds_a_good_point(connection, experiment):
    while experiment.progress.observation_count < experiment.observation_budget:
        suggestion = connection.experiments(experiment.id).suggestions().create()
        value = taste(dict(suggestion.assignments))
        connection.experiments(experiment.id).observations().create(
            suggestion=suggestion.id, values=[{"name": "taste", "value": value}]
        )
        experiment = connection.experiments(experiment.id).fetch()

    [best] = connection.experiments(experiment.id).best_assignments().fetch().iterate_pages()
    assert best.values[0].value > 0.9
    assert experiment.progress.to_json()["best_observation"]["id"] == best.id
    assert best.assignments["oven"] == "gas"


def test_an_experiment_is_created_fetched_listed_updated_and_archived(connection, experiment):
    fetched = connection.experiments(experiment.id).fetch()
    assert (fetched.name, fetched.state) == ("Cake", "active")
    assert [p.name for p in fetched.parameters] == ["eggs", "oven", "sugar"]

    updated = connection.experiments(experiment.id).update(name="Pie", metadata={"kitchen": "east"})
    assert (updated.name, updated.metadata["kitchen"]) == ("Pie", "east")

    connection.experiments(experiment.id).delete()
    assert connection.experiments(experiment.id).fetch().state == "deleted"
    assert experiment.id not in [e.id for e in connection.experiments().fetch().iterate_pages()]
    assert connection.experiments(experiment.id).update(state="active").state == "active"


def test_observations_are_reported_in_every_way_and_walked_page_by_page(connection, experiment):
    observations = connection.experiments(experiment.id).observations()
    point = {"sugar": 1.0, "eggs": 4, "oven": "gas"}

    one = observations.create(assignments=point, values=[{"value": 0.5, "value_stddev": 0.1}])
    failed = observations.create(assignments=point, failed=True)
    batch = observations.create_batch(
        observations=[{"assignments": point, "values": [{"value": i / 10}]} for i in range(5)], no_optimize=True
    )

    assert one.values[0].value_stddev == 0.1
    assert failed.failed
    assert len(list(batch.iterate_pages())) == 5
    walked = [o.id for o in observations.fetch(limit=2).iterate_pages()]
    assert walked == sorted(walked, key=int, reverse=True)
    assert len(walked) == 7
    corrected = (
        connection.experiments(experiment.id).observations(one.id).update(values=[{"name": "taste", "value": 0.9}])
    )
    assert corrected.values[0].value == 0.9
    connection.experiments(experiment.id).observations(failed.id).delete()
    assert connection.experiments(experiment.id).fetch().progress.observation_count == 6


def test_suggestions_are_listed_made_by_hand_and_deleted(connection, experiment):
    suggestions = connection.experiments(experiment.id).suggestions()
    mine = suggestions.create(assignments={"sugar": 2.0, "eggs": 3, "oven": "gas"}, metadata={"by": "hand"})
    other = suggestions.create()

    assert mine.assignments["eggs"] == 3
    assert {s.id for s in suggestions.fetch(state="open").iterate_pages()} == {mine.id, other.id}
    connection.experiments(experiment.id).suggestions(other.id).delete()
    assert [s.id for s in suggestions.fetch(state="open").iterate_pages()] == [mine.id]


def test_importances_are_read_for_each_metric(connection, experiment):
    observations = connection.experiments(experiment.id).observations()
    points = [
        {"sugar": sugar, "eggs": eggs, "oven": oven}
        for sugar in (0.2, 1.0, 5.0)
        for eggs in (1, 3, 5)
        for oven in ("gas", "electric")
    ]
    observations.create_batch(observations=[{"assignments": p, "values": [{"value": p["eggs"]}]} for p in points])

    def fetched():
        with suppress(ApiException):  # 422 until they are computed
            return connection.experiments(experiment.id).metric_importances().fetch()
        return None

    [importances] = eventually(fetched).iterate_pages()
    assert importances.metric == "taste"
    assert importances.importances["eggs"] > 0.5
    assert sum(importances.importances.to_json().values()) == pytest.approx(1.0)
    older = connection.experiments(experiment.id).importances().fetch()
    assert older.importances == importances.importances


def test_errors_reach_the_program_as_the_clients_own_exception(connection, experiment):
    with pytest.raises(ApiException) as refusal:
        connection.experiments().create(name="x", parameters=[])
    assert (refusal.value.status_code, "parameters" in str(refusal.value)) == (400, True)

    with pytest.raises(ApiException) as refusal:
        connection.experiments("999999999").fetch()
    assert refusal.value.status_code == 404
    assert connection.clients(experiment.client).fetch().id == experiment.client
