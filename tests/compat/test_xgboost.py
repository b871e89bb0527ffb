"""SigOpt's XGBoost integration, with a real XGBoost on a handful of points."""

import numpy as np
import pytest
import sigopt.xgboost
import xgboost

from tests.support.examples import ok

pytestmark = pytest.mark.usefixtures("sdk")


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(0)
    features = random.normal(size=(60, 3))
    return features, (features[:, 0] > 0).astype(int), features[:, 0] * 2


def matrices(features, labels):
    return xgboost.DMatrix(features[:40], labels[:40], nthread=1), xgboost.DMatrix(
        features[40:], labels[40:], nthread=1
    )


def test_a_training_logs_itself_as_a_run(api, data):
    train, test = matrices(data[0], data[1])
    parameters = {"objective": "binary:logistic", "max_depth": 2, "eta": 0.3, "nthread": 1}

    done = sigopt.xgboost.run(
        parameters, train, num_boost_round=6, evals=[(test, "held")], verbose_eval=2, run_options={"name": "trees"}
    )
    done.run.end()

    run = ok(api.get(f"/training_runs/{done.run.id}"))
    assert (run["name"], run["state"], run["model"]["type"]) == ("trees", "completed", "XGBoost")
    assert {"max_depth": 2, "eta": 0.3, "num_boost_round": 6}.items() <= run["assignments"].items()
    sources = {name: meta["source"] for name, meta in run["assignments_meta"].items()}
    assert (sources["eta"], sources["subsample"]) == ("User Specified", "XGBoost Defaults")
    assert [run["assignments_sources"][s]["sort"] for s in ("User Specified", "XGBoost Defaults")] == [2, 4]
    assert {"held-logloss", "held-accuracy", "held-F1", "Training time"} <= run["values"].keys()
    assert run["values"]["held-accuracy"]["value"] > 0.8
    assert run["datasets"].keys() == {"held"}
    assert (run["metadata"]["Dataset rows"], run["metadata"]["objective"]) == (40, "binary:logistic")
    assert "held-logloss" in run["logs"]["stdout"]["content"]
    scores = run["sys_metadata"]["feature_importances"]["scores"]
    assert max(scores, key=scores.get) == "f0"
    assert run["dev_metadata"]["_IS_XGB_RUN"] in (True, 1, "True")
    curve = ok(api.get(f"/training_runs/{run['id']}/checkpoints"))["data"]
    assert (len(curve), curve[0]["values"][0]["name"]) == (4, "held-logloss")


def test_a_search_of_its_settings_runs_to_its_budget(data):
    train, test = matrices(data[0], data[2])
    config = {"name": "Trees", "budget": 2, "parameters": [{"name": "eta"}, {"name": "max_depth"}]}

    experiment = sigopt.xgboost.experiment(
        config, train, test, {"objective": "reg:squarederror", "nthread": 1}, num_boost_round=5
    )

    runs = list(experiment.get_runs())
    [best] = experiment.get_best_runs()
    metric = "TestSet-mean squared error"
    assert (experiment.metrics[0].name, experiment.metrics[0].objective) == (metric, "minimize")
    assert experiment.metadata["_IS_XGB_EXPERIMENT"] == "True"
    assert best.values[metric].value == min(run.values[metric].value for run in runs)
    assert [(run.state, run.observation is not None) for run in runs] == [("completed", True)] * 2
    sources = runs[0].to_json()["assignments_meta"]
    assert [sources[name]["source"] for name in ("eta", "max_depth", "early_stopping_rounds", "gamma")] == [
        "SigOpt",
        "SigOpt",
        "SigOpt Defaults",
        "XGBoost Defaults",
    ]


def test_the_whole_default_search_space_is_taken(data):
    train, test = matrices(data[0], data[1])

    experiment = sigopt.xgboost.experiment(
        {"name": "Trees", "budget": 1},
        train,
        [(test, "a"), (test, "b")],
        {"objective": "binary:logistic", "nthread": 1},
    )

    names = [parameter.name for parameter in experiment.parameters]
    assert names == ["eta", "gamma", "max_depth", "min_child_weight", "num_boost_round"]
    assert experiment.metrics[0].name == "a-accuracy"
    assert experiment.is_finished()
