"""What charts are drawn from: the same observations that the rules for the best see."""

import numpy as np
import pytest
from sqlalchemy import insert

from optsvc.domain.best import best_so_far
from optsvc.domain.errors import NotFound
from optsvc.domain.experiment import ExperimentType, Task
from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.observation import MetricEvaluation
from optsvc.plots.table import improvements
from optsvc.services import observations
from optsvc.services.analyses.asking import Wait, key_of
from optsvc.services.analyses.catalog import KINDS
from optsvc.services.analyses.computing import _material
from optsvc.services.analyses.options import Options
from optsvc.services.observations import Report
from optsvc.services.plots import reading
from optsvc.services.plots.asking import take
from optsvc.services.plots.catalog import PLOTS
from optsvc.storage import models
from optsvc.storage.analyses import AnalysisRepository
from optsvc.storage.definitions import definition_of
from optsvc.storage.models import Experiment
from tests.services.test_query_counts import counted
from tests.support.service import make_tenant

COST = Metric("cost", Objective.MINIMIZE)
LIMITED = Metric("heat", Objective.MINIMIZE, Strategy.CONSTRAINT, 0.5)
STORED = Metric("heat", strategy=Strategy.STORE)
TASKS = (Task("full", 1.0), Task("quick", 0.1))


@pytest.fixture(params=["a constraint", "two tasks"])
def measured(request, sessions, caller, new_experiment):
    """Some observations fail, and some are too hot, or were not full evaluations."""
    tasks = {"metrics": (COST, STORED), "tasks": TASKS, "type": ExperimentType.RANDOM}
    limited = {"metrics": (COST, LIMITED)}
    experiment_id = new_experiment(budget=40, **(tasks if request.param == "two tasks" else limited))
    rng = np.random.default_rng(0)
    reports = [
        Report(
            assignments={"x": float(rng.random()), "kind": "a"},
            values=() if failed else tuple(MetricEvaluation(name, float(rng.random())) for name in ("cost", "heat")),
            failed=failed,
            task=str(rng.choice(["full", "quick"])) if request.param == "two tasks" else None,
        )
        for failed in rng.random(40) < 0.2
    ]
    with sessions.begin() as session:
        made = observations.create(session, caller, experiment_id, reports)
        made[3].deleted = True
    return experiment_id


def test_the_table_has_every_observation_that_is_there_and_agrees_on_the_best(sessions, measured):
    with sessions() as session:
        experiment = session.get_one(Experiment, measured)
        definition = definition_of(experiment)
        material = _material(session, experiment)

        table = reading.table(session, experiment, definition)

        assert [str(id_) for id_ in table.ids] == list(material.ids)
        assert table.failed.tolist() == [one.failed for one in material.history]
        assert table.full.tolist() == list(material.full_cost)
        for metric in definition.metrics:
            told = [one.evaluation(metric) for one in material.history]
            assert table.values[metric.name] == pytest.approx([e.value if e else np.nan for e in told], nan_ok=True)
        trace = best_so_far(material.measured(), COST, definition)
        steps = improvements(table.gains(COST), table.counting(definition))
        assert sorted({place for place in trace if place is not None}) == steps.tolist()


def test_an_experiment_without_observations_has_an_empty_table(sessions, new_experiment):
    with sessions() as session:
        experiment = session.get_one(Experiment, new_experiment())

        assert len(reading.table(session, experiment, definition_of(experiment))) == 0
        assert reading.evaluations(session, experiment) == ([], 0)


def test_charts_of_5000_observations_take_as_many_queries_as_of_5_and_hide_nothing_that_matters(
    sessions, caller, new_experiment, observe
):
    few = new_experiment()
    observe(few, 5)
    many = new_experiment()
    rng = np.random.default_rng(1)
    with sessions.begin() as session:
        rows = [
            {"experiment_id": many, "assignments": {"x": 0.5, "kind": "a"}, "failed": bool(failed)}
            for failed in rng.random(5000) < 0.05
        ]
        ids = session.scalars(insert(models.Observation).returning(models.Observation.id), rows).all()
        values = [
            {"observation_id": id_, "metric": "y", "experiment_id": many, "value": float(rng.random())}
            for id_, row in zip(ids, rows, strict=True)
            if not row["failed"]
        ]
        session.execute(insert(models.MetricEvaluation), values)
    best = str(max(values, key=lambda value: value["value"])["observation_id"])
    failed = {str(id_) for id_, row in zip(ids, rows, strict=True) if row["failed"]}
    for kind in ("history", "parallel_coordinates"):
        counts = []

        for experiment_id in (few, many):
            with sessions() as session, counted(session) as statements:
                plot = take(session, caller, experiment_id, PLOTS[kind], PLOTS[kind].options())
            counts.append(len(statements))

        marks = {id_ for trace in plot.figure["data"] for id_ in trace.get("customdata", ())}
        assert counts[0] == counts[1]
        assert {best, str(max(ids))} | failed <= marks
        assert len(marks) <= 3000
        assert "of 5,000 observations" in plot.description


def test_the_timeline_has_open_suggestions_and_observations_without_one(sessions, new_experiment, observe):
    experiment_id = new_experiment(type=ExperimentType.RANDOM, budget=40)
    observe(experiment_id, 2)
    observe(experiment_id, 1, failed=True)
    with sessions.begin() as session:
        place = {"experiment_id": experiment_id, "assignments": {}, "provenance": {}}
        session.add_all([models.Suggestion(**place), models.Suggestion(**place, closed=True)])  # of the second one
        session.add(models.Suggestion(**place, deleted=True))  # nothing came

    with sessions() as session:
        found, total = reading.evaluations(session, session.get_one(Experiment, experiment_id))

    assert total == 4
    assert [one.state for one in found].count("open") == 1
    assert [one.state for one in found].count("failed") == 1
    assert [one.start for one in found] == sorted(one.start for one in found)


def test_what_adds_to_a_chart_is_drawn_from_older_data_while_it_is_computed_anew(sessions, caller, new_experiment):
    other = Metric("other")
    experiment_id = new_experiment(metrics=(COST, other), budget=40)
    values = (MetricEvaluation("cost", 1.0), MetricEvaluation("other", 1.0))
    report = Report(assignments={"x": 0.5, "kind": "a"}, values=values)
    with sessions.begin() as session:
        old = observations.create(session, caller, experiment_id, [report])[0].id
        experiment = session.get_one(Experiment, experiment_id)
        result = {"chances": [{"observation": str(old), "efficient": 0.3}]}
        AnalysisRepository(session, experiment).store(
            key_of(KINDS["belief"], Options()), result, data_version=experiment.data_version, observation_count=1
        )
    with sessions.begin() as session:
        observations.create(session, caller, experiment_id, [report])

    with sessions() as session:
        kind = PLOTS["pareto"]
        meanwhile = take(session, caller, experiment_id, kind, kind.options())
        waited = take(session, caller, experiment_id, kind, kind.options(), complete=True)

    front = next(trace for trace in meanwhile.figure["data"] if trace["name"] == "Pareto front")
    assert sorted(front["text"]) == ["", "on the true front with 30 %"]
    assert (meanwhile.fresh, meanwhile.pending) == (False, ["belief", "random_front"])
    assert isinstance(waited, Wait)


def test_strangers_find_nothing(sessions, measured):
    stranger, _ = make_tenant(sessions)

    with sessions() as session, pytest.raises(NotFound):
        take(session, stranger, measured, PLOTS["history"], PLOTS["history"].options())
