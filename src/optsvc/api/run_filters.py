"""How lists of training runs are narrowed down and sorted by a query."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Never

from fastapi import Depends, Query
from pydantic import TypeAdapter, ValidationError

from optsvc.api.errors import sentence
from optsvc.api.request import check_texts
from optsvc.api.schemas.common import LARGEST_ID, In
from optsvc.domain.errors import InvalidRequest
from optsvc.domain.training_run import RunState
from optsvc.storage.run_fields import Comparison, FieldKind, FilterValue, RunField, moment, run_field
from optsvc.storage.training_runs import RunFilter, WantedRuns

_ORDERED = {Comparison.LESS, Comparison.AT_MOST, Comparison.GREATER, Comparison.AT_LEAST}
_MOST_DIGITS = 18


class _FilterIn(In):
    field: str
    operator: Comparison
    value: Any = None


_FILTERS = TypeAdapter(list[_FilterIn])


def read_filters(text: str) -> list[RunFilter]:
    """The filters in a query.

    Raises:
        InvalidRequest: The text is not JSON, or a filter names an unknown field or operator, or compares a field with
            what it can never hold.
    """
    try:
        parsed = json.loads(text, parse_constant=_refuse)
        check_texts(parsed)
        described = _FILTERS.validate_python(parsed)
    except RecursionError as error:
        raise InvalidRequest("filters: nested too deeply") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidRequest(sentence({**first, "loc": ("query", "filters", *first["loc"])})) from error
    except ValueError as error:
        raise InvalidRequest(f"filters: expected a JSON list: {error}") from error
    return [_filter(f"filters[{place}]", given) for place, given in enumerate(described)]


def _refuse(name: str) -> Never:
    raise ValueError(f"{name} is not a JSON number")


def _known(where: str, key: str) -> RunField:
    field = run_field(key)
    if field is None:
        raise InvalidRequest(f"{where}: runs have no field {key[:100]!r}")
    return field


def _filter(where: str, given: _FilterIn) -> RunFilter:
    field, comparison, value = _known(f"{where}.field", given.field), given.operator, given.value
    if field.key == "state" and (comparison is not Comparison.EQUAL or value not in list(RunState)):
        raise InvalidRequest(f"{where}: state can only be == one of {', '.join(RunState)}")
    if comparison is Comparison.IS_NULL:
        if value is not None:
            raise InvalidRequest(f"{where}.value: isnull takes no value, got {value!r}")
        return RunFilter(field, comparison)
    if comparison in _ORDERED and (value is None or field.kind is FieldKind.BOOLEAN):
        raise InvalidRequest(f"{where}: {comparison} needs something that has an order")
    return RunFilter(field, comparison, None if value is None else _fitting(f"{where}.value", field, value))


def _fitting(where: str, field: RunField, value: Any) -> FilterValue:
    """The value in the type of the field."""
    number = not isinstance(value, bool) and isinstance(value, int | float)
    match field.kind:
        case FieldKind.BOOLEAN if isinstance(value, bool):
            return value
        case FieldKind.TEXT if isinstance(value, str):
            return value
        case FieldKind.NUMBER if number:
            return _double(where, value)
        case FieldKind.JSON if number or isinstance(value, str):
            return value if isinstance(value, str) else _double(where, value)
        case FieldKind.TIME if number and isinstance(value, int):
            try:
                return moment(value)
            except ValueError as error:
                raise InvalidRequest(f"{where}: {error}") from error
        case FieldKind.ID if number and isinstance(value, int) and 0 <= value <= LARGEST_ID:
            return value
        case FieldKind.ID if isinstance(value, str) and value.isascii() and value.isdigit():
            if len(value) <= _MOST_DIGITS:
                return int(value)
    raise InvalidRequest(f"Invalid type for {where}: {field.key} is of type {field.kind}, got {str(value)[:50]!r}")


def _double(where: str, value: float) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise InvalidRequest(f"{where}: the number is too large") from error


def _filters(
    filters: Annotated[
        str | None,
        Query(
            description="JSON: a list of `{field, operator, value}` that must all hold. Operators: `==`, `!=`, `>=`, "
            "`>`, `<=`, `<`, `isnull` (without value). A run without the field fulfils only `isnull` and `== null`.",
            examples=['[{"field": "values.accuracy.value", "operator": ">", "value": 0.9}]'],
        ),
    ] = None,
) -> Sequence[RunFilter]:
    return read_filters(filters) if filters else ()


FiltersDep = Annotated[Sequence[RunFilter], Depends(_filters)]


def _wanted_runs(
    filters: FiltersDep,
    sort: Annotated[
        str, Query(description="The key of a sortable field, see `defined_fields`. Runs without it are left out.")
    ] = "id",
    search: Annotated[str | None, Query(description="A part of the name, in any case.")] = None,
) -> WantedRuns:
    return WantedRuns(filters=filters, search=search, sort=_known("sort", sort))


WantedRunsDep = Annotated[WantedRuns, Depends(_wanted_runs)]
