import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from optsvc.domain.space import CategoricalParameter, DoubleParameter, IntParameter, SearchSpace
from optsvc.engine.analysis.ped_anova import among_best, bandwidth, excess_divergence, kernel_masses
from optsvc.engine.encoding import Encoder
from tests.engine.builders import MIXED, box
from tests.engine.spaces import BRANCHED

CELLS = np.linspace(0.0, 1.0, 51)


def shares(space, count, loss, seed=0):
    """Shares by name, of a loss at independent random points."""
    encoder = Encoder(space, 32)
    points = encoder.snap(np.random.default_rng(seed).random((count, encoder.dimension)))
    losses = np.array([loss(encoder.decode(point)) for point in points])
    found, best = among_best(points, losses, encoder)
    return dict(zip([axis.name for axis in encoder.axes], found.tolist(), strict=True)), best


def test_the_divergence_is_the_integral_that_it_stands_for():
    rng = np.random.default_rng(1)
    coordinates = rng.random(200)
    best = coordinates < 0.25
    width = bandwidth(coordinates[best])

    def density(at, some):
        kernels = stats.truncnorm(-some / width, (1.0 - some) / width, loc=some, scale=width)
        return kernels.pdf(at).mean()

    def integrand(at):
        return (density(at, coordinates[best]) - density(at, coordinates)) ** 2 / density(at, coordinates)

    expected = quad(integrand, 0.0, 1.0, limit=100, epsrel=1e-3)[0]
    masses = kernel_masses(coordinates, CELLS, width)
    random_choices = [rng.permutation(best) for _ in range(2000)]

    def divergence(chosen):
        return ((masses[chosen].mean(axis=0) - masses.mean(axis=0)) ** 2 / masses.mean(axis=0)).sum()

    by_chance = np.mean([divergence(chosen) for chosen in random_choices])
    assert excess_divergence(masses, best) == pytest.approx(expected - by_chance, rel=0.01)


def test_of_categories_the_divergence_is_that_of_their_frequencies():
    masses = np.repeat(np.eye(3), [50, 30, 20], axis=0)
    best = np.zeros(100, dtype=bool)
    best[:10] = True  # all of the first category

    expected = (1.0 - 0.5) ** 2 / 0.5 + 0.3 + 0.2
    by_chance = (0.5 + 0.7 + 0.8) * 90 / (10 * 99)
    assert excess_divergence(masses, best) == pytest.approx(expected - by_chance)


@pytest.mark.parametrize(
    "axis",
    [DoubleParameter("f", 1e-6, 1.0, log=True), IntParameter("f", 1, 12), CategoricalParameter("f", tuple("pqrst"))],
    ids=["log", "int", "categorical"],
)
def test_a_parameter_that_alone_decides_gets_nearly_all_whatever_its_kind(axis):
    space = SearchSpace((*MIXED.parameters, axis))
    best = axis.values[2] if isinstance(axis, CategoricalParameter) else axis.low

    found, _ = shares(space, 200, lambda a: float(a["f"] != best) if isinstance(best, str) else a["f"])

    assert found["f"] > 0.95
    assert sum(found.values()) == pytest.approx(1.0)


def test_what_decides_only_far_from_the_best_does_not_count():
    found, _ = shares(box(2), 400, lambda a: 10.0 * (a["x000"] > 0.8) + a["x001"])

    assert found["x001"] > 0.85  # although the other one has nearly all of the variance


def test_many_idle_categories_are_no_more_important_than_chance():
    space = SearchSpace((CategoricalParameter("idle", tuple(f"c{i:02d}" for i in range(20))), *box(1).parameters))

    found = [shares(space, 40, lambda a: a["x000"], seed)[0]["idle"] for seed in range(20)]

    assert np.mean(found) < 0.1


def test_a_parameter_counts_as_often_as_it_exists():
    found, _ = shares(BRANCHED, 300, lambda a: a.get("momentum", 1.0))

    assert found["momentum"] > 0.2
    assert found["solver"] > 0.2
    assert found["momentum"] + found["solver"] > 0.95


def test_all_equals_of_the_worst_best_are_among_the_best():
    _, best = shares(box(1), 100, lambda a: float(a["x000"] > 0.2))

    assert best.sum() > 10


@pytest.mark.parametrize("losses", [np.zeros(50), np.arange(19.0), np.repeat([0.0, 1.0], [30, 20])])
def test_nothing_is_said_where_nothing_can_be_told(losses):
    encoder = Encoder(box(2), 32)
    points = np.random.default_rng(0).random((len(losses), 2))

    assert among_best(points, losses, encoder) is None
