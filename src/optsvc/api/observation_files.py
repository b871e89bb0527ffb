"""Observations as files: one JSON object a line, or CSV; written by the export, read by the import.

The columns of CSV are called as the fields of training runs are: ``assignments.NAME``, ``values.METRIC.value``,
``values.METRIC.value_stddev``, ``metadata.KEY``. Beginning and end of a name say what it is, so no two are the same,
whatever users call their things. The metric without a name has ``value`` and ``value_stddev``.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from fastapi import HTTPException
from pydantic import ValidationError

from optsvc.api import cells
from optsvc.api.download import Format
from optsvc.api.errors import sentence
from optsvc.api.request import check_texts, parse_object
from optsvc.api.schemas.common import seconds
from optsvc.api.schemas.observations import ObservationLineIn, ObservationOut
from optsvc.domain.errors import Fault, InvalidFile
from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric
from optsvc.domain.space import CategoricalParameter
from optsvc.services.observation_files import Line
from optsvc.storage.models import Observation

Chunks: TypeAlias = Iterable[Sequence[Observation]]
_IGNORED = ("id", "created", "experiment")
_PLAIN = ("id", "created", "suggestion", "failed", "task")


def write(format: Format, definition: Definition, metadata_keys: Sequence[str], chunks: Chunks) -> Iterator[str]:
    """The file, a part at a time."""
    return _write_csv(definition, metadata_keys, chunks) if format == "csv" else _write_ndjson(definition, chunks)


def read(format: Format, text: bytes, definition: Definition) -> Iterator[Line | Fault]:
    """The rows of a file, each as a report or as what is wrong with it.

    Raises:
        InvalidFile: It is no such file, or a column is unknown.
    """
    return _read_csv(text, definition) if format == "csv" else _read_ndjson(text)


def _write_ndjson(definition: Definition, chunks: Chunks) -> Iterator[str]:
    for chunk in chunks:
        yield "".join(f"{ObservationOut.of(row, definition).model_dump_json()}\n" for row in chunk)


def _write_csv(definition: Definition, metadata_keys: Sequence[str], chunks: Chunks) -> Iterator[str]:
    axes = [axis.name for axis in (*definition.space.conditionals, *definition.space.parameters)]
    of_metrics = [column for metric in definition.metrics for column in _columns_of(metric)]
    header = [*_PLAIN, *(f"assignments.{name}" for name in axes), *of_metrics]
    yield cells.lines([[*header, *(f"metadata.{key}" for key in metadata_keys)]])
    for chunk in chunks:
        yield cells.lines(_cells_of(row, definition, axes, metadata_keys) for row in chunk)


def _columns_of(metric: Metric) -> tuple[str, str]:
    name = f"values.{metric.name}." if metric.name else ""
    return f"{name}value", f"{name}value_stddev"


def _cells_of(
    row: Observation, definition: Definition, axes: Sequence[str], metadata_keys: Sequence[str]
) -> Iterator[str]:
    yield str(row.id)
    yield str(seconds(row.created))
    yield str(row.suggestion_id or "")
    yield "true" if row.failed else "false"
    yield cells.of_text(row.task) if row.task else ""
    assignments = definition.space.as_of_now(row.assignments)
    for name in axes:
        value = assignments.get(name)
        yield cells.of_text(value) if isinstance(value, str) else cells.of_value(value)
    values = {value.metric: value for value in row.values}
    for metric in definition.metrics:
        evaluation = values.get(metric.name or "")
        yield cells.of_value(None if evaluation is None else evaluation.value)
        yield cells.of_value(None if evaluation is None else evaluation.stddev)
    metadata = row.user_metadata or {}
    for key in metadata_keys:
        yield cells.of_value(metadata.get(key))


def _read_ndjson(text: bytes) -> Iterator[Line | Fault]:
    for number, line in enumerate(io.BytesIO(text.removeprefix(b"\xef\xbb\xbf")), start=1):
        if line.strip():
            try:
                body = parse_object(line)
            except HTTPException as error:
                yield Fault(number, None, str(error.detail))
                continue
            yield _line(number, body, lambda location: str(location[0]) if location else None)


def _line(number: int, body: dict[str, Any], column: Callable[[Sequence[int | str]], str | None]) -> Line | Fault:
    """A row that was taken apart, checked as the body of a single observation is."""
    if body.get("assignments") is not None:
        body = {**body, "suggestion": None}  # that of another time or experiment; the point itself is known
    try:
        return Line(number, ObservationLineIn.model_validate(body).report())
    except ValidationError as error:
        first = error.errors()[0]
        return Fault(number, column(first["loc"]), sentence({**first, "loc": ("body", *first["loc"])}))


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a file: puts what a cell holds into the body of an observation.

    Args:
        name: As the header has it.
        read: What the text of a cell stands for; raises ValueError.
        path: Where that belongs in the body.
    """

    name: str
    read: Callable[[str], Any]
    path: tuple[str, ...]


