"""Progress of experiments, read for a whole page at once."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optsvc.domain.metrics import Metric, Objective
from optsvc.storage.definitions import metrics_to_json
from optsvc.storage.experiments import ExperimentRepository, Progress
from optsvc.storage.models import MetricEvaluation, Observation

reports = st.lists(
    st.tuples(st.none() | st.sampled_from([-1.0, 0.0, 1.0, 2.0]), st.booleans()), max_size=6
)  # a value (None: failed), and whether the observation was deleted


def add_observation(session, experiment, value, *, deleted=False):
    observation = Observation(
        experiment_id=experiment.id, assignments={"x": 0.5}, failed=value is None, deleted=deleted
    )
    if value is not None:
        name = experiment.metrics[0]["name"] or ""
        observation.values = [MetricEvaluation(metric=name, experiment_id=experiment.id, value=value)]
    session.add(observation)
    session.flush()
    return observation


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reported=st.lists(st.tuples(st.sampled_from(Objective), st.sampled_from([None, "y"]), reports), max_size=3))
def test_progress_is_what_brute_force_finds(session, new_experiment, reported):
    expected = {}
    experiments = []
    for objective, name, rows in reported:
        experiment = new_experiment(metrics=metrics_to_json([Metric(name, objective)]))
        experiments.append(experiment)
        kept = []
        for value, deleted in rows:
            observation = add_observation(session, experiment, value, deleted=deleted)
            if not deleted:
                kept.append(observation)
        sign = 1 if objective is Objective.MAXIMIZE else -1
        good = [o for o in kept if not o.failed]
        best = max(good, key=lambda o: (sign * o.values[0].value, o.id)) if good else None
        expected[experiment.id] = Progress(len(kept), kept[0], kept[-1], best) if kept else Progress()

    assert ExperimentRepository(session).progress(experiments) == expected


@pytest.mark.parametrize("experiment_id", [2**31, 2**62])
def test_ids_beyond_32_bits_have_progress_too(session, new_experiment, experiment_id):
    experiment = new_experiment(id=experiment_id)
    best = add_observation(session, experiment, 1.0)

    progress = ExperimentRepository(session).progress([experiment])

    assert progress[experiment_id].best_observation is best
