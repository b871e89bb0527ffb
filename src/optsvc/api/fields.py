"""Choosing which fields of an object are answered."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator

from optsvc.domain.errors import InvalidRequest


def names_in(value: object) -> object:
    """Names separated by commas, or the JSON list that some clients make of a list."""
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValueError("expected names separated by commas") from error
    return [name.strip() for name in value.split(",")]


FieldNames = Annotated[list[str], BeforeValidator(names_in, json_schema_input_type=str | list[str])]
"""Names of fields, separated by commas, or as a list."""


def choose(shown: Mapping[str, Any], names: Sequence[str], known: Collection[str]) -> dict[str, Any]:
    """Only these fields of an object.

    Raises:
        InvalidRequest: One of them is not among the known ones.
    """
    for name in names:
        if name not in known:
            raise InvalidRequest(f"fields: there is no field {name!r}")
    return {name: shown[name] for name in names if name in shown}


def choose_in_answer(shown: Mapping[str, Any], names: Sequence[str], model: Any) -> dict[str, Any]:
    """Only these fields of an answer: of each entry of a list, of the object otherwise.

    Args:
        shown: The answer.
        names: The fields.
        model: What the answer is made by; knows the fields that are absent here, too.

    Raises:
        InvalidRequest: One of them is not a field.
    """
    entry = _entry_of(model)
    if entry is None:
        return choose(shown, names, _known(model))
    choose({}, names, _known(entry))
    return {**shown, "data": [choose(one, names, _known(entry)) for one in shown["data"]]}


def _entry_of(model: Any) -> Any:
    """What a list holds; None for an object."""
    fields = model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}
    return get_args(fields["data"].annotation)[0] if {"data", "paging"} <= fields.keys() else None


def _known(model: Any) -> set[str]:
    """The fields of a model, or of any of a union of models."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        return set(model.model_fields)
    return {name for part in get_args(model) for name in _known(part)}
