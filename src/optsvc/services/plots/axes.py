"""What can be an axis or a colour: a parameter, a metric, a key of the metadata, the number or the time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC

import numpy as np

from optsvc.domain.errors import InvalidRequest
from optsvc.domain.experiment import Definition
from optsvc.domain.space import Conditional, Parameter
from optsvc.plots.coordinates import Column
from optsvc.plots.words import name_of
from optsvc.services.plots.reading import Sample

WORDS = (
    "`number` (in order of arrival), `time`, a parameter, conditional or metric by its name; where names are "
    "alike, `parameter:NAME` and `metric:NAME`; `metadata:KEY` for what you noted yourself."
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What an axis shows.

    Args:
        sort: ``number``, ``time``, ``parameter``, ``metric`` or ``metadata``.
        name: Of the parameter, conditional, metric or key; empty for the others.
    """

    sort: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.sort}:{self.name}" if self.sort in _SORTS else self.sort


def resolve(option: str, given: str, definition: Definition) -> Reference:
    """What is meant.

    Args:
        option: Which option said so.
        given: As `WORDS` describe it.
        definition: Of the experiment.

    Raises:
        InvalidRequest: There is no such thing.
    """
    sort, colon, name = given.partition(":")
    parameters, metrics = _parameters(definition), [metric.name or "" for metric in definition.metrics]
    if colon and sort in _SORTS:
        known = {"parameter": list(parameters), "metric": metrics}.get(sort)
        if known is not None and name not in known:
            raise InvalidRequest(f"{option}: there is no {sort} {name!r}, there are {known}")
        return Reference(sort, name)
    if given in ("number", "time"):
        return Reference(given)
    for place, names in (("parameter", list(parameters)), ("metric", metrics)):
        if given in names:
            return Reference(place, given)
    known = ["number", "time", *parameters, *metrics, "metadata:KEY"]
    raise InvalidRequest(f"{option}: must be one of {known}, got {given!r}")


def column(reference: Reference, sample: Sample, definition: Definition) -> Column:
    """What the observations have of it."""
    return _SORTS.get(reference.sort, _moment)(reference, sample, definition)


def _moment(reference: Reference, sample: Sample, _: Definition) -> Column:
    if reference.sort == "number":
        return Column("number", (sample.places + 1).tolist(), whole=True)
    moments = [moment.astimezone(UTC).isoformat(timespec="seconds") for moment in sample.created]
    return Column("time", moments, dates=True)


def _parameter(reference: Reference, sample: Sample, definition: Definition) -> Column:
    values = [assignments.get(reference.name) for assignments in sample.assignments]
    return Column.of_parameter(_parameters(definition)[reference.name], values)


def _metric(reference: Reference, sample: Sample, _: Definition) -> Column:
    values = sample.table.values[reference.name or None][sample.places]
    there = np.isfinite(values).tolist()
    return Column(
        name_of(reference.name), [v if good else None for v, good in zip(values.tolist(), there, strict=True)]
    )


def _metadata(reference: Reference, sample: Sample, _: Definition) -> Column:
    return Column.of_notes(reference.name, [notes.get(reference.name) for notes in sample.metadata])


_SORTS: dict[str, Callable[[Reference, Sample, Definition], Column]] = {
    "parameter": _parameter,
    "metric": _metric,
    "metadata": _metadata,
}


def _parameters(definition: Definition) -> dict[str, Parameter | Conditional]:
    every: Sequence[Parameter | Conditional] = (*definition.space.conditionals, *definition.space.parameters)
    return {one.name: one for one in every}
