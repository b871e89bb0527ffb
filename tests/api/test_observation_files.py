"""Observations as files: what was exported comes back the same, and a faulty file leaves nothing behind."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.api import cells
from optsvc.api.app import create_app
from optsvc.api.download import MOST_AT_ONCE
from tests.support import patient
from tests.support.examples import experiment_body, ok, refused
from tests.support.service import live_server

TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv"}
RICH = {
    "name": "Rich",
    "type": "random",
    "conditionals": [{"name": "optimizer", "values": ["sgd", "=adam()"]}],
    "parameters": [
        {"name": "rate", "type": "double", "bounds": {"min": 1e-9, "max": 1}, "transformation": "log"},
        {"name": 'a, "b".value', "type": "double", "bounds": {"min": -1, "max": 1}},
        {"name": "layers", "type": "int", "bounds": {"min": 1, "max": 9}},
        {"name": "momentum", "type": "double", "bounds": {"min": 0, "max": 1}, "conditions": {"optimizer": ["sgd"]}},
        {"name": "kind", "type": "categorical", "categorical_values": ["8", "-1", '"', "é,ü", "\r\n", " x", "@"]},
    ],
    "metrics": [{"name": "y"}, {"name": "y.value_stddev", "strategy": "store"}],
    "observation_budget": 60,
}
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
looks_like_something_else = st.sampled_from(
    [
        "",
        "1",
        "007",
        "1e5",
        " 1 ",
        "-0",
        ".5",
        "=1+1",
        "+x",
        "@a",
        '"',
        '"a"',
        "'",
        "true",
        "null",
        "NaN",
        "a\r\nb",
        "\t",
    ]
)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70)


@pytest.fixture
def new_path(api):
    """Makes experiments with this body; answers their paths."""
    return lambda body: f"/experiments/{ok(api.post('/experiments', json=body))['id']}"


def exported(api, path, format="ndjson"):
    answer = api.get(f"{path}/observations/export", params={"format": format})
    assert answer.status_code == 200, answer.text
    return answer


def imported(api, path, content, format="ndjson", **query):
    return api.post(
        f"{path}/observations/import", content=content, headers={"Content-Type": TYPES[format]}, params=query
    )


def without_names(row):
    """An observation but for what belongs to its place and time."""
    return {key: value for key, value in row.items() if key not in {"id", "experiment", "created", "suggestion"}}


@given(value=texts | looks_like_something_else | numbers)
def test_a_cell_is_read_back_as_what_was_written_and_never_begins_like_a_formula(value):
    cell = cells.of_value(value)

    read = cells.value_in(cell)

    assert (read, type(read)) == (value, type(value))
    assert isinstance(value, int | float) or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(text=texts | looks_like_something_else)
def test_a_cell_of_a_column_of_texts_is_read_back(text):
    assert cells.text_in(cells.of_text(text)) == text


@given(rows=st.lists(st.lists(texts | looks_like_something_else, min_size=2, max_size=3), min_size=1, max_size=4))
def test_rows_of_cells_are_read_back(rows):
    assert list(csv.reader(io.StringIO(cells.lines(rows), newline=""), strict=True)) == rows


def rich_reports():
    point = {"rate": 1e-7, 'a, "b".value': 1 / 3, "layers": 3}
    metadata = {
        "note": 'line 1\nline 2, "quoted" é 🎂',
        "=1+1": "=1+1",
        "seven": "007",
        "7": 7,
        "tiny": 5e-324,
        "": "x",
    }
    values = [{"name": "y", "value": 0.1 + 0.2, "value_stddev": 1e-300}, {"name": "y.value_stddev", "value": -1e300}]
    for kind in ("8", "-1", '"', "é,ü", "\r\n", " x", "@"):
        yield {"assignments": point | {"kind": kind, "optimizer": "=adam()"}, "values": values, "metadata": metadata}
        yield {"assignments": point | {"kind": kind, "optimizer": "sgd", "momentum": 5.0}, "failed": True}
    yield {"assignments": point | {"kind": "8", "optimizer": "=adam()"}, "values": values, "metadata": {"7": "7"}}


@pytest.mark.parametrize("format", TYPES)
def test_what_was_exported_is_the_same_in_a_copy_of_the_experiment(api, new_path, format):
    original, copy = new_path(RICH), new_path(RICH)
    ok(api.post(f"{original}/observations/batch", json={"observations": list(rich_reports())}))
    suggestion = ok(api.post(f"{original}/suggestions", json={}))
    of_suggestion = {"suggestion": suggestion["id"], "failed": True}
    ok(api.post(f"{original}/observations", json=of_suggestion))

    answer = ok(imported(api, copy, exported(api, original, format).content, format))

    assert (answer["observation_count"], answer["failed_count"]) == (16, 8)
    rows = [ok(api.get(f"{path}/observations"))["data"] for path in (original, copy)]
    assert [without_names(row) for row in rows[0]] == [without_names(row) for row in rows[1]]
    assert ok(api.get(copy))["progress"]["observation_count"] == 16


def test_a_copy_with_tasks_keeps_the_task_of_each_observation(api, new_path):
    body = experiment_body(
        type="random", tasks=[{"name": "1", "cost": 0.1}, {"name": "full", "cost": 1}], parallel_bandwidth=1
    )
    original, copy = new_path(body), new_path(body)
    point = {"sugar": 1.0, "eggs": 4, "oven": "gas"}
    for task in ("1", "full"):
        ok(api.post(f"{original}/observations", json={"assignments": point, "task": task, "value": 1}))

    for format in TYPES:
        ok(imported(api, copy, exported(api, original, format).content, format))

    assert [row["task"]["name"] for row in ok(api.get(f"{copy}/observations"))["data"]] == ["full", "1"] * 2


def test_an_export_has_all_observations_but_the_deleted_oldest_first_and_a_name(api, path):
    made = [ok(observe(api, path, eggs))["id"] for eggs in range(1, 6)]
    ok(api.delete(f"{path}/observations/{made[2]}"))

    ndjson, table = exported(api, path), exported(api, path, "csv")

    rows = [json.loads(line) for line in ndjson.text.splitlines()]
    assert rows == ok(api.get(f"{path}/observations"))["data"][::-1]
    assert [row["id"] for row in csv.DictReader(io.StringIO(table.text))] == [*made[:2], *made[3:]]
    assert ndjson.headers["content-type"] == "application/x-ndjson"
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    name = f"{path.removeprefix('/').replace('s/', '-')}-observations"
    assert table.headers["content-disposition"] == f'attachment; filename="{name}.csv"'


def observe(api, path, eggs):
    body = {
        "assignments": {"sugar": 1.0, "eggs": eggs, "oven": "gas"},
        "value": eggs,
        "metadata": {f"key {eggs}": eggs},
    }
    return api.post(f"{path}/observations", json=body)


def test_the_columns_are_the_same_whatever_the_observations_hold_but_for_metadata(api, path):
    columns = "id,created,suggestion,failed,task,assignments.eggs,assignments.oven,assignments.sugar"
    values = "values.taste.value,values.taste.value_stddev"

    assert exported(api, path, "csv").text == f"{columns},{values}\r\n"
    ok(observe(api, path, 2))
    assert exported(api, path, "csv").text.startswith(f"{columns},{values},metadata.key 2\r\n")


def test_a_table_made_by_hand_needs_only_the_columns_that_it_fills(api, path):
    table = "\ufeffassignments.sugar,assignments.eggs,assignments.oven,values.taste.value,failed,metadata.by\r\n"
    table += ' 1 ,+3,gas,.5,,"Zoë, me"\n\n2,4.0,electric,,TRUE,\n'

    ok(imported(api, path, table.encode(), "csv"))

    failed, good = ok(api.get(f"{path}/observations"))["data"]
    assert good["assignments"] == {"sugar": 1.0, "eggs": 3, "oven": "gas"}
    assert (good["values"][0]["value"], good["metadata"]) == (0.5, {"by": "Zoë, me"})
    assert (failed["failed"], failed["assignments"]["eggs"], failed["metadata"]) == (True, 4, None)


def test_a_line_may_name_its_suggestion_in_place_of_assignments(api, path):
    made = [ok(api.post(f"{path}/suggestions", json={}))["id"] for _ in range(2)]
    content = "suggestion,values.taste.value\n" + "".join(f"{id_},1\n" for id_ in made)

    ok(imported(api, path, content, "csv"))

    assert [row["suggestion"] for row in ok(api.get(f"{path}/observations"))["data"]] == made[::-1]
    assert ok(api.get(f"{path}/suggestions?state=open"))["count"] == 0


GOOD = '{"assignments": {"sugar": 1, "eggs": 4, "oven": "gas"}, "values": [{"value": 1}]}'
HEADER = "assignments.sugar,assignments.eggs,assignments.oven,values.taste.value,values.taste.value_stddev,failed"
FAULTY_LINES = {
    "no JSON": ("ndjson", "{", None, "Malformed json"),
    "no object": ("ndjson", "[]", None, "expected an object"),
    "a key twice": ("ndjson", '{"failed": true, "failed": true}', None, "twice"),
    "NaN": ("ndjson", GOOD.replace('"value": 1', '"value": NaN'), None, "NaN"),
    "unknown key": ("ndjson", '{"wert": 1}', "wert", "Unknown json keys: wert"),
    "no values": ("ndjson", '{"assignments": {"sugar": 1, "eggs": 4, "oven": "gas"}}', None, "number of values"),
    "unknown suggestion": ("ndjson", '{"suggestion": 1, "values": [{"value": 1}]}', None, "no suggestion with id 1"),
    "metadata too deep": ("ndjson", '{"failed": true, "metadata": {"a": []}}', "metadata", "must be a text"),
    "NUL": ("ndjson", GOOD.replace("gas", "\\u0000"), None, "NUL"),
    "no number": ("csv", "one,4,gas,1,,", "assignments.sugar", "expected a number, got 'one'"),
    "no finite number": ("csv", "1,4,gas,1e999,,", "values.taste.value", "too large"),
    "half an egg": ("csv", "1,.5,gas,1,,", None, "'eggs'"),
    "unknown category": ("csv", "1,4,wood,1,,", None, "'oven': 'wood' is not one of"),
    "negative deviation": ("csv", "1,4,gas,1,-1,", "values.taste.value_stddev", "greater than or equal to 0"),
    "deviation of nothing": ("csv", "1,4,gas,,1,", "values.taste.value", "empty beside"),
    "failed and a value": ("csv", "1,4,gas,1,,true", None, "a failed observation has no values"),
    "neither yes nor no": ("csv", "1,4,gas,1,,ja", "failed", "expected true or false, got 'ja'"),
    "missing cell": ("csv", "1,4,gas,1,", None, "the row has 5 cells, the header has 6"),
    "missing parameter": ("csv", "1,,gas,1,,", None, "missing parameter 'eggs'"),
    "half a pair": ("csv", '1,4,"""\\ud800""",1,,', "assignments.oven", "surrogate"),
    "open quote": ("csv", '1,4,"gas,1,,', None, "this is not CSV"),
}


@pytest.mark.parametrize(("format", "line", "column", "rule"), FAULTY_LINES.values(), ids=FAULTY_LINES)
def test_a_faulty_row_is_named_with_its_line_and_rule_and_nothing_is_stored(api, path, format, line, column, rule):
    good = GOOD if format == "ndjson" else f"{HEADER}\n1,4,gas,1,,"

    answer = imported(api, path, f"{good}\n{line}\n", format)

    place = 2 if format == "ndjson" else 3
    message = refused(answer, 400)
    assert f"1 of 2 rows are wrong, nothing was stored: line {place}: " in message
    assert rule in message
    [error] = answer.json()["errors"]
    assert (error["line"], error["column"]) == (place, column)
    assert rule in error["message"]
    assert ok(api.get(f"{path}/observations"))["count"] == 0


def test_of_many_faulty_rows_the_first_are_told_and_all_are_counted(api, path):
    table = HEADER + "\n" + '"1",4,"gas",1,,\n1,4,"wo\nod",1,,\n' * 1500  # a good one, then one of two lines

    answer = imported(api, path, table, "csv")

    assert "1500 of 3000 rows are wrong" in refused(answer, 400)
    assert "and 1497 more" in answer.json()["message"]
    assert [error["line"] for error in answer.json()["errors"]] == [3 + 3 * i for i in range(20)]
    assert ok(api.get(f"{path}/observations"))["count"] == 0


@pytest.mark.parametrize(
    ("format", "content", "named"),
    [
        ("csv", "assignments.salt\n1\n", "'assignments.salt' is unknown"),
        ("csv", "assignments.sugar,assignments.sugar\n1,1\n", "twice"),
        ("csv", "value\n1\n", "'value' is unknown"),
        ("csv", "metadata\n1\n", "'metadata' is unknown"),
        ("csv", b"failed\n\xff\n", "line 2 is not UTF-8"),
        ("csv", "failed\n\0\n", "NUL"),
        ("csv", "", "empty"),
        ("csv", HEADER, "no observations"),
        ("ndjson", "", "no observations"),
    ],
)
def test_what_is_no_such_file_is_refused(api, path, format, content, named):
    assert named in refused(imported(api, path, content, format), 400)


def test_a_dry_run_says_what_an_import_would_and_stores_nothing(api, path):
    lines = f"{GOOD}\n" * 3 + GOOD.replace('"values": [{"value": 1}]', '"failed": true')

    checked = ok(imported(api, path, lines, dry_run=True))

    assert (checked["observation_count"], checked["failed_count"], checked["dry_run"]) == (4, 1, True)
    assert ok(api.get(f"{path}/observations"))["count"] == 0
    assert "1 of 5 rows" in refused(imported(api, path, f"{lines}\n{{}}", dry_run=True), 400)


def test_an_import_is_as_repeatable_as_any_post(api, path):
    answers = [
        api.post(f"{path}/observations/import", content=f"{GOOD}\n", headers={"Idempotency-Key": "once"})
        for _ in range(2)
    ]

    assert ok(answers[0]) == ok(answers[1])
    assert ok(api.get(f"{path}/observations"))["count"] == 1


def test_more_rows_than_in_a_batch_are_taken_and_counted_once(api, path):
    ok(imported(api, path, f"{GOOD}\n" * 2501))

    assert ok(api.get(path))["progress"]["observation_count"] == 2501
    assert len(exported(api, path).text.splitlines()) == 2501


def test_a_file_may_be_larger_than_another_body_but_not_without_limit(settings, token):
    small = settings.model_copy(update={"max_body_bytes": 2000, "max_import_bytes": 4000})
    with live_server(create_app(small)) as url, patient.Client(base_url=f"{url}/v1", auth=(token, "")) as api:
        path = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"

        ok(imported(api, path, GOOD + " " * (4000 - len(GOOD))))
        refused(imported(api, path, GOOD + " " * (4001 - len(GOOD))), 413)


def test_a_deleted_experiment_can_be_exported_but_takes_no_import(api, path):
    ok(observe(api, path, 1))
    ok(api.delete(path))

    assert len(exported(api, path).text.splitlines()) == 1
    assert "deleted" in refused(imported(api, path, GOOD), 400)


def test_no_more_files_are_sent_at_once_than_the_database_can_bear(settings, token):
    app = create_app(settings)
    with live_server(app) as url, patient.Client(base_url=f"{url}/v1", auth=(token, "")) as api:
        path = f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"
        for _ in range(2 * MOST_AT_ONCE):  # each gives its place back
            exported(api, path)

        for _ in range(MOST_AT_ONCE):
            assert app.state.downloads.acquire(blocking=False)
        answer = api.get(f"{path}/observations/export")
        skipped = api.get(f"{path}/observations/export", headers={"X-Response-Content": "skip"})

    assert f"{MOST_AT_ONCE} files already" in refused(answer, 429)
    assert answer.headers["retry-after"] == "5"
    assert skipped.status_code == 204
