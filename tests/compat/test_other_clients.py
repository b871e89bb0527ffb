"""Programs in other languages, by what each of them puts on the wire."""

import base64
import http.client
import json
import subprocess
from urllib.parse import urlsplit

import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from tests.support.examples import experiment_body, taste

SPACE = experiment_body()["parameters"]


@pytest.fixture
def send(server_url, token):
    """Send exactly this target, body and headers, as other languages' libraries do; the status and the text."""
    address = urlsplit(server_url)
    signed = {"Authorization": "Basic " + base64.b64encode(f"{token}:".encode()).decode()}

    def send(method, target, body=None, headers=()):
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        try:
            connection.request(method, target, body, signed | dict(headers))
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    return send


def done(answer):
    status, text = answer
    assert status == 200, text
    return json.loads(text)


# R: its JSON writer keeps four digits and its HTTP library sends an empty content type.


def in_r(value):
    """JSON as R writes it."""
    if isinstance(value, dict):
        return {key: in_r(entry) for key, entry in value.items()}
    return round(value, 4) if isinstance(value, float) else value


@pytest.mark.parametrize("headers", [{"Content-Type": ""}, {}], ids=["empty", "none"])
def test_the_loop_of_r_runs_with_rounded_numbers_and_the_value_at_the_top(send, headers):
    def post(path, body):
        return done(send("POST", path, json.dumps(in_r(body)).encode(), headers))

    experiment = post("/v1/experiments", {"name": "R", "parameters": SPACE, "observation_budget": 12})
    path = f"/v1/experiments/{experiment['id']}"

    queued = post(f"{path}/queued_suggestions", {"assignments": {"sugar": 1.23456, "eggs": 2, "oven": "gas"}})
    for turn in range(3):
        suggestion = post(f"{path}/suggestions", {})
        value = taste(suggestion["assignments"])
        point = {"assignments": suggestion["assignments"]} if turn % 2 else {"suggestion": suggestion["id"]}
        post(f"{path}/observations", point | {"value": value, "value_stddev": 0.12345})
    post(f"{path}/observations", {"assignments": suggestion["assignments"], "failed": True})

    progress = done(send("GET", path))["progress"]
    assert queued["assignments"]["sugar"] == 1.2346
    assert progress["observation_count"] == 4
    assert progress["first_observation"]["assignments"] == queued["assignments"]
    assert progress["first_observation"]["values"][0]["value_stddev"] == 0.1235
    assert json.loads(send("POST", "/v1/experiments", b"{}", headers)[1])["message"]


# Java: POST without a body, a question mark after every address, nothing in it encoded.

JAVA = {"Content-Type": "application/json; charset=utf-8"}


def test_a_java_program_creates_loops_pages_and_deletes(send, caller):
    def post(path, body=None):
        return done(send("POST", path, None if body is None else json.dumps(body).encode(), JAVA))

    client = f"/v1/clients/{caller.client_id}"
    experiment = post(f"{client}/experiments", {"name": "Java", "parameters": SPACE})
    path = f"/v1/experiments/{experiment['id']}"
    for _ in range(5):
        suggestion = post(f"{path}/suggestions")
        post(f"{path}/observations", {"suggestion": suggestion["id"], "value": taste(suggestion["assignments"])})

    walked, marker = [], ""
    while marker is not None:
        page = done(send("GET", f"{path}/observations?limit=2{marker and f'&before={marker}'}", headers=JAVA))
        walked += [int(entry["id"]) for entry in page["data"]]
        marker = page["paging"]["before"]
    assert walked == sorted(walked, reverse=True)
    assert len(walked) == 5
    assert done(send("GET", f"{path}?"))["progress"]["observation_count"] == 5
    assert done(send("GET", f"{path}/suggestions/{suggestion['id']}?"))["state"] == "closed"
    assert done(send("PUT", path, b'{"name": "Java 2"}', JAVA))["name"] == "Java 2"
    assert done(send("DELETE", f"{path}/suggestions?state=open")) == {}
    assert send("DELETE", f"{path}?") == (200, "{}\n")
    assert done(send("GET", f"{path}?"))["state"] == "deleted"
    for gone in (f"{path}/training_runs", f"{client}/plan"):
        status, text = send("GET", f"{gone}?")
        assert (status, json.loads(text)["status"]) == (404, 404)


