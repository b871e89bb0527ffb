import numpy as np
import pytest

from optsvc.engine.acquisition.expected_improvement import LogExpectedImprovement
from optsvc.engine.acquisition.hypervolume import LogExpectedHypervolumeImprovement
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.pareto.boxes import Boxes, free_boxes
from optsvc.engine.surrogates.gp import TrainingData, condition
from tests.engine.batch.foreign import ForeignArray, ForeignBackend
from tests.engine.builders import numeric_gradient
from tests.engine.pareto.sets import curved_front

FUNCTIONS = [
    lambda x: np.sin(6 * x[:, 0]) - x[:, 1],
    lambda x: np.cos(5 * x[:, 1]) + x[:, 2],
    lambda x: x[:, 0] * x[:, 2] - x[:, 1],
    lambda x: np.sin(4 * x[:, 2]) + x[:, 0] ** 2,
]
CANDIDATES = np.random.default_rng(3).random((6, 3))


def posteriors(objectives, backend=NUMPY):
    features = np.random.default_rng(2).random((12, 3))
    theta = np.log([0.4, 0.6, 0.5, 0.8, 1e-3, 0.4])
    return [
        condition(TrainingData(features, np.arange(3), values(features), np.zeros(12)), theta, DEFAULTS, backend)
        for values in FUNCTIONS[:objectives]
    ]


def boxes_below(reference, objectives, points=8, key=0):
    """What a front leaves free that lies around 1 below the reference point."""
    corner = np.full(objectives, reference)
    return free_boxes(reference - 1.2 + curved_front(points, objectives, key), corner, DEFAULTS)


def worlds(objectives, reference=0.0, count=3, backend=NUMPY, rates=None):
    """Worlds that differ in their fronts and in what is predicted."""
    models = posteriors(objectives, backend)
    factors = backend.to_device(np.linspace(1.0, 1.2, count))
    weights = [model.weights[:, None] * factors for model in models]
    boxes = [boxes_below(reference, objectives, points=4 + s, key=s) for s in range(count)]
    return LogExpectedHypervolumeImprovement(models, weights, boxes, rates)


def single(models, boxes, rates=None):
    return LogExpectedHypervolumeImprovement(models, [model.weights[:, None] for model in models], [boxes], rates)


RATES = np.array([0.9, -0.7, 0.4, 0.0])


def value_of(targets, rates):
    """``(e^{κt} - 1)/κ``."""
    safe = np.where(rates == 0.0, 1.0, rates)
    return np.where(rates == 0.0, targets, np.expm1(safe * targets) / safe)


@pytest.mark.parametrize("objectives", [2, 3, 4])
def test_the_improvement_is_what_sampling_gives(objectives):
    models, boxes = posteriors(objectives), boxes_below(1.5, objectives)
    mean, variance = (np.stack(part) for part in zip(*(model.predict(CANDIDATES) for model in models), strict=True))

    computed = np.exp(single(models, boxes).value(CANDIDATES))

    normals = np.random.default_rng(4).normal(size=(20_000, objectives))
    for value, m, v in zip(computed, mean.T, variance.T, strict=True):
        draws = m + np.sqrt(v) * normals
        added = np.maximum(boxes.upper - np.maximum(boxes.lower, draws[:, None]), 0.0).prod(axis=2).sum(axis=1)
        assert 0.0 < abs(value - added.mean()) <= 4 * added.std() / np.sqrt(len(draws))


@pytest.mark.parametrize("objectives", [2, 3, 4])
def test_of_logarithms_it_is_measured_in_the_values_themselves(objectives):
    models, boxes, rates = posteriors(objectives), boxes_below(1.5, objectives), RATES[:objectives]
    mean, variance = (np.stack(part) for part in zip(*(model.predict(CANDIDATES) for model in models), strict=True))

    computed = np.exp(single(models, boxes, rates).value(CANDIDATES))

    normals = np.random.default_rng(4).normal(size=(20_000, objectives))
    below = np.isneginf(boxes.lower)
    lower = np.where(below, -np.inf, value_of(np.where(below, 0.0, boxes.lower), rates))
    for value, m, v in zip(computed, mean.T, variance.T, strict=True):
        draws = value_of(m + np.sqrt(v) * normals, rates)
        added = (
            np.maximum(value_of(boxes.upper, rates) - np.maximum(lower, draws[:, None]), 0.0).prod(axis=2).sum(axis=1)
        )
        assert 0.0 < abs(value - added.mean()) <= 4 * added.std() / np.sqrt(len(draws))


