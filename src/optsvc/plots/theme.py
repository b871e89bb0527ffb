"""How all charts look: one template for light pages, one for dark ones.

The colours of marks are those of Okabe and Ito [Okabe2008]_, told apart with any kind of colour vision; scales of
numbers are Viridis, which also reads in grey. Shapes say the same as colours wherever a difference matters.

.. [Okabe2008] M. Okabe and K. Ito. Color universal design. 2008. https://jfly.uni-koeln.de/color/
"""

from dataclasses import dataclass
from typing import Any, Literal

ThemeName = Literal["light", "dark"]
NUMBERS = ".5~g"
"""How numbers are written under the pointer: five significant digits, in d3's notation."""
SCALE = "Viridis"
SCALE_COLOURS = (
    "#440154",
    "#482878",
    "#3e4989",
    "#31688e",
    "#26828e",
    "#1f9e89",
    "#35b779",
    "#6ece58",
    "#b5de2b",
    "#fde725",
)
"""The same, for who does not know it by its name; evenly spaced."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours, each for one meaning.

    Args:
        background: Of the page.
        text: Of words and of the lines of axes.
        grid: Of the lines behind the marks.
        mark: Of ordinary observations.
        muted: Of what counts less: infeasible or dominated observations.
        best: Of the best observation, the front, the best so far.
        failed: Of failures and limits.
        model: Of what a model says.
        second: Of a second thing beside it.
        others: Of more things, beside each other.
    """

    background: str
    text: str
    grid: str
    mark: str
    muted: str
    best: str
    failed: str
    model: str
    second: str
    others: tuple[str, ...]

    def template(self) -> dict[str, Any]:
        """The template of a figure."""
        axis = {
            "gridcolor": self.grid,
            "linecolor": self.grid,
            "zerolinecolor": self.grid,
            "automargin": True,
            "hoverformat": NUMBERS,
            "title": {"standoff": 8},
        }
        return {
            "layout": {
                "paper_bgcolor": self.background,
                "plot_bgcolor": self.background,
                "font": {"color": self.text, "family": "system-ui, sans-serif", "size": 13},
                "title": {
                    "font": {"size": 16},
                    "x": 0.0,
                    "xanchor": "left",
                    "y": 1.0,
                    "yref": "container",
                    "yanchor": "top",
                    "pad": {"l": 16, "t": 14},
                    "automargin": True,
                    "subtitle": {"font": {"size": 11}},
                },
                "colorway": list(self.others),
                "margin": {"l": 64, "r": 24, "t": 56, "b": 48},
                "legend": {"orientation": "h", "x": 0.0, "y": 0.0, "yref": "container", "yanchor": "bottom"},
                "hovermode": "closest",
                "hoverlabel": {"bgcolor": self.background, "bordercolor": self.grid, "font": {"color": self.text}},
                "xaxis": axis,
                "yaxis": axis,
            }
        }


def faded(colour: str, opacity: float) -> str:
    """A colour ``#rrggbb`` that lets through what is behind it."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


_OTHERS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
_OTHERS_ON_DARK = ("#56b4e9", "#e69f00", "#2fc49a", "#e5a3c8", "#f0e442", "#ff8c42")
THEMES: dict[ThemeName, Theme] = {
    "light": Theme(
        background="#ffffff",
        text="#24292f",
        grid="#e3e6ea",
        mark="#0072b2",
        muted="#7d8590",
        best="#d55e00",
        failed="#a4262c",
        model="#0072b2",
        second="#009e73",
        others=_OTHERS,
    ),
    "dark": Theme(
        background="#1f2125",
        text="#dfe3e8",
        grid="#3a3e45",
        mark="#56b4e9",
        muted="#8f98a3",
        best="#ff8c42",
        failed="#ff7b7b",
        model="#56b4e9",
        second="#2fc49a",
        others=_OTHERS_ON_DARK,
    ),
}
"""By name."""
