"""Errors have one shape and the right status."""

import pytest

from tests.support import patient
from tests.support.examples import refused


@pytest.mark.parametrize(
    "address",
    [
        "/nowhere",
        "/experiments/",
        "/experiments/1/nothing",
        "/Experiments",
        "/clients/1/suggestions",
        "/experiments//1",
    ],
)
def test_an_unknown_address_is_404_and_named(api, address):
    assert address in refused(api.get(address), 404)


def test_an_address_outside_the_api_has_the_same_shape(server_url):
    assert "/nowhere" in refused(patient.get(f"{server_url}/nowhere"), 404)


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("DELETE", "/experiments", "GET, POST"),
        ("HEAD", "/experiments", "GET, POST"),
        ("PATCH", "/experiments/1", "DELETE, GET, PUT"),
        ("POST", "/experiments/1", "DELETE, GET, PUT"),
        ("PUT", "/experiments/1/suggestions", "DELETE, GET, POST"),
        ("MERGE", "/experiments/1/observations/1", "DELETE, GET, PUT"),
        ("POST", "/experiments/1/best_assignments", "GET"),
        ("POST", "/tokens/self", "DELETE, GET, PUT"),
    ],
)
def test_a_wrong_method_is_405_and_the_right_ones_are_listed(api, method, address, allowed):
    answer = api.request(method, address)

    assert answer.headers["allow"] == allowed
    if method != "HEAD":
        assert refused(answer, 405).endswith(allowed)
    assert answer.status_code == 405


@pytest.mark.parametrize(("address", "status"), [("/experiments", 200), ("/experiments/5", 200), ("/nowhere", 404)])
def test_options_answers_on_every_known_address(api, address, status):
    answer = api.options(address)

    assert answer.status_code == status
    if status == 200:
        assert answer.json() == {}


@pytest.mark.parametrize("bad", ["abc", "-1", "1.0", "+1", "1e3", "٣", "0x10", "9" * 19, "9" * 30, "9" * 5000, "%20"])
@pytest.mark.parametrize("place", ["/experiments/{}", "{path}/suggestions/{}", "{path}/observations/{}"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_id_that_cannot_exist_is_404(api, path, method, place, bad):
    refused(api.request(method, place.format(bad, path=path)), 404)


@pytest.mark.parametrize("missing", ["0", "1234567890", str(2**63 - 1)])
@pytest.mark.parametrize("place", ["/experiments/{}", "{path}/suggestions/{}", "{path}/observations/{}"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_id_that_does_not_exist_is_404(api, path, method, place, missing):
    assert missing in refused(api.request(method, place.format(missing, path=path)), 404)
