"""The place for files that the settings name, and what is said when they do not name one properly."""

import sys

import pytest

from optsvc.api.file_stores import file_store
from optsvc.cli.doctor import Doubt, files
from optsvc.config import Settings
from optsvc.storage.file_store import FileStoreError, LocalFileStore
from optsvc.storage.models import File
from tests.support.s3 import s3_service

KEYS = {"s3_access_key": "an-access-key", "s3_secret_key": "a-secret-key"}
FILE = File(key="0123", name="a", content_type="text/plain", content_length=1, content_md5="1B2M2Y8AsgTpgAmY7PhCfg==")


@pytest.fixture(autouse=True)
def no_keys_of_the_machine(monkeypatch, tmp_path):
    """Neither the variables nor the files nor the network address where AWS programs look for keys."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    with s3_service(tmp_path_factory.mktemp("s3")) as service:
        yield service


def host_and_path(**settings):
    """Where a file is downloaded from."""
    store = file_store(Settings(s3_bucket="cakes", **KEYS, **settings))
    return store.download_url(FILE, "http://of.the.api").split("?")[0]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"files_dir": "somewhere"}, ["OPTSVC_SECRET_KEY", "OPTSVC_FILES_DIR"]),
        ({"s3_endpoint": "http://s3"}, ["OPTSVC_S3_BUCKET", "OPTSVC_S3_ENDPOINT"]),
        (KEYS, ["OPTSVC_S3_BUCKET", "OPTSVC_S3_ACCESS_KEY", "OPTSVC_S3_SECRET_KEY"]),
        ({"s3_path_style": False}, ["OPTSVC_S3_BUCKET", "OPTSVC_S3_PATH_STYLE"]),
        ({"s3_bucket": "b", "s3_access_key": "a"}, ["OPTSVC_S3_ACCESS_KEY", "OPTSVC_S3_SECRET_KEY"]),
        ({"s3_bucket": "b", "s3_secret_key": "a"}, ["OPTSVC_S3_ACCESS_KEY", "OPTSVC_S3_SECRET_KEY"]),
        ({"s3_bucket": "b"}, ["OPTSVC_S3_ACCESS_KEY", "OPTSVC_S3_SECRET_KEY"]),
        ({"s3_bucket": "b", "files_dir": "somewhere", **KEYS}, ["OPTSVC_S3_BUCKET", "OPTSVC_FILES_DIR"]),
        ({"s3_bucket": "b", "max_file_bytes": 5 * 2**30 + 1, **KEYS}, ["OPTSVC_MAX_FILE_BYTES", "5368709120"]),
        ({"s3_bucket": "b", "s3_endpoint": "http://no host", **KEYS}, ["http://no host"]),
    ],
)
def test_half_a_place_is_refused_in_one_line_that_names_what_is_missing(given, named):
    with pytest.raises(FileStoreError) as refused:
        file_store(Settings(**given))

    assert all(name in str(refused.value) for name in named)
    assert "\n" not in str(refused.value)
    assert KEYS["s3_secret_key"] not in str(refused.value)


def test_no_place_at_all_is_fine_and_a_whole_one_is_taken(tmp_path):
    assert file_store(Settings()) is None
    assert isinstance(file_store(Settings(files_dir=tmp_path, secret_key="x" * 32)), LocalFileStore)


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)

    with pytest.raises(FileStoreError, match=r"pip install 'optsvc\[server,s3\]'"):
        file_store(Settings(s3_bucket="b", **KEYS))


def test_the_bucket_is_in_the_path_with_an_endpoint_and_in_the_host_without_unless_told_otherwise():
    service = {"s3_endpoint": "https://s3.example.com:9000"}

    assert host_and_path(**service) == "https://s3.example.com:9000/cakes/0123"
    assert host_and_path(**service, s3_path_style=False) == "https://cakes.s3.example.com:9000/0123"
    assert host_and_path(s3_region="eu-west-1") == "https://cakes.s3.eu-west-1.amazonaws.com/0123"
    assert host_and_path(s3_region="eu-west-1", s3_path_style=True) == "https://s3.eu-west-1.amazonaws.com/cakes/0123"
    assert host_and_path(**service, s3_prefix="/a/b/") == "https://s3.example.com:9000/cakes/a/b/0123"


def test_an_upload_is_signed_for_its_length_type_and_md5():
    store = file_store(Settings(s3_bucket="b", s3_endpoint="https://s3.example.com", **KEYS))

    upload = store.upload(FILE, "http://of.the.api")

    assert "X-Amz-SignedHeaders=content-length%3Bcontent-md5%3Bcontent-type%3Bhost" in upload.url


def test_the_doctor_finds_a_bucket_that_is_there(s3, tmp_path):
    assert files(Settings(**s3.settings), tmp_path) == f"bucket 'a-bucket' at {s3.url}"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"s3_bucket": "another"}, "there is no such bucket"),
        ({"s3_secret_key": "another"}, "the keys are wrong"),
        ({"s3_access_key": "another"}, "the keys are wrong"),
        ({"s3_endpoint": "http://127.0.0.1:1"}, "cannot be reached"),
    ],
)
def test_the_doctor_says_what_keeps_it_from_a_bucket(s3, tmp_path, wrong, said):
    with pytest.raises(FileStoreError, match=said):
        files(Settings(**(s3.settings | wrong)), tmp_path)


def test_the_doctor_looks_at_a_directory_for_files(tmp_path):
    assert str(tmp_path / "files") in files(Settings(), tmp_path)
    assert files(Settings(files_dir=tmp_path, secret_key="x" * 32), tmp_path) == str(tmp_path)
    with pytest.raises(Doubt, match="OPTSVC_SECRET_KEY"):
        files(Settings(files_dir=tmp_path), tmp_path)
