"""The number of queries of a list does not grow with it."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from optsvc.api.schemas.experiments import ExperimentOut
from optsvc.api.schemas.observations import ObservationOut
from optsvc.domain.metrics import Metric, Objective
from optsvc.services import experiments, observations, standings
from optsvc.storage.experiments import ExperimentFilter
from optsvc.storage.pages import PageQuery


@contextmanager
def counted(session):
    statements = []

    def record(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", record)
    try:
        yield statements
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", record)


def test_pages_of_3_and_of_30_experiments_take_the_same_number_of_queries(sessions, caller, new_experiment, observe):
    for number in range(30):
        metric = Metric("y", Objective.MINIMIZE if number % 2 else Objective.MAXIMIZE)
        observe(new_experiment(metrics=(metric,)), 3)
    counts = []

    for limit in (3, 30):
        with sessions() as session, counted(session) as statements:
            page = experiments.page(session, caller, PageQuery(limit), ExperimentFilter(state="all"), sort="recent")
            shown = [ExperimentOut.of(standing) for standing in standings.of(session, page.rows)]
        assert len(shown) == limit
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 10


@pytest.mark.parametrize("limits", [(3, 30)])
def test_pages_of_3_and_of_30_observations_take_the_same_number_of_queries(
    sessions, caller, new_experiment, observe, limits
):
    experiment_id = new_experiment()
    observe(experiment_id, 30)
    counts = []

    for limit in limits:
        with sessions() as session, counted(session) as statements:
            page = observations.page(session, caller, experiment_id, PageQuery(limit))
            definition = experiments.definition(session, experiment_id)
            assert len([ObservationOut.of(row, definition) for row in page.rows]) == limit
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 7
