"""Every figure, validated against Plotly's schema, and what it must show."""

import itertools
import json

import numpy as np
import pytest

from optsvc.domain.space import DoubleParameter, SearchSpace
from optsvc.plots import curves, importances, judged
from optsvc.plots.coordinates import Column
from optsvc.plots.figure import escaped
from optsvc.plots.fronts import pareto_front
from optsvc.plots.history import history
from optsvc.plots.parallel import parallel_coordinates
from optsvc.plots.pareto import Known, pareto
from optsvc.plots.scatter import Drawn, scatter
from optsvc.plots.theme import THEMES
from tests.plots.builders import COST, GAIN, LIGHT, LIMITED, SIZE, SPACE, definition, drawn, named, shown, table

COUNTS = (0, 1, 30, 5000)
REGION = {
    "metrics": ["cost", "gain"],
    "objective": "maximize",
    "evaluations": 30,
    "searches": 200,
    "at": [0.1, 0.5, 0.9],
    "lucky": [0.5, 0.8, 0.9],
    "median": [None, 0.7, 0.8],
    "unlucky": [None, None, 0.7],
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("count", COUNTS)
def test_a_history_is_valid_and_shows_every_observation_or_says_how_many(count, theme):
    metrics = (GAIN, LIMITED)
    some = table(count, *metrics)

    figure = history(some, definition(*metrics), GAIN, THEMES[theme])

    drawn(figure, theme)
    assert len(shown(figure)) == min(count, 3000)
    assert bool(figure.note) == (count > 3000)
    assert figure.description


@pytest.mark.parametrize("failures", [0.0, 1.0])
def test_charts_of_metrics_without_values_say_why_they_are_empty(failures):
    some, what = table(30, GAIN, COST, failures=failures), definition(GAIN, COST)
    some.failed[:] = failures > 0
    some.values["cost"][:] = np.nan

    figures = [history(some, what, COST, LIGHT), pareto(some, what, (GAIN, COST), LIGHT)]

    for figure, metrics in zip(figures, ("a value of cost", "values of gain and cost"), strict=True):
        drawn(figure)
        [said] = figure.layout["annotations"]
        assert said["text"] == ("All 30 observations failed." if failures else f"No observation has {metrics} yet.")


@pytest.mark.parametrize("count", [30, 5000])
def test_a_history_marks_what_fails_and_what_does_not_count(count):
    metrics = (GAIN, LIMITED)
    some, what = table(count, *metrics), definition(GAIN, LIMITED)

    figure = history(some, what, GAIN, LIGHT)

    counts = some.counting(what)
    best = int(np.argmax(np.where(counts, some.values["gain"], -np.inf)))
    assert named(figure, "best")["customdata"] == [str(some.ids[best])]
    assert set(named(figure, "failed")["customdata"]) == {str(id_) for id_ in some.ids[some.failed]}
    hollow = named(figure, "does not count")
    assert hollow["marker"]["symbol"] == "circle-open"
    assert set(hollow["customdata"]) <= {str(id_) for id_ in some.ids[~counts & ~some.failed]}


def test_the_best_so_far_of_a_history_goes_through_its_improvements_and_ends_at_the_best():
    values = np.array([3.0, 5.0, 4.0, 1.0, 2.0])
    some = table(5, COST, failures=0.0)
    some.values["cost"][:] = values

    stairs = named(history(some, definition(COST), COST, LIGHT), "best so far")

    assert (stairs["x"], stairs["y"]) == ([1, 4, 5], [3.0, 1.0, 1.0])


def test_thresholds_are_lines_where_they_are():
    figure = history(table(30, GAIN, LIMITED), definition(GAIN, LIMITED), LIMITED, LIGHT)
    both = pareto(table(30, GAIN, LIMITED), definition(GAIN, LIMITED), [GAIN, LIMITED], LIGHT)

    assert [(shape["y0"], shape["y1"]) for shape in figure.layout["shapes"]] == [(0.7, 0.7)]
    assert [(shape["y0"], shape["y1"]) for shape in both.layout["shapes"]] == [(0.7, 0.7)]
    assert not [trace for trace in figure.data if trace["name"] == "best so far"]  # a constraint is not optimized


@pytest.mark.parametrize("known", [None, Known({"1000": 0.5}, REGION)])
@pytest.mark.parametrize("metrics", [(COST, GAIN), (COST, GAIN, SIZE), (GAIN, LIMITED)])
@pytest.mark.parametrize("count", COUNTS)
def test_a_front_is_valid_and_whole(count, metrics, known):
    some = table(count, *metrics)

    figure = pareto(some, definition(*metrics), list(metrics), LIGHT, known)

    drawn(figure)
    if count:
        gains = np.column_stack([some.gains(metric) for metric in metrics])
        front = {str(id_) for id_ in some.ids[pareto_front(gains, some.counting(definition(*metrics)))]}
        traces = [trace["customdata"] for trace in figure.data if trace["name"] == "Pareto front"]
        assert {id_ for ids in traces for id_ in ids} == front


def test_the_region_of_random_search_goes_on_to_the_worst_value_where_searches_reach_nothing():
    some = table(30, COST, GAIN, failures=0.0)

    figure = pareto(some, definition(COST, GAIN), [COST, GAIN], LIGHT, Known(random_front=REGION))

    worst = float(some.values["gain"].min())
    assert named(figure, "unlucky random search")["y"] == [worst, worst, max(worst, 0.7)]
    upper = named(figure, "random search, 30 evaluations")
    assert (upper["y"], upper["fill"]) == ([0.5, 0.8, 0.9], "tonexty")
    assert "30 evaluations, with 90 % confidence" in figure.description


def test_the_likelier_a_mark_is_on_the_true_front_the_stronger_it_is():
    some = table(30, COST, GAIN, failures=0.0)
    chances = {str(id_): place / 30 for place, id_ in enumerate(some.ids)}

    figure = pareto(some, definition(COST, GAIN), [COST, GAIN], LIGHT, Known(chances))

    marks = named(figure, "dominated")
    by_chance = sorted(zip(marks["customdata"], marks["marker"]["opacity"], strict=True), key=lambda mark: int(mark[0]))
    assert [opacity for _, opacity in by_chance] == sorted(marks["marker"]["opacity"])


def columns(count, seed=0):
    """A log parameter, a category, and a metric that is missing now and then."""
    rng = np.random.default_rng(seed)
    values = [None if rng.random() < 0.2 else float(rng.random()) for _ in range(count)]
    return (
        Column.of_parameter(SPACE.parameters[2], (10.0 ** rng.uniform(-5, 0, count)).tolist()),
        Column.of_parameter(SPACE.parameters[0], rng.choice(["a", "b", "gone"], count).tolist()),
        Column("gain", values),
    )


def observations(count):
    return Drawn([str(i) for i in range(count)], [i % 7 == 3 for i in range(count)], count)


@pytest.mark.parametrize("colour", [None, 0, 1, 2])
@pytest.mark.parametrize("count", COUNTS[:3])
def test_a_scatter_of_any_two_is_valid(count, colour):
    some = columns(count)

    figure = scatter(observations(count), some[0], some[2], None if colour is None else some[colour], LIGHT)

    drawn(figure)
    assert len(shown(figure)) == sum(value is not None for value in some[2].values)
    assert count == 0 or figure.layout["xaxis"]["type"] == "log"


def test_categories_that_are_gone_come_last_and_crosses_are_failures():
    rate, kind, _ = columns(30)

    figure = scatter(observations(30), rate, kind, None, LIGHT)

    assert figure.layout["yaxis"]["categoryarray"] == ["a", "b", "gone"]
    assert set(named(figure, "failed")["customdata"]) == {str(i) for i in range(30) if i % 7 == 3}


@pytest.mark.parametrize("count", COUNTS[:3])
def test_parallel_coordinates_are_valid_and_have_a_place_for_what_is_missing(count):
    some = columns(count)

    figure = parallel_coordinates(observations(count), some, some[2], LIGHT)

    drawn(figure)
    if count == 30:
        rate, kind, gain = figure.data[0]["dimensions"]
        assert {"0.0001", "0.001", "0.01"} < set(rate["ticktext"])
        assert kind["ticktext"] == ["a", "b", "gone"]
        assert gain["ticktext"][0] == "none"
        assert gain["values"].count(gain["range"][0]) == some[2].values.count(None)
        for axis in (rate, kind, gain):
            assert axis["range"][0] <= min(axis["values"]) <= max(axis["values"]) <= axis["range"][1] + 1e-9


def test_lines_without_a_value_of_the_colour_are_known_and_an_axis_without_values_has_no_numbers():
    colour = Column("gain", [0.5, None, 0.25])

    figure = parallel_coordinates(observations(3), [colour, Column("cost", [None] * 3)], colour, LIGHT)

    drawn(figure)
    [trace] = figure.data
    assert trace["meta"]["colourless"] == [1]
    assert [place is None for place in trace["meta"]["none"]] == [
        "none" not in dimension["ticktext"] for dimension in trace["dimensions"]
    ]
    assert trace["dimensions"][1]["ticktext"] == ["none"]
    assert [at for at, _ in trace["line"]["colorscale"]] == pytest.approx(np.linspace(0, 1, 10))


def test_axes_have_no_more_digits_than_can_be_told_apart_and_keep_their_ends():
    values = [1 / 7, 1 / 3, 1.0]
    column = Column("x", values)

    [trace] = parallel_coordinates(observations(3), [column], column, LIGHT).data

    [axis] = trace["dimensions"]
    assert axis["range"] == [1 / 7, 1]
    assert axis["values"] == trace["line"]["color"] == [0.14286, 0.33333, 1]


def test_one_observation_has_an_axis_with_room_on_both_sides():
    figure = parallel_coordinates(observations(1), [Column("x", [3])], Column("x", [3]), LIGHT)

    assert figure.data[0]["dimensions"][0]["range"] == [2.5, 3.5]


def test_importances_are_the_most_important_on_top_with_intervals_within_the_whole():
    parameters = [
        {"name": name, "share": share, "stddev": 0.2, "among_best": share}
        for name, share in (("rate", 0.9), ("layers", 0.1))
    ]
    figure = importances.importances(
        {"metric": "gain", "values": 40, "best": 6, "interactions": [], "parameters": parameters}, LIGHT
    )

    drawn(figure)
    bars = figure.data[0]
    assert (bars["y"], bars["x"]) == (["layers", "rate"], [0.1, 0.9])
    assert bars["error_x"]["array"] == pytest.approx([0.392, 0.1])
    assert bars["error_x"]["arrayminus"] == pytest.approx([0.1, 0.392])


LONG = "temperature of the second stage of the reactor, °C"


def test_long_names_are_short_on_axes_and_whole_under_the_pointer():
    change = {"parameter": LONG, "value": 25.5, "change": 0.1, "low": 0.0, "high": 0.2}
    metric = {"metric": "gain", "sentence": "It moves.", "down": [change], "up": [], "alternatives": []}
    parameters = [{"name": LONG, "share": 0.9, "stddev": 0.1, "among_best": None}]
    mattering = {"metric": "gain", "values": 40, "best": 6, "interactions": [], "parameters": parameters}

    figures = [
        judged.robustness({"share": 0.05, "metrics": [metric]}, LIGHT),
        importances.importances(mattering, LIGHT),
    ]

    for figure in figures:
        drawn(figure)
        axis = figure.layout["yaxis"]
        assert axis["tickvals"] == figure.data[0]["y"]
        assert LONG in axis["tickvals"][0]
        assert len(axis["ticktext"][0]) < 40
    assert figures[0].layout["yaxis"]["ticktext"][0].endswith("→ 25.5")


def test_the_panels_of_slices_fill_the_height_without_touching():
    space = SearchSpace(tuple(DoubleParameter(f"x{place}", 0.0, 1.0) for place in range(7)))
    along = [
        {"name": f"x{place}", "values": [0.0, 1.0], "mean": [1.0, 2.0], "lower": [0.5, 1.5], "upper": [1.5, 2.5]}
        for place in range(7)
    ]

    figure = curves.partial_dependence({"metric": "gain", "parameters": along}, space, LIGHT)

    drawn(figure)
    rows = [figure.layout[f"yaxis{ending}"]["domain"] for ending in ("", "4", "7")]
    assert rows[0][1] == 1.0
    assert rows[2][0] == pytest.approx(0.0, abs=1e-9)
    assert all(below[1] + 0.05 < above[0] for above, below in itertools.pairwise(rows))


def test_of_very_many_predictions_a_part_is_drawn():
    told = [
        {"observation": str(i), "mean": 0.0, "stddev": 1.0, "value": i / 2500 - 1, "inside": True} for i in range(5000)
    ]
    found = {"metric": None, "count": 5000, "coverage": 1.0, "coverage_interval": [0.99, 1.0], "predictions": told}

    figure = judged.predictions(found, LIGHT)

    drawn(figure)
    assert len(shown(figure)) == 3000
    assert {"0", "4999"} <= shown(figure)


def test_a_hypervolume_grows_at_the_observations_that_made_it_grow():
    volumes = [0.0, 0.2, 0.2, 0.5, 0.5]
    found = {
        "metrics": ["cost", "gain"],
        "ideal": [0.0, 1.0],
        "reference": [1.0, 0.0],
        "volumes": volumes,
        "observations": list("abcde"),
    }

    figure = judged.hypervolume(found, LIGHT)

    drawn(figure)
    assert figure.data[0]["customdata"] == ["a", "b", "d", "e"]
    assert "50.0%" in figure.description


def test_names_are_shown_as_they_are_and_numbers_that_json_lacks_are_left_out():
    strange = type(GAIN)("<b>a & b</b>")
    some = table(30, strange, failures=0.0)
    some.values[strange.name][:] = 1e308

    figure = history(some, definition(strange), strange, LIGHT).to_dict(LIGHT)

    assert escaped("<b>a & b</b>") in figure["layout"]["title"]["text"]
    json.dumps(figure, allow_nan=False)
