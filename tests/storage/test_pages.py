"""Pages of a list: walking them gives the whole list, in order, once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from optsvc.domain.errors import InvalidRequest
from optsvc.storage.experiments import ExperimentFilter, ExperimentRepository
from optsvc.storage.models import Experiment
from optsvc.storage.pages import PageQuery
from optsvc.storage.suggestions import SuggestionRepository

MORNING = datetime(2026, 1, 1, tzinfo=UTC)
# Minutes after the start of the day: two ties, and an order unlike that of the ids.
MINUTES = [3, 1, 3, 2, 1]
SORTS = ["id", "recent"]


def key_of(row, sort):
    return (row.id,) if sort == "id" else (row.updated, row.id)


@pytest.fixture
def listed(new_experiment):
    """Experiments by sort key, smallest first."""
    rows = [new_experiment(updated=MORNING + timedelta(minutes=minutes)) for minutes in MINUTES]
    return {sort: sorted(rows, key=lambda row: key_of(row, sort)) for sort in SORTS}


@pytest.fixture
def page(session, caller):
    repository = ExperimentRepository(session)

    def fetch(sort, **query):
        return repository.page(
            PageQuery(**query), Experiment.client_id == caller.client_id, ExperimentFilter(), sort=sort
        )

    return fetch


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("limit", range(1, len(MINUTES) + 2))
def test_walking_with_before_gives_every_row_once_from_the_largest_down(listed, page, sort, ascending, limit):
    walked = []
    marker = None if not ascending else (key_of(listed[sort][-1], sort)[0] + step(sort), *[2**62] * (sort == "recent"))
    while True:
        got = page(sort, limit=limit, before=marker, ascending=ascending)
        assert got.count == len(MINUTES)
        walked += reversed(got.rows) if ascending else got.rows
        marker = got.before
        if marker is None:
            break

    assert walked == listed[sort][::-1]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("limit", range(1, len(MINUTES) + 2))
def test_walking_with_after_gives_every_row_once_from_the_smallest_up(listed, page, sort, ascending, limit):
    walked = []
    marker = None if ascending else (key_of(listed[sort][0], sort)[0] - step(sort), *[0] * (sort == "recent"))
    while True:
        got = page(sort, limit=limit, after=marker, ascending=ascending)
        walked += got.rows if ascending else reversed(got.rows)
        marker = got.after
        if marker is None:
            break

    assert walked == listed[sort]


def step(sort):
    return 1 if sort == "id" else timedelta(microseconds=1)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("ascending", [False, True])
def test_between_two_markers_lies_what_brute_force_finds_there(listed, page, sort, ascending):
    rows = listed[sort]
    for low in range(len(rows)):
        for high in range(low, len(rows)):
            got = page(sort, after=key_of(rows[low], sort), before=key_of(rows[high], sort), ascending=ascending)

            expected = rows[low + 1 : high]
            assert got.rows == (expected if ascending else expected[::-1])


def test_the_first_page_of_a_descending_list_leads_down_while_there_is_more_and_back_up_from_its_first_entry(
    listed, page
):
    ids = [row.id for row in listed["id"]]

    first, whole = page("id", limit=2), page("id")

    assert (first.before, first.after) == ((ids[-2],), (ids[-1],))
    assert (whole.before, whole.after) == (None, (ids[-1],))


def test_walking_up_through_a_descending_list_swaps_the_roles_of_the_markers(listed, page):
    ids = [row.id for row in listed["id"]]

    middle, last = page("id", limit=2, after=(ids[0],)), page("id", limit=2, after=(ids[2],))

    assert [row.id for row in middle.rows] == [ids[2], ids[1]]
    assert (middle.before, middle.after) == ((ids[1],), (ids[2],))
    assert [row.id for row in last.rows] == [ids[4], ids[3]]
    assert (last.before, last.after) == ((ids[3],), None)


def test_an_empty_page_repeats_what_it_can_of_its_markers(listed, page):
    ids = [row.id for row in listed["id"]]

    below, above = page("id", before=(ids[0],)), page("id", after=(ids[-1],))

    assert (below.rows, below.before, below.after) == ([], None, (ids[0],))
    assert (above.rows, above.before, above.after) == ([], (ids[-1],), None)


@pytest.mark.usefixtures("listed")
def test_a_limit_of_nothing_gives_the_count_and_a_marker_from_which_newer_rows_are_found(page, new_experiment):
    head = page("id", limit=0)
    newer = new_experiment()

    assert (head.rows, head.count, head.before) == ([], len(MINUTES), None)
    assert page("id", after=head.after).rows == [newer]


def test_an_empty_list_has_no_markers(page):
    empty = page("id")

    assert (empty.rows, empty.count, empty.before, empty.after) == ([], 0, None, None)


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("id", (MORNING, 1)),
        ("id", ("1",)),
        ("id", (1.0,)),
        ("id", (True,)),
        ("id", (None,)),
        ("recent", (1,)),
        ("recent", (1, 1)),
        ("recent", (1, MORNING)),
    ],
)
def test_a_marker_of_another_list_or_sort_order_is_refused(page, sort, key):
    with pytest.raises(InvalidRequest, match="paging marker"):
        page(sort, before=key)


def test_a_deep_page_is_found_by_key_and_read_no_further_than_its_limit(session, listed, page):
    statements: list[tuple[str, dict[str, object]]] = []

    def record(_connection, _cursor, statement, parameters, _context, _many):
        statements.append((statement, parameters))

    event.listen(session.get_bind(), "before_cursor_execute", record)
    try:
        page("recent", limit=2, before=key_of(listed["recent"][3], "recent"))
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", record)

    [_count, (rows, parameters)] = statements
    assert "OFFSET" not in rows.upper()
    assert "LIMIT" in rows
    assert 3 in parameters.values()  # one more than asked for, to know whether there is more


def test_the_index_of_each_list_has_its_columns_in_the_order_sorted_by(session):
    session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    plan = session.connection().exec_driver_sql(
        "EXPLAIN SELECT * FROM experiments WHERE client_id = 1 AND (updated, id) < ('2026-01-01', 5) "
        "ORDER BY updated DESC, id DESC LIMIT 10"
    )

    text = "\n".join(line for (line,) in plan)
    assert "Index Scan Backward using ix_experiments_client_id_updated_id" in text
    assert "Sort" not in text


def test_the_same_markers_serve_other_lists(session, new_experiment):
    repository = SuggestionRepository(session, new_experiment())

    assert repository.page(PageQuery(before=(2**62,))).rows == []
