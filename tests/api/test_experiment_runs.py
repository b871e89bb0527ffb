"""Runs of AI experiments: suggestion, run, observation, and back."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.examples import experiment_body, ok, refused

BODY = {
    "name": "Cake AI",
    "budget": 10,
    "parameters": [
        {"name": "sugar", "type": "double", "bounds": {"min": 0.1, "max": 10}},
        {"name": "oven", "type": "categorical", "categorical_values": ["gas", "electric"]},
    ],
    "metrics": [{"name": "taste"}],
}
POINT = {"sugar": 2.5, "oven": "gas"}


@pytest.fixture
def project(api, caller):
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "cakes", "name": "Cakes"}))
    return f"/clients/{caller.client_id}/projects/cakes"


@pytest.fixture
def new_experiment(api, project):
    """Stores AI experiments; answers their ids."""
    return lambda **changes: ok(api.post(f"{project}/aiexperiments", json=BODY | changes))["id"]


@pytest.fixture
def experiment(new_experiment):
    return new_experiment()


@pytest.fixture
def start(api, experiment):
    """Starts runs of the experiment."""
    return lambda **body: ok(api.post(f"/aiexperiments/{experiment}/training_runs", json={"name": "a run"} | body))


@pytest.fixture
def change(api):
    return lambda run, body, method="PUT": ok(api.request(method, f"/training_runs/{run['id']}", json=body))


@pytest.fixture
def observations(api, experiment):
    """Reads the observations of the experiment, newest first."""
    return lambda **query: ok(api.get(f"/experiments/{experiment}/observations", params=query))["data"]


@pytest.fixture
def suggestions(api, experiment):
    """Reads the suggestions of the experiment, newest first."""
    return lambda **query: ok(api.get(f"/experiments/{experiment}/suggestions", params=query))["data"]


@pytest.fixture
def progress(api, experiment):
    return lambda: ok(api.get(f"/aiexperiments/{experiment}"))["progress"]


def test_a_run_takes_the_next_suggestion(api, experiment, start, suggestions):
    run = start(metadata=None)

    [suggestion] = suggestions()
    assert (run["suggestion"], run["experiment"], run["observation"]) == (suggestion["id"], experiment, None)
    assert run["assignments"] == suggestion["assignments"]
    assert run["assignments"].keys() == {"sugar", "oven"}
    assert run["assignments_meta"] == {
        name: {"object": "assignments_meta", "source": "SigOpt"} for name in ("sugar", "oven")
    }
    assert run["assignments_sources"] == {"SigOpt": {"object": "assignments_sources", "sort": 1, "default_show": True}}
    assert (run["project"], run["state"], run["finished"]) == ("cakes", "active", False)
    assert ok(api.get(f"/training_runs/{run['id']}")) == run


def test_a_queued_suggestion_goes_first(api, experiment, start):
    ok(api.post(f"/experiments/{experiment}/queued_suggestions", json={"assignments": POINT}))

    assert start()["assignments"] == POINT
    assert start()["assignments"] != POINT


def test_names_beside_the_search_space_are_kept(start):
    run = start(assignments={"batch": 32, "note": "x"}, assignments_meta={"batch": {"source": "mine"}})

    assert run["suggestion"] is not None
    assert run["assignments"].keys() == {"batch", "note", "sugar", "oven"}
    assert {name: meta["source"] for name, meta in run["assignments_meta"].items()} == {
        "batch": "mine",
        "sugar": "SigOpt",
        "oven": "SigOpt",
    }


def test_ones_own_complete_assignments_become_a_suggestion(start, suggestions):
    run = start(assignments=POINT | {"extra": 1})

    [suggestion] = suggestions()
    assert (run["suggestion"], suggestion["assignments"]) == (suggestion["id"], POINT)
    assert run["assignments"] == POINT | {"extra": 1}
    assert run["assignments_meta"] == run["assignments_sources"] == {}


@pytest.mark.parametrize(
    "assignments", [{"sugar": 1}, {"sugar": 1, "oven": "wood"}, {"sugar": "much", "oven": "gas"}], ids=str
)
def test_a_part_of_the_point_or_an_invalid_one_makes_a_run_without_a_suggestion(
    start, change, suggestions, observations, assignments
):
    run = start(assignments=assignments)

    assert (run["suggestion"], run["assignments"]) == (None, assignments)
    ended = change(run, {"state": "completed", "values": {"taste": {"value": 1}}})
    assert (ended["observation"], ended["finished"]) == (None, True)
    assert suggestions() == observations() == []


@pytest.mark.parametrize("method", ["PUT", "MERGE"])
def test_a_run_that_completes_becomes_an_observation_once(start, change, suggestions, observations, method):
    run = start()

    ended = change(run, {"values": {"taste": {"value": 0.5}, "other": {"value": 1}}, "state": "completed"}, method)

    [observation] = observations()
    assert ended["observation"] == observation["id"]
    assert (ended["state"], ended["finished"]) == ("completed", True)
    assert (observation["suggestion"], observation["failed"]) == (run["suggestion"], False)
    assert observation["assignments"] == run["assignments"]
    assert observation["values"] == [
        {"object": "metric_evaluation", "name": "taste", "value": 0.5, "value_stddev": None}
    ]
    assert suggestions()[0]["state"] == "closed"

    for again in ({"state": "failed"}, {"state": "active"}, {"values": {"taste": {"value": 9}}}):
        assert change(run, again, method)["observation"] == observation["id"]
    assert observations() == [observation]


def test_a_deviation_that_was_given_is_kept(start, change, observations):
    change(start(), {"values": {"taste": {"value": 1, "value_stddev": 0.25}}, "state": "completed"})

    assert observations()[0]["values"][0]["value_stddev"] == 0.25


@pytest.mark.parametrize(
    "body",
    [
        {"state": "completed"},
        {"state": "completed", "values": {"other": {"value": 1}}},
        {"state": "failed", "values": {"taste": {"value": 1}}},
    ],
    ids=str,
)
def test_a_run_that_fails_or_lacks_a_value_becomes_a_failed_observation(start, change, observations, body):
    change(start(), body)

    [observation] = observations()
    assert (observation["failed"], observation["values"]) == (True, [])


def test_values_logged_before_the_end_count_at_the_end(start, change, observations):
    run = start()
    change(run, {"values": {"taste": {"value": 0.25}}}, "MERGE")

    change(run, {"state": "completed"})

    assert observations()[0]["values"][0]["value"] == 0.25


def test_a_run_that_is_reported_when_it_has_ended_is_an_observation_at_once(start, suggestions, observations):
    run = start(state="completed", assignments=POINT, values={"taste": {"value": 1}})

    [observation] = observations()
    assert (run["observation"], run["suggestion"]) == (observation["id"], None)
    assert (observation["suggestion"], observation["assignments"], observation["failed"]) == (None, POINT, False)
    assert suggestions() == []


@pytest.mark.parametrize("body", [{}, {"assignments": {"sugar": 1}}, {"assignments": {"note": "x"}}], ids=str)
@pytest.mark.parametrize("state", ["completed", "failed"])
def test_a_run_that_has_ended_somewhere_unknown_is_only_a_record(start, suggestions, observations, body, state):
    run = start(state=state, values={"taste": {"value": 1}}, **body)

    assert (run["observation"], run["suggestion"], run["finished"]) == (None, None, True)
    assert suggestions() == observations() == []


def test_deleting_and_restoring_a_run_takes_its_suggestion_and_observation_along(
    api, start, change, suggestions, observations, progress
):
    done, open_ = start(), start()
    change(done, {"values": {"taste": {"value": 1}}, "state": "completed"})

    for run in (done, open_):
        ok(api.delete(f"/training_runs/{run['id']}"))
    assert (len(suggestions()), len(observations()), progress()["total_run_count"]) == (0, 0, 0)
    assert (len(suggestions(deleted=True)), len(observations(deleted=True))) == (2, 1)

    for run in (done, open_):
        change(run, {"deleted": False})
    assert (len(suggestions()), len(observations()), progress()["total_run_count"]) == (2, 1, 2)


def test_a_run_that_ends_while_deleted_counts_when_it_comes_back(api, start, change, observations):
    run = start()
    ok(api.delete(f"/training_runs/{run['id']}"))
    change(run, {"state": "completed", "values": {"taste": {"value": 1}}})
    assert observations() == []

    change(run, {"deleted": False})

    assert len(observations()) == 1


def test_progress_counts_runs_by_whether_they_have_ended(start, change, progress):
    runs = [start() for _ in range(3)]
    change(runs[0], {"state": "failed"})
    change(runs[1], {"state": "completed", "values": {"taste": {"value": 1}}})

    assert progress() == {
        "object": "progress",
        "active_run_count": 1,
        "finished_run_count": 2,
        "total_run_count": 3,
        "remaining_budget": 7,
    }


def test_deleting_the_experiment_with_its_runs_takes_all_along(api, experiment, start, change):
    run = start()
    change(run, {"state": "completed", "values": {"taste": {"value": 1}}})

    ok(api.delete(f"/aiexperiments/{experiment}?include_runs=true"))

    assert ok(api.get(f"/training_runs/{run['id']}"))["deleted"] is True
    refused(api.post(f"/aiexperiments/{experiment}/training_runs", json={"name": "late"}), 400)


def test_the_best_runs_come_first_and_only_they(api, start, change, new_experiment):
    change(start(), {"state": "failed"})
    started = [start() for _ in range(3)]
    values = [0.25, 0.75, 0.5]
    runs = [
        change(run, {"values": {"taste": {"value": value}}, "state": "completed"})
        for run, value in zip(started, values, strict=True)
    ]
    experiment = runs[0]["experiment"]

    best = ok(api.get(f"/aiexperiments/{experiment}/best_training_runs"))

    assert [run["id"] for run in best["data"]] == [runs[1]["id"]]
    assert best["data"][0]["values"]["taste"]["value"] == 0.75
    ok(api.delete(f"/training_runs/{runs[1]['id']}"))
    after = ok(api.get(f"/aiexperiments/{experiment}/best_training_runs?sort=created"))
    assert [run["id"] for run in after["data"]] == [runs[2]["id"]]
    assert ok(api.get(f"/aiexperiments/{new_experiment()}/best_training_runs"))["data"] == []
    refused(api.get(f"/aiexperiments/{experiment}/best_training_runs?sort=value"), 400)


def test_the_whole_pareto_front_is_best(api, new_experiment, change):
    experiment = new_experiment(type="random", metrics=[{"name": "taste"}, {"name": "price", "objective": "minimize"}])
    ended = []
    for taste, price in ((1, 1), (3, 3), (2, 2), (0, 5)):
        run = ok(api.post(f"/aiexperiments/{experiment}/training_runs", json={"name": "a"}))
        values = {"taste": {"value": taste}, "price": {"value": price}}
        ended.append(change(run, {"values": values, "state": "completed"}))

    best = ok(api.get(f"/aiexperiments/{experiment}/best_training_runs"))

    assert best["count"] == 3
    prices = [run["values"]["price"]["value"] for run in best["data"]]
    assert prices == sorted(prices)  # by the first metric by name, best first
    assert ended[3]["id"] not in [run["id"] for run in best["data"]]


def test_a_core_experiment_is_no_ai_experiment(api):
    core = ok(api.post("/experiments", json=experiment_body()))["id"]

    refused(api.post(f"/aiexperiments/{core}/training_runs", json={"name": "a"}), 404)
    refused(api.get(f"/aiexperiments/{core}/best_training_runs"), 404)


def test_a_faulty_run_takes_no_suggestion(api, experiment, suggestions):
    bodies = ({}, {"name": ""}, {"name": "a", "assignments_sources": {"SigOpt": {"sort": 1}}}, {"name": "a", "x": 1})
    for body in bodies:
        refused(api.post(f"/aiexperiments/{experiment}/training_runs", json=body), 400)

    assert suggestions() == []


def test_the_optimizers_name_may_be_repeated_where_it_stands_but_not_taken(api, start, change):
    run = start(assignments={"own": 1})
    parts = {key: run[key] for key in ("assignments", "assignments_meta", "assignments_sources")}

    assert {key: change(run, parts)[key] for key in parts} == parts
    body = {"assignments_meta": {"own": {"source": "SigOpt"}}}
    assert "reserved" in refused(api.put(f"/training_runs/{run['id']}", json=body), 400)


def test_a_run_of_an_experiment_stays_in_its_project(api, caller, start):
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "pies", "name": "Pies"}))
    run = start()

    assert "project" in refused(api.put(f"/training_runs/{run['id']}", json={"project": "pies"}), 400)
    ok(api.put(f"/training_runs/{run['id']}", json={"project": "cakes"}))


def test_a_checkpoint_is_taken_until_the_run_is_an_observation(api, start, change):
    run = start()
    checkpoint = {"values": [{"name": "taste", "value": 1}]}
    ok(api.post(f"/training_runs/{run['id']}/checkpoints", json=checkpoint))

    change(run, {"state": "failed"})

    refused(api.post(f"/training_runs/{run['id']}/checkpoints", json=checkpoint), 403)


def test_a_run_that_is_ended_by_many_at_once_becomes_one_observation(start, change, observations, progress):
    runs = [start() for _ in range(3)]
    body = {"state": "completed", "values": {"taste": {"value": 1}}}

    with ThreadPoolExecutor(6) as pool:
        ended = list(pool.map(lambda run: change(run, body, "MERGE"), runs * 4))

    assert {run["observation"] for run in ended} == {observation["id"] for observation in observations()}
    assert len(observations()) == progress()["finished_run_count"] == 3


def test_a_run_posted_again_with_the_same_key_takes_no_second_suggestion(api, experiment, suggestions):
    answers = [
        ok(
            api.post(
                f"/aiexperiments/{experiment}/training_runs", json={"name": "a"}, headers={"Idempotency-Key": "once"}
            )
        )
        for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert len(suggestions()) == 1


def test_what_a_list_of_runs_knows_of_experiments(api, project, experiment, start, change):
    by_optimizer, by_hand = start(), start(assignments=POINT)
    done = change(by_hand, {"state": "failed"})

    def names(field, sign, value=None):
        filters = f'[{{"field": "{field}", "operator": "{sign}", "value": {value or "null"}}}]'
        return [run["id"] for run in ok(api.get(f"{project}/training_runs", params={"filters": filters}))["data"]]

    assert names("experiment", "==", experiment) == [by_hand["id"], by_optimizer["id"]]
    assert names("optimized_suggestion", "==", by_optimizer["suggestion"]) == [by_optimizer["id"]]
    assert names("optimized_suggestion", "isnull") == [by_hand["id"]]
    assert names("suggestion", "==", by_hand["suggestion"]) == [by_hand["id"]]
    assert names("observation", "==", done["observation"]) == [by_hand["id"]]
    page = ok(api.get(f"{project}/training_runs", params={"sort": "optimized_suggestion"}))
    assert [run["id"] for run in page["data"]] == [by_optimizer["id"]]
