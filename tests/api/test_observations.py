"""Observations over HTTP."""

import pytest

from tests.support.examples import experiment_body, ok, refused

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}
ELSEWHERE = POINT | {"eggs": 5}
GOOD = {"assignments": POINT, "values": [{"name": "taste", "value": 0.5, "value_stddev": 0.1}]}


def evaluation(value, stddev=None, name="taste"):
    return [{"name": name, "object": "metric_evaluation", "value": float(value), "value_stddev": stddev}]


@pytest.fixture
def suggestion(api, path):
    return ok(api.post(f"{path}/suggestions", json={"assignments": ELSEWHERE}))["id"]


TAKEN = {
    "named": ({"values": [{"name": "taste", "value": 3}]}, evaluation(3)),
    "name left out": ({"values": [{"value": 3}]}, evaluation(3)),
    "name null": ({"values": [{"name": None, "value": 3}]}, evaluation(3)),
    "name empty": ({"values": [{"name": "", "value": 3}]}, evaluation(3)),
    "stddev": ({"values": [{"value": 3, "value_stddev": 0}]}, evaluation(3, 0.0)),
    "stddev null": ({"values": [{"value": 3, "value_stddev": None}]}, evaluation(3)),
    "as we send it": ({"values": evaluation(3, 0.5)}, evaluation(3, 0.5)),
    "not failed": ({"values": evaluation(3), "failed": False}, evaluation(3)),
    "failed null": ({"values": evaluation(3), "failed": None}, evaluation(3)),
    "failed": ({"failed": True}, []),
    "failed with empty values": ({"failed": True, "values": []}, []),
    "failed with null values": ({"failed": True, "values": None}, []),
    "value on top": ({"value": 3}, evaluation(3)),
    "value and stddev on top": ({"value": 3, "value_stddev": 0.5}, evaluation(3, 0.5)),
    "everything optional null": ({"value": 3, "metadata": None, "no_optimize": None, "task": None}, evaluation(3)),
    "huge value": ({"value": 1.7e308}, evaluation(1.7e308)),
}


@pytest.mark.parametrize(("report", "values"), TAKEN.values(), ids=TAKEN)
def test_a_result_is_taken_in_every_form_of_the_contract(api, path, report, values):
    made = ok(api.post(f"{path}/observations", json={"assignments": POINT} | report))

    assert made["values"] == values
    assert made["failed"] == (values == [])
    assert ok(api.get(f"{path}/observations/{made['id']}")) == made


FAULTY = {
    "nothing": ({}, "must be equal"),
    "no point": ({"value": 1}, "suggestion"),
    "two points": ({"assignments": POINT, "suggestion": "own", "value": 1}, "suggestion"),
    "null point": ({"assignments": None, "suggestion": None, "value": 1}, "suggestion"),
    "no result": ({"assignments": POINT}, "must be equal"),
    "not failed and no values": ({"assignments": POINT, "failed": False}, "must be equal"),
    "values null": ({"assignments": POINT, "values": None}, "must be equal"),
    "values empty": ({"assignments": POINT, "values": []}, "must be equal"),
    "failed and values": ({"assignments": POINT, "failed": True, "values": [{"value": 1}]}, "failed"),
    "failed and value": ({"assignments": POINT, "failed": True, "value": 1}, "failed"),
    "failed a text": ({"assignments": POINT, "failed": "yes"}, "Invalid type for failed"),
    "failed a number": ({"assignments": POINT, "failed": 1}, "Invalid type for failed"),
    "values an object": ({"assignments": POINT, "values": {"taste": 1}}, "Invalid type for values"),
    "value a number": ({"assignments": POINT, "values": [1]}, "Invalid type for values[0]"),
    "value missing": ({"assignments": POINT, "values": [{"name": "taste"}]}, "values[0].value"),
    "value null": ({"assignments": POINT, "values": [{"value": None}]}, "Invalid type for values[0].value"),
    "value a text": ({"assignments": POINT, "values": [{"value": "1"}]}, "Invalid type for values[0].value"),
    "value a boolean": ({"assignments": POINT, "values": [{"value": True}]}, "Invalid type for values[0].value"),
    "stddev negative": ({"assignments": POINT, "values": [{"value": 1, "value_stddev": -1}]}, "value_stddev"),
    "stddev a text": ({"assignments": POINT, "values": [{"value": 1, "value_stddev": "1"}]}, "value_stddev"),
    "unknown key in a value": ({"assignments": POINT, "values": [{"value": 1, "unit": "g"}]}, "values[0].unit"),
    "unknown metric": ({"assignments": POINT, "values": [{"name": "price", "value": 1}]}, '"price"'),
    "metric twice": ({"assignments": POINT, "values": [{"value": 1}, {"value": 1}]}, "must be equal"),
    "value and values": ({"assignments": POINT, "value": 1, "values": [{"value": 1}]}, "value"),
    "stddev on top alone": ({"assignments": POINT, "value_stddev": 1, "failed": True}, "value_stddev"),
    "unknown key": ({"assignments": POINT, "value": 1, "colour": "red"}, "Unknown json keys: colour"),
    "task": ({"assignments": POINT, "value": 1, "task": "cheap"}, "task"),
    "unknown suggestion": ({"suggestion": "999999", "value": 1}, "999999"),
    "suggestion no id": ({"suggestion": "abc", "value": 1}, "Invalid type for suggestion"),
    "suggestion a float": ({"suggestion": 1.5, "value": 1}, "suggestion"),
    "suggestion too large": ({"suggestion": "9" * 30, "value": 1}, "suggestion"),
    "no_optimize a text": ({"assignments": POINT, "value": 1, "no_optimize": "true"}, "no_optimize"),
}


