"""Training runs as files: one JSON object a line, or CSV.

The columns of CSV have the keys that lists of runs are filtered and sorted by. Logs and source code, which are long,
are in the JSON only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from optsvc.api import cells
from optsvc.api.download import Format
from optsvc.api.schemas.training_runs import RunOut
from optsvc.storage.defined_fields import DefinedField
from optsvc.storage.models import TrainingRun
from optsvc.storage.training_runs import RunExtras

Chunks: TypeAlias = Iterable[tuple[Sequence[TrainingRun], Mapping[int, RunExtras]]]
_PLAIN = (
    "id",
    "name",
    "state",
    "created",
    "updated",
    "completed",
    "user",
    "experiment",
    "suggestion",
    "observation",
    "favorite",
    "deleted",
    "checkpoint_count",
)
_TEXTS = {"name", "state", "model.type", "source_code.hash"}
_LISTS = ("tags", "files")


def write(format: Format, fields: Sequence[DefinedField], chunks: Chunks) -> Iterator[str]:
    """The file, a part at a time.

    Args:
        format: Which of the two.
        fields: The fields that occur; only CSV needs them.
        chunks: The runs.
    """
    shown = ([RunOut.of(run, extras[run.id]) for run in runs] for runs, extras in chunks)
    if format == "ndjson":
        return ("".join(f"{run.model_dump_json()}\n" for run in chunk) for chunk in shown)
    return _write_csv(
        [field.key for field in fields if field.key.startswith(("assignments.", "values.", "metadata."))], shown
    )


def _write_csv(keys: Sequence[str], chunks: Iterable[Sequence[RunOut]]) -> Iterator[str]:
    yield cells.lines([[*_PLAIN, "model.type", "source_code.hash", *_LISTS, *keys]])
    for chunk in chunks:
        yield cells.lines([*_plain_cells(run), *(cells.of_value(_at(run, key)) for key in keys)] for run in chunk)


def _plain_cells(run: RunOut) -> Iterator[str]:
    for name in _PLAIN:
        yield _cell(name, getattr(run, name))
    yield _cell("model.type", run.model.type)
    yield _cell("source_code.hash", run.source_code.hash)
    for name in _LISTS:
        yield " ".join(getattr(run, name))


def _cell(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    return cells.of_text(value) if name in _TEXTS else str(value)


def _at(run: RunOut, key: str) -> Any:
    """The value of a field that users chose the name of."""
    group, _, name = key.partition(".")
    if group == "values":
        metric, _, part = name.rpartition(".")
        evaluation = run.values.get(metric)
        return evaluation and getattr(evaluation, part)
    return ((run.assignments if group == "assignments" else run.metadata) or {}).get(name)
