"""The `sigopt` command line, each command a process of its own in a home of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.examples import ok

SIGOPT = Path(sys.executable).with_name("sigopt")
EXPERIMENT = """
name: Cake
parameters:
  - {name: sugar, type: double, bounds: {min: 0.1, max: 10}, transformation: log}
metrics:
  - {name: taste, objective: maximize}
budget: 3
parallel_bandwidth: 2
"""
PROGRAM = """
import sys
import sigopt

sigopt.params.setdefaults(sugar=2, eggs=3)
print("sweet", sigopt.params.sugar)
print("hot", file=sys.stderr)
sigopt.log_checkpoint({"taste": 0})
sigopt.log_metric("taste", 1 - abs(sigopt.params.sugar - 2) / 10)
"""


@pytest.fixture
def home(tmp_path):
    (tmp_path / "experiment.yml").write_text(EXPERIMENT)
    (tmp_path / "bake.py").write_text(PROGRAM)
    return tmp_path


@pytest.fixture
def start(server_url, token, home):
    """Start a command in the home of a user who ran `sigopt config` before."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIGOPT_")}
    environment = kept | {"SIGOPT_API_URL": server_url, "HOME": str(home), "SIGOPT_PROJECT": "cakes"}
    config = home / ".sigopt" / "client" / "config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"api_token": token, "log_collection_enabled": True}))

    def start(*arguments):
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [str(SIGOPT), *arguments],
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )

    return start


@pytest.fixture
def run(start):
    """Run a command to its end; what it said."""

    def run(*arguments, fails=False):
        process = start(*arguments)
        said = "".join(process.communicate(timeout=60))
        assert (process.returncode != 0) == fails, said
        return said

    return run


@pytest.fixture
def projects(api, caller):
    path = f"/clients/{caller.client_id}/projects"
    ok(api.post(path, json={"id": "cakes", "name": "Cakes"}))
    return path


def test_it_says_its_version_and_writes_its_files(run, home):
    said = run("version")
    (home / "experiment.yml").unlink()
    run("init")
    run("config", "--api-token", "other", "--no-enable-log-collection", "--enable-cell-tracking")

    config = json.loads((home / ".sigopt" / "client" / "config.json").read_text())
    assert said.startswith("8.")
    assert all((home / name).is_file() for name in ("run.yml", "experiment.yml", "Dockerfile", ".dockerignore"))
    assert config == {"api_token": "other", "code_tracking_enabled": True, "log_collection_enabled": False}


def test_a_project_is_made_once(run, api, caller):
    first = run("create", "project", "--project", "pies", "--project-name", "Pies")
    second = run("create", "project", "--project", "pies", fails=True)

    assert "Project 'pies' created" in first
    assert "already exists" in second
    assert ok(api.get(f"/clients/{caller.client_id}/projects/pies"))["name"] == "Pies"


def test_a_program_becomes_a_run_with_its_output_source_and_commit(run, api, projects, home):
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q"], cwd=home, check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "start"], cwd=home, check=True)

    said = run("run", "--source-file", "bake.py", sys.executable, "bake.py")
    run("run", sys.executable, "-c", "1/0")

    failed, good = ok(api.get(f"{projects}/cakes/training_runs"))["data"]
    assert good["id"] in said
    assert (good["state"], good["assignments"], good["values"]["taste"]["value"]) == (
        "completed",
        {"sugar": 2, "eggs": 3},
        1,
    )
    assert (good["logs"]["stdout"]["content"], good["logs"]["stderr"]["content"]) == ("sweet 2\n", "hot\n")
    assert (good["source_code"]["content"], good["checkpoint_count"]) == (PROGRAM, 1)
    assert len(good["source_code"]["hash"]) == 40
    assert "ZeroDivisionError" in failed["logs"]["stderr"]["content"]


def test_optimize_runs_the_whole_budget(run, api, projects):
    said = run("optimize", sys.executable, "bake.py")

    [experiment] = ok(api.get("/aiexperiments"))["data"]
    runs = ok(api.get(f"{projects}/cakes/training_runs"))["data"]
    assert experiment["id"] in said
    assert experiment["progress"]["remaining_budget"] == 0
    assert [(r["experiment"], r["state"], r["observation"] is not None) for r in runs] == [
        (experiment["id"], "completed", True)
    ] * 3


def test_two_workers_use_the_budget_of_one_experiment_together(run, start, api, projects):
    said = run("create", "experiment", "--experiment-file", "experiment.yml")
    [experiment] = ok(api.get("/aiexperiments"))["data"]

    workers = [start("start-worker", experiment["id"], sys.executable, "bake.py") for _ in range(2)]
    ends = [("".join(worker.communicate(timeout=60)), worker.returncode) for worker in workers]

    runs = ok(api.get(f"{projects}/cakes/training_runs"))["data"]
    assert f"sigopt start-worker {experiment['id']}" in said
    assert [code for _, code in ends] == [0, 0], ends
    assert all("sweet" in said for said, _ in ends)
    assert 3 <= len(runs) <= 4  # one more when both asked before the last was begun
    assert len({run["assignments"]["sugar"] for run in runs}) == len(runs)


def test_runs_and_experiments_are_archived_and_come_back(run, api, projects):
    project = f"{projects}/cakes"
    runs = [ok(api.post(f"{project}/training_runs", json={"name": str(i)}))["id"] for i in range(2)]
    body = {"name": "Cake", "metrics": [{"name": "taste"}]}
    body["parameters"] = [{"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}}]
    experiment = ok(api.post(f"{project}/aiexperiments", json=body))["id"]

    run("archive", "run", *runs)
    run("archive", "experiment", experiment)
    archived = [ok(api.get(f"/training_runs/{i}"))["deleted"] for i in runs]
    archived.append(ok(api.get(f"/aiexperiments/{experiment}"))["state"])
    run("unarchive", "run", runs[0])
    run("unarchive", "experiment", experiment)
    missing = run("archive", "run", "999999999", fails=True)

    assert archived == [True, True, "deleted"]
    assert not ok(api.get(f"/training_runs/{runs[0]}"))["deleted"]
    assert ok(api.get(f"/aiexperiments/{experiment}"))["state"] == "active"
    assert "run_id: 999999999" in missing
    assert "(404)" in missing


def test_a_project_that_is_missing_is_explained(run):
    said = run("run", "true", fails=True)

    assert "The project 'cakes' does not exist" in said
    assert shutil.which("true")
