"""Charts of training runs: what one reported on its way, and the fields of many against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from pydantic import Field
from sqlalchemy import Select
from sqlalchemy.orm import Session

from optsvc.domain.errors import InvalidRequest
from optsvc.domain.training_run import MOST_CHECKPOINTS, RunState
from optsvc.plots.checkpoints import Curve, checkpoints
from optsvc.plots.coordinates import Column
from optsvc.plots.figure import Figure, empty
from optsvc.plots.parallel import parallel_coordinates
from optsvc.plots.scatter import Drawn, scatter
from optsvc.plots.theme import THEMES
from optsvc.plots.thinning import MOST_MARKS
from optsvc.services import access, training_runs
from optsvc.services.access import Caller
from optsvc.services.analyses.options import Names
from optsvc.services.plots.options import PlotOptions
from optsvc.storage.checkpoints import CheckpointRepository
from optsvc.storage.defined_fields import DefinedField, defined_fields
from optsvc.storage.models import TrainingRun
from optsvc.storage.pages import PageQuery
from optsvc.storage.run_fields import FieldKind, RunField, run_field
from optsvc.storage.run_points import run_points
from optsvc.storage.training_runs import WantedRuns

_WORDS = "the key of a field, see `defined_fields` in lists of runs."
_MAGNITUDES = 1000.0
"""Positive numbers that spread by this factor are drawn by their magnitudes."""
_MOST_PARAMETERS = 10
_MOST_METRICS = 4


@dataclass(frozen=True, slots=True)
class RunPlot:
    """A chart as it was drawn.

    Args:
        kind: Its kind.
        options: All of its options, filled in.
        run_count: How many runs there are, drawn or not.
        columns: What its axes show: for each the key of a field, how it is called, its scale and its categories.
        title: Its heading.
        description: What is to be seen in it, in sentences.
        figure: ``data`` and ``layout``.
    """

    kind: str
    options: Mapping[str, Any]
    run_count: int
    columns: Sequence[Mapping[str, Any]]
    title: str
    description: str
    figure: Mapping[str, Any]


class RunScatter(PlotOptions):
    """Which fields of runs to draw against each other."""

    x: str | None = Field(None, description=f"Along x: {_WORDS} May be left out: a parameter that is a number.")
    y: str | None = Field(None, description="Along y, likewise. May be left out: the metric that most runs have.")
    colour: str | None = Field(None, description="As colour, likewise. May be left out: none.")

    def with_axes(self, fields: Sequence[DefinedField]) -> Self:
        """With both axes."""
        metrics, parameters = _commonest(fields, "values."), _commonest(fields, "assignments.")
        x = self.x or next((one.key for one in parameters if one.type == FieldKind.NUMBER), "created")
        y = self.y or next((one.key for one in metrics), "id")
        return self.model_copy(update={"x": x, "y": y})


class RunParallel(PlotOptions):
    """Which fields of runs to draw beside each other."""

    axes: Names | None = Field(
        None,
        description=f"The axes from left to right, separated by commas or as a JSON list, each {_WORDS} May be left "
        f"out: the {_MOST_PARAMETERS} parameters and {_MOST_METRICS} metrics that most runs have.",
    )
    colour: str | None = Field(
        None, description="As colour, likewise. May be left out: the metric that most runs have, or else the id."
    )

    def with_axes(self, fields: Sequence[DefinedField]) -> Self:
        """With all axes."""
        metrics = [one.key for one in _commonest(fields, "values.")]
        usual = [one.key for one in _commonest(fields, "assignments.")[:_MOST_PARAMETERS]] + metrics[:_MOST_METRICS]
        axes = list(dict.fromkeys(self.axes or usual or ["id"]))
        return self.model_copy(update={"axes": axes, "colour": self.colour or next(iter(metrics), "id")})


def of_checkpoints(session: Session, caller: Caller, run_id: int, options: PlotOptions) -> RunPlot:
    """What a run reported on its way.

    Raises:
        NotFound, Forbidden: As in `access.training_run`.
    """
    run = access.training_run(session, caller, run_id)
    page = CheckpointRepository(session, run).page(PageQuery(limit=MOST_CHECKPOINTS, ascending=True))
    curves: dict[str, list[tuple[int, float, float | None]]] = {}
    for number, checkpoint in enumerate(page.rows, start=1):
        for value in checkpoint.values:
            curves.setdefault(value["name"], []).append((number, value["value"], value["value_stddev"]))
    drawn = [Curve(name, *zip(*points, strict=True)) for name, points in sorted(curves.items())]
    figure = checkpoints(drawn, len(page.rows), THEMES[options.theme])
    return _plot("checkpoints", options, figure, 1, {})


def of_scatter(
    session: Session, caller: Caller, client_id: int, reference: str, wanted: WantedRuns, given: RunScatter
) -> RunPlot:
    """Two fields of the runs of a project against each other, with a third one as colour.

    Raises:
        NotFound, Forbidden: As in `access.project`.
        InvalidRequest: Runs have no such field.
    """
    statement = training_runs.selected(session, caller, wanted, client_id=client_id, reference=reference)
    options = given.with_axes(defined_fields(session, statement))
    named = {option: getattr(options, option) for option in ("x", "y", "colour")}
    drawn, columns = _read(session, statement, {option: key for option, key in named.items() if key is not None})
    x, y, colour = columns["x"], columns["y"], columns.get("colour")
    if colour is not None and colour.dates:
        raise InvalidRequest(f"colour: {options.colour} is a moment, which cannot be a colour")
    title = f"{y.name} against {x.name}"
    figure = scatter(drawn, x, y, colour, THEMES[options.theme]) if drawn.ids else empty(title, "No run fits.")
    return _plot("scatter", options, figure, drawn.total, {named[option]: one for option, one in columns.items()})


def of_parallel(
    session: Session, caller: Caller, client_id: int, reference: str, wanted: WantedRuns, given: RunParallel
) -> RunPlot:
    """Fields of the runs of a project beside each other, one line for each run.

    Raises:
        NotFound, Forbidden: As in `access.project`.
        InvalidRequest: Runs have no such field, or it cannot be one of several axes.
    """
    statement = training_runs.selected(session, caller, wanted, client_id=client_id, reference=reference)
    options = given.with_axes(defined_fields(session, statement))
    axes, colour = options.axes or [], options.colour or "id"
    named = {f"axes[{place}]": key for place, key in enumerate(axes)} | {"colour": colour}
    drawn, columns = _read(session, statement, named)
    for option, column in columns.items():
        if column.dates:
            raise InvalidRequest(
                f"{option}: {named[option]} is a moment, which cannot be one of several axes or a colour"
            )
    beside = [columns[option] for option in named if option != "colour"]
    title = "Parallel coordinates"
    figure = (
        parallel_coordinates(drawn, beside, columns["colour"], THEMES[options.theme])
        if drawn.ids
        else empty(title, "No run fits.")
    )
    return _plot("parallel_coordinates", options, figure, drawn.total, dict(zip(axes, beside, strict=True)))


def _commonest(fields: Sequence[DefinedField], group: str) -> list[DefinedField]:
    """Fields of a group that can be axes, those that most runs have first."""
    found = [one for one in fields if one.key.startswith(group) and not one.key.endswith(".value_stddev")]
    return sorted(found, key=lambda one: -one.count)


def _read(
    session: Session, statement: Select[TrainingRun], named: Mapping[str, str]
) -> tuple[Drawn, dict[str, Column]]:
    """The runs that are drawn, and the columns of the fields that the options name."""
    fields = {option: _field(option, key) for option, key in named.items()}
    points = run_points(session, statement, list(fields.values()), most=MOST_MARKS)
    some = f"The newest {len(points.ids):,} of {points.total:,} runs." if points.total > len(points.ids) else ""
    drawn = Drawn(
        ids=[str(id_) for id_ in points.ids],
        failed=[state == RunState.FAILED for state in points.states],
        total=points.total,
        note=some,
        thing="run",
    )
    columns = (_column(field, values) for field, values in zip(fields.values(), points.values, strict=True))
    return drawn, dict(zip(fields, columns, strict=True))


def _field(option: str, key: str) -> RunField:
    field = run_field(key)
    if field is None:
        raise InvalidRequest(f"{option}: runs have no field {key[:100]!r}")
    return field


def _column(field: RunField, values: Sequence[Any]) -> Column:
    name = _name(field.key)
    if field.kind is FieldKind.TIME:
        return Column(name, [value and _moment(value) for value in values], dates=True)
    if field.kind is FieldKind.ID:
        return Column(name, values, whole=True)
    known = [value for value in values if value is not None]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        spread = min(known, default=0) > 0 and max(known) >= _MAGNITUDES * min(known)
        return Column(name, values, log=spread, whole=all(isinstance(value, int) for value in known))
    texts = [_text(value) for value in values]
    return Column.of_texts(name, texts, sorted({text for text in texts if text is not None}))


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds")


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)


def _name(key: str) -> str:
    """What people call a field: what they called it themselves."""
    group, _, name = key.partition(".")
    if group == "values":
        metric, _, part = name.rpartition(".")
        return metric if part == "value" else f"{metric} (stddev)"
    return name if group in ("assignments", "metadata") else key


def _plot(kind: str, options: PlotOptions, figure: Figure, run_count: int, columns: Mapping[str, Column]) -> RunPlot:
    return RunPlot(
        kind=kind,
        options=options.canonical(),
        run_count=run_count,
        columns=[
            {"key": key, "label": column.name, "scale": _scale(column), "categories": list(column.categories or ())}
            for key, column in columns.items()
        ],
        title=figure.title,
        description=figure.description,
        figure=figure.to_dict(THEMES[options.theme]),
    )


def _scale(column: Column) -> str:
    if column.categories is not None:
        return "categories"
    return "time" if column.dates else "log" if column.log else "linear"
