import numpy as np
import pytest
from scipy import stats

from optsvc.engine import Seed, random_point, space_filling
from optsvc.engine.points.spread import SpaceSampler
from tests.engine.builders import MIXED, box, problem
from tests.engine.spaces import BELIEVED, BRANCHED, SPACES, TRIANGLE


def rng(seed=0):
    return np.random.Generator(np.random.Philox(seed))


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("kind", ["evenly", "randomly", "repair"])
def test_every_point_is_legal(name, kind):
    space = SPACES[name]
    sampler = SpaceSampler.of(space)
    p = sampler.encoder.dimension

    points = sampler.repair(rng().random((60, p))) if kind == "repair" else getattr(sampler, kind)(60, rng())

    assert len(points) == 60
    for point in points:
        assignments = sampler.encoder.decode(point)
        assert space.validate(assignments) == assignments


@pytest.mark.parametrize("name", ["branched", "triangle", "believed", "everything"])
def test_parts_of_an_even_sequence_fit_together(name):
    sampler = SpaceSampler.of(SPACES[name])

    whole = sampler.evenly(12, rng(), gates=True)

    parts = [sampler.evenly(1, rng(), first=k, gates=True)[0] for k in range(12)]
    np.testing.assert_array_equal(whole, parts)


def test_every_value_of_a_conditional_comes_once_in_so_many_points():
    points = [p.assignments for p in space_filling(problem(BRANCHED), [], [], seed=Seed(7, 0), count=12)]

    for start in range(0, 12, 3):
        assert {a["solver"] for a in points[start : start + 3]} == {"adam", "rms", "sgd"}
    for start in range(0, 12, 2):
        assert {a["decay"] for a in points[start : start + 2]} == {"on", "off"}
    assert len({(a["solver"], a["decay"]) for a in points}) >= 5


def test_without_conditionals_there_is_nothing_to_balance():
    sampler = SpaceSampler.of(MIXED)

    np.testing.assert_array_equal(sampler.evenly(8, rng(), gates=True), sampler.evenly(8, rng()))


def test_points_within_constraints_are_still_spread_evenly():
    sampler = SpaceSampler.of(TRIANGLE)
    grid = np.array([[x, y] for x in np.linspace(0, 1, 40) for y in np.linspace(0, 1, 40) if x + y <= 1])

    def emptiness(kind, seed):
        points = getattr(sampler, kind)(64, rng(seed))[:, :2]
        return (np.linalg.norm(grid[:, None] - points, axis=2).min(axis=1) ** 2).mean()

    even, random = (np.mean([emptiness(kind, seed) for seed in range(5)]) for kind in ("evenly", "randomly"))
    assert even < 0.8 * random


@pytest.mark.parametrize("kind", ["evenly", "randomly"])
def test_points_follow_the_prior_but_for_a_uniform_fifth(kind):
    a, b, c = getattr(SpaceSampler.of(BELIEVED), kind)(4000, rng(2)).T

    def mixed(distribution):
        return lambda u: 0.2 * u + 0.8 * distribution.cdf(u)

    normal = stats.truncnorm(-14.0, 6.0, loc=0.7, scale=0.05)
    assert stats.kstest(a, mixed(normal)).statistic < 0.03
    assert stats.kstest(b, mixed(stats.beta(2.0, 6.0))).statistic < 0.03
    assert stats.kstest(c, "uniform").statistic < 0.03


def test_a_random_point_depends_on_its_seed_alone():
    one = random_point(problem(MIXED), seed=Seed(5, 3))

    assert one == random_point(problem(MIXED), seed=Seed(5, 3))
    assert one.assignments != random_point(problem(MIXED), seed=Seed(5, 4)).assignments
    assert one.source == "random"
    assert one.ordinal == 3


def test_random_points_are_independent_and_uniform_in_logarithms():
    draws = [random_point(problem(MIXED), seed=Seed(5, k)).assignments for k in range(1000)]

    assert stats.kstest([np.log10(a["b"]) for a in draws], stats.uniform(-5, 6).cdf).pvalue > 1e-3
    assert stats.chisquare([sum(a["d"] == d for a in draws) for d in ("red", "green", "blue")]).pvalue > 1e-3
    assert stats.chisquare([sum(a["c"] == c for a in draws) for c in range(1, 7)]).pvalue > 1e-3


@pytest.mark.parametrize("name", SPACES)
def test_a_random_point_is_legal(name):
    for k in range(10):
        assignments = random_point(problem(SPACES[name]), seed=Seed(5, k)).assignments
        assert SPACES[name].validate(assignments) == assignments


def test_a_nearly_impossible_constraint_still_has_random_points_that_differ():
    draws = {tuple(random_point(problem(SPACES["sliver"]), seed=Seed(5, k)).assignments.values()) for k in range(30)}

    assert len(draws) == 30


def test_without_constraints_all_points_pass():
    assert SpaceSampler.of(box(2)).legal(np.array([[0.1, 0.9]])).all()
