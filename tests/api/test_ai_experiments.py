"""AI experiments: what is taken, how they are read through either address, what is kept for their runs."""

import pytest

from optsvc.storage.models import Project, TrainingRun, now
from tests.support.examples import experiment_body, ok, refused

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}
BODY = {
    "name": "Cake AI",
    "parameters": experiment_body()["parameters"],
    "metrics": [{"name": "taste"}, {"name": "note", "strategy": "store"}],
    "budget": 5,
}


@pytest.fixture
def project(api, caller):
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "cakes", "name": "Cakes"}))
    return f"/clients/{caller.client_id}/projects/cakes"


@pytest.fixture
def made(api, project):
    return ok(api.post(f"{project}/aiexperiments", json=BODY))


@pytest.fixture
def ai(made):
    return f"/aiexperiments/{made['id']}"


@pytest.fixture
def core(made):
    return f"/experiments/{made['id']}"


def test_it_has_the_fields_of_the_contract(api, ai, made, caller):
    assert made == ok(api.get(ai))
    assert {key: made[key] for key in made.keys() - {"parameters", "metrics", "created", "updated", "id"}} == {
        "object": "aiexperiment",
        "client": str(caller.client_id),
        "user": str(caller.user_id),
        "project": "cakes",
        "name": "Cake AI",
        "type": "offline",
        "state": "active",
        "budget": 5,
        "runs_only": True,
        "conditionals": [],
        "linear_constraints": [],
        "num_solutions": None,
        "parallel_bandwidth": None,
        "metadata": None,
        "progress": {
            "object": "progress",
            "active_run_count": 0,
            "finished_run_count": 0,
            "total_run_count": 0,
            "remaining_budget": 5,
        },
    }


FAULTY = {
    "no metrics": ({k: v for k, v in BODY.items() if k != "metrics"}, "metrics"),
    "metrics null": (BODY | {"metrics": None}, "metrics"),
    "metrics as texts": (BODY | {"metrics": ["taste"]}, "metrics[0]"),
    "a metric without a name": (BODY | {"metrics": [{}]}, "metrics"),
    "the other budget": (BODY | {"observation_budget": 5}, "Unknown json keys: observation_budget"),
    "a project": (BODY | {"project": "cakes"}, "Unknown json keys: project"),
    "runs_only": (BODY | {"runs_only": True}, "Unknown json keys: runs_only"),
    "tasks": (BODY | {"tasks": []}, "Unknown json keys: tasks"),
    "more solutions than budget": (BODY | {"num_solutions": 6, "type": "random"}, "num_solutions"),
    "no budget where one is needed": (BODY | {"num_solutions": 2, "type": "random", "budget": None}, "budget"),
}


@pytest.mark.parametrize(("body", "named"), FAULTY.values(), ids=FAULTY)
def test_a_faulty_one_is_refused_by_the_name_of_its_fault(api, project, body, named):
    assert named in refused(api.post(f"{project}/aiexperiments", json=body), 400)


def test_a_project_that_is_not_there_is_404(api, project):
    refused(api.post(project.replace("cakes", "muffins") + "/aiexperiments", json=BODY), 404)
    refused(api.get(project.replace("cakes", "muffins") + "/aiexperiments"), 404)


def test_the_core_address_leads_to_the_other_without_host_and_query(api, core, ai):
    answer = api.get(f"{core}?x=1")

    assert answer.status_code == 301
    assert answer.headers["location"] == f"/v1{ai}" == answer.json()["location"]
    assert answer.json()["status"] == 301


def test_an_experiment_of_the_other_kind_is_not_there(api, path):
    address = path.replace("/experiments/", "/aiexperiments/")

    for method in ("GET", "PUT", "DELETE"):
        refused(api.request(method, address), 404)


def test_the_core_body_can_make_one_too(api, project):
    body = BODY | {"runs_only": True, "project": "cakes"}

    made = ok(api.post("/experiments", json=body))

    assert (made["object"], made["budget"], made["runs_only"]) == ("experiment", 5, True)
    assert "observation_budget" not in made
    assert made["progress"]["remaining_budget"] == 5
    assert ok(api.get(f"{project}/aiexperiments"))["data"][0]["id"] == made["id"]


