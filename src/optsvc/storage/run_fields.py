"""The fields of training runs that lists are filtered and sorted by.

Names that users chose (of metrics, assignments, …) reach PostgreSQL as bound parameters only.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Double, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from optsvc.storage.models import Suggestion, TrainingRun

FilterValue: TypeAlias = int | float | str | bool | datetime | None
NOT_OPTIMIZED = ("user", "queued")
"""Sources of suggestions that the user made."""


class FieldKind(StrEnum):
    """What a field holds, in the contract's words; values in JSON may be numbers in one run and texts in the next."""

    ID = "id"
    TIME = "timestamp"
    NUMBER = "numeric"
    TEXT = "string"
    BOOLEAN = "boolean"
    JSON = "unknown"


class Comparison(StrEnum):
    """How a field is compared."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    AT_LEAST = ">="
    GREATER = ">"
    AT_MOST = "<="
    LESS = "<"
    IS_NULL = "isnull"


_COMPARE: dict[Comparison, Callable[[Any, Any], ColumnElement[bool]]] = {
    Comparison.EQUAL: operator.eq,
    Comparison.NOT_EQUAL: operator.ne,
    Comparison.AT_LEAST: operator.ge,
    Comparison.GREATER: operator.gt,
    Comparison.AT_MOST: operator.le,
    Comparison.LESS: operator.lt,
}


@dataclass(frozen=True, slots=True)
class RunField:
    """A field of training runs.

    Args:
        key: Its name in the contract.
        kind: What it holds.
        column: Its value, null where a run does not have it.
    """

    key: str
    kind: FieldKind
    column: InstrumentedAttribute[Any] | ColumnElement[Any]

    def compared(self, comparison: Comparison, value: FilterValue) -> ColumnElement[bool]:
        """The condition on runs; one that lacks the field fulfils none but ``isnull`` and ``== null``.

        `value` has the type of the field: a datetime of whole seconds for a moment, a number or a text for JSON.
        """
        if value is None:
            return self.column.is_not(None) if comparison is Comparison.NOT_EQUAL else self.column.is_(None)
        left: ColumnElement[Any] | InstrumentedAttribute[Any] = self.column
        if self.kind is FieldKind.TIME:
            left = func.date_trunc("second", self.column)  # as precise as it is shown
        elif self.kind is FieldKind.JSON:
            left = _json_text(self.column) if isinstance(value, str) else _json_number(self.column)
        return _COMPARE[comparison](left, value)


def _optimized_suggestion() -> ColumnElement[int | None]:
    """The suggestion of a run if the optimizer made it."""
    return (
        select(Suggestion.id)
        .where(Suggestion.id == TrainingRun.suggestion_id)
        .where(Suggestion.provenance["source"].astext.not_in(NOT_OPTIMIZED))
        .scalar_subquery()
    )


_PLAIN: dict[str, RunField] = {
    field.key: field
    for field in (
        RunField("id", FieldKind.ID, TrainingRun.id),
        RunField("client", FieldKind.ID, TrainingRun.client_id),
        RunField("user", FieldKind.ID, TrainingRun.user_id),
        RunField("experiment", FieldKind.ID, TrainingRun.experiment_id),
        RunField("suggestion", FieldKind.ID, TrainingRun.suggestion_id),
        RunField("optimized_suggestion", FieldKind.ID, _optimized_suggestion()),
        RunField("observation", FieldKind.ID, TrainingRun.observation_id),
        RunField("created", FieldKind.TIME, TrainingRun.created),
        RunField("updated", FieldKind.TIME, TrainingRun.updated),
        RunField("completed", FieldKind.TIME, TrainingRun.completed),
        RunField("deleted", FieldKind.BOOLEAN, TrainingRun.deleted),
        RunField("favorite", FieldKind.BOOLEAN, TrainingRun.favorite),
        RunField("name", FieldKind.TEXT, TrainingRun.name),
        RunField("state", FieldKind.TEXT, TrainingRun.state),
        RunField("model.type", FieldKind.TEXT, TrainingRun.model_type),
        RunField("source_code.content", FieldKind.TEXT, TrainingRun.source_code_content),
        RunField("source_code.hash", FieldKind.TEXT, TrainingRun.source_code_hash),
    )
}
PLAIN_FIELDS = tuple(_PLAIN.values())
"""The fields that do not depend on what users log."""


def run_field(key: str) -> RunField | None:
    """The field that the contract calls so, None if there is none. What stands inside a key may hold dots."""
    if key == "finished":
        key = "completed"
    if key in _PLAIN:
        return _PLAIN[key]
    group, _, name = key.partition(".")
    match group, name.rpartition("."):
        case "assignments", _ if name:
            return RunField(key, FieldKind.JSON, TrainingRun.assignments[name])
        case "metadata", _ if name:
            return RunField(key, FieldKind.JSON, TrainingRun.user_metadata[name])
        case "logs", (stream, _, "content") if stream:
            return RunField(key, FieldKind.TEXT, TrainingRun.logs[stream]["content"].astext)
        case "values", (metric, _, "value" | "value_stddev" as part) if metric:
            return RunField(key, FieldKind.NUMBER, cast(TrainingRun.values[metric][part].astext, Double))
    return None


def moment(seconds: int) -> datetime:
    """A moment as a filter names it.

    Raises:
        ValueError: It is beyond the calendar.
    """
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{seconds} is beyond the calendar") from error


def _json_number(column: Any) -> ColumnElement[float | None]:
    return case((func.jsonb_typeof(column) == "number", cast(column.astext, Double)))


def _json_text(column: Any) -> ColumnElement[str | None]:
    return case((func.jsonb_typeof(column) == "string", column.astext))
