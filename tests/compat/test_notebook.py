"""SigOpt's notebook magics, in a real IPython."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from sigopt.config import config

from tests.support.examples import ok

pytestmark = pytest.mark.usefixtures("sdk")

EXPERIMENT = """%%experiment
{
    "name": "Cake",
    "parameters": [{"name": "sugar", "type": "double", "bounds": {"min": 0.1, "max": 10}}],
    "metrics": [{"name": "taste", "objective": "maximize"}],
    "budget": 3,
}
"""
OPTIMIZE = """%%optimize in a notebook
sigopt.log_metric("taste", 1 - abs(sigopt.params.sugar - 2) / 10)
"""
RUN = """%%run one cell
sigopt.params.sugar = 2
print("sweet")
sigopt.log_metric("taste", 1)
"""


@pytest.fixture
def notebook(monkeypatch):
    """Execute a cell; a notebook whose user has agreed to everything."""
    monkeypatch.setattr(
        config, "_configuration", {config.CELL_TRACKING_ENABLED_KEY: True, config.LOG_COLLECTION_ENABLED_KEY: True}
    )
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)  # an environment that is active, and not ours, is warned of
    shell = InteractiveShell()
    shell.history_manager.enabled = False

    def execute(cell):
        shell.run_cell(cell).raise_error()

    execute("import sigopt\n%load_ext sigopt")
    yield execute
    shell.history_manager.end_session()


def test_a_cell_becomes_a_run_with_its_text_and_output(notebook, api, caller):
    notebook(RUN)

    [run] = ok(api.get(f"/clients/{caller.client_id}/projects/cakes/training_runs"))["data"]
    assert (run["name"], run["state"], run["assignments"]) == ("one cell", "completed", {"sugar": 2})
    assert run["source_code"]["content"] == RUN.split("\n", 1)[1]
    assert "sweet" in run["logs"]["stdout"]["content"]


def test_an_experiment_is_described_in_one_cell_and_run_in_the_next(notebook, api):
    notebook(EXPERIMENT)
    notebook(OPTIMIZE)

    [experiment] = ok(api.get("/aiexperiments"))["data"]
    best = ok(api.get(f"/aiexperiments/{experiment['id']}/best_training_runs"))["data"]
    assert (experiment["name"], experiment["progress"]["finished_run_count"]) == ("Cake", 3)
    assert best[0]["name"] == "in a notebook"
