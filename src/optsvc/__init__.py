"""Optimization as a service: the best next experiment, over HTTP, from any language."""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optsvc.client import AsyncClient, Categorical, Client, Double, Int, Metric, OptsvcClientError

__version__ = version("optsvc")

__all__ = ["AsyncClient", "Categorical", "Client", "Double", "Int", "Metric", "OptsvcClientError"]


def __getattr__(name: str) -> object:
    # The server imports this package too and has no use for the client, so that is loaded when it is asked for.
    if name in __all__:
        return getattr(import_module("optsvc.client"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
