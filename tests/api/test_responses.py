"""How answers are written."""

import json

import pytest

from tests.support.examples import experiment_body, ok


def test_an_answer_is_indented_sorted_json_that_ends_with_a_newline(api, path):
    answer = api.get(path)

    assert answer.text == json.dumps(answer.json(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("answer", [lambda api, _: api.get("/nowhere"), lambda api, path: api.get(path)])
def test_every_answer_is_utf8_json_that_is_never_cached(api, path, answer):
    headers = answer(api, path).headers

    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["cache-control"] == "no-cache, no-store"


def test_characters_that_matter_inside_a_page_are_escaped_and_others_written_as_they_are(api):
    answer = api.post("/experiments", json=experiment_body(name="<b>Grüße & 🎂</b>"))

    assert ok(answer)["name"] == "<b>Grüße & 🎂</b>"
    assert '"name": "\\u003Cb\\u003EGrüße \\u0026 🎂\\u003C/b\\u003E"' in answer.text


def test_a_deletion_answers_an_empty_object_and_a_newline(api, path):
    assert api.delete(path).text == "{}\n"


@pytest.mark.parametrize(
    ("method", "address"), [("POST", "/suggestions"), ("GET", ""), ("PUT", ""), ("DELETE", "/observations")]
)
def test_who_wants_no_content_gets_204_and_the_work_is_done(api, path, method, address):
    before = len(ok(api.get(f"{path}/suggestions"))["data"])

    answer = api.request(method, path + address, headers={"X-Response-Content": "skip"})

    assert (answer.status_code, answer.text) == (204, "")
    assert len(ok(api.get(f"{path}/suggestions"))["data"]) == before + (method == "POST")


def test_an_error_is_told_even_to_who_wants_no_content(api):
    answer = api.get("/experiments/1234567890", headers={"X-Response-Content": "skip"})

    assert answer.status_code == 404
    assert answer.json()["status"] == 404


def test_ids_are_texts_and_times_are_whole_seconds(api, path):
    suggestion = ok(api.post(f"{path}/suggestions", json={}))
    observation = ok(api.post(f"{path}/observations", json={"suggestion": int(suggestion["id"]), "value": 1}))

    for row in (ok(api.get(path)), suggestion, observation):
        assert isinstance(row["id"], str)
        assert row["id"].isdigit()
        assert type(row["created"]) is int
    assert suggestion["experiment"] == observation["experiment"] == path.rpartition("/")[2]
    assert observation["suggestion"] == suggestion["id"]


def test_numbers_keep_their_kind(api):
    body = experiment_body(
        parameters=[
            {"name": "grid", "type": "int", "grid": [3, 1]},
            {"name": "steps", "type": "double", "grid": [1, 2]},
            {"name": "whole", "type": "int", "bounds": {"min": 1.0, "max": 5}},
            {"name": "x", "type": "double", "bounds": {"min": 1, "max": 5}},
        ],
        metadata={"whole": 1.0, "half": 0.5, "text": "1.0"},
    )
    answer = api.post("/experiments", json=body)
    path = f"/experiments/{ok(answer)['id']}"
    grid, steps, whole, x = answer.json()["parameters"]
    point = {"grid": 3.0, "steps": 2, "whole": 4.0, "x": 3}
    observation = ok(api.post(f"{path}/observations", json={"assignments": point, "value": 3}))

    assert repr(grid["grid"]) == "[1, 3]"
    assert repr(steps["grid"]) == "[1.0, 2.0]"
    assert repr(grid["bounds"]["min"]) == "1.0"
    assert repr((whole["bounds"]["max"], x["bounds"]["max"])) == "(5.0, 5.0)"
    assert repr(answer.json()["metadata"]) == "{'half': 0.5, 'text': '1.0', 'whole': 1}"
    assert repr(observation["assignments"]) == "{'grid': 3, 'steps': 2.0, 'whole': 4, 'x': 3.0}"
    assert repr(observation["values"][0]["value"]) == "3.0"


@pytest.mark.parametrize("large", [1e16, 123456789012345680.0, 1e25, 1.7976931348623157e308, 5e-324, -0.0])
def test_doubles_of_any_size_come_back_as_the_same_doubles(api, large):
    body = experiment_body(parameters=[{"name": "x", "type": "double", "bounds": {"min": 0, "max": 1e18}}])
    path = f"/experiments/{ok(api.post('/experiments', json=body))['id']}"

    for row in (
        ok(api.post(f"{path}/suggestions", json={"assignments": {"x": large}})),
        ok(api.post(f"{path}/observations", json={"assignments": {"x": large}, "value": large})),
        ok(api.get(f"{path}/best_assignments"))["data"][0],
    ):
        assert (type(row["assignments"]["x"]), row["assignments"]["x"]) == (float, large)
        assert row.get("values", [{"value": large}])[0]["value"] == large
    assert ok(api.get(path))["parameters"][0]["bounds"] == {"max": 1e18, "min": 0.0, "object": "bounds"}