def test_of_one_objective_it_is_the_expected_improvement():
    models = posteriors(1)
    weights = np.stack([models[0].weights, 1.1 * models[0].weights], axis=1)
    incumbents = np.array([-0.5, -0.3])
    boxes = [free_boxes(np.array([[best]]), np.ones(1), DEFAULTS) for best in incumbents]

    found = LogExpectedHypervolumeImprovement(models, [weights], boxes).value_and_gradient(CANDIDATES)

    expected = LogExpectedImprovement(models[0], weights, incumbents).value_and_gradient(CANDIDATES)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-9, atol=1e-12)


def test_without_a_front_it_is_the_improvement_on_the_reference_point_in_every_objective():
    models = posteriors(2)
    reference = np.array([-0.5, 0.3])

    found = single(models, free_boxes(np.empty((0, 2)), reference, DEFAULTS)).value(CANDIDATES)

    alone = [
        LogExpectedImprovement(model, model.weights[:, None], reference[[m]]).value(CANDIDATES)
        for m, model in enumerate(models)
    ]
    np.testing.assert_allclose(found, alone[0] + alone[1], rtol=1e-12)


def test_worlds_average_the_improvement_itself():
    models = posteriors(3)
    weights = [np.stack([model.weights, 1.1 * model.weights], axis=1) for model in models]
    boxes = [boxes_below(0.0, 3, points, key=points) for points in (3, 9)]

    both = LogExpectedHypervolumeImprovement(models, weights, boxes).value(CANDIDATES)

    alone = [
        LogExpectedHypervolumeImprovement(models, [w[:, [s]] for w in weights], [boxes[s]]).value(CANDIDATES)
        for s in range(2)
    ]
    np.testing.assert_allclose(np.exp(both), np.exp(alone).mean(axis=0), rtol=1e-10)


@pytest.mark.parametrize("objectives", [1, 2, 3, 4])
@pytest.mark.parametrize("reference", [8.0, 0.0, -3.0, -40.0, -2000.0])
@pytest.mark.parametrize("rates", [None, RATES], ids=["values", "logarithms"])
def test_the_gradient_agrees_with_differences(objectives, reference, rates):
    acquisition = worlds(objectives, reference, rates=None if rates is None else rates[:objectives])

    value, gradient = acquisition.value_and_gradient(CANDIDATES)

    np.testing.assert_allclose(value, acquisition.value(CANDIDATES), rtol=1e-12)
    for x, g in zip(CANDIDATES, gradient, strict=True):
        expected = numeric_gradient(lambda u: float(acquisition.value(u[None])[0]), x)
        np.testing.assert_allclose(g, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("reference", [-1e8, 1e8])
def test_far_from_the_front_everything_stays_finite(reference):
    value, gradient = worlds(2, reference).value_and_gradient(CANDIDATES)

    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()
    assert (np.abs(gradient).max() > 1.0) == (reference < 0.0)


def test_many_candidates_are_scored_as_each_is_alone():
    acquisition = worlds(4)
    many = np.random.default_rng(5).random((1500, 3))

    together = acquisition.value(many)

    np.testing.assert_allclose(together[::50], [acquisition.value(x[None])[0] for x in many[::50]], rtol=1e-10)


def test_boxes_without_a_volume_change_nothing():
    models, boxes = posteriors(2), boxes_below(0.0, 2)
    flat = Boxes(np.vstack([boxes.lower, [[-1.0, -0.5]]]), np.vstack([boxes.upper, [[-1.0, 0.0]]]))

    found = single(models, flat).value_and_gradient(CANDIDATES)

    expected = single(models, boxes).value_and_gradient(CANDIDATES)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


@pytest.mark.parametrize("reference", [50.0, 0.0, -50.0])
def test_fronts_that_nearly_touch_themselves_do_no_harm(reference):
    models = posteriors(2)
    corner = np.full(2, reference)
    point = np.array([[reference - 1.0, reference - 1.0]])
    twins = point + np.array([[0.0, 0.0], [1e-14, -1e-14]])

    found = single(models, free_boxes(twins, corner, DEFAULTS)).value_and_gradient(CANDIDATES)

    expected = single(models, free_boxes(point, corner, DEFAULTS)).value_and_gradient(CANDIDATES)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-10)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-6, atol=1e-8)


def test_a_device_computes_the_same():
    found = worlds(3, backend=ForeignBackend()).value_and_gradient(CANDIDATES)

    expected = worlds(3).value_and_gradient(CANDIDATES)
    assert not isinstance(found[0], ForeignArray)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-10)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-8, atol=1e-10)
