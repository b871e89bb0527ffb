import numpy as np
import pytest

from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.pareto.reference import reference_point

NONE = [np.nan, np.nan]
FRONT = [[0.0, 5.0], [10.0, 3.0]]


@pytest.mark.parametrize(
    ("front", "values", "thresholds", "expected"),
    [
        (FRONT, [[99.0, 99.0]], NONE, [11.0, 5.2]),
        (FRONT, [[99.0, 99.0]], [np.nan, 4.0], [11.0, 4.0]),
        ([[1.0, 2.0]], [[1.0, 2.0], [11.0, 22.0]], NONE, [2.0, 4.0]),
        ([[1.0, 2.0]], [[1.0, 2.0], [11.0, 2.0]], NONE, [2.0, 3.0]),
    ],
    ids=["a margin beyond the worst", "thresholds come first", "one point: the range of all", "no range at all: 1"],
)
def test_the_reference_point(front, values, thresholds, expected):
    found = reference_point(np.array(front), np.array(values), np.array(thresholds), DEFAULTS)

    np.testing.assert_allclose(found, expected, rtol=1e-12)
