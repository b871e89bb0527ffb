import inspect
import subprocess
import sys
from types import ModuleType

import pytest

import optsvc
from optsvc import client
from optsvc.client import asynchronous, blocking, errors


def public_classes(module: ModuleType) -> dict[str, type]:
    return {
        name: each
        for name, each in vars(module).items()
        if inspect.isclass(each) and each.__module__ == module.__name__ and not name.startswith("_")
    }


def test_everything_that_users_meet_can_be_imported_from_one_place():
    users_meet = public_classes(blocking).keys() | public_classes(asynchronous).keys() | public_classes(errors).keys()

    assert users_meet - {"Connection"} <= set(client.__all__)
    assert all(hasattr(client, name) for name in client.__all__)


def test_the_tree_of_errors_is_drawn_whole():
    drawn = errors.__doc__

    assert all(name in drawn for name in public_classes(errors))


@pytest.mark.parametrize("name", optsvc.__all__)
def test_the_package_offers_the_client_itself(name):
    assert getattr(optsvc, name) is getattr(client, name)


def test_the_package_has_nothing_else_by_accident():
    with pytest.raises(AttributeError, match="no attribute 'Connection'"):
        optsvc.Connection  # noqa: B018


def run_python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_server_does_not_load_the_client():
    run_python(
        "import sys, optsvc.domain.space; assert 'httpx' not in sys.modules and 'optsvc.client' not in sys.modules"
    )


def test_the_client_loads_nothing_of_the_server_and_none_of_its_libraries():
    run_python(
        "import sys; from optsvc import Client, AsyncClient; "
        "ours = {name for name in sys.modules if name.startswith('optsvc.') and not name.startswith('optsvc.client')}; "
        "assert not ours, ours; "
        "assert not sys.modules.keys() & {'numpy', 'pydantic', 'sqlalchemy', 'fastapi', 'redis'}"
    )


@pytest.mark.parametrize("name", ["Client", "Experiment", "Suggestion", "Observation"])
def test_both_clients_have_the_same_methods_with_the_same_arguments(name):
    def methods(of: type) -> dict[str, inspect.Signature]:
        public = inspect.getmembers(of, inspect.isfunction)
        return {
            name: inspect.signature(method).replace(return_annotation=None)
            for name, method in public
            if not name.startswith("_") or name == "__init__"
        }

    assert methods(getattr(blocking, name)) == methods(getattr(asynchronous, f"Async{name}"))
