"""The growth of a front: a box whose volume is known, and what may never happen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.domain.space import DoubleParameter, SearchSpace
from optsvc.engine import Problem, front_growth

SPACE = SearchSpace((DoubleParameter("x", 0.0, 1.0),))
COST = Metric("cost", Objective.MINIMIZE)
GAIN = Metric("gain", Objective.MAXIMIZE)
SAFE = Metric("safe", Objective.MAXIMIZE, Strategy.CONSTRAINT, 0.0)

rows = st.lists(st.tuples(*[st.integers(-9, 9).map(float)] * 3), min_size=1, max_size=12)


def observed(row):
    if row is None:
        return Observation({"x": 0.5}, failed=True)
    values = (MetricEvaluation(name, value) for name, value in zip(("cost", "gain", "safe"), row, strict=True))
    return Observation({"x": 0.5}, tuple(values))


def test_two_corners_of_a_square_dominate_what_is_left_of_it():
    # Costs 0 and 10, gains 0 and 10: the reference lies a tenth outside of the worst of both.
    history = [observed(row) for row in [(0.0, 0.0, 1.0), None, (10.0, 10.0, 1.0), (0.0, 10.0, -1.0)]]

    growth = front_growth(Problem(SPACE, (COST, GAIN, SAFE)), history)

    assert (growth.ideal, growth.reference) == ((0.0, 10.0), (11.0, -1.0))
    assert growth.volumes == pytest.approx([11 / 121, 11 / 121, 21 / 121, 21 / 121])
    assert growth.front == (0, 2)


def test_a_threshold_of_an_objective_is_its_reference():
    limited = Metric("cost", Objective.MINIMIZE, threshold=5.0)
    history = [observed((0.0, 0.0, 1.0)), observed((10.0, 10.0, 1.0))]

    growth = front_growth(Problem(SPACE, (limited, GAIN)), history)

    assert growth.reference[0] == 5.0
    assert growth.volumes[1] == growth.volumes[0]


def test_of_thresholds_that_nothing_reaches_nothing_is_told():
    assert front_growth(Problem(SPACE, (COST, GAIN, SAFE)), [observed((0.0, 0.0, -1.0))]) is None
    unreached = Metric("cost", Objective.MINIMIZE, threshold=-1.0)
    assert front_growth(Problem(SPACE, (unreached, GAIN)), [observed((0.0, 0.0, 1.0))]).volumes == (0.0,)


@given(rows)
def test_it_never_shrinks_nor_leaves_the_box_and_ends_at_the_front(some):
    history = [observed(row) for row in some]

    growth = front_growth(Problem(SPACE, (COST, GAIN)), history)

    steps = [b - a for a, b in zip((0.0, *growth.volumes), growth.volumes, strict=False)]
    assert min(steps) >= 0.0
    assert growth.volumes[-1] <= 1.0
    beaten = {i for i, (cost, gain, _) in enumerate(some) if any(_beats(other, cost, gain) for other in some)}
    assert set(growth.front) == set(range(len(some))) - beaten


def _beats(other, cost, gain):
    return other[0] <= cost and other[1] >= gain and (other[0], other[1]) != (cost, gain)


@given(rows, st.floats(0.1, 10.0), st.floats(-100.0, 100.0))
def test_the_unit_of_a_metric_does_not_matter(some, scale, shift):
    problem = Problem(SPACE, (COST, GAIN))

    one = front_growth(problem, [observed(row) for row in some])
    other = front_growth(problem, [observed((scale * row[0] + shift, *row[1:])) for row in some])

    # Where all costs are equal, the margin is 1 in whatever unit; the share is the same all the same.
    assert other.volumes == pytest.approx(one.volumes, abs=1e-9)
