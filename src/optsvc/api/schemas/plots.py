"""Charts of experiments, out."""

from typing import Any, Literal, Self

from pydantic import Field

from optsvc.api.schemas.analyses import AnalysisOptionOut
from optsvc.api.schemas.common import IdOut, Out
from optsvc.services.plots.asking import Listed, Plot


class FigureOut(Out):
    """A figure as Plotly draws it, in any of its languages."""

    data: list[dict[str, Any]] = Field(description="The traces.")
    layout: dict[str, Any] = Field(description="Axes, words and colours.")


class PlotOut(Out):
    """A chart of an experiment."""

    object: Literal["plot"]
    experiment: IdOut = Field(description="Id of the experiment.")
    kind: str = Field(description="Which chart.", examples=["history"])
    options: dict[str, Any] = Field(description="Its options, with what was not given filled in.")
    title: str = Field(description="Its heading.")
    description: str = Field(
        description="What is to be seen in it, in sentences, for who cannot see it; what was left out of very many "
        "observations, too."
    )
    fresh: bool = Field(description="Whether all of it is from the present data; if not, newer ones are under way.")
    data_version: int = Field(description="Of the present data; moves with every change to them.")
    observation_count: int = Field(description="How many observations there are, drawn or not.")
    pending: list[str] = Field(
        description="The analyses that would add to it and are being computed, if older ones are drawn meanwhile, too: "
        "ask again to have them drawn."
    )
    figure: FigureOut = Field(description="What Plotly draws; marks of observations have their ids as `customdata`.")


class PendingPlotOut(Out):
    """A chart that cannot be drawn yet: the workers were asked, the same request a little later gets it."""

    object: Literal["pending_plot"]
    kind: str = Field(description="Which chart.", examples=["importances"])
    message: str = Field(description="That it is being computed, for people.")
    retry_after_s: int = Field(description="In how many seconds to ask again; the header `Retry-After` says it, too.")


class PlotKindOut(Out):
    """A kind of chart, and whether an experiment can have it."""

    object: Literal["plot_kind"]
    kind: str = Field(description="Its name in addresses.", examples=["history"])
    title: str = Field(description="Its name for people.")
    description: str = Field(description="What it shows.")
    options: list[AnalysisOptionOut] = Field(description="What can be asked of it.")
    available: bool = Field(description="Whether it makes sense for this experiment.")
    why_not: str | None = Field(description="What is in the way; null if it is available.")

    @classmethod
    def of(cls, listed: Listed) -> Self:
        """The kind as the API writes it."""
        kind = listed.kind
        return cls(
            object="plot_kind",
            kind=kind.name,
            title=kind.title,
            description=kind.description,
            options=AnalysisOptionOut.all_of(kind.options),
            available=listed.why_not is None,
            why_not=listed.why_not,
        )


def plot_json(plot: Plot) -> dict[str, Any]:
    """A chart as `PlotOut`; the figure is JSON already, and may be large."""
    return {
        "object": "plot",
        "experiment": str(plot.experiment_id),
        "kind": plot.kind,
        "options": dict(plot.options),
        "title": plot.title,
        "description": plot.description,
        "fresh": plot.fresh,
        "data_version": plot.data_version,
        "observation_count": plot.observation_count,
        "pending": list(plot.pending),
        "figure": plot.figure,
    }
