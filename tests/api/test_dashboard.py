"""How the dashboard's files are served; what the API answers is none of its business."""

import re

import pytest
from fastapi import FastAPI

from optsvc.api import dashboard
from optsvc.api.packed import Packed
from tests.support import patient
from tests.support.service import live_server

PAGE = '<html><head><script type="module" src="./assets/index-1.js"></script></head></html>'
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Another application with a dashboard of two files."""
    static = tmp_path_factory.mktemp("static")
    (static / "assets").mkdir()
    (static / "index.html").write_text(PAGE)
    (static / "docs.html").write_text(PAGE.replace("index", "docs"))
    (static / "assets" / "index-1.js").write_text("export {};")
    (static / "assets" / "index-1.js.gz").write_bytes(b"packed")
    app = FastAPI(redirect_slashes=False, docs_url=None)
    app.add_middleware(Packed)
    app.get("/v1/things")(lambda: {})
    dashboard.install(app, static)
    with live_server(app) as url, patient.Client(base_url=url) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "base"),
    [("/", "./"), ("/experiments", "./"), ("/experiments/3", "../"), ("/experiments/3/history?a=/b", "../../")],
)
def test_every_address_that_is_not_the_apis_is_the_page_which_finds_its_files_from_there(served, path, base):
    answer = served.get(path, headers=BROWSER)

    assert answer.status_code == 200
    assert re.search('<base href="(.*?)">', answer.text)[1] == base
    assert answer.headers["cache-control"] == "no-store"
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_the_documentation_of_the_api_is_a_page_of_its_own_under_the_same_policy(served):
    answer = served.get("/docs", headers=BROWSER)

    assert "docs-1.js" in answer.text
    assert "script-src 'self';" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("method", "path", "accept"),
    [
        ("GET", "/v1/nothing", BROWSER["Accept"]),
        ("GET", "/v1", BROWSER["Accept"]),
        ("GET", "/assets/gone-2.js", BROWSER["Accept"]),
        ("POST", "/experiments", BROWSER["Accept"]),
        ("GET", "/experiments", "application/json"),
        ("GET", "/experiments", "*/*"),
    ],
)
def test_programs_and_addresses_of_the_api_never_get_the_page(served, method, path, accept):
    answer = served.request(method, path, headers={"Accept": accept})

    assert answer.status_code in (404, 405)
    assert "<html" not in answer.text


def test_an_endpoint_answers_a_browser_itself(served):
    assert served.get("/v1/things", headers=BROWSER).json() == {}


def test_files_with_a_digest_in_their_name_are_kept_for_ever_and_come_packed_to_who_can_unpack(served):
    plain = served.get("/assets/index-1.js", headers={"Accept-Encoding": "identity"})
    with served.stream("GET", "/assets/index-1.js", headers={"Accept-Encoding": "br, gzip"}) as packed:
        bytes_sent = b"".join(packed.iter_raw())

    assert plain.text == "export {};"
    assert (packed.headers["content-encoding"], bytes_sent) == ("gzip", b"packed")
    for answer in (plain, packed):
        assert "immutable" in answer.headers["cache-control"]
        assert "javascript" in answer.headers["content-type"]
        assert answer.headers["vary"] == "Accept-Encoding"


def test_a_server_without_the_files_says_how_to_get_them(tmp_path):
    app = FastAPI()
    dashboard.install(app, tmp_path / "static")

    with live_server(app) as url:
        answer = patient.get(f"{url}/", headers=BROWSER)

    assert answer.status_code == 404
    assert "pip install" in answer.text


def test_the_api_answers_what_is_not_there_in_its_own_shape_also_to_a_browser(server_url):
    answer = patient.get(f"{server_url}/v1/nothing", headers=BROWSER)

    assert answer.json() == {"message": "there is no endpoint /v1/nothing", "status": 404}


def test_who_has_a_file_or_asks_for_its_head_gets_no_body(served):
    sent = served.get("/assets/index-1.js", headers={"Accept-Encoding": "identity"})

    known = served.get(
        "/assets/index-1.js", headers={"Accept-Encoding": "identity", "If-None-Match": sent.headers["etag"]}
    )
    head = served.head("/assets/index-1.js", headers={"Accept-Encoding": "identity"})

    assert (known.status_code, known.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == len(sent.content)
