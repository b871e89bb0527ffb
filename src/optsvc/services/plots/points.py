"""Charts of the observed points: parameters, metrics and notes, in any combination."""

from typing import Self

from pydantic import Field

from optsvc.domain.errors import InvalidRequest
from optsvc.domain.experiment import Definition
from optsvc.domain.space import CategoricalParameter
from optsvc.plots import scatter
from optsvc.plots.coordinates import Column
from optsvc.plots.figure import Figure
from optsvc.plots.parallel import parallel_coordinates
from optsvc.plots.theme import Theme
from optsvc.services.analyses.options import Names
from optsvc.services.plots import reading
from optsvc.services.plots.axes import WORDS, column, resolve
from optsvc.services.plots.kind import Material, PlotKind
from optsvc.services.plots.options import PlotOptions
from optsvc.services.plots.reading import Sample


class ScatterPlot(PlotOptions):
    """Which things to draw against each other."""

    x: str | None = Field(None, description=f"Along x: {WORDS} May be left out: the first parameter that is a number.")
    y: str | None = Field(None, description="Along y, likewise. May be left out: the first optimized metric.")
    colour: str | None = Field(None, description="As colour, likewise. May be left out: none.")

    def filled_in(self, definition: Definition) -> Self:
        """With both axes, all named in full."""
        parameters = definition.space.parameters
        numeric = [one for one in parameters if not isinstance(one, CategoricalParameter)]
        x = self.x or f"parameter:{(numeric or parameters)[0].name}"
        y = self.y or _first_metric(definition)
        colour = None if self.colour is None else str(resolve("colour", self.colour, definition))
        if colour == "time":
            raise InvalidRequest("colour: the time cannot be a colour, the number can")
        axes = {"x": str(resolve("x", x, definition)), "y": str(resolve("y", y, definition))}
        return self.model_copy(update={**axes, "colour": colour})


def _first_metric(definition: Definition) -> str:
    return f"metric:{(definition.optimized or definition.metrics)[0].name or ''}"


def _scatter(material: Material, options: ScatterPlot, theme: Theme) -> Figure:
    definition = material.definition
    sample = reading.sample(material.session, material.experiment, definition)

    def shown(option: str, given: str | None) -> Column:
        return column(resolve(option, given or "number", definition), sample, definition)

    colour = None if options.colour is None else shown("colour", options.colour)
    return scatter.scatter(drawn(sample), shown("x", options.x), shown("y", options.y), colour, theme)


def drawn(sample: Sample) -> scatter.Drawn:
    """The observations as charts draw them."""
    table, places = sample.table, sample.places
    return scatter.Drawn(
        ids=[str(id_) for id_ in table.ids[places].tolist()],
        failed=table.failed[places].tolist(),
        total=len(table),
        note=sample.thinned.note("best observation"),
    )


SCATTER = PlotKind(
    name="scatter",
    title="Any two against each other",
    description="Parameters, metrics, your own notes, the number or the time of the observations against each other, "
    "with another one as colour.",
    options=ScatterPlot,
    draw=_scatter,
)


class ParallelPlot(PlotOptions):
    """Which axes to draw beside each other."""

    axes: Names | None = Field(
        None,
        description=f"The axes from left to right, separated by commas or as a JSON list: {WORDS} May be left out: all "
        "parameters, then all metrics.",
    )
    colour: str | None = Field(None, description="As colour, likewise. May be left out: the first optimized metric.")

    def filled_in(self, definition: Definition) -> Self:
        """With all axes, named in full."""
        space = definition.space
        given = self.axes or [
            *(f"parameter:{one.name}" for one in (*space.conditionals, *space.parameters)),
            *(f"metric:{metric.name or ''}" for metric in definition.metrics),
        ]
        axes = list(dict.fromkeys(str(resolve("axes", name, definition)) for name in given))
        colour = str(resolve("colour", self.colour or _first_metric(definition), definition))
        if "time" in (*axes, colour):
            raise InvalidRequest("axes: the time cannot be one of several axes, or a colour; the number can")
        return self.model_copy(update={"axes": axes, "colour": colour})


def _parallel(material: Material, options: ParallelPlot, theme: Theme) -> Figure:
    definition = material.definition
    sample = reading.sample(material.session, material.experiment, definition)
    columns = [column(resolve("axes", name, definition), sample, definition) for name in options.axes or ()]
    colour = column(resolve("colour", options.colour or "number", definition), sample, definition)
    return parallel_coordinates(drawn(sample), columns, colour, theme)


PARALLEL_COORDINATES = PlotKind(
    name="parallel_coordinates",
    title="Parallel coordinates",
    description="One line for each observation across parameters and metrics; the axes can be brushed.",
    options=ParallelPlot,
    draw=_parallel,
)
