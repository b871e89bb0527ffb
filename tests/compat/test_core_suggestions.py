"""The older half of SigOpt's client: suggestions and the queue before them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sigopt.exception import ApiException

from tests.support.examples import experiment_body

POINT = {"sugar": 2.0, "eggs": 3, "oven": "gas"}


@pytest.fixture
def experiment(connection):
    return connection.experiments(connection.experiments().create(**experiment_body()).id)


def ids(listed):
    return [entry.id for entry in listed.iterate_pages()]


def test_suggestions_are_found_by_state_and_id_and_walked_in_pages(experiment):
    first, second, third = (experiment.suggestions().create() for _ in range(3))
    experiment.observations().create(suggestion=second.id, values=[{"value": 1}])
    experiment.suggestions(third.id).delete()

    assert ids(experiment.suggestions().fetch(limit=1)) == [second.id, first.id]
    assert ids(experiment.suggestions().fetch(state="open")) == [first.id]
    assert ids(experiment.suggestions().fetch(deleted=True)) == [third.id]
    assert ids(experiment.suggestions().fetch(id=f"{first.id},{second.id}")) == [second.id, first.id]
    assert ids(experiment.suggestions().fetch(id=[first.id])) == [first.id]
    assert experiment.suggestions(second.id).fetch().state == "closed"


def test_a_suggestion_has_notes_that_change_and_is_deleted_for_good(experiment):
    suggestion = experiment.suggestions().create(metadata={"host": "a"})

    changed = experiment.suggestions(suggestion.id).update(metadata={"host": "b", "try": 2})
    experiment.suggestions(suggestion.id).delete()

    assert dict(suggestion.metadata) == {"host": "a"}
    assert dict(changed.metadata) == {"host": "b", "try": 2}
    with pytest.raises(ApiException) as gone:
        experiment.suggestions(suggestion.id).fetch()
    assert gone.value.status_code == 404
    with pytest.raises(ApiException) as refusal:
        experiment.observations().create(suggestion=suggestion.id, values=[{"value": 1}])
    assert refusal.value.status_code == 400


def test_the_open_suggestions_or_all_are_deleted_at_once(experiment):
    first, second = experiment.suggestions().create(), experiment.suggestions().create()
    experiment.observations().create(suggestion=first.id, failed=True)

    experiment.suggestions().delete(state="open")
    left = ids(experiment.suggestions().fetch())
    experiment.suggestions().delete()

    assert left == [first.id]
    assert ids(experiment.suggestions().fetch()) == []
    assert ids(experiment.suggestions().fetch(deleted=True)) == [second.id, first.id]


def test_parallel_workers_never_get_the_same_point(experiment):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: experiment.suggestions().create(), range(8)))

    assert len({suggestion.id for suggestion in made}) == 8
    assert len({str(sorted(suggestion.assignments.items())) for suggestion in made}) == 8


def test_what_is_queued_is_served_first_in_order_unless_withdrawn(experiment):
    queue = experiment.queued_suggestions
    first, withdrawn, last = (queue().create(assignments=POINT | {"eggs": eggs}) for eggs in (1, 2, 6))

    assert queue(first.id).fetch().assignments["eggs"] == 1
    queue(withdrawn.id).delete()
    assert ids(queue().fetch()) == [last.id, first.id]
    served = [dict(experiment.suggestions().create().assignments) for _ in range(2)]

    assert served == [POINT | {"eggs": 1}, POINT | {"eggs": 6}]
    assert ids(queue().fetch()) == []


def test_queued_and_hand_made_suggestions_of_a_multitask_experiment_name_their_task(connection):
    tasks = [{"name": "quick", "cost": 0.1}, {"name": "full", "cost": 1}]
    made = connection.experiments().create(**experiment_body(type="random", tasks=tasks))
    experiment = connection.experiments(made.id)

    experiment.queued_suggestions().create(assignments=POINT, task="full")
    queued = experiment.suggestions().create()
    by_hand = experiment.suggestions().create(assignments=POINT, task=made.tasks[1])

    assert (queued.task.name, queued.task.cost, by_hand.task.name) == ("full", 1, "quick")


def test_a_deleted_experiment_gives_no_suggestions_until_it_is_back(experiment):
    experiment.delete()

    with pytest.raises(ApiException) as refusal:
        experiment.suggestions().create()
    experiment.update(state="active")

    assert refusal.value.status_code == 400
    assert experiment.suggestions().create().state == "open"