UPDATES = {
    "name": ({"name": "New"}, {"name": "New"}),
    "budget": ({"budget": 7}, {"budget": 7}),
    "no budget": ({"budget": None}, {"budget": None}),
    "bandwidth": ({"parallel_bandwidth": 2}, {"parallel_bandwidth": 2}),
    "metadata": ({"metadata": {"a": 1}}, {"metadata": {"a": 1}}),
    "state": ({"state": "deleted"}, {"state": "deleted"}),
    "nothing": ({"no_optimize": True}, {}),
}


@pytest.mark.parametrize(("changes", "seen"), UPDATES.values(), ids=UPDATES)
def test_an_update_through_either_address_changes_what_is_sent(api, ai, core, made, changes, seen):
    through_core = ok(api.put(core, json=changes))
    assert {key: through_core[key] for key in seen} == seen
    after = ok(api.put(ai, json=changes))

    budget = seen.get("budget", 5)
    progress = made["progress"] | {"remaining_budget": budget}
    assert after == made | seen | {"updated": after["updated"], "progress": progress} == ok(api.get(ai))


@pytest.mark.parametrize(
    "changes", [{"project": None}, {"project": "cakes"}, {"observation_budget": 3}, {"colour": 1}, {"budget": 0}]
)
def test_some_keys_are_refused_through_either_address(api, ai, core, changes):
    refused(api.put(ai, json=changes), 400)
    refused(api.put(core, json=changes), 400)


def test_parameters_and_thresholds_change_as_in_any_experiment(api, ai):
    added = {"name": "salt", "type": "int", "bounds": {"min": 0, "max": 3}, "default_value": 1}

    after = ok(api.put(ai, json={"parameters": [{"name": "sugar"}, added]}))

    assert [parameter["name"] for parameter in after["parameters"]] == ["salt", "sugar"]


def test_points_and_results_are_made_by_runs_alone_but_can_be_queued(api, core):
    values = [{"name": "taste", "value": 1}, {"name": "note", "value": 1}]
    for address, body in [
        ("suggestions", {}),
        ("suggestions", {"assignments": POINT}),
        ("observations", {"assignments": POINT, "values": values}),
        ("observations/batch", {"observations": [{"assignments": POINT, "values": values}]}),
    ]:
        refused(api.post(f"{core}/{address}", json=body), 403)
    ok(api.post(f"{core}/queued_suggestions", json={"assignments": POINT}))

    for address in ("suggestions", "observations", "queued_suggestions"):
        assert ok(api.get(f"{core}/{address}"))["count"] == (address == "queued_suggestions")


def test_progress_counts_runs_that_are_not_deleted(api, ai, made, sessions, caller):
    with sessions.begin() as session:
        for completed, deleted in [(None, False), (now(), False), (now(), False), (None, True), (now(), True)]:
            session.add(
                TrainingRun(
                    client_id=caller.client_id,
                    project_id=_project_id(session, caller),
                    experiment_id=int(made["id"]),
                    name="run",
                    completed=completed,
                    deleted=deleted,
                )
            )

    progress = ok(api.get(ai))["progress"]

    assert (progress["active_run_count"], progress["finished_run_count"], progress["total_run_count"]) == (1, 2, 3)
    assert progress["remaining_budget"] == 2


def _project_id(session, caller):
    return session.query(Project).filter_by(client_id=caller.client_id, reference="cakes").one().id


@pytest.mark.parametrize(("query", "runs_left"), [("", 1), ("?include_runs=true", 0)])
def test_deleting_one_takes_its_runs_along_when_asked(api, ai, made, sessions, caller, query, runs_left):
    with sessions.begin() as session:
        place = {"client_id": caller.client_id, "project_id": _project_id(session, caller)}
        session.add(TrainingRun(experiment_id=int(made["id"]), name="run", **place))

    assert api.delete(ai + query).text == "{}\n"

    assert ok(api.get(ai))["state"] == "deleted"
    assert ok(api.get(ai))["progress"]["total_run_count"] == runs_left


@pytest.mark.usefixtures("path")
def test_lists_hold_ai_experiments_only(api, made, project, caller):
    for address in ("/aiexperiments", f"/clients/{caller.client_id}/aiexperiments", f"{project}/aiexperiments"):
        for query, found in [
            ("", [made]),
            ("?search=cake+ai", [made]),
            ("?search=muffin", []),
            (f"?user={caller.user_id}", [made]),
            ("?user=1000000000", []),
            ("?state=deleted", []),
            ("?sort=recent", [made]),
        ]:
            assert ok(api.get(address + query))["data"] == found
        refused(api.get(f"{address}?sort=name"), 400)
