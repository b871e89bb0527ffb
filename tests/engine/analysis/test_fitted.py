"""Analyses see a metric as the engine does when it makes suggestions."""

import numpy as np
import pytest

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.engine import Problem, Seed, suggest
from optsvc.engine.analysis.fitted import FittedMetric
from tests.engine.builders import box

SPACE = box(2)
PRODUCT = Metric("product", Objective.MINIMIZE)
SUM = Metric("sum", Objective.MINIMIZE)
BOUND = Metric("product", Objective.MINIMIZE, Strategy.CONSTRAINT, 5.0)
SEED = Seed(1, 30)


def past(count=30):
    points = np.random.default_rng(0).random((count, 2))
    names = [parameter.name for parameter in SPACE.parameters]
    return [
        Observation(
            dict(zip(names, map(float, point), strict=True)),
            (
                MetricEvaluation("product", float(np.exp(5.0 * point.sum()))),
                MetricEvaluation("sum", float(3.0 + (point**2).sum())),
            ),
        )
        for point in points
    ]


def fitted(metrics, metric, state=None):
    return FittedMetric.fit(Problem(SPACE, metrics), past(), metric, seed=SEED, state=state).model


@pytest.mark.parametrize(
    ("metrics", "metric", "expected"),
    [
        ((PRODUCT, SUM), PRODUCT, True),
        ((SUM, PRODUCT), PRODUCT, True),
        ((SUM, BOUND), BOUND, True),
        ((PRODUCT, SUM), SUM, False),
        ((PRODUCT,), PRODUCT, False),
    ],
)
def test_a_metric_has_the_scale_that_it_has_beside_the_others(metrics, metric, expected):
    assert fitted(metrics, metric).transform.logarithm == expected


def test_objectives_are_warped_only_if_there_is_one():
    assert fitted((PRODUCT, SUM), SUM).transform.power == 1.0
    assert fitted((PRODUCT,), PRODUCT).transform.power != 1.0


def test_the_hyperparameters_of_the_last_suggestion_are_taken_over_those_of_logarithms_too():
    _, state = suggest(Problem(SPACE, (SUM, PRODUCT)), past(), [], seed=SEED)

    scales = fitted((SUM, PRODUCT), PRODUCT, state).length_scales

    stored = [state.hyperparameters[f"1:length_scale:{name}"] for name in ("x000", "x001")]
    np.testing.assert_allclose(np.log(scales), stored)


def test_a_metric_that_is_only_stored_is_modelled_as_if_it_were_the_only_one():
    assert fitted((SUM,), PRODUCT).transform.power != 1.0
