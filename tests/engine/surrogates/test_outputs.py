import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from optsvc.domain.metrics import Objective
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.outputs import OutputTransform, inverse_yeo_johnson, yeo_johnson, yeo_johnson_slope

POWERS = [-2.0, -0.5, 0.0, 0.3, 1.0, 1.7, 2.0, 3.1, 4.0]
VALUES = np.random.default_rng(0).gamma(1.5, size=30) - 1.0


def fitted(values, objective=Objective.MINIMIZE):
    transform = OutputTransform.fit(np.asarray(values, dtype=float), objective, DEFAULTS)
    assert transform is not None
    return transform


@pytest.mark.parametrize("power", POWERS)
def test_the_power_transformation_is_that_of_scipy(power):
    y = np.linspace(-4, 6, 41)

    np.testing.assert_allclose(yeo_johnson(y, power), stats.yeojohnson(y, lmbda=power), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("power", POWERS)
def test_the_inverse_undoes_the_transformation(power):
    y = np.linspace(-4, 6, 41)

    np.testing.assert_allclose(inverse_yeo_johnson(yeo_johnson(y, power), power), y, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("power", POWERS)
def test_the_slope_is_that_of_the_transformation(power):
    y = np.linspace(-4, 6, 41)

    differences = (yeo_johnson(y + 1e-6, power) - yeo_johnson(y - 1e-6, power)) / 2e-6

    np.testing.assert_allclose(yeo_johnson_slope(y, power), differences, rtol=1e-6)


def test_the_power_is_the_likeliest():
    transform = fitted(VALUES)
    standard = (VALUES - VALUES.mean()) / VALUES.std()

    assert transform.power == pytest.approx(stats.yeojohnson_normmax(standard), abs=0.06)


def test_targets_are_standardized_and_map_back():
    transform = fitted(VALUES)

    targets = transform.targets(VALUES)

    assert targets.mean() == pytest.approx(0, abs=1e-12)
    assert targets.std() == pytest.approx(1)
    np.testing.assert_allclose(transform.to_metric(targets), VALUES, rtol=1e-9)


def test_the_best_value_has_the_least_target_whichever_way_is_better():
    for objective, best in ((Objective.MINIMIZE, np.argmin(VALUES)), (Objective.MAXIMIZE, np.argmax(VALUES))):
        assert np.argmin(fitted(VALUES, objective).targets(VALUES)) == best


def test_negating_values_and_direction_changes_nothing():
    up, down = fitted(VALUES, Objective.MAXIMIZE), fitted(-VALUES, Objective.MINIMIZE)

    np.testing.assert_array_equal(up.targets(VALUES), down.targets(-VALUES))


@given(st.integers(-900, 900))
def test_powers_of_two_change_nothing_at_all(exponent):
    scaled = np.ldexp(VALUES, exponent)

    np.testing.assert_array_equal(fitted(scaled).targets(scaled), fitted(VALUES).targets(VALUES))


@given(st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_units_and_origin_of_the_metric_do_not_matter(scale, offset):
    moved = scale * VALUES + offset

    np.testing.assert_allclose(fitted(moved).targets(moved), fitted(VALUES).targets(VALUES), atol=1e-6)


def test_terrible_values_are_capped_and_good_ones_are_not():
    values = np.concatenate([VALUES, [1e6]])
    targets = fitted(values).targets(values)

    good = np.concatenate([VALUES, [-1e6]])

    assert targets.max() < 6
    assert fitted(good).targets(good).min() < -3


def test_equal_values_have_no_transformation():
    assert OutputTransform.fit(np.full(7, 0.1), Objective.MINIMIZE, DEFAULTS) is None
    assert OutputTransform.fit(np.array([0.3, 0.1 + 0.2, 0.3]), Objective.MINIMIZE, DEFAULTS) is None


def test_predicted_moments_agree_with_sampling():
    transform = fitted(VALUES)
    mean, variance = -0.4, 0.3

    expected = transform.to_metric(np.random.default_rng(1).normal(mean, np.sqrt(variance), 400_000))

    computed = transform.moments(mean, variance, 32)
    assert computed[0] == pytest.approx(expected.mean(), abs=4 * expected.std() / 600)
    assert computed[1] == pytest.approx(expected.std(), rel=0.02)


def test_measured_deviations_follow_the_local_slope():
    transform = fitted(VALUES)
    tiny = 1e-7

    computed = transform.target_variances(VALUES, np.full(30, tiny), DEFAULTS)

    moved = np.abs(transform.targets(VALUES + tiny) - transform.targets(VALUES - tiny)) / 2
    np.testing.assert_allclose(computed, np.maximum(moved**2, DEFAULTS.measured_variance_floor), rtol=1e-3)
    assert transform.target_variances(VALUES, np.full(30, np.nan), DEFAULTS).max() == 0.0


@pytest.mark.parametrize("values", [[1e300, -1e300, 3e299], [1.7e308, -1.7e308, 0], [5e-324, 0, 1e-323], [1, 2, 1e300]])
def test_extreme_values_stay_finite(values):
    transform = fitted(values)

    assert np.isfinite(transform.targets(np.array(values, dtype=float))).all()
    assert np.isfinite(transform.moments(0.0, 4.0, 32)).all()


POSITIVE = np.exp(np.random.default_rng(1).normal(0.0, 2.0, 25))


@pytest.mark.parametrize("objective", Objective)
def test_of_logarithms_targets_are_standardized_and_map_back(objective):
    transform = OutputTransform.fit(POSITIVE, objective, DEFAULTS, warp=False, logarithm=True)

    targets = transform.targets(POSITIVE)

    sign = -1.0 if objective is Objective.MAXIMIZE else 1.0
    logarithms = np.log(POSITIVE)
    np.testing.assert_allclose(targets, sign * (logarithms - logarithms.mean()) / logarithms.std(), atol=1e-12)
    np.testing.assert_allclose(transform.to_metric(targets), POSITIVE, rtol=1e-9)
    assert transform.target_of(POSITIVE[3]) == pytest.approx(targets[3])


@pytest.mark.parametrize("objective", Objective)
def test_of_logarithms_losses_are_exponentials_of_targets_at_the_rate(objective):
    transform = OutputTransform.fit(POSITIVE, objective, DEFAULTS, warp=False, logarithm=True)

    exponentials = np.expm1(transform.rate * transform.targets(POSITIVE)) / transform.rate

    losses = -POSITIVE if objective is Objective.MAXIMIZE else POSITIVE
    slope, *_ = np.polyfit(exponentials, losses, 1)
    assert slope > 0.0
    np.testing.assert_allclose(losses - slope * exponentials, np.mean(losses - slope * exponentials), atol=1e-9)


def test_of_logarithms_measured_deviations_are_relative():
    transform = OutputTransform.fit(POSITIVE, Objective.MINIMIZE, DEFAULTS, warp=False, logarithm=True)

    variances = transform.target_variances(POSITIVE, 0.1 * POSITIVE, DEFAULTS)

    np.testing.assert_allclose(variances, (0.1 / np.log(POSITIVE).std()) ** 2, rtol=1e-9)


@pytest.mark.parametrize("values", [[1e-300, 1.0, 1e300], [5e-324, 1e-310], [1.0, 1.0 + 1e-9]])
def test_of_logarithms_everything_stays_finite(values):
    transform = OutputTransform.fit(np.array(values), Objective.MINIMIZE, DEFAULTS, logarithm=True)

    assert np.isfinite(transform.targets(np.array(values))).all()
    assert np.isfinite(transform.target_variances(np.array(values), np.full(len(values), 1e300), DEFAULTS)).all()
    assert np.isfinite(transform.to_metric(np.array([-1e6, 0.0, 1e6]))).all()
    assert np.isfinite(transform.moments(0.0, 100.0, 32)).all()
