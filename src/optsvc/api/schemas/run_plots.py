"""Charts of training runs, out."""

from typing import Any, Literal

from pydantic import Field

from optsvc.api.schemas.common import Out
from optsvc.api.schemas.plots import FigureOut
from optsvc.services.plots.runs import RunPlot


class RunColumnOut(Out):
    """What an axis shows."""

    key: str = Field(description="The key of a field, as lists of runs know it.", examples=["values.accuracy.value"])
    label: str = Field(description="Its name for people.")
    scale: Literal["linear", "log", "time", "categories"] = Field(description="How it is drawn.")
    categories: list[str] = Field(description="All that occur, in the order of the axis; empty on the other scales.")


class RunPlotOut(Out):
    """A chart of training runs."""

    object: Literal["run_plot"]
    kind: str = Field(description="Which chart.", examples=["scatter"])
    options: dict[str, Any] = Field(description="Its options, with what was not given filled in.")
    title: str = Field(description="Its heading.")
    description: str = Field(
        description="What is to be seen in it, in sentences, for who cannot see it; what was left out, too."
    )
    run_count: int = Field(description="How many runs match, drawn or not.")
    columns: list[RunColumnOut] = Field(description="What its axes show.")
    figure: FigureOut = Field(description="What Plotly draws; marks of runs have their ids as `customdata`.")

    @staticmethod
    def json_of(plot: RunPlot) -> dict[str, Any]:
        """The chart as the API writes it; the figure is JSON already, and may be large."""
        return {
            "object": "run_plot",
            "kind": plot.kind,
            "options": dict(plot.options),
            "title": plot.title,
            "description": plot.description,
            "run_count": plot.run_count,
            "columns": list(plot.columns),
            "figure": plot.figure,
        }
