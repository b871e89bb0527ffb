"""Commands that find something wrong with the world around them say so in one line."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from optsvc.cli.app import app
from optsvc.embedded import DirectoryLock
from optsvc.storage import migrations
from tests.support.directories import server_directory
from tests.support.service import scratch_database

NOWHERE = {
    "OPTSVC_DATABASE_URL": "postgresql://someone:secret@127.0.0.1:1/nowhere",
    "OPTSVC_REDIS_URL": "redis://127.0.0.1:1",
}


@pytest.fixture
def directory() -> Iterator[Path]:
    with server_directory() as path:
        yield path


@pytest.fixture
def empty_database(database_url: str) -> Iterator[str]:
    with scratch_database(database_url) as url:
        yield url


def optsvc(*arguments: object, **environment: str) -> Result:
    """Run a command in this process."""
    unset = {name: None for name in os.environ if name.startswith("OPTSVC_")}
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=unset | environment)


def one_line(result: Result) -> str:
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.output
    return result.stderr


@pytest.mark.parametrize("command", [["api"], ["worker"], ["migrate"], ["token", "list"]], ids=" ".join)
def test_an_unreachable_database_is_one_line_without_the_password(command):
    result = optsvc(*command, **NOWHERE)

    said = one_line(result)
    assert "the database cannot be used" in said
    assert "127.0.0.1" in said
    assert "secret" not in said


@pytest.mark.parametrize("command", [["api"], ["worker"], ["token", "list"]], ids=" ".join)
def test_a_database_without_our_tables_is_one_line_that_names_the_remedy(command, empty_database):
    result = optsvc(*command, OPTSVC_DATABASE_URL=empty_database, OPTSVC_REDIS_URL="redis://127.0.0.1:1")

    assert "optsvc migrate" in one_line(result)


def test_migrating_brings_a_database_to_the_newest_tables_once(empty_database):
    first = optsvc("migrate", OPTSVC_DATABASE_URL=empty_database)
    second = optsvc("migrate", OPTSVC_DATABASE_URL=empty_database)

    assert first.stdout == f"the database is at migration {migrations.head()}, was at none\n"
    assert second.stdout == f"the database is at migration {migrations.head()} already\n"


@pytest.mark.parametrize("command", ["api", "worker"])
def test_a_process_without_addresses_names_the_setting(command):
    result = optsvc(command)

    assert "OPTSVC_DATABASE_URL is not set" in one_line(result)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("OPTSVC_DATABASE_URL", "mysql://someone:secret@host/name"),
        ("OPTSVC_REDIS_URL", "http://:secret@host"),
        ("OPTSVC_BOOTSTRAP_TOKEN", "secret"),
        ("OPTSVC_SUGGESTION_DEADLINE_S", "soon, secret"),
    ],
)
def test_a_setting_that_cannot_be_is_named_and_not_repeated(setting, value):
    result = optsvc("api", **(NOWHERE | {setting: value}))

    said = one_line(result)
    assert said.startswith(f"Error: {setting}: ")
    assert "secret" not in said


def test_starting_on_a_port_in_use_is_one_line_and_starts_nothing(directory):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = optsvc("up", "--data-dir", directory, "--port", port)

    assert f"cannot listen on 127.0.0.1 port {port} (Address already in use)" in one_line(result)
    assert {path.name for path in directory.iterdir()} == {"lock"}


def test_starting_on_a_directory_in_use_is_one_line_that_names_it(directory):
    with DirectoryLock(directory):
        result = optsvc("up", "--data-dir", directory, "--port", 0)

    assert f"data directory {directory} is in use by another optsvc (process {os.getpid()})" in one_line(result)


@pytest.mark.parametrize(("given", "said"), [("OPTSVC_DATABASE_URL", "the database"), ("OPTSVC_REDIS_URL", "Redis")])
def test_starting_with_a_server_that_is_not_there_is_one_line(directory, given, said):
    # The other one is not needed either way: it would start, and is stopped again.
    result = optsvc("up", "--data-dir", directory, "--port", 0, **{given: NOWHERE[given]})

    assert f"{said} cannot be used" in one_line(result)
    assert "secret" not in result.output


def test_a_data_directory_that_cannot_be_made_is_one_line(directory):
    (directory / "file").touch()

    result = optsvc("up", "--data-dir", directory / "file" / "data", "--port", 0)

    assert "cannot be used: Not a directory" in one_line(result)


def test_tokens_without_a_database_say_where_it_was_looked_for(directory, monkeypatch):
    monkeypatch.chdir(directory)

    result = optsvc("token", "list")

    assert f"there is no database in {directory}/data" in one_line(result)


def test_without_the_server_packages_the_command_says_what_to_install():
    without_click = "import sys; sys.modules['click'] = None; from optsvc.cli import main; main()"

    result = subprocess.run([sys.executable, "-c", without_click], capture_output=True, text=True)

    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "install optsvc[server]" in result.stderr


def test_the_doctor_fails_on_what_is_broken_and_goes_on():
    result = optsvc("doctor", **NOWHERE)

    states = {line[6:20].strip(): line[:4].strip() for line in result.stdout.splitlines()}
    assert result.exit_code == 1
    assert states["database"] == states["queue"] == "fail"
    assert states["Python"] == states["packages"] == states["GPU"] == "ok"
    assert "Traceback" not in result.stderr


def test_the_doctor_is_content_before_the_first_start(directory, monkeypatch):
    monkeypatch.chdir(directory)

    result = optsvc("doctor")

    assert result.exit_code == 0, result.stdout
    assert "fail" not in result.stdout
    assert list(directory.iterdir()) == []


def test_the_api_describes_itself_without_servers():
    document = json.loads(optsvc("openapi").stdout)

    assert document["openapi"].startswith("3.")
    assert "/v1/experiments" in document["paths"]


def test_half_a_place_for_files_is_one_line():
    result = optsvc("openapi", OPTSVC_S3_ENDPOINT="https://s3.example.com")

    assert "OPTSVC_S3_BUCKET must be set with OPTSVC_S3_ENDPOINT" in one_line(result)


def test_help_does_not_load_the_engine():
    heavy = "import sys; from optsvc.cli import main\ntry:\n    main()\nfinally:\n    print(sorted(sys.modules))"

    result = subprocess.run([sys.executable, "-c", heavy, "--help"], capture_output=True, text=True)

    assert "Usage" in result.stdout
    loaded = set(result.stdout.splitlines()[-1].strip("[]").replace("'", "").split(", "))
    assert loaded.isdisjoint({"numpy", "sqlalchemy", "fastapi", "redis", "psycopg"})
