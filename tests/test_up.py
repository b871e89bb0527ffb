"""The whole service, started the way its users start it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from optsvc.cli.environment import secret_key_in
from tests.support import patient
from tests.support.directories import server_directory
from tests.support.service import eventually, scratch_database


class Service:
    """`optsvc up` in a process of its own, on a free port."""

    def __init__(self, data_dir: Path, workers: int = 1, **environment: str) -> None:
        self.data_dir = data_dir
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("OPTSVC_")}
        self.environment |= environment
        self.process = subprocess.Popen(
            [*self.command("up"), "--port", "0", "--workers", str(workers)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )
        self.said = ""
        while "optsvc is ready" not in self.said:
            line = self.process.stdout.readline()
            assert line, self.process.communicate()
            self.said += line
        self.address = re.search(r"ready at (\S+);", self.said)[1]

    def command(self, name: str, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "optsvc", name, *arguments, "--data-dir", str(self.data_dir)]

    def run(self, *command: str) -> str:
        return subprocess.run(
            self.command(*command), check=True, capture_output=True, text=True, env=self.environment
        ).stdout

    @property
    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def member(self, name: str) -> psutil.Process | None:
        """A direct child, by its name or a word of its command line."""
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # a zombie, too
                if name in child.cmdline() or child.name() == name:
                    return child
        return None

    def status(self, path: str, token: str = "") -> int | None:
        try:
            return patient.get(self.address + path, auth=(token, "") if token else None).status_code
        except httpx.TransportError:
            return None

    def stop(self, number: signal.Signals) -> str:
        self.process.send_signal(number)
        return self.process.communicate(timeout=60)[1]


@pytest.fixture
def directory() -> Iterator[Path]:
    with server_directory() as path:
        yield path


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with server_directory() as path:
        started = Service(path)
        yield started
        started.stop(signal.SIGTERM)


def token_in(said: str) -> str:
    return re.search(r"only this once:\n\n    (\S+)\n", said)[1]


def test_the_service_outlives_its_own_kill_and_ends_cleanly_with_ctrl_c(directory):
    first = Service(directory)
    token = token_in(first.said)
    orphans = first.family
    first.stop(signal.SIGKILL)
    if sys.platform == "linux":  # elsewhere the next start ends what is left
        eventually(lambda: not any(process.is_running() for process in orphans))

    second = Service(directory)
    answers = second.status("/readyz"), second.status("/v1/tokens/self", token)
    email, password = re.search(r"with a password.*:\n\n    (\S+)  (\S+)\n", first.said).groups()
    signed_in = patient.post(f"{second.address}/v1/sessions", json={"email": email, "password": password})
    link = re.search(r"/sign-in#token=(\S+)\n", first.said)[1]
    opened = patient.post(f"{second.address}/v1/sessions/token", json={"token": link})
    family = second.family
    complaints = second.stop(signal.SIGINT)

    assert answers == (200, 200)
    assert signed_in.status_code == 200
    assert opened.json()["user"]["email"] == email
    assert "token" not in second.said
    assert "password" not in second.said
    assert second.process.returncode == 0
    assert complaints.count("\n") == 1, complaints
    assert [process for process in family if process.is_running()] == []
    assert (directory / "logs" / "postgres.log").read_text().endswith("database system is shut down\n")
    assert token[-4:] in second.run("token", "list"), "the data can be reached while the service is down"


@pytest.mark.parametrize("name", ["worker", "api", "postgres", "valkey-server"])
def test_whatever_is_killed_comes_back(service, name):
    before = service.member(name) or pytest.skip(f"{name} does not run here")
    before.kill()

    eventually(lambda: (now := service.member(name)) and now.pid != before.pid)
    eventually(lambda: service.status("/readyz") == 200)


def test_a_second_start_on_the_same_directory_is_refused(service):
    second = subprocess.run(
        [*service.command("up"), "--port", "0"], capture_output=True, text=True, env=service.environment
    )

    assert second.returncode == 1
    assert f"{service.data_dir} is in use by another optsvc (process {service.process.pid})" in second.stderr
    assert second.stderr.count("\n") == 1
    assert service.status("/readyz") == 200


def test_tokens_are_made_listed_and_revoked_while_the_service_runs(service):
    secret = service.run("token", "create", "--name", "for the robot").strip()
    known = service.status("/v1/tokens/self", secret)
    listed = service.run("token", "list")
    number = re.search(r"(\d+) .* for the robot", listed)[1]
    service.run("token", "revoke", number)

    assert known == 200
    assert secret not in listed
    assert service.status("/v1/tokens/self", secret) == 403


def test_the_doctor_finds_the_running_service_healthy(service):
    eventually(lambda: service.status("/readyz") == 200)

    report = service.run("doctor")

    assert "workers seen lately" in report
    assert "fail" not in report


def test_the_key_that_signs_the_addresses_of_files_is_made_once_and_is_nobody_elses(directory):
    key = secret_key_in(directory)

    assert secret_key_in(directory) == key
    assert len(key) == 64
    assert (directory / "secret_key").stat().st_mode & 0o777 == 0o600


def test_given_servers_and_a_given_token_are_used(directory, database_url, redis_url):
    chosen = "chosen-by-the-administrator"
    with scratch_database(database_url) as given:
        service = Service(
            directory,
            workers=0,
            OPTSVC_DATABASE_URL=given,
            OPTSVC_REDIS_URL=redis_url,
            OPTSVC_BOOTSTRAP_TOKEN=chosen,
        )
        known = service.status("/v1/tokens/self", chosen)
        names = {process.name() for process in service.family}
        service.stop(signal.SIGTERM)

    assert known == 200
    assert chosen not in service.said
    assert "admin set-password --user 1" in service.said
    assert names.isdisjoint({"postgres", "valkey-server", "redis-server"})
    assert {path.name for path in directory.iterdir()} == {"lock", "logs", "secret_key"}
