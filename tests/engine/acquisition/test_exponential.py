import numpy as np
import pytest
from scipy.special import log_ndtr, logsumexp

from optsvc.engine.acquisition.expected_improvement import log_h, log_h_slope
from optsvc.engine.acquisition.exponential import log_f, log_f_slopes
from optsvc.engine.backend import NUMPY

NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)
RATES = [-3.0, -0.1, -2e-4, -5e-5, 0.0, 5e-5, 1.5e-4, 1e-3, 0.5, 6.0]
PLACES = [-500.0, -31.0, -29.0, -8.0, -1.001, -0.999, 0.0, 5.0, 80.0]


def log_f_at(z, c):
    z, c = np.array([[z]]), np.array([c])
    value = log_f(z, c, NUMPY)
    return tuple(float(part[0, 0]) for part in (value, *log_f_slopes(z, c, value, NUMPY)))


def by_quadrature(z, c):
    reach = 60.0 / -z if z < -3.0 else max(z, 0.0) + 12.0 + abs(c)
    half = reach / 800.0
    v = (np.linspace(half, reach - half, 400)[:, None] + half * NODES).ravel()
    return float(logsumexp(log_ndtr(z - v) - c * v, b=np.tile(half * WEIGHTS, 400)))


@pytest.mark.parametrize("c", RATES)
@pytest.mark.parametrize("z", PLACES)
def test_it_is_the_integral_that_it_stands_for_and_so_are_its_slopes(z, c):
    value, by_z, by_c = log_f_at(z, c)

    step = 1e-5
    assert value == pytest.approx(by_quadrature(z, c), abs=1e-7)
    assert by_z == pytest.approx(
        (by_quadrature(z + step, c) - by_quadrature(z - step, c)) / (2 * step), abs=2e-4, rel=1e-4
    )
    assert by_c == pytest.approx(
        (by_quadrature(z, c + step) - by_quadrature(z, c - step)) / (2 * step), abs=2e-4, rel=1e-4
    )


def test_without_a_rate_it_is_the_improvement_of_a_normal_value():
    z = np.linspace(-20, 20, 81)[:, None]

    value = log_f(z, np.zeros(1), NUMPY)

    np.testing.assert_allclose(value, log_h(z, NUMPY), rtol=1e-14)
    slope, _ = log_f_slopes(z, np.zeros(1), value, NUMPY)
    np.testing.assert_allclose(slope, log_h_slope(z, value, NUMPY), rtol=1e-9)


@pytest.mark.parametrize("c", [-1e-3, 0.0, 1.0])
def test_out_of_reach_everything_stays_finite(c):
    for z in (-1e8, -1e5, 1e5):
        assert np.isfinite(log_f_at(z, c)).all()
