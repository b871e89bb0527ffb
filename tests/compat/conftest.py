"""SigOpt's own Python client as it comes from the package index, told its address, token and project, no more."""

import os

import pytest
import sigopt
from sigopt import Connection, interface
from sigopt.ratelimit import failed_status_rate_limit

from optsvc.api.app import create_app
from tests.support.service import live_server


@pytest.fixture(scope="session")
def server_url(settings, tmp_path_factory):
    """The service with a place for files."""
    changes = {"files_dir": tmp_path_factory.mktemp("files"), "secret_key": "a secret of at least 32 characters"}
    with live_server(create_app(settings.model_copy(update=changes))) as url:
        yield url


@pytest.fixture(autouse=True)
def _a_fresh_program():
    """From the fifth refusal in a row on, the client sleeps: each test starts to count anew, as a new program does."""
    failed_status_rate_limit.clear()


@pytest.fixture
def connection(server_url, token, monkeypatch):
    """The older half of the client: experiments, suggestions, observations."""
    monkeypatch.setenv("SIGOPT_API_URL", server_url)
    monkeypatch.setenv("SIGOPT_API_TOKEN", token)
    return Connection()


@pytest.fixture
def project(connection, caller, monkeypatch):
    """A project, the one that programs work in."""
    monkeypatch.setenv("SIGOPT_PROJECT", "cakes")
    return connection.clients(caller.client_id).projects().create(id="cakes", name="Cakes").id


@pytest.fixture
def sdk(connection, project, monkeypatch):
    """The newer half, `import sigopt`, as at the start of a program: it keeps its connection in the module."""
    monkeypatch.setattr(interface, "_global_connection", connection)
    monkeypatch.setattr(sigopt._global_factory, "_connection", None)
    sigopt.set_project(project)
    return sigopt


@pytest.fixture
def environment(server_url, token, tmp_path):
    """That of a program or a command line of a user with a home of their own."""
    return os.environ | {"SIGOPT_API_URL": server_url, "SIGOPT_API_TOKEN": token, "HOME": str(tmp_path)}
