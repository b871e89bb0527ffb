"""Walking through all rows: as they were at one moment, a chunk at a time, found by key."""

import pytest
from sqlalchemy import event, select

from optsvc.storage.models import Experiment, Observation
from optsvc.storage.observations import ObservationRepository
from optsvc.storage.pages import PageQuery, walk
from optsvc.storage.session import snapshot
from tests.support.service import make_tenant


def observations_of(experiment, count):
    return [
        Observation(experiment_id=experiment.id, assignments={"x": i}, failed=True, values=[]) for i in range(count)
    ]


@pytest.fixture
def stored(sessions):
    """An experiment with seven observations that other transactions see."""
    caller, _ = make_tenant(sessions)
    with sessions.begin() as session:
        experiment = Experiment(client_id=caller.client_id, name="E", parameters=[], metrics=[])
        session.add(experiment)
        session.flush()
        session.add_all(observations_of(experiment, 7))
    return experiment


def of(experiment):
    return select(Observation).where(Observation.experiment_id == experiment.id, ~Observation.deleted)


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 8])
def test_a_walk_gives_every_row_once_oldest_first_in_chunks(sessions, stored, chunk):
    with sessions() as session:
        chunks = [
            [row.assignments["x"] for row in rows] for rows in walk(session, of(stored), Observation.id, chunk=chunk)
        ]

    assert [x for rows in chunks for x in rows] == list(range(7))
    assert all(len(rows) == chunk for rows in chunks[:-1])


def test_a_walk_shows_the_moment_at_which_it_began(sessions, stored):
    with snapshot(sessions, idle_s=60) as session:
        found = walk(session, of(stored), Observation.id, chunk=2)
        walked = list(next(found))
        with sessions.begin() as other:
            for row in other.scalars(of(stored)):
                row.deleted = True
            other.add_all(observations_of(stored, 3))
        for rows in found:
            walked += rows

    assert [row.assignments["x"] for row in walked] == list(range(7))


def test_a_deep_page_and_the_count_are_read_from_an_index_by_range(sessions, stored):
    statements = []

    def record(_connection, _cursor, statement, parameters, _context, _many):
        statements.append((statement, parameters))

    with sessions() as session:
        event.listen(session.get_bind(), "before_cursor_execute", record)
        try:
            ObservationRepository(session, stored).page(PageQuery(limit=3, before=(2**40,)))
        finally:
            event.remove(session.get_bind(), "before_cursor_execute", record)
        connection = session.connection()
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        count, page = (
            "\n".join(line for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
            for statement, parameters in [s for s in statements if "FROM observations" in s[0]][:2]
        )

    assert "Index Only Scan using ix_observations_experiment_id_deleted_id" in count
    assert "Index Scan Backward using ix_observations_experiment_id_deleted_id" in page
    assert f"(experiment_id = {stored.id}" in page.replace("'", "").replace("::bigint", "")
    assert "id < " in page
    assert "Sort" not in page
