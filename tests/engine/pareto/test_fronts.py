import numpy as np
import pytest
from hypothesis import given

from optsvc.engine.pareto.fronts import nondominated
from tests.engine.pareto.sets import curved_front, points


def by_definition(values):
    return [not any((other <= one).all() and (other < one).any() for other in values) for one in values]


@given(values=points())
def test_a_point_is_on_the_front_unless_another_one_dominates_it(values):
    assert nondominated(values).tolist() == by_definition(values)


@pytest.mark.parametrize("objectives", [2, 3, 4])
def test_blocks_do_not_show(objectives):
    front = curved_front(700, objectives)
    values = np.random.default_rng(1).permutation(np.vstack([front, front + 0.01, front[:100]]))

    found = nondominated(values)

    expected = {tuple(point) for point in front}
    assert found.tolist() == [tuple(point) in expected for point in values]
