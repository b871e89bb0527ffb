"""How request bodies and queries are read."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support import patient
from tests.support.examples import experiment_body, ok, refused

BODY = json.dumps(experiment_body(name="Grüße")).encode()
MALFORMED = "Malformed json in request body"


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "application/json",
        "Application/JSON; charset=utf-8",
        'application/json; charset="UTF-8"',
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-8",
        "text/plain",
    ],
)
def test_json_is_read_under_every_name_that_clients_give_it(api, content_type):
    headers = {} if content_type is None else {"Content-Type": content_type}

    assert ok(api.post("/experiments", content=BODY, headers=headers))["name"] == "Grüße"


@pytest.mark.parametrize("charset", ["latin-1", "utf-16"])
def test_the_charset_of_the_content_type_is_honoured(api, charset):
    body = json.dumps(experiment_body(name="Grüße"), ensure_ascii=False).encode(charset)
    headers = {"Content-Type": f"application/json; charset={charset}"}

    assert ok(api.post("/experiments", content=body, headers=headers))["name"] == "Grüße"


@pytest.mark.parametrize("charset", ["klingon", "base64", "punycode"])
def test_an_unknown_charset_is_refused(api, charset):
    headers = {"Content-Type": f"application/json; charset={charset}"}

    assert charset in refused(api.post("/experiments", content=BODY, headers=headers), 400)


@pytest.mark.parametrize("content", [b"", b"{}", b" { } \n"])
def test_an_empty_body_is_an_empty_object(api, path, content):
    assert ok(api.post(f"{path}/suggestions", content=content))["state"] == "open"


UNREADABLE = {
    "no json": b"hello",
    "half an object": b'{"name": ',
    "two objects": b"{}{}",
    "only space": b"  ",
    "form": b"name=Cake",
    "not utf-8": b'{"name": "\xff"}',
    "raw control character": b'{"name": "\x00"}',
    "list": b"[1]",
    "text": b'"name"',
    "number": b"5",
    "null": b"null",
    "true": b"true",
    "doubled key": b'{"name": "a", "name": "a"}',
    "doubled key deep inside": b'{"metadata": {"a": [{"b": 1, "b": 2}]}}',
    "NaN": b'{"value": NaN}',
    "Infinity": b'{"value": Infinity}',
    "-Infinity": b'{"value": -Infinity}',
    "beyond a double": b'{"value": 1e999}',
    "integer beyond a double": b'{"value": 1' + b"0" * 400 + b"}",
    "integer of 10000 digits": b'{"value": 1' + b"0" * 10_000 + b"}",
    "nul": rb'{"name": "a\u0000b"}',
    "nul in a key": rb'{"\u0000": 1}',
    "nul deep inside": rb'{"metadata": {"a": [{"b": "\u0000"}]}}',
    "half a surrogate pair": rb'{"metadata": {"a": "\ud800"}}',
    "half a surrogate pair in a key": rb'{"\udfff": 1}',
    "very deep list": b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "very deep object": b'{"a": ' * 100_000 + b"1" + b"}" * 100_000,
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_not_one_clean_json_object_is_400(api, path, content):
    for address in ("/experiments", f"{path}/suggestions", f"{path}/observations"):
        assert refused(api.post(address, content=content), 400).startswith(MALFORMED)


@pytest.mark.parametrize("depth", [10, 100, 300, 600, 800, 850, 900, 950])
def test_nesting_that_just_can_be_read_is_still_a_400(api, path, depth):
    deep = b"[" * depth + b"]" * depth

    for address, content in [
        ("/experiments", b'{"name": ' + deep + b"}"),
        (f"{path}/observations", b'{"failed": true, "assignments": {"eggs": ' + deep + b"}}"),
        (f"{path}/suggestions", b'{"metadata": {"a": ' + deep + b"}}"),
    ]:
        assert len(refused(api.post(address, content=content), 400)) < 1100


def test_a_body_up_to_the_limit_is_read_and_a_larger_one_is_413_in_the_shape_of_all_errors(api, settings):
    padding = b" " * (settings.max_body_bytes - len(BODY))

    assert ok(api.post("/experiments", content=BODY + padding))["name"] == "Grüße"
    assert str(settings.max_body_bytes) in refused(api.post("/experiments", content=BODY + padding + b" "), 413)
    # In pieces, so that no header announces the length.
    assert refused(api.post("/experiments", content=iter([BODY, padding, b" "])), 413)


def test_a_long_wrong_value_is_not_repeated_in_full(api, path):
    message = refused(api.post(f"{path}/suggestions", json={"assignments": {"eggs": "x" * 100_000}}), 400)

    assert len(message) < 1100


@pytest.mark.parametrize("address", ["/experiments?search=a%00b", "/experiments?x=%00", "/experiments/%00"])
def test_a_nul_character_in_the_address_is_refused(api, address):
    assert "Invalid string parameter" in refused(api.get(address), 400)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("true", True), ("True", True), ("TRUE", True), ("1", True), ("false", False), ("False", False), ("0", False)],
)
def test_a_flag_in_the_query_is_read_in_every_way_that_clients_write_it(api, path, text, meaning):
    open_one = ok(api.post(f"{path}/suggestions", json={}))["id"]
    gone = ok(api.post(f"{path}/suggestions", json={}))["id"]
    ok(api.delete(f"{path}/suggestions/{gone}"))

    listed = ok(api.get(f"{path}/suggestions", params={"deleted": text}))["data"]

    assert [suggestion["id"] for suggestion in listed] == [gone if meaning else open_one]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/suggestions?deleted=yes", "deleted"),
        ("/suggestions?deleted=", "deleted"),
        ("/suggestions?deleted=2", "deleted"),
        ("/suggestions?state=closed", "state"),
        ("/suggestions?id=a", "id"),
        ("/suggestions?id=1,", "id"),
        ("/suggestions?id=", "id"),
        ("/suggestions?id=[1", "id"),
        ("/suggestions?id=[[1]]", "id"),
        ("/suggestions?id=99999999999999999999", "id"),
        ("/suggestions?sort=created", "sort"),
        ("/observations?sort=color", "sort"),
        ("/observations?ascending=maybe", "ascending"),
    ],
)
def test_a_query_value_that_is_wrong_is_400_and_named(api, path, address, name):
    assert name in refused(api.get(path + address), 400)


@pytest.mark.parametrize(
    "query",
    [
        "user=me",
        "period_start=-1",
        "period_end=yesterday",
        "period_end=1&period_start=2",
        "development=maybe",
        "include_ai=2",
        "sort=name",
        "state=closed",
    ],
)
def test_a_filter_that_is_wrong_is_400_and_named(api, query):
    assert query.partition("=")[0] in refused(api.get(f"/experiments?{query}"), 400)


def test_unknown_query_parameters_are_ignored(api, path):
    assert ok(api.get(f"{path}?color=blue&id="))["object"] == "experiment"


@pytest.mark.parametrize(
    "write", [lambda ids: ",".join(ids), json.dumps, lambda ids: json.dumps([int(i) for i in ids])]
)
def test_a_list_in_the_query_is_taken_with_commas_and_as_json(api, path, write):
    ids = [ok(api.post(f"{path}/suggestions", json={}))["id"] for _ in range(3)]

    listed = ok(api.get(f"{path}/suggestions", params={"id": write([ids[0], ids[2]])}))

    assert [suggestion["id"] for suggestion in listed["data"]] == [ids[2], ids[0]]


def test_a_doubled_slash_at_the_start_is_one(server_url, token):
    assert patient.get(f"{server_url}//v1/tokens/self", auth=(token, "")).status_code == 200


def test_more_requests_at_once_than_threads_and_connections_are_all_answered(server_url, token):
    limits = httpx.Limits(max_connections=None)
    with (
        patient.Client(base_url=f"{server_url}/v1", auth=(token, ""), limits=limits) as client,
        ThreadPoolExecutor(100) as pool,
    ):
        answers = [pool.submit(client.get, "/experiments") for _ in range(100)]

    assert {answer.result().status_code for answer in answers} == {200}
