import numpy as np
import pytest

from optsvc.domain.space import CategoricalParameter, DoubleParameter, IntParameter, SearchSpace
from optsvc.engine.acquisition.composite import Encoded
from optsvc.engine.candidates.mixed import CandidateSearch
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.problem import Seed
from tests.engine.builders import MIXED


class Peak:
    """A concave function of the features with its top at a known point, and a trap in one corner."""

    def __init__(self, encoder, top):
        self.top = encoder.features(top[None])[0]

    def value(self, features):
        return -((features - self.top) ** 2).sum(axis=1)

    def value_and_gradient(self, features):
        return self.value(features), -2 * (features - self.top)


def search(encoder, function, seed=0):
    p = encoder.dimension
    return CandidateSearch(
        Encoded(function, encoder),
        SpaceSampler(encoder),
        incumbents=np.full((1, p), 0.4),
        length_scales=np.full(p, 0.5),
        raw_points=256,
        seed=Seed(seed, 0),
        defaults=DEFAULTS,
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_top_of_a_mixed_space_is_found(seed):
    encoder = Encoder(MIXED, DEFAULTS.relaxed_levels)
    top = encoder.snap(np.random.default_rng(seed).random((1, 5)))[0]

    points, values = search(encoder, Peak(encoder, top), seed).ranked()

    np.testing.assert_allclose(points[0], top, atol=1e-4)
    assert (np.diff(values) <= 1e-9).all()


def test_everything_ranked_is_legal():
    encoder = Encoder(MIXED, DEFAULTS.relaxed_levels)

    points, _ = search(encoder, Peak(encoder, np.full(5, 0.5))).ranked()

    np.testing.assert_array_equal(encoder.snap(points), points)


def test_a_small_finite_space_is_ranked_whole():
    encoder = Encoder(SearchSpace((IntParameter("a", 1, 7), CategoricalParameter("b", ("p", "q", "r")))), 32)

    points, _ = search(encoder, Peak(encoder, encoder.all_points()[10])).ranked()

    assert len(points) == 21
    np.testing.assert_array_equal(points[0], encoder.all_points()[10])


def test_a_number_with_many_levels_is_climbed_and_snapped():
    space = SearchSpace((IntParameter("a", 0, 10**6), DoubleParameter("b", 0.0, 1.0)))
    encoder = Encoder(space, DEFAULTS.relaxed_levels)
    top = encoder.encode([{"a": 123_456, "b": 0.25}])[0]

    points, _ = search(encoder, Peak(encoder, top)).ranked()

    assert encoder.decode(points[0])["a"] == pytest.approx(123_456, abs=10)
