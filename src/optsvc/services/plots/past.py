"""Charts of what was observed; they need no model."""

from collections.abc import Mapping
from typing import Any

from optsvc.domain.experiment import Definition
from optsvc.plots import history, judged, pareto, timeline
from optsvc.plots.figure import Figure
from optsvc.plots.theme import Theme
from optsvc.services.analyses.options import Options
from optsvc.services.analyses.past import HYPERVOLUME as HYPERVOLUME_ANALYSIS
from optsvc.services.plots import reading
from optsvc.services.plots.kind import Material, Needs, PlotKind
from optsvc.services.plots.options import MetricPlot, MetricsPlot, PlotOptions, together
from optsvc.storage.models import now


def _history(material: Material, options: MetricPlot, theme: Theme) -> Figure:
    definition = material.definition
    return history.history(material.table(), definition, options.chosen(definition), theme)


HISTORY = PlotKind(
    name="history",
    title="History",
    description="The values of a metric over the observations, with the best so far; failures are crosses, what does "
    "not count as the best is hollow.",
    options=MetricPlot,
    draw=_history,
)


def _pareto(material: Material, options: MetricsPlot, theme: Theme) -> Figure:
    definition = material.definition
    known = pareto.Known(
        efficient=_efficient(material.found.get("belief")), random_front=material.found.get("random_front")
    )
    return pareto.pareto(material.table(), definition, options.chosen(definition), theme, known)


def _efficient(belief: Mapping[str, Any] | None) -> dict[str, float] | None:
    """How likely each observation is on the true front, by its id."""
    if belief is None:
        return None
    return {one["observation"]: one["efficient"] for one in belief["chances"] if one["efficient"] is not None}


def _additions(definition: Definition, options: MetricsPlot) -> Needs:
    """What analyses tell of the front of all optimized metrics, if that is the one to draw."""
    if options.chosen(definition) != list(definition.optimized):
        return {}
    return {"belief": Options(), "random_front": Options()}


PARETO = PlotKind(
    name="pareto",
    title="Pareto front",
    description="Two metrics against each other, a third one as colour, with thresholds and the front of all of them. "
    "With the analysis `belief`, how strongly a mark is drawn says how likely it is on the true front; with "
    "`random_front`, behind it lies where random search would have got with as many evaluations.",
    options=MetricsPlot,
    draw=_pareto,
    wishes=_additions,
    why_not=lambda definition: "there is only one metric" if len(together(definition)) < 2 else None,
)


HYPERVOLUME = PlotKind(
    name="hypervolume",
    title="Growth of the Pareto front",
    description="Of several optimized metrics: the share of the box between the best and the worst values that the "
    "front dominates, after each observation.",
    options=PlotOptions,
    draw=lambda material, _, theme: judged.hypervolume(material.found["hypervolume"], theme),
    needs=lambda *_: {"hypervolume": Options()},
    why_not=HYPERVOLUME_ANALYSIS.why_not,
)


def _timeline(material: Material, _: PlotOptions, theme: Theme) -> Figure:
    evaluations, total = reading.evaluations(material.session, material.experiment)
    return timeline.timeline(evaluations, total, now(), theme)


TIMELINE = PlotKind(
    name="timeline",
    title="Timeline",
    description="When evaluations ran: a bar from each suggestion to its result, or to now while it is open; parallel "
    "ones beside each other.",
    options=PlotOptions,
    draw=_timeline,
)
