import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from optsvc.engine.acquisition.success import LikelySuccess, LogSuccess
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.surrogates.classifier import Classifier, ClassifierPrior, LabelledData, fit_classifier, log_evidence
from tests.engine.builders import numeric_gradient

RNG = np.random.default_rng(0)
X = RNG.random((40, 3))
LABELS = (X[:, 0] + 0.3 * X[:, 1] < 0.7).astype(float)
EVEN = LabelledData(X, np.arange(3), (np.argsort(np.argsort(X[:, 0])) < 20).astype(float))
DATA = LabelledData(X, np.arange(3), LABELS)
GROUPED = LabelledData(X, np.array([0, 1, 1]), LABELS)


@pytest.mark.parametrize("theta", [[0.0, 0.0, 0.0, 0.0], [-1.0, 0.5, 1.0, 2.0], [2.0, -2.0, 0.1, 3.9]])
def test_the_evidence_is_that_of_scikit_learn(theta):
    kernel = ConstantKernel(np.exp(theta[3])) * Matern(np.exp(theta[:3]), nu=2.5)
    oracle = GaussianProcessClassifier(kernel, optimizer=None, max_iter_predict=1000).fit(X, EVEN.labels)

    value, gradient, _ = log_evidence(np.array(theta), EVEN, NUMPY)  # as many of each kind: the offset is zero

    expected, slopes = oracle.log_marginal_likelihood([theta[3], *theta[:3]], eval_gradient=True)
    assert value == pytest.approx(expected, rel=1e-7)
    np.testing.assert_allclose(gradient, np.roll(slopes, -1), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("data", [DATA, GROUPED], ids=["a scale each", "shared scales"])
def test_the_gradient_is_that_of_differences(data, seed):
    p = int(data.groups.max()) + 1
    theta = np.random.default_rng(seed).uniform(-2.0, 2.0, p + 1)

    _, gradient, _ = log_evidence(theta, data, NUMPY)

    numeric = numeric_gradient(lambda t: log_evidence(t, data, NUMPY)[0], theta)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-5, atol=1e-6)


def test_where_the_search_for_the_mode_starts_does_not_matter():
    theta = np.array([-1.0, 0.0, 0.5, 3.0])

    value, gradient, latent = log_evidence(theta, DATA, NUMPY)
    again, slope, _ = log_evidence(theta, DATA, NUMPY, latent=-latent)

    assert again == pytest.approx(value, rel=1e-9)
    np.testing.assert_allclose(slope, gradient, rtol=1e-4, atol=1e-6)


def test_the_latent_process_is_that_of_scikit_learn():
    theta = np.array([-0.5, 0.2, 0.4, 1.0])
    kernel = ConstantKernel(np.exp(theta[3])) * Matern(np.exp(theta[:3]), nu=2.5)
    oracle = GaussianProcessClassifier(kernel, optimizer=None, max_iter_predict=1000).fit(X, EVEN.labels)
    places = RNG.random((30, 3))

    ours = np.exp(Classifier.of(EVEN, theta, NUMPY).log_probability(places))

    # Theirs averages over the latent value by another approximation.
    np.testing.assert_allclose(ours, oracle.predict_proba(places)[:, 1], atol=0.02)


def test_the_averaged_probability_is_that_of_quadrature():
    classifier = Classifier.of(DATA, np.array([-0.5, 0.2, 0.4, 1.0]), NUMPY)
    places = RNG.random((20, 3))
    mean, variance = classifier._latent(classifier._covariance(places)[0])
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)

    latent = mean[:, None] + np.sqrt(variance)[:, None] * nodes
    expected = (1 / (1 + np.exp(-latent))) @ weights / weights.sum()

    np.testing.assert_allclose(np.exp(classifier.log_probability(places)), expected, atol=0.02)


@pytest.mark.parametrize("floor", [0.0, 0.02, 0.4])
def test_the_slope_of_the_log_probability_is_that_of_differences(floor):
    term = LogSuccess(Classifier.of(DATA, np.array([-1.0, 0.5, 0.4, 2.0]), NUMPY), floor)
    places = np.random.default_rng(5).random((8, 3))

    values, gradients = term.value_and_gradient(places)

    np.testing.assert_array_equal(values, term.value(places))
    assert values.min() >= np.log(floor) if floor else True
    for place, gradient in zip(places, gradients, strict=True):
        numeric = numeric_gradient(lambda x: float(term.value(x[None])[0]), place)
        np.testing.assert_allclose(gradient, numeric, rtol=1e-5, atol=1e-7)


def test_the_penalty_sets_in_where_success_is_unlikely_and_has_the_slope_of_differences():
    classifier = Classifier.of(DATA, np.array([-1.0, 0.5, 0.4, 2.0]), NUMPY)
    term, places = LikelySuccess(classifier, 0.5, 50.0), np.random.default_rng(5).random((8, 3))
    bare = classifier.log_probability(places)

    values, gradients = term.value_and_gradient(places)

    np.testing.assert_array_equal(values, term.value(places))
    np.testing.assert_allclose(values[bare > np.log(0.5)], bare[bare > np.log(0.5)])
    assert (values <= bare).all()
    assert (values < bare).any()
    for place, gradient in zip(places, gradients, strict=True):
        numeric = numeric_gradient(lambda x: float(term.value(x[None])[0]), place)
        np.testing.assert_allclose(gradient, numeric, rtol=1e-5, atol=1e-5)


def fitted(data):
    prior = ClassifierPrior(int(data.groups.max()) + 1, DEFAULTS)
    theta = fit_classifier(data, prior, [prior.mode], DEFAULTS, NUMPY)
    return theta, Classifier.of(data, theta, NUMPY)


def test_a_fitted_boundary_is_found_again():
    theta, classifier = fitted(DATA)
    places = np.random.default_rng(9).random((500, 3))
    truth = places[:, 0] + 0.3 * places[:, 1] < 0.7

    assert ((classifier.log_probability(places) > np.log(0.5)) == truth).mean() > 0.88
    assert theta[0] < theta[2]  # the third coordinate does not matter


def test_failures_by_chance_are_not_explained():
    labels = (np.random.default_rng(2).random(40) > 0.2).astype(float)

    _, classifier = fitted(LabelledData(X, np.arange(3), labels))

    probability = np.exp(classifier.log_probability(np.random.default_rng(9).random((200, 3))))
    assert probability.min() > 0.3
    assert probability.std() < 0.15


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_one_kind_of_label_is_no_trouble(label):
    theta, classifier = fitted(LabelledData(X, np.arange(3), np.full(40, label)))

    assert np.isfinite(theta).all()
    assert np.isfinite(classifier.log_probability(X)).all()


def test_a_single_failure_lowers_the_odds_near_it_only():
    data = LabelledData(np.vstack([X, [[0.5, 0.5, 0.5]]]), np.arange(3), np.append(np.ones(40), 0.0))

    _, classifier = fitted(data)
    near, far = np.exp(classifier.log_probability(np.array([[0.5, 0.5, 0.5], [0.0, 0.0, 1.0]])))

    assert near < far
    assert far > 0.8
    assert near > DEFAULTS.success_floor


def test_repeated_points_that_both_failed_and_succeeded_are_no_trouble():
    data = LabelledData(np.full((10, 3), 0.5), np.arange(3), np.array([0.0, 1.0] * 5))

    _, classifier = fitted(data)

    assert np.exp(classifier.log_probability(data.features[:1]))[0] == pytest.approx(0.5, abs=0.02)
