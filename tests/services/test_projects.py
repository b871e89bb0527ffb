"""Projects: what they hold, and what a new client starts with."""

import pytest

from optsvc.services import projects
from optsvc.storage.models import Experiment, Project, TrainingRun
from optsvc.storage.pages import PageQuery
from tests.services.test_query_counts import counted


@pytest.fixture
def new_project(sessions, caller):
    """Stores projects of the test's own client."""

    def new(reference):
        with sessions.begin() as session:
            return projects.create(session, caller, None, reference=reference, name=reference)

    return new


def listed(session, caller, limit=1000):
    page = projects.page(session, caller, None, PageQuery(limit), user_id=None, archived=True, sort="updated")
    return projects.counts(session, page.rows)


def test_a_project_counts_all_its_experiments_and_the_runs_that_are_not_deleted(sessions, caller, new_project):
    full, empty = new_project("full"), new_project("empty")
    with sessions.begin() as session:
        place = {"client_id": caller.client_id, "project_id": full.id, "name": "x"}
        for deleted in (False, True):
            session.add(Experiment(**place, deleted=deleted, parameters=[], metrics=[]))
        for deleted in (False, False, False, True):
            session.add(TrainingRun(**place, deleted=deleted))

    with sessions() as session:
        found = listed(session, caller)

    assert (found[full.id].experiments, found[full.id].training_runs) == (2, 3)
    assert (found[empty.id].experiments, found[empty.id].training_runs) == (0, 0)


def test_pages_of_3_and_of_30_projects_take_the_same_number_of_queries(sessions, caller, new_project):
    for number in range(30):
        new_project(f"p{number}")
    counts = []

    for limit in (3, 30):
        with sessions() as session, counted(session) as statements:
            assert len(listed(session, caller, limit)) == limit
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 8


def test_a_new_client_starts_with_one_project(sessions, caller):
    with sessions.begin() as session:
        projects.create_example(session, caller.client_id, caller.user_id)

    with sessions() as session:
        page = projects.page(session, caller, None, PageQuery(), user_id=None, archived=False, sort="created")
        assert [(row.reference, row.user_id) for row in page.rows] == [("examples", caller.user_id)]
        assert isinstance(page.rows[0], Project)
