import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optsvc.client import Categorical, Double, Int, Metric, UsageError, requests
from optsvc.client.exchange import Json, Request

SPACE = [Double("lr", 1e-5, 0.1, log=True), Int("depth", 2, 9), Categorical("booster", ["tree", "linear"])]


def create(**given: object) -> Request:
    defaults = dict.fromkeys(["metrics", "metric", "observation_budget", "parallel_bandwidth", "metadata"])
    return requests.create_experiment(**{"name": "e", "parameters": SPACE, **defaults, **given})


def result(**given: object) -> Json:
    return requests.observe("1", suggestion="2", **given).body


def test_parameters_are_written_as_the_api_takes_them():
    assert create().body["parameters"] == [
        {"name": "lr", "type": "double", "bounds": {"min": 1e-5, "max": 0.1}, "transformation": "log"},
        {"name": "depth", "type": "int", "bounds": {"min": 2, "max": 9}},
        {"name": "booster", "type": "categorical", "categorical_values": ["tree", "linear"]},
    ]


def test_an_object_of_the_api_is_sent_as_it_is():
    parameter = {"name": "x", "type": "double", "grid": [1, 2, 4]}

    assert create(parameters=[parameter]).body["parameters"] == [parameter]


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("accuracy", {"name": "accuracy"}),
        ({"name": "loss", "objective": "minimize"}, {"name": "loss", "objective": "minimize"}),
        (Metric("loss", "minimize"), {"name": "loss", "objective": "minimize", "strategy": "optimize"}),
        (
            Metric("ms", "minimize", "constraint", 20.0),
            {"name": "ms", "objective": "minimize", "strategy": "constraint", "threshold": 20.0},
        ),
    ],
)
def test_a_metric_may_be_a_name_an_object_or_a_metric(metric, expected):
    assert create(metric=metric).body["metrics"] == [expected]
    assert create(metrics=[metric, "other"]).body["metrics"] == [expected, {"name": "other"}]


def test_what_is_not_given_is_not_sent():
    assert create().body.keys() == {"name", "parameters"}


def test_one_metric_and_several_exclude_each_other():
    with pytest.raises(UsageError, match="either metric or metrics"):
        create(metric="a", metrics=["b"])


def test_a_change_to_none_is_sent_and_an_absent_one_is_not():
    assert requests.update_experiment("1", {"metadata": None}).body == {"metadata": None}


def test_changed_parameters_and_metrics_may_be_written_the_short_way():
    body = requests.update_experiment("1", {"parameters": SPACE[1:2], "metrics": ["loss"]}).body

    assert body == {"parameters": [SPACE[1].to_json()], "metrics": [{"name": "loss"}]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"value": 0.5}, [{"value": 0.5, "value_stddev": None}]),
        ({"value": 1, "stddev": 0}, [{"value": 1.0, "value_stddev": 0.0}]),
        ({"values": {"a": 1.0}}, [{"name": "a", "value": 1.0, "value_stddev": None}]),
        (
            {"values": [{"name": "a", "value": 1.0, "value_stddev": 0.1}, {"name": "b", "value": 2.0}]},
            [{"name": "a", "value": 1.0, "value_stddev": 0.1}, {"name": "b", "value": 2.0, "value_stddev": None}],
        ),
    ],
)
def test_values_are_written_as_the_api_takes_them(given, expected):
    assert result(**given) == {"suggestion": "2", "failed": False, "values": expected}


def test_a_failure_has_no_values():
    assert result(failed=True) == {"suggestion": "2", "failed": True, "values": None}


@pytest.mark.parametrize(
    "given",
    [{}, {"value": 1.0, "failed": True}, {"value": 1.0, "values": {"a": 1.0}}, {"values": {}, "failed": True}],
    ids=str,
)
def test_a_report_that_says_nothing_or_too_much_is_refused(given):
    with pytest.raises(UsageError, match="exactly one"):
        result(**given)


def test_a_deviation_without_a_value_is_refused():
    with pytest.raises(UsageError, match="stddev"):
        result(values={"a": 1.0}, stddev=0.1)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "form", [lambda v: {"value": v}, lambda v: {"values": {"a": v}}, lambda v: {"value": 1, "stddev": v}]
)
def test_a_value_that_diverged_is_refused_with_advice(bad, form):
    with pytest.raises(UsageError, match="failed=True"):
        result(**form(bad))


@pytest.mark.parametrize("subject", [{}, {"suggestion": "1", "assignments": {}}], ids=str)
def test_an_observation_needs_a_suggestion_or_a_point_and_not_both(subject):
    with pytest.raises(UsageError, match="either suggestion or assignments"):
        requests.observe("1", value=1.0, **subject)


@given(count=st.one_of(st.integers(0, 8000), st.sampled_from([0, 1, 2499, 2500, 2501, 5000])))
@settings(max_examples=25)
def test_a_batch_of_any_size_is_sent_whole_in_order_and_in_pieces_that_are_small_enough(count):
    sent = list(requests.observe_many("1", ({"assignments": {"x": i}, "value": i} for i in range(count))))

    pieces = [request.body["observations"] for request in sent]
    assert all(0 < len(piece) <= 2500 for piece in pieces)
    assert len(pieces) == math.ceil(count / 2500)
    assert [each["assignments"]["x"] for piece in pieces for each in piece] == list(range(count))
    assert len({request.idempotency_key for request in sent}) == len(sent)


def test_a_bad_report_stops_a_batch_before_anything_is_sent():
    reports = [{"assignments": {}, "value": float(i)} for i in range(2501)] + [{"assignments": {}}]

    with pytest.raises(UsageError):
        requests.observe_many("1", reports)


def test_correcting_only_the_metadata_leaves_the_result():
    assert requests.update_observation("1", "2", None, {"metadata": None}).body == {"metadata": None}


def test_a_corrected_value_does_not_keep_the_old_deviation():
    body = requests.update_observation("1", "2", 0.5, {}).body

    assert body == {"failed": False, "values": [{"value": 0.5, "value_stddev": None}]}


def test_an_id_cannot_reach_another_path():
    assert requests.experiment("../tokens?x=").path == "/v1/experiments/..%2Ftokens%3Fx%3D"


def test_the_next_page_keeps_the_query():
    request = requests.experiments(state="all", search="cake")

    following = requests.next_page(request, {"paging": {"before": "CgIQdA", "after": None}})

    assert following.query() == {"state": "all", "search": "cake", "before": "CgIQdA"}
    assert requests.next_page(request, {"paging": {"before": None, "after": "CgIQdA"}}) is None


def test_options_of_an_analysis_are_written_as_a_query_has_them():
    request = requests.analysis("7", "slices", {"metric": "a", "parameters": ["x", "y, z"], "stale": True, "at": None})

    assert request.path == "/v1/experiments/7/analyses/slices"
    assert request.query() == {"metric": "a", "parameters": '["x", "y, z"]', "stale": "true"}
