"""The older half of SigOpt's client: observations, and what an experiment has found."""

from contextlib import suppress

import pytest
from sigopt.exception import ApiException

from tests.support.service import eventually

pytestmark = pytest.mark.usefixtures("worker")

X = {"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}}
TASKS = [{"name": "quick", "cost": 0.1}, {"name": "full", "cost": 1}]


@pytest.fixture
def create(connection):
    def create(**changes):
        body = {"name": "Line", "parameters": [X], "metrics": [{"name": "up"}], "observation_budget": 12}
        return connection.experiments(connection.experiments().create(**body | changes).id)

    return create


def observe(experiment, *values, **more):
    """Report one observation with a value for each metric, in the order of their names."""
    metrics = experiment.fetch().metrics
    values = [{"name": metric.name, "value": value} for metric, value in zip(metrics, values, strict=True)]
    return experiment.observations().create(assignments={"x": 0.5}, values=values, **more)


def best(experiment):
    return [found.id for found in experiment.best_assignments().fetch().iterate_pages()]


def test_an_observation_keeps_all_that_was_said_of_it(create):
    experiment = create()
    suggestion = experiment.suggestions().create()

    observation = experiment.observations().create(
        suggestion=suggestion.id,
        values=[{"name": "up", "value": 3, "value_stddev": 0.5}],
        metadata={"host": "a", "seconds": 1.5, "nothing": None},
        no_optimize=True,
    )

    seen = experiment.observations(observation.id).fetch()
    assert seen == observation
    assert (seen.suggestion, seen.assignments, seen.failed) == (suggestion.id, suggestion.assignments, False)
    assert (seen.values[0].name, seen.values[0].value, seen.values[0].value_stddev) == ("up", 3, 0.5)
    assert dict(seen.metadata) == {"host": "a", "seconds": 1.5}
    assert experiment.suggestions(suggestion.id).fetch().state == "closed"


def test_an_observation_fails_and_is_repaired_and_is_taken_away(create):
    experiment = create()
    lower, upper = observe(experiment, 1), observe(experiment, 2)

    failed = experiment.observations(upper.id).update(failed=True, values=None)
    assert (failed.failed, failed.values, best(experiment)) == (True, [], [lower.id])
    repaired = experiment.observations(upper.id).update(failed=False, values=[{"name": "up", "value": 5}])
    assert (repaired.values[0].value, best(experiment)) == (5, [upper.id])
    experiment.observations(upper.id).delete(no_optimize=True)
    assert best(experiment) == [lower.id]
    experiment.observations().delete()

    assert best(experiment) == []
    assert experiment.fetch().progress.observation_count == 0


def test_a_point_is_exchanged_for_another(create):
    experiment = create()
    suggestion = experiment.suggestions().create()
    observation = observe(experiment, 1)

    taken = experiment.observations(observation.id).update(assignments=None, suggestion=suggestion.id)
    given = experiment.observations(observation.id).update(assignments={"x": 0.25}, suggestion=None)

    assert (taken.suggestion, taken.assignments) == (suggestion.id, suggestion.assignments)
    assert (given.suggestion, dict(given.assignments)) == (None, {"x": 0.25})


def test_a_batch_is_stored_in_order_or_not_at_all(create):
    experiment = create()
    good = [{"assignments": {"x": i / 10}, "values": [{"name": "up", "value": i}]} for i in range(10)]

    with pytest.raises(ApiException, match=r"observations\[10\]: .*assignments") as refusal:
        experiment.observations().create_batch(observations=[*good, {"failed": True}])
    stored = list(experiment.observations().create_batch(observations=good, no_optimize=True).iterate_pages())

    assert refusal.value.status_code == 400
    assert [observation.values[0].value for observation in stored] == list(range(10))
    assert experiment.fetch().progress.observation_count == 10


def test_observations_are_sorted_by_value_and_walked_both_ways(create):
    experiment = create()
    made = [observe(experiment, value) for value in (3, 1, 2)]
    by_value = [made[1].id, made[2].id, made[0].id]

    def walk(**query):
        return [entry.id for entry in experiment.observations().fetch(limit=1, **query).iterate_pages()]

    assert walk(sort="value") == by_value[::-1]
    assert walk(sort="value-up", ascending=True, after=None) == by_value
    assert walk() == [entry.id for entry in made[::-1]]
    assert walk(ascending=True, after=None) == [entry.id for entry in made]
    newest = experiment.observations().fetch().paging.after
    later = observe(experiment, 4)
    assert walk(after=newest) == [later.id]


def test_an_observation_of_a_task_counts_by_its_cost_and_only_full_ones_are_best(create):
    experiment = create(type="random", tasks=TASKS)

    quick, full = observe(experiment, 9, task="quick"), observe(experiment, 1, task="full")

    assert (quick.task.cost, best(experiment)) == (0.1, [full.id])
    assert experiment.fetch().progress.observation_budget_consumed == pytest.approx(1.1)


def test_of_two_metrics_the_front_is_best_and_of_constraints_all_that_hold(create):
    two = create(type="random", metrics=[{"name": "a"}, {"name": "b", "objective": "minimize"}])
    front = [observe(two, 2, 2), observe(two, 1, 1)]
    observe(two, 0, 3)
    search = create(type="random", metrics=[{"name": "a", "strategy": "constraint", "threshold": 1}])
    held = [observe(search, 2), observe(search, 1)]
    observe(search, 0)

    assert best(two) == [entry.id for entry in front]
    assert best(search) == [entry.id for entry in held]


def test_of_several_solutions_so_many_are_best(create):
    experiment = create(type="random", num_solutions=2)
    for i in range(5):
        experiment.observations().create(assignments={"x": i / 4}, values=[{"value": i}])

    found = list(experiment.best_assignments().fetch().iterate_pages())

    assert [entry.values[0].value for entry in found] == [4, 3]


def test_the_experiment_says_when_to_stop(create):
    experiment = create(observation_budget=9)
    rising = [{"assignments": {"x": 0.5}, "values": [{"value": i}]} for i in range(9)]
    experiment.observations().create_batch(observations=rising, no_optimize=True)
    before = experiment.stopping_criteria().fetch()

    observe(experiment, 10)
    spent = experiment.stopping_criteria().fetch()
    experiment.update(observation_budget=99, no_optimize=True)
    experiment.observations().create_batch(observations=rising[:5], no_optimize=True)
    stagnant = experiment.stopping_criteria().fetch()

    assert (before.should_stop, before.reasons) == (False, [])
    assert (spent.should_stop, spent.reasons) == (True, ["observation_budget_reached"])
    assert (stagnant.should_stop, stagnant.reasons) == (True, ["possible_stagnation"])


def test_importances_are_read_for_each_metric_once_they_are_computed(create):
    experiment = create(parameters=[X, X | {"name": "y"}])
    points = [{"x": x / 5, "y": y / 5} for x in range(5) for y in range(5)]
    experiment.observations().create_batch(
        observations=[{"assignments": p, "values": [{"name": "up", "value": p["x"]}]} for p in points]
    )

    def fetched():
        with suppress(ApiException):  # 422 until they are computed
            return experiment.metric_importances().fetch()
        return None

    [importances] = eventually(fetched).iterate_pages()
    assert importances.metric == "up"
    assert importances.importances["x"] > 0.5
    assert experiment.importances().fetch().importances == importances.importances


def test_the_value_at_the_top_of_older_programs_is_taken_with_one_metric_only(create):
    one, two = create(), create(type="random", metrics=["a", "b"])

    observation = one.observations().create(assignments={"x": 0.5}, value=2.5, value_stddev=0.1)
    with pytest.raises(ApiException) as refusal:
        two.observations().create(assignments={"x": 0.5}, value=2.5)

    assert (observation.values[0].value, observation.values[0].value_stddev) == (2.5, 0.1)
    assert refusal.value.status_code == 400
