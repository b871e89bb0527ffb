"""Things that the API tests start from."""

import httpx
import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.support import patient
from tests.support.examples import experiment_body, ok
from tests.support.service import make_tenant


@pytest.fixture
def path(api: httpx.Client) -> str:
    """The path of a new experiment."""
    return f"/experiments/{ok(api.post('/experiments', json=experiment_body()))['id']}"


@pytest.fixture
def stranger(server_url: str, sessions: sessionmaker[Session]):
    """An HTTP client of another tenant."""
    _, secret = make_tenant(sessions)
    with patient.Client(base_url=f"{server_url}/v1", auth=(secret, "")) as client:
        yield client
