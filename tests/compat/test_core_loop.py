"""SigOpt's own Python client, as it comes from the package index, with only its address and token set."""

import pytest

from tests.support.examples import taste

pytestmark = pytest.mark.usefixtures("worker")

PARAMETERS = [
    {"name": "sugar", "type": "double", "bounds": {"min": 0.1, "max": 10}, "transformation": "log"},
    {"name": "eggs", "type": "int", "bounds": {"min": 1, "max": 6}},
    {"name": "oven", "type": "categorical", "categorical_values": ["gas", "electric"]},
]


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
