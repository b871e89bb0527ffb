"""The newer half of SigOpt's client: experiments whose points are runs."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sigopt.exception import ApiException

pytestmark = pytest.mark.usefixtures("worker")

SUGAR = {"name": "sugar", "type": "double", "bounds": {"min": 0.1, "max": 10}, "transformation": "log"}
OVEN = {"name": "oven", "type": "categorical", "categorical_values": ["gas", "electric"]}


@pytest.fixture
def create(sdk):
    def create(**changes):
        body = {"name": "Cake", "parameters": [SUGAR, OVEN], "metrics": [{"name": "taste"}], "budget": 5}
        return sdk.create_experiment(**body | changes)

    return create


def taste(run):
    return 1 - abs(run.params.sugar - 2) / 10 - 0.3 * (run.params.oven != "gas")


def test_the_loop_runs_to_its_budget_and_the_best_run_is_the_best(sdk, create):
    experiment = create(metadata={"kitchen": "east"}, parallel_bandwidth=2)
    values = {}

    for run in experiment.loop(name="turn"):
        with run:
            values[run.id] = taste(run)
            run.log_metric("taste", values[run.id])
            with pytest.raises(ValueError, match="sugar"):
                run.params.sugar = 1

    [best] = experiment.get_best_runs()
    again = sdk.get_experiment(experiment.id)
    assert (best.id, best.values["taste"].value) == max(values.items(), key=lambda item: item[1])
    assert [run.id for run in experiment.get_runs()] == sorted(values, key=int, reverse=True)
    assert (again.progress.finished_run_count, again.progress.remaining_budget, again.is_finished()) == (5, 0, True)
    assert (best.name, best.experiment, best.state) == ("turn", experiment.id, "completed")
    assert dict(again.metadata) == {"kitchen": "east"}


def test_failed_and_silent_runs_cost_budget_and_are_never_best(create):
    experiment = create(budget=3)

    with experiment.create_run() as failed:
        failed.log_failure()
    with experiment.create_run():
        pass
    with experiment.create_run() as good:
        good.log_metric("taste", 0.1)

    assert [run.id for run in experiment.get_best_runs()] == [good.id]
    assert experiment.is_finished()


def test_several_workers_share_the_budget_and_get_different_points(create):
    experiment, points = create(budget=8, parallel_bandwidth=3), []

    def work(_):
        for run in experiment.loop():
            with run:
                points.append((run.params.sugar, run.params.oven))
                run.log_metric("taste", taste(run))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))

    experiment.refresh()
    assert 8 <= len(points) <= 10  # each worker may take one more while another finishes the last
    assert len(set(points)) == len(points) == experiment.progress.finished_run_count


def test_what_the_client_read_it_may_send_back_to_change_the_experiment(sdk, create):
    experiment = create()
    parameters = experiment.parameters
    parameters[1].bounds.max = 20

    experiment.update(name="Pie", parameters=parameters, budget=9, metadata={"try": 2})

    again = sdk.get_experiment(experiment.id)
    assert (again.name, again.budget, again.parameters[1].bounds.max, dict(again.metadata)) == (
        "Pie",
        9,
        20,
        {"try": 2},
    )


def test_a_queued_point_is_taken_by_the_next_run(connection, create):
    experiment = create()

    connection.experiments(experiment.id).queued_suggestions().create(assignments={"sugar": 3, "oven": "electric"})

    assert dict(experiment.create_run().params) == {"sugar": 3, "oven": "electric"}


@pytest.mark.parametrize("include_runs", [False, True])
def test_an_experiment_is_archived_alone_or_with_its_runs_and_comes_back(sdk, create, include_runs):
    experiment = create()
    with experiment.create_run() as run:
        run.log_metric("taste", 1)

    sdk.archive_experiment(experiment.id, include_runs=include_runs)
    experiment.refresh()
    archived = (experiment.state, sdk.get_run(run.id).deleted)
    sdk.unarchive_experiment(experiment.id)
    experiment.refresh()

    assert archived == ("deleted", include_runs)
    assert experiment.state == "active"
    experiment.archive()
    assert experiment.state == "deleted"


def test_an_archived_run_gives_its_budget_back_and_its_observation_goes(sdk, connection, create):
    experiment = create()
    with experiment.create_run() as run:
        run.log_metric("taste", 1)

    sdk.archive_run(run.id)
    experiment.refresh()

    assert experiment.progress.remaining_budget == 5
    assert list(experiment.get_best_runs()) == []
    assert connection.experiments(experiment.id).observations().fetch().count == 0


def test_points_and_results_cannot_be_made_by_hand(connection, create):
    experiment = create()

    for make in (
        lambda e: e.suggestions().create(),
        lambda e: e.observations().create(assignments={"sugar": 1, "oven": "gas"}, values=[{"value": 1}]),
    ):
        with pytest.raises(ApiException) as refusal:
            make(connection.experiments(experiment.id))
        assert refusal.value.status_code == 403


def test_experiments_of_runs_are_listed_apart(connection, caller, project, create):
    experiment = create()

    in_project = connection.clients(caller.client_id).projects(project).aiexperiments().fetch()

    assert [entry.id for entry in connection.aiexperiments().fetch().iterate_pages()] == [experiment.id]
    assert [entry.id for entry in in_project.iterate_pages()] == [experiment.id]
    assert connection.experiments().fetch().count == 0
    assert connection.experiments().fetch(include_ai=True).count == 1
    assert connection.experiments(experiment.id).fetch().id == experiment.id  # follows the redirection


@pytest.mark.parametrize("type_", ["offline", "random"])
def test_of_two_metrics_the_best_runs_are_the_pareto_front(create, type_):
    two = [{"name": "taste"}, {"name": "price", "objective": "minimize"}]

    experiment = create(metrics=two, type=type_, budget=3)
    for run in experiment.loop():
        with run:
            run.log_metrics(taste=run.params.sugar, price=run.params.sugar)

    assert len(list(experiment.get_best_runs())) == 3
