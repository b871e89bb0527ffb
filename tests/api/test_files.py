"""Files of runs: announced, sent without a token, read without a token, and nothing else."""

import base64
import hashlib
import time

import httpx
import pytest

from optsvc.api.app import create_app
from optsvc.storage.file_store import LIFETIME_S, LocalFileStore
from tests.support.examples import ok, refused
from tests.support.service import NO_TLS, live_server

CONTENT = b"<script>alert(1)</script>" * 10_000
SECRET = "a secret of at least 32 characters"


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
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def file_server(settings, directory):
    """The service with a place for files."""
    changes = {"files_dir": directory, "secret_key": SECRET, "max_file_bytes": 2**20}
    with live_server(create_app(settings.model_copy(update=changes))) as url:
        yield url


@pytest.fixture
def api(file_server, token):
    with httpx.Client(base_url=f"{file_server}/v1", auth=(token, ""), timeout=30, verify=NO_TLS) as client:
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
    return httpx.request(upload["method"], upload["url"], headers=upload["headers"], content=content)


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
    ok(send(announced))

    shown = ok(api.get(f"/files/{announced['id']}"))

    assert shown == {key: announced[key] for key in announced if key != "upload"} | {"download": shown["download"]}
    read = httpx.get(shown["download"]["url"])
    assert (read.status_code, read.content, read.headers["content-type"]) == (200, CONTENT, "image/svg+xml")
    assert read.headers["content-disposition"] == 'attachment; filename="plot.svg"'
    assert (read.headers["x-content-type-options"], "sandbox" in read.headers["content-security-policy"]) == (
        "nosniff",
        True,
    )
    assert ok(api.get(run))["files"] == [announced["id"]]


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


def test_what_differs_from_its_announcement_is_not_kept(api, announced, directory):
    other = CONTENT[:-1] + b"?"
    headers = announced["upload"]["headers"]

    assert "MD5" in refused(send(announced, other), 400)
    assert "bytes" in refused(send(announced, CONTENT[:-1]), 400)
    assert "longer" in refused(send(announced, CONTENT + b"?"), 400)
    assert "Content-Type" in refused(send(announced, headers=headers | {"Content-Type": "text/html"}), 400)
    assert "Content-MD5" in refused(send(announced, headers=headers | {"Content-MD5": md5(other)}), 400)
    url = ok(api.get(f"/files/{announced['id']}"))["download"]["url"]
    refused(httpx.get(url), 404)
    assert not [path for path in directory.rglob(".*") if path.is_file()]

    ok(send(announced))
    ok(send(announced))  # a client that did not see the first answer
    assert httpx.get(url).content == CONTENT


def test_an_address_works_for_its_own_file_method_and_time_only(api, run, announced):
    ok(send(announced))
    other = ok(api.post(f"{run}/files", json=announcement()))
    url = ok(api.get(f"/files/{announced['id']}"))["download"]["url"]
    key, other_key = (httpx.URL(address).path.rpartition("/")[2] for address in (url, other["upload"]["url"]))
    expires = int(httpx.URL(url).params["expires"])
    assert LIFETIME_S - 60 < expires - time.time() <= LIFETIME_S

    for forged in (
        url.replace(key, other_key),
        url.replace(str(expires), str(expires + 1)),
        url[:-1] + ("0" if url[-1] != "0" else "1"),
        announced["upload"]["url"],
    ):
        assert "signature" in refused(httpx.get(forged), 403)
    assert "signature" in refused(send(announced, url=url), 403)
    refused(httpx.get(url.split("?")[0]), 400)
    refused(httpx.get(url.replace(key, "../../etc/passwd")), 404)
    refused(httpx.get(url.replace(key, key.upper())), 404)


def test_an_address_is_refused_when_its_time_is_over(api, announced, directory):
    ok(send(announced))
    url = httpx.URL(ok(api.get(f"/files/{announced['id']}"))["download"]["url"])
    past = int(time.time()) - 1
    signature = LocalFileStore(directory, SECRET)._signature("GET", url.path.rpartition("/")[2], past)

    assert "over" in refused(httpx.get(url.copy_merge_params({"expires": past, "signature": signature})), 403)


def test_a_file_of_another_tenant_cannot_be_told_from_none(run, announced, file_server, stranger):
    with httpx.Client(base_url=f"{file_server}/v1", auth=stranger.auth) as other:
        refused(other.post(f"{run}/files", json=announcement()), 404)
        there = refused(other.get(f"/files/{announced['id']}"), 404)
        assert there.replace(announced["id"], "#") == refused(other.get("/files/99999999999"), 404).replace(
            "99999999999", "#"
        )


def test_without_a_place_for_files_there_are_none(server_url, token, run):
    with httpx.Client(base_url=f"{server_url}/v1", auth=(token, "")) as api:
        refused(api.post(f"{run}/files", json=announcement()), 404)
        refused(api.get("/files/1"), 404)
        refused(httpx.get(f"{server_url}/file_contents/{'0' * 64}?expires=1&signature=x"), 404)


def test_a_place_for_files_needs_a_key(settings, directory):
    with pytest.raises(ValueError, match="OPTSVC_SECRET_KEY"):
        create_app(settings.model_copy(update={"files_dir": directory}))