@pytest.mark.parametrize(("report", "named"), FAULTY.values(), ids=FAULTY)
def test_a_faulty_result_is_refused_by_name_alone_and_in_a_batch_with_its_place(api, path, suggestion, report, named):
    if report.get("suggestion") == "own":
        report = report | {"suggestion": suggestion}

    assert named in refused(api.post(f"{path}/observations", json=report), 400)

    batch = {"observations": [{"suggestion": suggestion, "value": 1}, GOOD, report]}
    message = refused(api.post(f"{path}/observations/batch", json=batch), 400)
    assert "observations[2]" in message
    assert named.removeprefix("Invalid type for ").removeprefix("Unknown json keys: ") in message
    assert ok(api.get(f"{path}/observations"))["count"] == 0
    assert ok(api.get(f"{path}/suggestions/{suggestion}"))["state"] == "open"


def test_a_name_is_refused_where_the_metric_has_none(api):
    path = f"/experiments/{ok(api.post('/experiments', json=experiment_body(metrics=None)))['id']}"
    report = {"assignments": POINT, "values": [{"name": "taste", "value": 1}]}

    assert '"taste"' in refused(api.post(f"{path}/observations", json=report), 400)
    assert ok(api.post(f"{path}/observations", json=report | {"values": [{"value": 1}]}))["values"] == evaluation(
        1, name=None
    )


def test_a_batch_is_stored_in_the_order_given(api, path, suggestion):
    reports = [{"assignments": POINT, "value": i} for i in range(40)] + [{"suggestion": suggestion, "failed": True}] * 2

    made = ok(api.post(f"{path}/observations/batch", json={"observations": reports, "no_optimize": True}))

    assert (made["object"], made["count"], made["paging"]) == ("pagination", 42, {"before": None, "after": None})
    assert [row["values"] for row in made["data"]] == [evaluation(i) for i in range(40)] + [[], []]
    ids = [int(row["id"]) for row in made["data"]]
    assert ids == sorted(ids)
    assert [row["id"] for row in ok(api.get(f"{path}/observations"))["data"]] == [str(i) for i in ids[::-1]]
    assert ok(api.get(f"{path}/suggestions/{suggestion}"))["state"] == "closed"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "observations"),
        ({"observations": []}, "observations"),
        ({"observations": None}, "observations"),
        ({"observations": [GOOD] * 2501}, "observations"),
        ({"observations": [GOOD], "colour": 1}, "colour"),
        ({"observations": [GOOD, "text"]}, "observations[1]"),
    ],
)
def test_a_faulty_batch_is_refused(api, path, body, named):
    assert named in refused(api.post(f"{path}/observations/batch", json=body), 400)


def test_a_batch_of_2500_is_taken(api, path):
    made = ok(api.post(f"{path}/observations/batch", json={"observations": [GOOD] * 2500, "no_optimize": True}))

    assert made["count"] == len(made["data"]) == 2500


