"""Pages over HTTP, and the markers between them."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.api.paging import decode_marker, encode_marker
from optsvc.domain.errors import InvalidRequest
from tests.support.examples import experiment_body, ok, refused

microseconds = st.integers(0, 10**16).map(
    lambda since: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=since)
)
parts = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | microseconds
)


@given(key=st.lists(parts, min_size=1, max_size=3).map(tuple))
def test_a_marker_leads_back_to_its_key(key):
    decoded = decode_marker(encode_marker(key))

    assert decoded == key
    assert [type(part) for part in decoded] == [type(part) for part in key]


@pytest.mark.parametrize(("key", "marker"), [((116,), "CgIQdA"), ((902,), "CgMQhgc"), ((0,), "CgIQAA")])
def test_a_marker_is_the_one_that_older_programs_have_stored(key, marker):
    assert encode_marker(key) == marker
    assert decode_marker(marker) == key


@given(raw=st.binary(max_size=30))
def test_any_bytes_are_a_marker_or_refused_as_one(raw):
    text = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    refusal = None
    try:
        key = decode_marker(text)
    except InvalidRequest as error:
        refusal = str(error)

    assert "marker" in refusal if refusal is not None else key


@pytest.mark.parametrize(
    "marker",
    [
        "",
        "a",
        "!!!",
        "é",
        "CgIQ",  # cut short
        encode_marker((1, 2)),
        encode_marker(("1",)),
        encode_marker((True,)),
        encode_marker((1.0,)),
        encode_marker((None,)),
        "CgsQ____________fw",  # an integer of 70 bits
        base64.urlsafe_b64encode(b"\x0a\x07\x32\x05\x08\xff\xff\xff\x7f").decode(),
        "A" * 10_000,
    ],
)
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_marker_that_is_not_of_this_list_is_400(api, path, side, marker):
    for address in ("/experiments", f"{path}/suggestions", f"{path}/observations", "/experiments?sort=recent"):
        assert "marker" in refused(api.get(address, params={"sort": "id", side: marker}), 400)


@pytest.mark.parametrize(
    ("limit", "status"), [("1", 200), ("0", 200), ("1000", 200), ("1001", 400), ("-1", 400), ("x", 400), ("", 400)]
)
def test_the_limit_is_from_0_to_1000(api, limit, status):
    answer = api.get(f"/experiments?limit={limit}")

    assert answer.status_code == status
    if status == 400:
        assert "limit" in refused(answer, 400)


@pytest.mark.parametrize("sort", ["id", "recent"])
def test_a_client_that_follows_the_markers_sees_every_experiment_once(api, sort):
    made = [ok(api.post("/experiments", json=experiment_body()))["id"] for _ in range(5)]

    for ascending, side, expected in [("false", "before", made[::-1]), ("true", "after", made)]:
        walked, query = [], {"limit": 2, "sort": sort, "ascending": ascending}
        while True:
            page = ok(api.get("/experiments", params=query))
            assert (page["object"], page["count"]) == ("pagination", 5)
            walked += [row["id"] for row in page["data"]]
            if page["paging"][side] is None:
                break
            query[side] = page["paging"][side]
        assert walked == expected


def test_newer_entries_are_found_from_the_marker_of_the_newest(api, path):
    first = ok(api.post(f"{path}/suggestions", json={}))["id"]
    seen = ok(api.get(f"{path}/suggestions"))["paging"]
    newer = [ok(api.post(f"{path}/suggestions", json={}))["id"] for _ in range(2)]

    page = ok(api.get(f"{path}/suggestions", params={"after": seen["after"]}))

    assert decode_marker(seen["after"]) == (int(first),)
    assert [row["id"] for row in page["data"]] == newer[::-1]
    assert page["paging"]["after"] is None
