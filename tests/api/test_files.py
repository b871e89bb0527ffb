"""Files of runs: announced, sent without a token, read without a token, and nothing else.

Both stores, a directory and a bucket, must pass the same tests; what the API itself does for its directory comes last.
"""

import base64
import hashlib
import time

import httpx
import pytest

from optsvc.api.app import create_app
from optsvc.api.file_stores import file_store
from optsvc.storage.file_store import LIFETIME_S, LocalFileStore
from optsvc.storage.models import File
from tests.support import patient
from tests.support.examples import ok, refused
from tests.support.s3 import BUCKET, s3_service
from tests.support.service import live_server

CONTENT = b"<script>alert(1)</script>" * 10_000
SECRET = "a secret of at least 32 characters"
in_a_directory = pytest.mark.parametrize("place", ["directory"], indirect=True)
in_a_bucket = pytest.mark.parametrize("place", ["bucket"], indirect=True)


def md5(content):
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def announcement(content=CONTENT, **changes):
    body = {
        "content_length": len(content),
        "content_type": "image/svg+xml",
        "content_md5": md5(content),
        "name": "plot",
    }
    return {key: value for key, value in (body | changes).items() if value is not ...}


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """Where the bytes are in the end, whichever place it is."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    with s3_service(tmp_path_factory.mktemp("s3")) as service:
        yield service


@pytest.fixture(scope="module", params=["directory", "bucket"])
def place(request, directory):
    """The settings that name a place for files."""
    if request.param == "directory":
        return {"files_dir": directory, "secret_key": SECRET}
    return request.getfixturevalue("s3").settings | {"s3_prefix": "optsvc/files"}


@pytest.fixture(scope="module")
def file_server(settings, place):
    """The service with a place for files."""
    with live_server(create_app(settings.model_copy(update=place | {"max_file_bytes": 2**20}))) as url:
        yield url


@pytest.fixture
def api(file_server, token):
    with patient.Client(base_url=f"{file_server}/v1", auth=(token, "")) as client:
        yield client


@pytest.fixture
def run(api, caller):
    projects = f"/clients/{caller.client_id}/projects"
    ok(api.post(projects, json={"id": "cakes", "name": "Cakes"}))
    return f"/training_runs/{ok(api.post(f'{projects}/cakes/training_runs', json={'name': 'a'}))['id']}"


@pytest.fixture
def announced(api, run):
    return ok(api.post(f"{run}/files", json=announcement(filename="plot.svg")))


def send(file, content=CONTENT, **changes):
    """Send bytes as a client does: with no more than the answer says."""
    upload = file["upload"] | changes
    return patient.request(upload["method"], upload["url"], headers=upload["headers"], content=content)


def with_part(url, **changes):
    """The address with another part of its query; None leaves a part out."""
    url = httpx.URL(url)
    parts = {**url.params, **changes}
    return str(url.copy_with(params={name: value for name, value in parts.items() if value is not None}))


def altered(text):
    """The same text but for its last character."""
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def denied(answer):
    """Whether it is refused, by whoever it is that keeps the bytes."""
    return answer.status_code in (400, 403)


def test_a_file_is_announced_sent_and_read_back(api, caller, run, announced):
    assert {key: announced[key] for key in announced if key not in ("id", "created", "upload")} == {
        "object": "file",
        "client": str(caller.client_id),
        "user": str(caller.user_id),
        "name": "plot",
        "filename": "plot.svg",
        "content_length": len(CONTENT),
        "content_type": "image/svg+xml",
        "content_md5": md5(CONTENT),
    }
    assert announced["upload"] == {
        "object": "upload",
        "url": announced["upload"]["url"],
        "method": "PUT",
        "headers": {"Content-Type": "image/svg+xml", "Content-MD5": md5(CONTENT)},
    }
    assert send(announced).status_code == 200

    shown = ok(api.get(f"/files/{announced['id']}"))

    assert shown == {key: announced[key] for key in announced if key != "upload"} | {"download": shown["download"]}
    read = patient.get(shown["download"]["url"])
    assert (read.status_code, read.content, read.headers["content-type"]) == (200, CONTENT, "image/svg+xml")
    assert ok(api.get(run))["files"] == [announced["id"]]


def test_the_bytes_of_a_file_that_never_came_are_not_there(api, announced):
    shown = ok(api.get(f"/files/{announced['id']}"))

    assert patient.get(shown["download"]["url"]).status_code == 404


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"?", CONTENT[:-1], CONTENT + b"?", b""])
def test_bytes_that_differ_from_their_announcement_are_not_kept(api, announced, content):
    url = ok(api.get(f"/files/{announced['id']}"))["download"]["url"]

    assert denied(send(announced, content))

    assert patient.get(url).status_code == 404
    assert send(announced).status_code == 200
    assert patient.get(url).content == CONTENT


def test_more_bytes_than_were_announced_are_refused_even_if_their_md5_was(run, api):
    liar = ok(api.post(f"{run}/files", json=announcement(content_length=1)))

    assert denied(send(liar))


def test_a_header_that_differs_or_is_left_out_is_refused(announced):
    headers = announced["upload"]["headers"]

    for name, other in (("Content-Type", "text/html"), ("Content-MD5", md5(b"other"))):
        assert denied(send(announced, headers=headers | {name: other}))
        assert denied(send(announced, headers={key: value for key, value in headers.items() if key != name}))


def test_what_is_kept_is_never_replaced_by_other_bytes_and_may_be_sent_twice(api, announced):
    url = ok(api.get(f"/files/{announced['id']}"))["download"]["url"]
    assert send(announced).status_code == 200

    assert denied(send(announced, CONTENT[:-1] + b"?"))
    assert send(announced).status_code == 200  # a client that did not see the first answer

    assert patient.get(url).content == CONTENT


def test_an_address_works_for_its_own_file_and_method_only(api, run, announced):
    assert send(announced).status_code == 200
    other = ok(api.post(f"{run}/files", json=announcement()))
    url = ok(api.get(f"/files/{announced['id']}"))["download"]["url"]
    key, other_key = (httpx.URL(address).path.rpartition("/")[2] for address in (url, other["upload"]["url"]))

    assert key != other_key
    assert patient.get(url).status_code == 200
    assert denied(patient.get(url.replace(key, other_key)))
    assert denied(patient.get(announced["upload"]["url"]))
    assert denied(send(announced, url=url))
    assert denied(patient.get(url.split("?")[0]))
    for name in httpx.URL(url).params:
        assert patient.get(with_part(url, **{name: None})).status_code in (400, 403), name
        assert patient.get(with_part(url, **{name: altered(httpx.URL(url).params[name])})).status_code in (400, 403), (
            name
        )


def test_an_address_is_refused_when_its_time_is_over(settings, place, announced):
    assert send(announced).status_code == 200
    store = file_store(settings.model_copy(update=place))
    key = httpx.URL(announced["upload"]["url"]).path.rpartition("/")[2]
    file = File(key=key, content_type="image/svg+xml", filename="plot.svg")
    server = announced["upload"]["url"].split("/file_contents")[0]
    lasting = store.download_url(file, server)
    store._lifetime_s = 1
    brief = store.download_url(file, server)

    time.sleep(2 - time.time() % 1 + 0.1)  # addresses count whole seconds

    assert patient.get(lasting).status_code == 200
    assert denied(patient.get(brief))


def test_a_file_of_another_tenant_cannot_be_told_from_none(run, announced, file_server, stranger):
    with patient.Client(base_url=f"{file_server}/v1", auth=stranger.auth) as other:
        refused(other.post(f"{run}/files", json=announcement()), 404)
        there = refused(other.get(f"/files/{announced['id']}"), 404)
        assert there.replace(announced["id"], "#") == refused(other.get("/files/99999999999"), 404).replace(
            "99999999999", "#"
        )


@in_a_bucket
def test_objects_are_under_the_prefix_and_are_downloaded_under_their_name(api, run, s3):
    file = ok(api.post(f"{run}/files", json=announcement(filename='Größe "1".svg')))
    assert send(file).status_code == 200

    url = httpx.URL(ok(api.get(f"/files/{file['id']}"))["download"]["url"])

    folder, _, key = url.path.rpartition("/")
    assert folder == f"/{BUCKET}/optsvc/files"
    assert (s3.directory / BUCKET / "optsvc" / "files" / key).read_bytes() == CONTENT
    assert url.params["response-content-type"] == "image/svg+xml"
    assert url.params["response-content-disposition"] == "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe%20%221%22.svg"
    assert 0 < int(url.params["X-Amz-Expires"]) <= LIFETIME_S


@in_a_directory
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"content_length": ...}, "content_length"),
        ({"content_length": 0}, "content_length"),
        ({"content_length": 1.5}, "content_length"),
        ({"content_length": "5"}, "content_length"),
        ({"content_length": 2**20 + 1}, "content_length"),
        ({"content_type": ...}, "content_type"),
        ({"content_type": "image"}, "content_type"),
        ({"content_type": "picture/png"}, "content_type"),
        ({"content_type": "image/png\r\nX-Bad: 1"}, "content_type"),
        ({"content_type": "image/" + "x" * 100}, "content_type"),
        ({"content_md5": ...}, "content_md5"),
        ({"content_md5": "what"}, "content_md5"),
        ({"content_md5": "no base64 at all!"}, "content_md5"),
        ({"content_md5": 5}, "content_md5"),
        ({"name": ...}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"filename": "x" * 101}, "filename"),
        ({"filename": "a\nb"}, "filename"),
        ({"more": 1}, "more"),
    ],
)
def test_a_faulty_announcement_is_refused_by_name(api, run, changes, named):
    assert named in refused(api.post(f"{run}/files", json=announcement(**changes)), 400)
    assert ok(api.get(run))["files"] == []


@in_a_directory
def test_the_api_says_what_is_wrong_with_bytes_and_leaves_nothing_behind(api, announced, directory):
    other = CONTENT[:-1] + b"?"
    headers = announced["upload"]["headers"]

    assert "MD5" in refused(send(announced, other), 400)
    assert "bytes" in refused(send(announced, CONTENT[:-1]), 400)
    assert "longer" in refused(send(announced, CONTENT + b"?"), 400)
    assert "Content-Type" in refused(send(announced, headers=headers | {"Content-Type": "text/html"}), 400)
    assert "Content-MD5" in refused(send(announced, headers=headers | {"Content-MD5": md5(other)}), 400)
    url = ok(api.get(f"/files/{announced['id']}"))["download"]["url"]
    assert "have not been sent" in refused(patient.get(url), 404)
    assert not [path for path in directory.rglob(".*") if path.is_file()]


@in_a_directory
def test_the_api_refuses_addresses_that_it_did_not_hand_out_in_its_own_words(api, announced, directory):
    ok(send(announced))
    url = ok(api.get(f"/files/{announced['id']}"))["download"]["url"]
    key, expires = httpx.URL(url).path.rpartition("/")[2], int(httpx.URL(url).params["expires"])
    assert LIFETIME_S - 60 < expires - time.time() <= LIFETIME_S

    assert "signature" in refused(patient.get(altered(url)), 403)
    assert "signature" in refused(send(announced, url=url), 403)
    refused(patient.get(url.split("?")[0]), 400)
    refused(patient.get(url.replace(key, "../../etc/passwd")), 404)
    refused(patient.get(url.replace(key, key.upper())), 404)
    past = int(time.time()) - 1
    signature = LocalFileStore(directory, SECRET)._signature("GET", key, past)
    assert "over" in refused(patient.get(with_part(url, expires=str(past), signature=signature)), 403)


@in_a_directory
def test_what_users_sent_does_not_run_as_a_page_of_this_server(api, announced):
    ok(send(announced))

    read = patient.get(ok(api.get(f"/files/{announced['id']}"))["download"]["url"])

    assert read.headers["content-disposition"] == 'attachment; filename="plot.svg"'
    assert read.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in read.headers["content-security-policy"]


@in_a_bucket
def test_with_files_in_a_bucket_the_api_itself_keeps_none(file_server):
    refused(patient.get(f"{file_server}/file_contents/{'0' * 64}?expires=1&signature=x"), 404)


@pytest.fixture
def plain(server_url, token):
    """The service without a place for files."""
    with patient.Client(base_url=f"{server_url}/v1", auth=(token, "")) as client:
        yield client


def test_without_a_place_for_files_there_are_none(plain, server_url, caller):
    project = f"/clients/{caller.client_id}/projects/cakes"
    ok(plain.post(f"/clients/{caller.client_id}/projects", json={"id": "cakes", "name": "Cakes"}))
    run = ok(plain.post(f"{project}/training_runs", json={"name": "a"}))["id"]

    assert "OPTSVC_S3_BUCKET" in refused(plain.post(f"/training_runs/{run}/files", json=announcement()), 404)
    refused(plain.get("/files/1"), 404)
    refused(patient.get(f"{server_url}/file_contents/{'0' * 64}?expires=1&signature=x"), 404)
