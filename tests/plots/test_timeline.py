"""The timeline: parallel evaluations beside each other, never over each other."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.plots.timeline import Evaluation, timeline
from tests.plots.builders import LIGHT, drawn, named

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = BEGIN + timedelta(hours=10)


def evaluation(number, start_s, length_s, failed=False):
    start = BEGIN + timedelta(seconds=start_s)
    end = None if length_s is None else start + timedelta(seconds=length_s)
    return Evaluation(str(number), None if end is None else str(100 + number), start, end, failed)


spans = st.lists(st.tuples(st.integers(0, 30_000), st.none() | st.integers(0, 3000), st.booleans()), max_size=40)


@given(spans)
def test_no_two_that_ran_at_the_same_time_share_a_lane(some):
    evaluations = sorted((evaluation(i, *span) for i, span in enumerate(some)), key=lambda one: one.start)

    figure = timeline(evaluations, len(evaluations), NOW, LIGHT)

    lanes = {
        text.split("<br>")[0].split(",")[0]: lane
        for trace in figure.data
        for text, lane in zip(trace["text"], trace["y"], strict=True)
    }
    assert len(lanes) == len(evaluations)
    for place, one in enumerate(evaluations):
        for other in evaluations[place + 1 :]:
            if other.start < (one.end or NOW):
                assert lanes[f"suggestion {one.suggestion}"] != lanes[f"suggestion {other.suggestion}"]


@pytest.mark.parametrize("count", [0, 1, 3000])
def test_it_is_valid(count):
    evaluations = [evaluation(i, i, 5 if i % 3 else None) for i in range(count)]

    drawn(timeline(evaluations, 2 * count, NOW, LIGHT))


def test_what_came_without_a_suggestion_is_a_stroke_and_takes_no_lane():
    alone = [Evaluation(None, "7", BEGIN, BEGIN, False), Evaluation(None, "8", BEGIN, BEGIN, True)]

    mixed = timeline([*alone, evaluation(0, 0, 60)], 3, NOW, LIGHT)
    unknown = timeline(alone, 2, NOW, LIGHT)

    drawn(mixed)
    assert named(mixed, "without a suggestion (1)")["customdata"] == ["7"]
    assert named(mixed, "closed (1)")["y"] == [1]
    assert "at most 1 at the same time" in mixed.description
    drawn(unknown)
    assert "when they were begun is not known" in unknown.note
    assert "at the same time" not in unknown.description


def test_what_is_open_lasts_until_now_and_what_failed_is_told_apart():
    figure = timeline([evaluation(0, 0, 60), evaluation(1, 0, 60, True), evaluation(2, 60, None)], 9, NOW, LIGHT)

    assert named(figure, "open (1)")["x"] == [1000.0 * (36_000 - 60)]
    assert named(figure, "failed (1)")["y"] == [2]
    assert named(figure, "closed (1)")["marker"]["color"] != named(figure, "failed (1)")["marker"]["color"]
    assert "The newest 3 of 9." in figure.description
    assert "at most 2 at the same time" in figure.description
