"""Sorting observations by what they hold, and walking through them by key."""

import pytest

from tests.support.examples import experiment_body, ok, refused

PARAMETERS = [
    {"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}},
    {"name": "n", "type": "int", "bounds": {"min": 0, "max": 99}},
    {"name": "kind", "type": "categorical", "categorical_values": ["b", "a"]},
]
METRICS = [{"name": "taste"}, {"name": "price", "strategy": "store"}]
# x, n, kind, taste (None: failed), price, deviation of taste
ROWS = [
    (0.5, 10, "a", 3.0, 1.0, 0.5),
    (0.1, 9, "b", None, None, None),
    (0.9, 2, "a", -1.0, 7.0, None),
    (0.5, 100, "b", 3.0, 0.0, 0.1),
    (0.3, 2, "a", None, None, None),
    (1e17, 11, "b", 20.0, 1.0, 0.0),
]
COLUMNS = {
    "parameter-x": 0,
    "parameter-n": 1,
    "parameter-kind": 2,
    "value": 4,
    "value-price": 4,
    "value-taste": 3,
    "value_stddev-taste": 5,
    "value_stddev": None,
    "task": None,
}


@pytest.fixture
def observed(api):
    """The path of an experiment with these observations, and their ids."""
    made = ok(api.post("/experiments", json=experiment_body(parameters=PARAMETERS, metrics=METRICS)))
    path = f"/experiments/{made['id']}"
    reports = []
    for x, n, kind, taste, price, stddev in ROWS:
        result = {"failed": True}
        if taste is not None:
            values = [{"name": "taste", "value": taste, "value_stddev": stddev}, {"name": "price", "value": price}]
            result = {"values": values}
        reports.append({"assignments": {"x": x, "n": n, "kind": kind}} | result)
    ids = [row["id"] for row in ok(api.post(f"{path}/observations/batch", json={"observations": reports}))["data"]]
    return path, ids


def in_order(ids, sort):
    """The ids, smallest first; what has no value counts as larger than any number, ties go by id."""
    column = COLUMNS[sort]

    def key(row):
        value = None if column is None else ROWS[row][column]
        return value is None, 0 if value is None else value, row

    return [ids[row] for row in sorted(range(len(ids)), key=key)]


@pytest.mark.parametrize("sort", COLUMNS)
@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 6, 100])
def test_walking_gives_every_observation_once_in_order(api, observed, sort, ascending, limit):
    path, ids = observed
    expected = in_order(ids, sort) if ascending else in_order(ids, sort)[::-1]
    key = "after" if ascending else "before"
    walked, marker = [], {}
    while True:
        query = {"sort": sort, "ascending": ascending, "limit": limit} | marker
        listed = ok(api.get(f"{path}/observations", params=query))
        assert listed["count"] == len(ROWS)
        walked += [row["id"] for row in listed["data"]]
        if listed["paging"][key] is None:
            break
        marker = {key: listed["paging"][key]}

    assert walked == expected


@pytest.mark.parametrize("sort", ["id", "timestamp"])
def test_by_time_is_by_id_here(api, observed, sort):
    path, ids = observed

    assert [row["id"] for row in ok(api.get(f"{path}/observations?sort={sort}"))["data"]] == ids[::-1]


def test_a_parameter_added_later_sorts_by_its_default(api, observed):
    path, ids = observed
    added = {"name": "z", "type": "double", "bounds": {"min": 0, "max": 9}, "default_value": 5}
    ok(api.put(path, json={"parameters": [{"name": p["name"]} for p in PARAMETERS] + [added]}))
    values = [{"name": "taste", "value": 0}, {"name": "price", "value": 0}]
    made = [
        ok(
            api.post(
                f"{path}/observations", json={"assignments": {"x": 0, "n": 0, "kind": "a", "z": z}, "values": values}
            )
        )
        for z in (7, 2)
    ]

    listed = ok(api.get(f"{path}/observations?sort=parameter-z&ascending=true"))["data"]

    assert [row["id"] for row in listed] == [made[1]["id"], *ids, made[0]["id"]]
    assert [row["assignments"]["z"] for row in listed] == [2, *[5] * 6, 7]


@pytest.mark.parametrize(
    "sort",
    ["value-", "value-salt", "parameter", "parameter-", "parameter-salt", "timestamp-x", "created", "", "task-x"],
)
def test_there_is_nothing_else_to_sort_by(api, observed, sort):
    assert "sort" in refused(api.get(f"{observed[0]}/observations", params={"sort": sort}), 400)


@pytest.mark.parametrize("marker", ["CgIQdA", "CgkJAAAAAAAACEA", "CgIoAQoJCQAAAAAAAAhACgIQAQ"])
def test_a_marker_of_another_order_is_refused(api, observed, marker):
    answer = api.get(f"{observed[0]}/observations", params={"sort": "value", "before": marker})

    assert "marker" in refused(answer, 400)