# 5.3: what is there (suggested or by assignments, good or failed), what is sent, and what it changes; None: 400.
BY_SUGGESTION = {
    "another suggestion": ({"suggestion": "other"}, {"suggestion": "other", "assignments": POINT}),
    "the same suggestion": ({"suggestion": "own"}, {}),
    "assignments null": ({"assignments": None}, {}),
    "to assignments": ({"suggestion": None, "assignments": POINT}, {"suggestion": None, "assignments": POINT}),
    "only assignments": ({"assignments": POINT}, None),
    "only cleared": ({"suggestion": None}, None),
    "both cleared": ({"suggestion": None, "assignments": None}, None),
    "both given": ({"suggestion": "own", "assignments": POINT}, None),
    "unknown suggestion": ({"suggestion": "999999"}, None),
}
BY_ASSIGNMENTS = {
    "other assignments": ({"assignments": ELSEWHERE}, {"assignments": ELSEWHERE}),
    "suggestion null": ({"suggestion": None}, {}),
    "to a suggestion": ({"assignments": None, "suggestion": "other"}, {"suggestion": "other"}),
    "only a suggestion": ({"suggestion": "other"}, None),
    "only cleared": ({"assignments": None}, None),
    "both cleared": ({"suggestion": None, "assignments": None}, None),
    "both given": ({"suggestion": "other", "assignments": POINT}, None),
    "bad assignments": ({"assignments": {"eggs": 1}}, None),
}
RESULT_OF_GOOD = {
    "nothing": ({}, {}),
    "metadata": ({"metadata": {"b": 1}}, {"metadata": {"b": 1}}),
    "metadata null": ({"metadata": None}, {"metadata": None}),
    "a value keeps the old deviation": ({"values": [{"value": 2}]}, {"values": evaluation(2, 0.1)}),
    "so it does by name": ({"values": [{"name": "taste", "value": 2}]}, {"values": evaluation(2, 0.1)}),
    "and on top": ({"value": 2}, {"values": evaluation(2, 0.1)}),
    "a deviation null clears": ({"values": [{"value": 2, "value_stddev": None}]}, {"values": evaluation(2)}),
    "also on top": ({"value": 2, "value_stddev": None}, {"values": evaluation(2)}),
    "a new deviation": ({"values": [{"value": 2, "value_stddev": 1}]}, {"values": evaluation(2, 1.0)}),
    "to failed": ({"failed": True, "values": None}, {"failed": True, "values": []}),
    "to failed with empty values": ({"failed": True, "values": []}, {"failed": True, "values": []}),
    "still good": ({"failed": False}, {}),
    "only failed": ({"failed": True}, None),
    "only values cleared": ({"values": None}, None),
    "failed with values": ({"failed": True, "values": [{"value": 1}]}, None),
    "unknown metric": ({"values": [{"name": "price", "value": 1}]}, None),
    "two values": ({"values": [{"value": 1}, {"value": 2}]}, None),
    "unknown key": ({"colour": 1}, None),
}
RESULT_OF_FAILED = {
    "repaired": ({"failed": False, "values": [{"value": 2}]}, {"failed": False, "values": evaluation(2)}),
    "repaired on top": ({"failed": False, "value": 2}, {"failed": False, "values": evaluation(2)}),
    "still failed": ({"failed": True}, {}),
    "values null": ({"values": None}, {}),
    "only not failed": ({"failed": False}, None),
    "only values": ({"values": [{"value": 2}]}, None),
    "not failed without values": ({"failed": False, "values": []}, None),
}


@pytest.mark.parametrize(
    ("start", "sent", "seen"),
    [
        pytest.param(start, sent, seen, id=f"{name}: {case}")
        for name, start, cases in [
            ("suggested", {"suggestion": "own", "value": 1}, BY_SUGGESTION),
            ("own point", {"assignments": POINT, "value": 1}, BY_ASSIGNMENTS),
            ("good", GOOD | {"metadata": {"a": 1}}, RESULT_OF_GOOD),
            ("failed", {"assignments": POINT, "failed": True}, RESULT_OF_FAILED),
        ]
        for case, (sent, seen) in cases.items()
    ],
)
def test_a_correction_follows_the_rules_between_its_keys(api, path, suggestion, start, sent, seen):
    other = ok(api.post(f"{path}/suggestions", json={"assignments": POINT}))["id"]
    ids = {"own": suggestion, "other": other}

    def with_ids(body):
        return {key: ids.get(value, value) if key == "suggestion" else value for key, value in body.items()}

    before = ok(api.post(f"{path}/observations", json=with_ids(start)))
    address = f"{path}/observations/{before['id']}"

    answer = api.put(address, json=with_ids(sent) | {"no_optimize": True})

    if seen is None:
        refused(answer, 400)
        assert ok(api.get(address)) == before
        assert ok(api.get(f"{path}/suggestions/{other}"))["state"] == "open"
    else:
        assert ok(answer) == before | with_ids(seen)
        assert ok(api.get(address)) == ok(answer)
        assert ok(api.get(f"{path}/suggestions/{other}"))["state"] == (
            "closed" if seen.get("suggestion") == "other" else "open"
        )


def test_a_deleted_observation_is_gone_by_id_and_listed_only_among_the_deleted(api, path):
    gone, left = (ok(api.post(f"{path}/observations", json=GOOD))["id"] for _ in range(2))

    ok(api.delete(f"{path}/observations/{gone}?no_optimize=True"))

    for method in ("GET", "PUT", "DELETE"):
        refused(api.request(method, f"{path}/observations/{gone}"), 404)
    assert [row["id"] for row in ok(api.get(f"{path}/observations"))["data"]] == [left]
    assert [row["id"] for row in ok(api.get(f"{path}/observations?deleted=true"))["data"]] == [gone]


def test_deleting_all_leaves_none(api, path):
    for _ in range(2):
        ok(api.post(f"{path}/observations", json=GOOD))

    ok(api.delete(f"{path}/observations"))

    assert ok(api.get(f"{path}/observations"))["count"] == 0
    assert ok(api.get(path))["progress"]["observation_count"] == 0


def test_a_suggestion_may_be_observed_often_and_a_deleted_one_no_more(api, path, suggestion):
    for value in range(3):
        ok(api.post(f"{path}/observations", json={"suggestion": int(suggestion), "value": value}))
    ok(api.delete(f"{path}/suggestions/{suggestion}"))

    assert suggestion in refused(api.post(f"{path}/observations", json={"suggestion": suggestion, "value": 1}), 400)
    assert [row["assignments"] for row in ok(api.get(f"{path}/observations"))["data"]] == [ELSEWHERE] * 3