def test_filters_may_come_without_encoding(send, caller):
    client = f"/v1/clients/{caller.client_id}"
    done(send("POST", f"{client}/projects", b'{"id": "java", "name": "Java"}', JAVA))
    runs = f"{client}/projects/java/training_runs"
    for name in ("first", "second"):
        done(send("POST", runs, json.dumps({"name": name}).encode(), JAVA))

    found = done(send("GET", f'{runs}?filters=[{{"field":"name","operator":"==","value":"second"}}]'))

    assert [run["name"] for run in found["data"]] == ["second"]


# MATLAB: a layer over the Python client, with numbers that are all doubles and the value at the top.


def test_matlab_reports_whole_numbers_as_doubles(connection):
    experiment = connection.experiments().create(**experiment_body(observation_budget=5.0, parallel_bandwidth=1.0))
    suggestion = connection.experiments(experiment.id).suggestions().create()

    point = dict(suggestion.assignments) | {"eggs": float(suggestion.assignments["eggs"])}
    observation = connection.experiments(experiment.id).observations().create(assignments=point, value=3.0)

    assert experiment.observation_budget == 5
    assert observation.values[0].value == 3
    assert dict(observation.assignments) == dict(suggestion.assignments)
    assert isinstance(observation.assignments["eggs"], int)


# The old search of scikit-learn settings: mean and deviation of a cross validation, with the value at the top.


def test_a_search_of_scikit_learn_settings_returns_the_best(connection):
    features, labels = make_classification(80, 5, random_state=0)
    parameters = [
        {"name": "C", "type": "double", "bounds": {"min": 0.01, "max": 10}},
        {"name": "max_iter", "type": "int", "bounds": {"min": 50, "max": 90}},
        {"name": "solver", "type": "categorical", "categorical_values": [{"name": "lbfgs"}, {"name": "liblinear"}]},
    ]
    made = connection.experiments().create(
        name="LogisticRegression (sklearn)", parameters=parameters, observation_budget=3
    )
    experiment, scores = connection.experiments(made.id), {}

    for _ in range(3):
        suggestion = experiment.suggestions().create()
        found = cross_val_score(LogisticRegression(**suggestion.assignments.to_json()), features, labels, cv=3)
        experiment.observations().create(suggestion=suggestion.id, value=found.mean(), value_stddev=found.std())
        scores[suggestion.id] = (found.mean(), suggestion.assignments)

    [best] = experiment.best_assignments().fetch().iterate_pages()
    assert best.values[0].value == pytest.approx(max(score for score, _ in scores.values()))
    assert LogisticRegression(**best.assignments.to_json()).fit(features, labels).score(features, labels) > 0.7


# curl: JSON under the name of a form.


@pytest.fixture
def curl(server_url, token):
    """Run curl with these arguments; what it printed."""

    def curl(path, *arguments):
        command = ["curl", "-q", "--silent", "--show-error", "--noproxy", "*", "-u", f"{token}:", *arguments]
        return subprocess.run([*command, f"{server_url}/v1{path}"], capture_output=True, text=True, check=True).stdout

    return curl


WORKED_EXAMPLE = {
    "name": "Cake",
    "type": "random",
    "observation_budget": 40,
    "parallel_bandwidth": 2,
    "project": None,
    "metrics": [
        {"name": "taste"},
        {"name": "price", "objective": "minimize", "strategy": "constraint", "threshold": 3.5},
    ],
    "parameters": SPACE,
}


