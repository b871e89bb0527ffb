"""From where on a value counts, of two objectives that pull along the first parameter."""

import numpy as np
import pytest

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.engine import Problem, Seed
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.fitting import fit_models
from optsvc.engine.history import EncodedHistory
from optsvc.engine.members.outlook import Outlook
from optsvc.engine.members.situation import Situation
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.steps import complete
from tests.engine.builders import box

FIRST, SECOND = Metric("f", Objective.MINIMIZE), Metric("g", Objective.MINIMIZE)
USUAL, WIDE = Seed(3, 1), Seed(3, 0)


def reference(metrics, seed, points):
    """In the metrics' own units, after these points; and the observed values of the objectives."""
    problem, sampler = Problem(box(points.shape[1]), metrics), SpaceSampler.of(box(points.shape[1]))
    off = ((points[:, 1:] - 0.5) ** 2).sum(axis=1)
    columns = {"f": points[:, 0] + 0.3 * off, "g": (1.0 - points[:, 0]) ** 2 + 2.0 * off, "c": points[:, 0]}
    past = [
        Observation(
            sampler.encoder.decode(point), tuple(MetricEvaluation(m.name, float(columns[m.name][i])) for m in metrics)
        )
        for i, point in enumerate(points)
    ]
    encoded = EncodedHistory.of(problem, past, sampler.encoder)
    options = {"state": None, "seed": seed, "defaults": DEFAULTS, "backend": NUMPY}
    models = complete(fit_models(problem, encoded, len(past), sampler.encoder, **options))
    found = complete(Outlook(Situation(problem, encoded, sampler, None), models).reference(seed))
    told = [m.transform.to_metric(found[[j]])[0] for j, m in enumerate(models.objectives)]
    return np.array(told), np.column_stack([columns["f"], columns["g"]])


def scattered(count, dimension):
    return np.random.default_rng(0).random((count, dimension))


def test_an_end_of_the_front_that_was_not_observed_yet_is_foreseen():
    # On the front all but the first parameter are 0.5; only points near one end of it have been seen.
    points = scattered(30, 5)
    near_one_end = points[:, 0] < 0.3
    points[near_one_end, 1:] = 0.5 + 0.1 * (points[near_one_end, 1:] - 0.5)

    found, values = reference((FIRST, SECOND), USUAL, points)

    assert values[nondominated(values), 0].max() < 0.8
    assert found[0] == pytest.approx(1.0, abs=0.1)


def test_by_turns_everything_counts_that_is_better_than_the_worst_observed():
    usual, values = reference((FIRST, SECOND), USUAL, scattered(14, 2))
    wide, _ = reference((FIRST, SECOND), WIDE, scattered(14, 2))

    worst = values.max(axis=0)
    assert usual[1] < worst[1] - 0.05
    assert (wide >= worst - 0.02).all()


@pytest.mark.parametrize("seed", [USUAL, WIDE])
def test_thresholds_say_themselves_from_where_on_values_count(seed):
    metrics = (Metric("f", Objective.MINIMIZE, threshold=0.4), SECOND)

    found, _ = reference(metrics, seed, scattered(14, 2))

    assert found[0] == pytest.approx(0.4, abs=1e-9)
    assert found[1] > 0.3


def test_where_constraints_are_missed_no_end_is_foreseen():
    metrics = (FIRST, SECOND, Metric("c", Objective.MAXIMIZE, Strategy.CONSTRAINT, 0.5))

    found, _ = reference(metrics, USUAL, scattered(14, 2))

    assert found[1] == pytest.approx(0.25, abs=0.08)


def test_by_turns_what_is_worse_than_all_that_met_the_constraints_counts_too():
    # The front may have another part, where the constraints are met as well, beyond where they were missed.
    metrics = (FIRST, SECOND, Metric("c", Objective.MAXIMIZE, Strategy.CONSTRAINT, 0.5))

    found, values = reference(metrics, WIDE, scattered(14, 2))

    assert found[1] >= values[:, 1].max() - 0.02
