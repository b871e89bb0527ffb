"""What can be asked of a chart."""

from typing import Literal, Self, TypeVar, cast

from pydantic import Field

from optsvc.domain.errors import InvalidRequest
from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric
from optsvc.services.analyses.options import (
    AlongOptions,
    ContourOptions,
    MapOptions,
    MetricOptions,
    Names,
    Options,
    PointOptions,
    SliceOptions,
    named,
)

OptionsT = TypeVar("OptionsT", bound=Options)

_MOST_TOGETHER = 3


class PlotOptions(Options):
    """A chart without options of its own."""

    theme: Literal["light", "dark"] = Field("light", description="The colours: for a `light` page, or a `dark` one.")

    def of(self, analysis: type[OptionsT]) -> OptionsT:
        """The options of an analysis that it is drawn from: those of the same names."""
        # Not validated again: names are taken apart only as they come in a query.
        given = {name: getattr(self, name) for name in analysis.model_fields}
        return cast(OptionsT, analysis.model_construct(**given))


class MetricPlot(MetricOptions, PlotOptions):
    """A chart of one metric."""


class MapPlot(MapOptions, PlotOptions):
    """A chart of where evaluations fail, or one metric misses its threshold, over two parameters."""


class AlongPlot(AlongOptions, PlotOptions):
    """A chart of one metric along some parameters."""


class SlicePlot(SliceOptions, PlotOptions):
    """The same, through a point."""


class ContourPlot(ContourOptions, PlotOptions):
    """A chart of one metric over two parameters."""


class PointPlot(PointOptions, PlotOptions):
    """A chart of what surrounds a point."""


class MetricsPlot(PlotOptions):
    """A chart of two or three metrics together."""

    metrics: Names | None = Field(
        None,
        description="Two metrics, or three, separated by commas or as a JSON list: along x, along y, as colour. May be "
        "left out: the optimized ones, and if that is only one, the first constraint or else another one.",
    )

    def filled_in(self, definition: Definition) -> Self:
        """With the names of the metrics, in the order given."""
        names = [metric.name or "" for metric in self.chosen(definition)]
        return self.model_copy(update={"metrics": names})

    def chosen(self, definition: Definition) -> list[Metric]:
        """The metrics.

        Raises:
            InvalidRequest: There are not two or three, or one is named twice, or none is of a name.
        """
        if self.metrics is None:
            return together(definition)
        known = {metric.name or "": metric for metric in definition.metrics}
        chosen = [named("metrics", name, known) for name in self.metrics]
        if not 2 <= len(chosen) <= _MOST_TOGETHER or len(set(chosen)) < len(chosen):
            raise InvalidRequest(f"metrics: must be two or three different ones, got {self.metrics}")
        return chosen


def together(definition: Definition) -> list[Metric]:
    """The metrics that are shown together when none are named."""
    optimized = list(definition.optimized)
    if len(optimized) > 1:
        return optimized[:_MOST_TOGETHER]
    others = [metric for metric in definition.metrics if metric not in (*optimized, *definition.constraints)]
    return [*optimized, *definition.constraints, *others][:2]
