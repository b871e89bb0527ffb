"""Charts of what analyses have found of one metric, or of failures."""

from optsvc.domain.experiment import Definition
from optsvc.plots import curves, importances, judged, surfaces
from optsvc.plots.failures import failure_regions
from optsvc.plots.figure import Figure
from optsvc.plots.theme import Theme
from optsvc.services.analyses.matter import only_one
from optsvc.services.analyses.options import (
    AlongOptions,
    ContourOptions,
    MapOptions,
    MetricOptions,
    PointOptions,
    SliceOptions,
    ThresholdOptions,
)
from optsvc.services.plots import reading
from optsvc.services.plots.axes import Reference, column
from optsvc.services.plots.kind import Material, Needs, PlotKind
from optsvc.services.plots.options import AlongPlot, ContourPlot, MapPlot, MetricPlot, PointPlot, SlicePlot
from optsvc.services.plots.points import drawn

IMPORTANCES = PlotKind(
    name="importances",
    title="Importance of the parameters",
    description="How much of the variance of a metric each parameter explains, with 95 % intervals, and how much it "
    "decides what is among the best.",
    options=MetricPlot,
    draw=lambda material, _, theme: importances.importances(material.found["importances"], theme),
    needs=lambda _, options: {"importances": options.of(MetricOptions)},
    why_not=only_one,
)
SLICES = PlotKind(
    name="slices",
    title="The metric along each parameter",
    description="What the model expects of a metric when one parameter changes and the others stay at a point, with "
    "95 % bands.",
    options=SlicePlot,
    draw=lambda material, _, theme: curves.slices(material.found["slices"], material.definition.space, theme),
    needs=lambda _, options: {"slices": options.of(SliceOptions)},
)
CONTOUR = PlotKind(
    name="contour",
    title="The metric over two parameters",
    description="What the model expects of a metric when two parameters change and the others stay at a point, and how "
    "unsure it is.",
    options=ContourPlot,
    draw=lambda material, _, theme: surfaces.contour(material.found["contour"], material.definition.space, theme),
    needs=lambda _, options: {"contour": options.of(ContourOptions)},
    why_not=only_one,
)
PARTIAL_DEPENDENCE = PlotKind(
    name="partial_dependence",
    title="The metric along each parameter, on average",
    description="What the model expects of a metric when one parameter changes, averaged over the observed values of "
    "the others, with 95 % bands.",
    options=AlongPlot,
    draw=lambda material, _, theme: curves.partial_dependence(
        material.found["partial_dependence"], material.definition.space, theme
    ),
    needs=lambda _, options: {"partial_dependence": options.of(AlongOptions)},
)


def _failure_regions(material: Material, options: MapPlot, theme: Theme) -> Figure:
    definition, found = material.definition, material.found["success_map"]
    metric = options.chosen(definition)
    sample = reading.sample(material.session, material.experiment, definition)
    places, table = sample.places, sample.table
    missed = table.failed[places] if metric is None else ~table.reaching(metric)[places] & ~table.failed[places]
    first, second = (column(Reference("parameter", name), sample, definition) for name in found["names"])
    rules = material.found.get("failure_regions")
    return failure_regions(found, rules, drawn(sample), missed.tolist(), (first, second), definition.space, theme)


def _rules(_: Definition, options: MapPlot) -> Needs:
    return {"failure_regions": options.of(ThresholdOptions)}


FAILURE_REGIONS = PlotKind(
    name="failure_regions",
    title="Where evaluations fail",
    description="How likely an evaluation succeeds, or a metric reaches its threshold, over two parameters, with the "
    "observations, the failed ones as crosses, and short rules in words.",
    options=MapPlot,
    draw=_failure_regions,
    needs=lambda _, options: {"success_map": options.of(MapOptions)},
    wishes=_rules,
    why_not=only_one,
)
ROBUSTNESS = PlotKind(
    name="robustness",
    title="Robustness of the best point",
    description="How far each metric moves, as the model sees it, when one parameter of a point changes a little, with "
    "95 % intervals.",
    options=PointPlot,
    draw=lambda material, _, theme: judged.robustness(material.found["robustness"], theme),
    needs=lambda _, options: {"robustness": options.of(PointOptions)},
)
PREDICTIONS = PlotKind(
    name="predictions",
    title="Predicted against observed",
    description="The predictions that were stored with suggestions, with their 95 % intervals, against the values that "
    "came.",
    options=MetricPlot,
    draw=lambda material, _, theme: judged.predictions(material.found["predictions"], theme),
    needs=lambda _, options: {"predictions": options.of(MetricOptions)},
)
