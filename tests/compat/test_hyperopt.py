"""Searches of another optimizer, Hyperopt, that SigOpt's client uploads as runs."""

import hyperopt
import numpy as np
import pytest
from sigopt.hyperopt import SigOptTrials, upload_trials

pytestmark = [
    pytest.mark.usefixtures("sdk"),
    pytest.mark.filterwarnings("ignore:The .data field only contains a single page:RuntimeWarning"),
]

SPACE = {"sugar": hyperopt.hp.uniform("sugar", 0, 1), "eggs": hyperopt.hp.quniform("eggs", 1, 6, 1)}


def bake(point):
    if point["sugar"] > 0.85:
        return {"status": hyperopt.STATUS_FAIL}
    return {"loss": (point["sugar"] - 0.5) ** 2, "seconds": 2, "status": hyperopt.STATUS_OK}


def search(trials):
    hyperopt.fmin(
        bake,
        SPACE,
        algo=hyperopt.rand.suggest,
        max_evals=8,
        trials=trials,
        rstate=np.random.default_rng(1),
        show_progressbar=False,
    )


@pytest.mark.parametrize("while_searching", [True, False])
def test_each_trial_becomes_a_run_once(connection, caller, project, while_searching):
    if while_searching:
        trials = SigOptTrials(project=project)
        search(trials)
    else:
        trials = hyperopt.Trials()
        search(trials)
        upload_trials(project, list(trials))

    runs = list(connection.clients(caller.client_id).projects(project).training_runs().fetch().iterate_pages())
    points = [(t["misc"]["vals"]["sugar"][0], t["misc"]["vals"]["eggs"][0]) for t in trials.trials]
    assert [(run.assignments["sugar"], run.assignments["eggs"]) for run in runs[::-1]] == points
    assert {run.state for run in runs} == {"completed", "failed"}
    good = [run for run in runs if run.state == "completed"]
    assert all(run.values.keys() == {"loss", "seconds"} for run in good)
    assert {run.to_json()["assignments_meta"]["sugar"]["source"] for run in runs} == {"Hyperopt"}
    assert all(run.metadata["optimizer"] == "hyperopt" for run in runs)
