"""Of several metrics, positive ones are modelled in logarithms where that is likelier."""

import numpy as np
import pytest

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.engine import Problem, Seed, suggest
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.fitting import fit_models
from optsvc.engine.history import EncodedHistory
from optsvc.engine.steps import complete
from tests.engine.builders import box

POINTS = np.random.default_rng(0).random((24, 3))
COLUMNS = {
    "product": np.exp(6.0 * POINTS @ np.array([1.0, 0.5, 0.0])),
    "sum": 3.0 + POINTS @ np.array([0.0, 1.0, 2.0]),
    "from nothing": np.where(np.arange(24) == 7, 1e-12, np.exp(6.0 * POINTS @ np.array([1.0, 0.5, 0.0]))),
    "signed": np.exp(6.0 * POINTS[:, 0]) - 2.0,
}
ENCODER = Encoder(box(3), DEFAULTS.relaxed_levels)


def least(name, **options):
    return Metric(name, Objective.MINIMIZE, **options)


def below(name, threshold):
    return least(name, strategy=Strategy.CONSTRAINT, threshold=threshold)


def past(metrics):
    return [
        Observation(ENCODER.decode(point), tuple(MetricEvaluation(m.name, float(COLUMNS[m.name][i])) for m in metrics))
        for i, point in enumerate(POINTS)
    ]


def models_of(metrics, state=None):
    problem, history = Problem(box(3), metrics), past(metrics)
    encoded = EncodedHistory.of(problem, history, ENCODER)
    options = {"state": state, "seed": Seed(1, 0), "defaults": DEFAULTS, "backend": NUMPY}
    return complete(fit_models(problem, encoded, len(history), ENCODER, **options))


def in_logarithms(metrics):
    return {model.metric.name for model in models_of(metrics).all if model.transform.logarithm}


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        ((least("product"), least("sum")), {"product"}),
        ((least("sum"), below("product", 5.0)), {"product"}),
        ((below("product", 5.0),), {"product"}),
        ((least("from nothing"), least("sum")), set()),
        ((least("signed"), least("sum")), set()),
        ((least("sum"), below("product", -1.0)), set()),
        ((least("product", threshold=-1.0), least("sum")), set()),
        ((least("product"),), set()),
    ],
    ids=[
        "objective",
        "constraint",
        "alone",
        "next to nothing",
        "not positive",
        "negative bar",
        "negative threshold",
        "only metric",
    ],
)
def test_products_are_sums_in_logarithms_if_nothing_speaks_against_it(metrics, expected):
    assert in_logarithms(metrics) == expected


def test_a_warm_start_keeps_the_choice():
    metrics = (least("product"), least("sum"))
    first = models_of(metrics)

    again = models_of(metrics, first.state)

    assert again.state == first.state
    assert [m.transform.logarithm for m in again.all] == [True, False]
    np.testing.assert_array_equal(again.objectives[0].theta, first.objectives[0].theta)


def test_a_product_is_predicted_within_a_few_percent_in_its_own_units():
    metrics = (least("product"), least("sum"))

    (proposal,), _ = suggest(Problem(box(3), metrics), past(metrics), [], seed=Seed(1, 24))

    told = proposal.details["predictions"]["product"]
    x = np.array(list(proposal.assignments.values()))
    assert told["mean"] == pytest.approx(float(np.exp(6.0 * x @ np.array([1.0, 0.5, 0.0]))), rel=0.05)
    assert proposal.details["models"]["product"]["logarithm"]
    assert "logarithm" not in proposal.details["models"]["sum"]
