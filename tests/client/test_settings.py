import pytest

from optsvc.client import Client, UsageError
from optsvc.client.settings import Settings


def test_arguments_go_before_the_environment():
    environ = {"OPTSVC_URL": "http://env", "OPTSVC_TOKEN": "env"}

    settings = Settings.resolve("https://argument", "argument", 1.0, environ)

    assert (settings.url, settings.token) == ("https://argument", "argument")


def test_what_is_not_given_comes_from_the_environment():
    settings = Settings.resolve(None, None, 1.0, {"OPTSVC_URL": "http://env", "OPTSVC_TOKEN": "env"})

    assert (settings.url, settings.token) == ("http://env", "env")


def test_without_an_address_the_service_of_this_machine_is_meant():
    assert Settings.resolve(None, "t", 1.0, {}).url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("environ", [{}, {"OPTSVC_TOKEN": ""}])
def test_a_missing_token_is_named_with_what_to_do(environ):
    with pytest.raises(UsageError, match="OPTSVC_TOKEN"):
        Settings.resolve(None, None, 1.0, environ)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host"])
def test_an_address_without_http_is_refused(url):
    with pytest.raises(UsageError, match="http://"):
        Client(url, "t")


def test_the_token_is_not_shown():
    with Client("http://127.0.0.1:1", "secret-token") as client:
        assert "secret-token" not in repr(client)
    assert "secret-token" not in repr(Settings.resolve(None, "secret-token", 1.0, {}))