def _read_csv(text: bytes, definition: Definition) -> Iterator[Line | Fault]:
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise InvalidFile(f"line {line} is not UTF-8: save the file as CSV in UTF-8") from error
    if "\0" in decoded:
        raise InvalidFile("the file holds a NUL character")
    reader = csv.reader(io.StringIO(decoded, newline=""), strict=True)
    columns: list[_Column] | None = None
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:  # where the next row begins can no longer be told
            yield Fault(number, None, f"this is not CSV: {error}")
            return
        if row is None:
            break
        if columns is None:
            columns = _columns(row, definition)
        elif any(row):
            yield _read_row(number, row, columns)
    if columns is None:
        raise InvalidFile("the file is empty: its first line must name the columns")


def _columns(header: Sequence[str], definition: Definition) -> list[_Column]:
    """What the columns of a file mean.

    Raises:
        InvalidFile: A column is unknown or there twice.
    """
    known = _known(definition)
    columns = []
    for place, name in enumerate(header):
        if name in header[:place]:
            raise InvalidFile(f"the column {name!r} is there twice")
        if name in known:
            columns.append(known[name])
        elif name.startswith("metadata."):
            columns.append(_Column(name, cells.value_in, ("metadata", name.removeprefix("metadata."))))
        else:
            raise InvalidFile(
                f"the column {name[:100]!r} is unknown; this experiment has {', '.join(known)} and metadata.KEY"
            )
    return columns


def _known(definition: Definition) -> dict[str, _Column]:
    """All columns that an experiment has, but those of metadata, which have any name."""
    found = [_Column(name, str, ()) for name in _IGNORED]
    found += [
        _Column("suggestion", str.strip, ("suggestion",)),
        _Column("failed", cells.flag_in, ("failed",)),
        _Column("task", cells.text_in, ("task",)),
    ]
    for axis in (*definition.space.conditionals, *definition.space.parameters):
        is_number = axis in definition.space.parameters and not isinstance(axis, CategoricalParameter)
        read = cells.number_in if is_number else cells.text_in
        found.append(_Column(f"assignments.{axis.name}", read, ("assignments", axis.name)))
    for metric in definition.metrics:
        for column, key in zip(_columns_of(metric), ("value", "value_stddev"), strict=True):
            found.append(_Column(column, cells.number_in, ("values", metric.name or "", key)))
    return {column.name: column for column in found}


def _read_row(number: int, row: Sequence[str], columns: Sequence[_Column]) -> Line | Fault:
    if len(row) != len(columns):
        return Fault(number, None, f"the row has {len(row)} cells, the header has {len(columns)}")
    body: dict[str, Any] = {}
    for cell, column in zip(row, columns, strict=True):
        if cell and column.path:
            inner = body
            for key in column.path[:-1]:
                inner = inner.setdefault(key, {})
            try:
                inner[column.path[-1]] = column.read(cell)
                check_texts(inner[column.path[-1]])
            except ValueError as error:
                return Fault(number, column.name, f"{column.name}: {error}")
    evaluations = body.pop("values", {})
    for name, evaluation in evaluations.items():
        if "value" not in evaluation:
            missing = f"values.{name}.value" if name else "value"
            return Fault(number, missing, f"{missing}: empty beside a standard deviation")
    body["values"] = [{"name": name or None, **evaluation} for name, evaluation in evaluations.items()]
    names = list(evaluations)

    def column_at(location: Sequence[int | str]) -> str | None:
        match location:
            case ("values", int(place), str(key)):
                return f"values.{names[place]}.{key}" if names[place] else key
            case (str(key), *_):
                return key
        return None

    return _line(number, body, column_at)
