"""Values in a query, as the clients of the contract write them."""

import json
from collections.abc import Collection
from typing import Annotated

from fastapi import Request
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from optsvc.domain.errors import InvalidRequest

_WORDS = {"true": True, "1": True, "false": False, "0": False}
_MOST_DIGITS = 18


def _flag(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _WORDS:
        return _WORDS[value.lower()]
    raise PydanticCustomError("flag_type", "expected true or false")


Flag = Annotated[bool, BeforeValidator(_flag)]
"""`true` or `false` in any case, `1` or `0`; nothing else."""


def check_known(request: Request, known: Collection[str]) -> None:
    """Refuse what cannot be asked here: a misspelt option must not answer another question.

    Raises:
        InvalidRequest: A query parameter that is not among the known ones.
    """
    unknown = sorted(request.query_params.keys() - set(known))
    if unknown:
        raise InvalidRequest(f"Unknown query parameters: {', '.join(unknown)}; known here: {', '.join(known)}")


def id_list(name: str, text: str) -> list[int]:
    """Ids separated by commas, or as the JSON list that some clients make of a list.

    Raises:
        InvalidRequest: One of them is not an id.
    """
    try:
        parts = [str(part) for part in json.loads(text)] if text.startswith("[") else text.split(",")
    except (ValueError, RecursionError):
        parts = [text]
    for part in parts:
        if not (part.isascii() and part.isdigit() and len(part) <= _MOST_DIGITS):
            raise InvalidRequest(f"{name}: expected ids separated by commas, got {part[:50]!r}")
    return [int(part) for part in parts]
