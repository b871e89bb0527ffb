"""Pydantic models of dataclasses, for the OpenAPI document: fields and their types, words from the docstring."""

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import numpy as np
from pydantic import Field, create_model

from optsvc.api.schemas.common import Out

_CITATION = re.compile(r"\s*\[\w+\]_")


@cache
def model_of(cls: type[Any]) -> type[Out]:
    """The model of a dataclass with a Google-style docstring that has words for each of its fields.

    Raises:
        TypeError: A field has no words.
    """
    summary, words = _docstring(cls)
    hints = get_type_hints(cls)
    definitions: dict[str, Any] = {}
    for field in fields(cls):
        if field.name not in words:
            raise TypeError(f"{cls.__name__}.{field.name} has no words in the docstring")
        definitions[field.name] = Annotated[_shown(hints[field.name]), Field(description=words[field.name])], ...
    model: type[Out] = create_model(cls.__name__, __base__=Out, __doc__=summary, **definitions)
    return model


def _docstring(cls: type[Any]) -> tuple[str, dict[str, str]]:
    """The first paragraph, and the words for each field."""
    summary, _, more = (inspect.getdoc(cls) or "").partition("\n\n")
    words: dict[str, str] = {}
    section = re.search(r"^(?:Args|Attributes):\n((?:[ ]{4}.*\n?|\n(?=[ ]{4}))+)", more, re.MULTILINE)
    name = ""
    for line in section[1].splitlines() if section else ():
        if start := re.match(r" {4}(\w+): (.*)", line):
            name, words[start[1]] = start[1], start[2]
        elif line.strip():
            words[name] += " " + line.strip()
    return _plain(summary), {name: _plain(text) for name, text in words.items()}


def _plain(text: str) -> str:
    """Without what only readers of the source need: citations, and Python's words for JSON's."""
    text = _CITATION.sub("", " ".join(text.split())).replace("``", "`")
    return re.sub(r"\bNone\b", "null", text)


def _shown(hint: Any) -> Any:
    """The type of the JSON that a value of this type becomes."""
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return model_of(hint)
    if np.ndarray in (hint, origin):
        return list[Any]
    if origin in (Union, UnionType):
        return Union[tuple(part if part is NoneType else _shown(part) for part in arguments)]  # noqa: UP007
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return dict[str, _shown(arguments[1])]  # type: ignore[misc]
    if origin is tuple and Ellipsis not in arguments:  # so many, which more readers understand than places with types
        some: Any = Union[tuple(map(_shown, arguments))]  # noqa: UP007
        return Annotated[list[some], Field(min_length=len(arguments), max_length=len(arguments))]
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return list[_shown(arguments[0])]  # type: ignore[misc]
    return hint
