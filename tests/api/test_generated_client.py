"""A client that a known generator makes of our OpenAPI document works against the real server."""

import importlib
import json
import re
import subprocess
import sys

import pytest

from tests.support import patient
from tests.support.examples import experiment_body, taste


@pytest.fixture(scope="module")
def generated(server_url, tmp_path_factory):
    """The name under which the generated package can be imported."""
    place = tmp_path_factory.mktemp("generated")
    (place / "openapi.json").write_text(patient.get(f"{server_url}/openapi.json").text)
    (place / "config.json").write_text(json.dumps({"post_hooks": []}))  # nobody reads it, so nothing formats it
    command = "generate --path openapi.json --output-path optsvc_generated --meta none --config config.json"

    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", *command.split()],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )

    assert made.returncode == 0, made.stdout + made.stderr
    # Its bodies are no JSON, which this generator leaves to other means.
    warned = re.findall(r"WARNING parsing (\w+ \S+)", made.stdout + made.stderr)
    assert warned == ["POST /v1/experiments/{experiment_id}/observations/import"]
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(place)
        yield "optsvc_generated"


@pytest.fixture
def models(generated):
    return importlib.import_module(f"{generated}.models")


@pytest.fixture
def call(generated, server_url, token):
    """Call an operation by the name of its tag and its own."""
    package = importlib.import_module(generated)
    with package.AuthenticatedClient(base_url=server_url, token=token) as client:

        def call(tag, operation, *path, **more):
            return importlib.import_module(f"{generated}.api.{tag}.{operation}").sync(*path, client=client, **more)

        yield call


def test_a_generated_client_runs_the_loop(call, models):
    body = models.ExperimentIn.from_dict(experiment_body())
    experiment = call("experiments", "create_experiment", body=body)
    where = int(experiment.id)

    for _ in range(3):
        suggestion = call("suggestions", "create_suggestion", where, body=models.SuggestionIn())
        point = suggestion.assignments.additional_properties
        report = models.ObservationIn(suggestion=suggestion.id, value=taste(point))
        observation = call("observations", "create_observation", where, body=report)
        assert observation.assignments.additional_properties == point

    newest = call("observations", "list_observations", where, limit=2)
    rest = call("observations", "list_observations", where, limit=2, before=newest.paging.before)
    assert (newest.count, len(newest.data), len(rest.data)) == (3, 2, 1)
    assert rest.paging.before is None
    reported = [observation.values[0].value for observation in [*newest.data, *rest.data]]
    [best] = call("results", "best_assignments", where).data
    assert best.values[0].value == max(reported)
    assert call("experiments", "get_experiment", where).progress.observation_count == 3


def test_a_generated_client_understands_errors(call, models):
    absent = call("experiments", "get_experiment", 10**15)
    faulty = call("experiments", "create_experiment", body=models.ExperimentIn(name="Cake", parameters=[]))

    assert isinstance(absent, models.ErrorBody)
    assert absent.status == 404
    assert isinstance(faulty, models.ErrorBody)
    assert "parameters" in faulty.message
