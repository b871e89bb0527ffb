"""What a chart is: what it is drawn from, and how."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from optsvc.domain.experiment import Definition
from optsvc.plots.figure import Figure
from optsvc.plots.table import Table
from optsvc.plots.theme import Theme
from optsvc.services.analyses.options import Options
from optsvc.services.plots import reading
from optsvc.services.plots.options import PlotOptions
from optsvc.storage.models import Experiment

Found = Mapping[str, Mapping[str, Any]]
"""Results of analyses, by their kinds."""
Needs = Mapping[str, Options]
"""Kinds of analyses, and what is asked of each."""


def _nothing(*_: Any) -> Needs:
    return {}


@dataclass(frozen=True, slots=True)
class Material:
    """What a chart is drawn from.

    Args:
        session: The transaction to read in.
        experiment: The experiment.
        definition: What it asks for.
        found: The results of the analyses that the chart needs, and of those wishes that are there.
    """

    session: Session
    experiment: Experiment
    definition: Definition
    found: Found

    def table(self) -> Table:
        """All observations."""
        return reading.table(self.session, self.experiment, self.definition)


@dataclass(frozen=True, slots=True)
class PlotKind:
    """One kind of chart.

    Args:
        name: Its name in addresses.
        title: For people, as a heading.
        description: What it shows, in a sentence or two.
        options: What can be asked of it.
        draw: The chart, in the colours of a theme.
        needs: The analyses without which there is no chart.
        wishes: Analyses that add to it.
        why_not: What is in the way in such an experiment, whatever its data; None if nothing is.
    """

    name: str
    title: str
    description: str
    options: type[PlotOptions]
    draw: Callable[[Material, Any, Theme], Figure]
    needs: Callable[[Definition, Any], Needs] = _nothing
    wishes: Callable[[Definition, Any], Needs] = _nothing
    why_not: Callable[[Definition], str | None] = lambda _: None

    @property
    def computed(self) -> bool:
        """Whether it is drawn from analyses alone, so that nothing can be drawn before they are there."""
        return self.needs is not _nothing
