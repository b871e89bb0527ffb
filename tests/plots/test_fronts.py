"""The front of many observations is that of the rules for the best."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.domain import best
from optsvc.domain.metrics import Metric
from optsvc.plots.fronts import pareto_front
from optsvc.plots.table import improvements


@dataclass(frozen=True)
class Measured:
    place: int
    results: dict
    full_cost: bool = True
    assignments: tuple = ()


@pytest.mark.parametrize("metrics", [2, 3])
@given(data=st.data())
def test_it_is_the_front_of_the_best_assignments_ordered_by_the_first_metric(metrics, data):
    row = st.tuples(*[st.integers(0, 6).map(float)] * metrics)
    rows = data.draw(st.lists(row, max_size=40))
    counts = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), dtype=bool)

    front = pareto_front(np.array(rows).reshape(-1, metrics), counts)

    names = [f"m{j}" for j in range(metrics)]
    measured = [Measured(i, dict(zip(names, row, strict=True))) for i, row in enumerate(rows) if counts[i]]
    expected = best.pareto_front(measured, [Metric(name) for name in names])
    assert set(front.tolist()) == {one.place for one in expected}
    assert [rows[place][0] for place in front] == sorted(rows[place][0] for place in front)


@given(st.lists(st.tuples(st.integers(0, 9).map(float), st.booleans()), max_size=30))
def test_improvements_are_the_first_ones_of_each_new_best(rows):
    gains, counts = np.array([value for value, _ in rows]), np.array([counts for _, counts in rows], dtype=bool)

    steps = improvements(gains, counts).tolist()

    expected = [i for i in range(len(rows)) if counts[i] and all(gains[i] > gains[j] for j in range(i) if counts[j])]
    assert steps == expected
