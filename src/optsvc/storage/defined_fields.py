"""Which fields occur in a list of training runs, and how often."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, column, func, literal, true, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Session

from optsvc.storage.models import TrainingRun
from optsvc.storage.run_fields import PLAIN_FIELDS, FieldKind

OBJECT = "object"
"""What a field holds that is neither filtered nor sorted by."""
_MAPS: dict[str, InstrumentedAttribute[Any]] = {
    "assignments": TrainingRun.assignments,
    "metadata": TrainingRun.user_metadata,
    "values": TrainingRun.values,
    "logs": TrainingRun.logs,
    "datasets": TrainingRun.datasets,
}


@dataclass(frozen=True, slots=True)
class DefinedField:
    """A field that some of the runs have.

    Args:
        key: Its name in filters and in `sort`.
        name: Its name for people.
        type: What it holds: one of `FieldKind`, or an object.
        count: How many of the runs have it.
    """

    key: str
    name: str
    type: str
    count: int

    @property
    def sortable(self) -> bool:
        """Whether lists can be sorted by it."""
        return self.type != OBJECT


def defined_fields(session: Session, runs: Select[TrainingRun]) -> Sequence[DefinedField]:
    """The fields that occur in the runs that a statement selects, by key. Two queries, whatever the runs hold."""
    runs = runs.order_by(None)
    counts = session.execute(runs.with_only_columns(*(func.count(field.column) for field in PLAIN_FIELDS))).one()
    found = [
        DefinedField(field.key, field.key, field.kind.value, count)
        for field, count in zip(PLAIN_FIELDS, counts, strict=True)
    ]
    for row in session.execute(union_all(*(_names(runs, group, map_) for group, map_ in _MAPS.items()))):
        found += _of_name(*row)
    return sorted((field for field in found if field.count), key=lambda field: field.key)


def _names(runs: Select[TrainingRun], group: str, map_: InstrumentedAttribute[Any]) -> Select[Any]:
    """The names in a map: in how many runs each occurs, as a number, as a text, with a standard deviation."""
    entries = func.jsonb_each(map_).table_valued(column("key", Text), column("value", JSONB), name="entries")
    name, value = entries.c.key, entries.c.value

    def how_many(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(*conditions)

    return (
        runs.join(entries, true())
        .with_only_columns(
            literal(group),
            name,
            func.count(),
            how_many(func.jsonb_typeof(value) == "number"),
            how_many(func.jsonb_typeof(value) == "string"),
            how_many(func.jsonb_typeof(value) == "object", value["value_stddev"].astext.is_not(None)),
        )
        .group_by(name)
    )


def _of_name(group: str, name: str, count: int, numbers: int, texts: int, deviations: int) -> Iterator[DefinedField]:
    if group == "values":
        yield DefinedField(f"values.{name}.value", name, FieldKind.NUMBER, count)
        yield DefinedField(f"values.{name}.value_stddev", f"{name} (stddev)", FieldKind.NUMBER, deviations)
    elif group == "logs":
        yield DefinedField(f"logs.{name}.content", name, FieldKind.TEXT, count)
    elif group == "datasets":
        yield DefinedField(f"datasets.{name}", name, OBJECT, count)
    else:
        kind = {numbers: FieldKind.NUMBER, texts: FieldKind.TEXT}.get(count, FieldKind.JSON)
        yield DefinedField(f"{group}.{name}", name, kind, count)
