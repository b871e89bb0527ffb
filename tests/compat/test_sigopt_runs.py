"""SigOpt's own Python client: the newer half, with projects, runs and `experiment.loop()`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.examples import ok

pytestmark = pytest.mark.usefixtures("worker")

PROGRAM = """
import sigopt

sigopt.set_project("cakes")
with sigopt.create_run(name="one run") as run:
    run.params.sugar = 2.5
    run.log_model("oven")
    run.log_dataset("flour")
    run.log_metadata("kitchen", "east")
    run.log_metric("taste", 0.5, stddev=0.1)
    for step in range(3):
        run.log_checkpoint({"taste": 0.1 * step})
    first = run.id

experiment = sigopt.create_experiment(
    name="Cake",
    parameters=[
        {"name": "sugar", "type": "double", "bounds": {"min": 0.1, "max": 10}, "transformation": "log"},
        {"name": "oven", "type": "categorical", "categorical_values": ["gas", "electric"]},
    ],
    metrics=[{"name": "taste", "objective": "maximize"}],
    budget=6,
)
for run in experiment.loop():
    with run:
        run.log_metric("taste", 1 - abs(run.params.sugar - 2) / 10 - 0.3 * (run.params.oven != "gas"))
best = list(experiment.get_best_runs())
print("RUN", first)
print("EXPERIMENT", experiment.id, experiment.refresh() or experiment.progress.finished_run_count)
print("BEST", best[0].values["taste"].value)
"""


@pytest.fixture
def environment(server_url, token, tmp_path):
    return os.environ | {"SIGOPT_API_URL": server_url, "SIGOPT_API_TOKEN": token, "HOME": str(tmp_path)}


def test_runs_are_logged_and_an_experiment_of_runs_loops_to_its_budget(api, caller, environment, tmp_path):
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "cakes", "name": "Cakes"}))
    program = Path(tmp_path) / "program.py"
    program.write_text(PROGRAM)

    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(program)], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    said = dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if line.split()[0] in ("RUN", "BEST"))
    run = api.get(f"/training_runs/{said['RUN']}").json()
    assert (run["state"], run["checkpoint_count"], run["project"]) == ("completed", 3, "cakes")
    assert run["values"]["taste"]["value_stddev"] == 0.1
    assert run["assignments"] == {"sugar": 2.5}
    assert run["metadata"]["kitchen"] == "east"
    assert float(said["BEST"]) > 0.4
    assert "EXPERIMENT" in done.stdout
    assert api.get("/aiexperiments").json()["data"][0]["progress"]["remaining_budget"] == 0
