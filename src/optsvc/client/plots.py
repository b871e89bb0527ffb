"""Charts, as notebooks show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from typing import Any, Self

from optsvc.client.exchange import Json

MIME_TYPE = "application/vnd.plotly.v1+json"
"""What JupyterLab, VS Code and others draw as a figure of Plotly."""
_SHOWN = count()
"""How many charts were shown as HTML."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart of an experiment; at the end of a notebook's cell it is drawn.

    Args:
        kind: Which chart.
        title: Its heading.
        description: What is to be seen in it, in sentences.
        pending: The analyses that would add to it and were still being computed; with ``complete=True`` they are
            waited for.
        raw: Its JSON.
    """

    kind: str
    title: str
    description: str
    pending: Sequence[str]
    raw: Json

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Read a ``plot``."""
        return cls(str(data["kind"]), str(data["title"]), str(data["description"]), list(data["pending"]), data)

    def to_dict(self) -> dict[str, Any]:
        """The figure: ``plotly.graph_objects.Figure(plot.to_dict())`` takes it, as do Plotly's other languages."""
        figure: Mapping[str, Any] = self.raw["figure"]
        return {"data": figure["data"], "layout": figure["layout"]}

    def __repr__(self) -> str:
        return f"Plot({self.kind!r}: {self.description})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002
        """What IPython asks for; HTML too, for what does not know Plotly's media type, if Plotly is installed."""
        bundle: dict[str, Any] = {"text/plain": repr(self), MIME_TYPE: self.to_dict()}
        if find_spec("plotly") is None:
            return bundle
        from plotly.io import to_html

        # The library is 5 MB: as in Plotly itself, the first chart of a process brings it along for all of the page.
        bundle["text/html"] = to_html(
            self.to_dict(),
            include_plotlyjs=next(_SHOWN) == 0,
            include_mathjax=False,
            full_html=False,
            validate=False,  # an older Plotly does not know everything that a newer server draws with
        )
        return bundle
