"""Charts of training runs over HTTP."""

import json

import plotly.graph_objects as go
import pytest

from optsvc.plots.thinning import MOST_MARKS
from tests.support.examples import ok, refused

RUNS = [
    {
        "name": f"run {number}",
        "assignments": {"rate": 10.0 ** (-number % 5), "depth": number, "kind": "ab"[number % 2]},
        "values": {"accuracy": {"value": number / 10}, "loss": {"value": 5.0, "value_stddev": 0.5}},
        "metadata": {"who": "Marie", "size": number * 1.5},
    }
    for number in range(1, 9)
] + [{"name": "broken", "state": "failed", "assignments": {"rate": 0.5}}]


@pytest.fixture
def project(api, caller) -> str:
    """The address of a project with runs in it."""
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "nets", "name": "Nets"}))
    path = f"/clients/{caller.client_id}/projects/nets"
    ok(api.post(f"{path}/training_runs/batch", json={"runs": RUNS}))
    return path


def valid(plot):
    """The traces of a figure that Plotly takes."""
    assert plot["description"]
    go.Figure(plot["figure"])
    return plot["figure"]["data"]


def report(api, run, **values):
    body = {"values": [{"name": name, **value} for name, value in values.items()]}
    ok(api.post(f"/training_runs/{run}/checkpoints", json=body))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_checkpoints_become_a_curve_for_each_metric_with_bands_where_deviations_are_known(api, project, theme):
    run = ok(api.post(f"{project}/training_runs", json={"name": "long"}))["id"]
    report(api, run, accuracy={"value": 0.5}, loss={"value": 2.0, "value_stddev": 0.25})
    report(api, run, loss={"value": 1.0, "value_stddev": 0.25})
    report(api, run, accuracy={"value": 0.75}, loss={"value": 0.5})

    plot = ok(api.get(f"/training_runs/{run}/plots/checkpoints", params={"theme": theme}))

    curves = {trace["name"]: (trace["x"], trace["y"]) for trace in valid(plot)}
    assert curves == {
        "accuracy": ([1, 3], [0.5, 0.75]),
        "loss": ([1, 2, 3], [2.0, 1.0, 0.5]),
        "lower": ([1, 2, 3], [1.5, 0.5, 0.5]),
        "two standard deviations": ([1, 2, 3], [2.5, 1.5, 0.5]),
    }
    assert "accuracy from 0.5 to 0.75" in plot["description"]


def test_a_run_without_checkpoints_has_a_chart_that_says_so(api, project):
    run = ok(api.get(f"{project}/training_runs"))["data"][0]["id"]

    plot = ok(api.get(f"/training_runs/{run}/plots/checkpoints"))

    assert valid(plot) == []
    assert "No checkpoint" in plot["description"]


def test_runs_are_drawn_by_a_parameter_and_a_metric_unless_others_are_named(api, project):
    plot = ok(api.get(f"{project}/plots/scatter"))

    [trace] = valid(plot)
    ids = [run["id"] for run in ok(api.get(f"{project}/training_runs"))["data"] if run["name"] != "broken"][::-1]
    assert plot["options"] == {"theme": "light", "x": "assignments.rate", "y": "values.accuracy.value"}
    assert [column["scale"] for column in plot["columns"]] == ["log", "linear"]
    assert (plot["run_count"], trace["customdata"]) == (9, ids)
    assert trace["y"] == [number / 10 for number in range(1, 9)]
    assert "1 lack one of the two" in plot["description"]


def test_any_fields_of_runs_can_be_axes_and_colours(api, project):
    asked = {"x": "created", "y": "metadata.size", "colour": "assignments.kind"}

    plot = ok(api.get(f"{project}/plots/scatter", params=asked))

    assert {trace["name"]: len(trace["x"]) for trace in valid(plot)} == {"a": 4, "b": 4}
    assert [column["scale"] for column in plot["columns"]] == ["time", "linear", "categories"]
    assert plot["columns"][2] == {
        "key": "assignments.kind",
        "label": "kind",
        "scale": "categories",
        "categories": ["a", "b"],
    }


def test_the_filters_of_lists_choose_what_is_drawn(api, project):
    filters = json.dumps([{"field": "values.accuracy.value", "operator": ">", "value": 0.45}])

    some = ok(api.get(f"{project}/plots/scatter", params={"filters": filters}))
    none = ok(api.get(f"{project}/plots/parallel_coordinates", params={"search": "no such run"}))

    assert (some["run_count"], none["run_count"]) == (4, 0)
    assert [len(trace["x"]) for trace in valid(some)] == [4]
    assert valid(none) == []


def test_parallel_coordinates_have_an_axis_for_each_parameter_and_metric_unless_others_are_named(api, project):
    usual = ok(api.get(f"{project}/plots/parallel_coordinates"))
    named = ok(api.get(f"{project}/plots/parallel_coordinates", params={"axes": "id,state", "colour": "id"}))

    [lines], [few] = valid(usual), valid(named)
    assert {axis["label"] for axis in lines["dimensions"]} == {"rate", "depth", "kind", "accuracy", "loss"}
    assert usual["options"]["colour"] == "values.accuracy.value"
    assert len(lines["customdata"]) == 9
    assert [axis["label"] for axis in few["dimensions"]] == ["id", "state"]
    assert [column["categories"] for column in named["columns"]] == [[], ["active", "failed"]]


def test_a_project_without_runs_has_charts_that_say_so(api, caller):
    ok(api.post(f"/clients/{caller.client_id}/projects", json={"id": "empty", "name": "Empty"}))

    for kind in ("scatter", "parallel_coordinates"):
        plot = ok(api.get(f"/clients/{caller.client_id}/projects/empty/plots/{kind}"))
        assert valid(plot) == []
        assert "No run fits" in plot["description"]


@pytest.mark.parametrize(
    ("kind", "asked", "words"),
    [
        ("scatter", {"x": "heat"}, "x: runs have no field 'heat'"),
        ("scatter", {"colour": "created"}, "cannot be a colour"),
        ("scatter", {"z": "id"}, "Unknown query parameters: z"),
        ("scatter", {"theme": "pink"}, "theme"),
        ("parallel_coordinates", {"axes": "id,heat"}, "axes[1]: runs have no field 'heat'"),
        ("parallel_coordinates", {"axes": "created"}, "cannot be one of several axes"),
        ("parallel_coordinates", {"filters": "[1]"}, "filters"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(api, project, kind, asked, words):
    assert words in refused(api.get(f"{project}/plots/{kind}", params=asked), 400)


def test_of_very_many_runs_the_newest_are_drawn_and_the_chart_says_so(api, project):
    more = [{"name": "x", "assignments": {"rate": 1.0}, "values": {"accuracy": {"value": 1}}}] * MOST_MARKS
    ok(api.post(f"{project}/training_runs/batch", json={"runs": more, "fields": ["id"]}))

    plot = ok(api.get(f"{project}/plots/scatter"))

    [trace] = valid(plot)
    assert (len(trace["x"]), plot["run_count"]) == (MOST_MARKS, MOST_MARKS + len(RUNS))
    assert f"The newest {MOST_MARKS:,} of {MOST_MARKS + len(RUNS):,} runs." in plot["description"]
