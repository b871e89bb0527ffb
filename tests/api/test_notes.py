"""Notes about projects."""

import pytest

from tests.support.examples import ok, refused


@pytest.fixture
def notes(api, caller):
    projects = f"/clients/{caller.client_id}/projects"
    ok(api.post(projects, json={"id": "cakes", "name": "Cakes"}))
    return f"{projects}/cakes/notes"


def test_the_newest_note_is_the_one_that_is_listed(api, caller, notes):
    assert ok(api.get(notes))["data"] == []
    ok(api.post(notes, json={"contents": "old"}))

    newest = ok(api.post(notes, json={"contents": "# New\n\nwith <signs> & lines"}))

    assert newest == {
        "object": "project_note",
        "client": str(caller.client_id),
        "project": "cakes",
        "user": str(caller.user_id),
        "created": newest["created"],
        "contents": "# New\n\nwith <signs> & lines",
    }
    assert (ok(api.get(notes))["data"], ok(api.get(notes))["count"]) == ([newest], 1)


def test_the_list_of_the_newest_note_is_a_page_like_any_other(api, notes):
    assert ok(api.get(notes))["paging"] == {"before": None, "after": None}
    for contents in ("old", "new"):
        ok(api.post(notes, json={"contents": contents}))

    whole, none = ok(api.get(notes)), ok(api.get(f"{notes}?limit=0"))

    assert whole["paging"]["before"] is None
    assert ok(api.get(f"{notes}?after={whole['paging']['after']}"))["data"] == []
    assert (none["count"], none["data"]) == (1, [])
    assert ok(api.get(f"{notes}?fields=contents"))["data"] == [{"contents": "new"}]
    assert "limit" in refused(api.get(f"{notes}?limit=1001"), 400)


@pytest.mark.parametrize(
    "body", [{}, {"contents": None}, {"contents": 5}, {"contents": "x" * (2**20 + 1)}, {"contents": "a", "more": 1}]
)
def test_a_faulty_note_is_refused(api, notes, body):
    assert ("more" if "more" in body else "contents") in refused(api.post(notes, json=body), 400)
    assert ok(api.get(notes))["count"] == 0


def test_a_note_may_be_a_million_characters_long(api, notes):
    assert len(ok(api.post(notes, json={"contents": "x" * 2**20}))["contents"]) == 2**20


def test_a_project_that_is_not_there_has_no_notes(api, notes):
    for answer in (
        api.get(notes.replace("cakes", "pies")),
        api.post(notes.replace("cakes", "pies"), json={"contents": ""}),
    ):
        refused(answer, 404)
