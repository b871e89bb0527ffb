"""Sets of points in several objectives."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays


@st.composite
def points(draw, least=0, most=8, objectives=(1, 2, 3, 4)):
    """Points with many ties, shape ``(n, m)``."""
    shape = draw(st.integers(least, most)), draw(st.sampled_from(objectives))
    return draw(arrays.arrays(np.float64, shape, elements=st.integers(0, 4).map(float)))


def curved_front(count, objectives, key=0):
    """Points none of which dominates another, between 0 and 1."""
    directions = np.abs(np.random.default_rng(key).normal(size=(count, objectives)))
    return 1.0 - directions / np.linalg.norm(directions, axis=1, keepdims=True)
