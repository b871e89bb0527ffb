"""Requests that Schemathesis makes up from our own OpenAPI document, sent to the real server.

What is checked stands in schemathesis.toml beside this file. `make test` sends the same requests every time,
`make fuzz` sends more of them, and others each time.
"""

import json
import os
import subprocess
import sys
from itertools import cycle, islice
from pathlib import Path

import httpx
import pytest

from optsvc.api.app import create_app
from tests.api.test_requests import MALFORMED, UNREADABLE
from tests.support import patient
from tests.support.examples import experiment_body, ok, refused
from tests.support.fuzz_hooks import POINT
from tests.support.service import live_server

CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = os.environ.get("OPTSVC_FUZZ_EXAMPLES")
"""Made-up requests per operation in `make fuzz`."""
SAME_EVERY_TIME = ["--max-examples=5", "--generation-deterministic", "--phases=examples,fuzzing", "--no-shrink"]

MOST_BYTES = 2**20


@pytest.fixture(scope="module")
def app(settings, tmp_path_factory):
    """The application, with a place for files, and quick to give up waiting for a model: there is no worker here."""
    changes = {
        "files_dir": tmp_path_factory.mktemp("files"),
        "secret_key": "a secret of at least 32 characters",
        "suggestion_deadline_s": 0.05,
        "max_body_bytes": MOST_BYTES,
    }
    return create_app(settings.model_copy(update=changes))


def furnish(api: httpx.Client, number: int) -> dict[str, str]:
    """One of everything: what the parameters of paths stand for."""
    me = ok(api.get("/tokens/self"))
    client, projects = f"/clients/{me['client']}", f"/clients/{me['client']}/projects"
    project = ok(api.post(projects, json={"id": f"cakes-{number}", "name": "Cakes"}))["id"]
    ok(api.post(f"{projects}/{project}/notes", json={"contents": "a note"}))
    experiment = ok(api.post("/experiments", json=experiment_body(project=project)))["id"]
    path = f"/experiments/{experiment}"
    evaluated = ok(api.post(f"{path}/suggestions", json={}))["id"]
    observation = ok(api.post(f"{path}/observations", json={"suggestion": evaluated, "value": 0.5}))["id"]
    run = ok(api.post(f"{projects}/{project}/training_runs", json={"name": "a run"}))["id"]
    values = [{"name": "taste", "value": 1}]
    file = {"content_length": 1, "content_type": "text/plain", "content_md5": "1B2M2Y8AsgTpgAmY7PhCfg==", "name": "f"}
    body = experiment_body(runs_only=True, budget=40, project=project)
    del body["observation_budget"]
    return {
        "token": ok(api.post(f"{path}/tokens"))["token"],
        "client_id": me["client"],
        "organization_id": me["organization"],
        "user_id": me["user"],
        "project_id": project,
        "experiment_id": experiment,
        "ai_experiment_id": ok(api.post("/experiments", json=body))["id"],
        "suggestion_id": ok(api.post(f"{path}/suggestions", json={}))["id"],
        "queued_suggestion_id": ok(api.post(f"{path}/queued_suggestions", json={"assignments": POINT}))["id"],
        "observation_id": observation,
        "run_id": run,
        "checkpoint_id": ok(api.post(f"/training_runs/{run}/checkpoints", json={"values": values}))["id"],
        "tag_id": ok(api.post(f"{client}/tags", json={"name": f"tag {number}", "color": "#000000"}))["id"],
        "file_id": ok(api.post(f"/training_runs/{run}/files", json=file))["id"],
    }


@pytest.fixture(scope="module")
def server(app):
    with live_server(app) as url:
        yield url


@pytest.fixture
def api(server, token):
    with patient.Client(base_url=f"{server}/v1", auth=(token, "")) as client:
        yield client


@pytest.fixture
def bodies(app, api):
    """Method and path of each operation that takes a JSON body with a program's token; what the path names is there."""
    ids = furnish(api, 0)
    ids_of_ai = ids | {"experiment_id": ids["ai_experiment_id"]}
    return [
        (method, path.removeprefix("/v1").format_map(ids_of_ai if "/aiexperiments/" in path else ids))
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
        and (method, path) != ("put", "/v1/sessions")  # for those who signed in with a password
    ]


@pytest.mark.timeout(0)
def test_every_operation_keeps_what_the_document_promises(app, server, api, token, tmp_path):
    # What an operation deletes is there for nobody else, and a queue stays as it is for whoever looks at it.
    alone = [
        f"{method.upper()} {path}"
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if method == "delete" or "{queued_suggestion_id}" in path
    ]
    houses = {label: furnish(api, number) for number, label in enumerate(["everybody", *alone])}
    ids = tmp_path / "ids.json"
    ids.write_text(json.dumps(houses))

    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", CONFIG, "run", f"{server}/openapi.json"),
            *("--no-color", "--header", f"Authorization: Bearer {token}"),
            *(["--max-examples", EXAMPLES] if EXAMPLES else SAME_EVERY_TIME),
        ],
        env=os.environ | {"OPTSVC_FUZZ_IDS": str(ids)},
        stdout=None if EXAMPLES else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout


def test_no_operation_takes_what_is_not_one_clean_json_object(api, bodies):
    faulty = cycle(UNREADABLE.values())  # the first operation gets the first few, the next one the next

    for method, path in bodies:
        for content in islice(faulty, 5):
            assert refused(api.request(method, path, content=content), 400).startswith(MALFORMED), (method, path)


def test_no_operation_takes_a_body_beyond_the_limit(api, bodies):
    for method, path in bodies:
        assert str(MOST_BYTES) in refused(api.request(method, path, content=b" " * (MOST_BYTES + 1)), 413), path