def test_the_worked_example_runs_with_curl_alone(curl):
    experiment = json.loads(curl("/experiments", "-X", "POST", "-d", json.dumps(WORKED_EXAMPLE)))
    path = f"/experiments/{experiment['id']}"
    suggestion = json.loads(curl(f"{path}/suggestions", "-X", "POST"))
    values = '[{"name": "taste", "value": 0.7, "value_stddev": 0.05}, {"name": "price", "value": 3}]'
    observation = json.loads(
        curl(f"{path}/observations", "-d", f'{{"suggestion": "{suggestion["id"]}", "values": {values}}}')
    )
    failure = '{"assignments": {"sugar": 1, "eggs": 2, "oven": "gas"}, "failed": true}'
    failed = json.loads(curl(f"{path}/observations", "-H", "Content-Type: application/json", "-d", failure))
    listed = json.loads(curl(f"{path}/observations?limit=1&fields=id,failed"))
    best = json.loads(curl(f"{path}/best_assignments"))
    refused = json.loads(curl(f"{path}/observations", "-d", '{"suggestion": "999999", "values": []}'))

    assert [metric["name"] for metric in experiment["metrics"]] == ["price", "taste"]
    assert [parameter["name"] for parameter in experiment["parameters"]] == ["eggs", "oven", "sugar"]
    assert observation["assignments"] == suggestion["assignments"]
    assert [(v["name"], v["value"], v["value_stddev"]) for v in observation["values"]] == [
        ("price", 3.0, None),
        ("taste", 0.7, 0.05),
    ]
    assert (failed["failed"], failed["suggestion"], failed["values"]) == (True, None, [])
    assert (listed["count"], listed["data"]) == (2, [{"id": failed["id"], "failed": True}])
    assert listed["paging"]["before"] == listed["paging"]["after"] != ""
    assert (best["count"], best["paging"]) == (1, {"after": None, "before": None})
    assert best["data"][0] == {
        "assignments": suggestion["assignments"],
        "id": observation["id"],
        "metadata": None,
        "object": "best_assignments",
        "values": observation["values"],
    }
    assert refused["status"] == 400


def test_a_run_of_the_worked_example_is_finished_with_a_merge_by_curl(curl, caller):
    project = f"/clients/{caller.client_id}/projects"
    curl(project, "-d", '{"id": "cakes", "name": "Cakes"}')
    body = {"name": "Cake AI", "budget": 5, "metrics": [{"name": "taste"}], "parameters": SPACE[:1]}
    experiment = json.loads(curl(f"{project}/cakes/aiexperiments", "-d", json.dumps(body)))
    created = curl(f"/aiexperiments/{experiment['id']}/training_runs", "-d", '{"name": "first", "metadata": null}')
    run = json.loads(created)

    ended = '{"values": {"taste": {"value": 0.5}}, "state": "completed"}'
    merged = json.loads(curl(f"/training_runs/{run['id']}", "-X", "MERGE", "-d", ended))
    skipped = curl(
        f"/training_runs/{run['id']}", "-X", "PUT", "-H", "X-Response-Content: skip", "-d", '{"favorite": true}'
    )

    assert run["assignments_meta"] == {"sugar": {"object": "assignments_meta", "source": "SigOpt"}}
    assert (merged["state"], merged["finished"], merged["values"]["taste"]["value"]) == ("completed", True, 0.5)
    assert merged["observation"] is not None
    assert skipped == ""
    assert json.loads(curl(f"/training_runs/{run['id']}"))["favorite"]
    moved = curl(f"/experiments/{experiment['id']}?limit=1", "-i").lower()
    assert moved.startswith("http/1.1 301")
    assert f"\nlocation: /v1/aiexperiments/{experiment['id']}\n" in moved
    assert json.loads(curl(f"/experiments/{experiment['id']}", "-L"))["object"] == "aiexperiment"


def test_people_can_read_what_curl_prints(curl):
    body = experiment_body(name="<Cake & pie>")

    made = curl("/experiments", "-d", json.dumps(body))

    assert made.startswith('{\n  "client": ')
    assert made.endswith("}\n")
    assert r'"name": "\u003CCake \u0026 pie\u003E"' in made
    assert curl(f"/experiments/{json.loads(made)['id']}", "-X", "DELETE") == "{}\n"
