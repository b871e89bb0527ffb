"""Short ways to write down what charts are drawn from."""

import numpy as np
import plotly.graph_objects as go

from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.space import CategoricalParameter, DoubleParameter, IntParameter, SearchSpace
from optsvc.plots.figure import Figure
from optsvc.plots.table import Table
from optsvc.plots.theme import THEMES

LIGHT = THEMES["light"]
SPACE = SearchSpace(
    (
        DoubleParameter("rate", 1e-5, 1.0, log=True),
        IntParameter("layers", 1, 6),
        CategoricalParameter("kind", ("a", "b")),
    )
)
GAIN = Metric("gain")
COST = Metric("cost", Objective.MINIMIZE)
SIZE = Metric("size", Objective.MINIMIZE, Strategy.STORE)
LIMITED = Metric("heat", Objective.MINIMIZE, Strategy.CONSTRAINT, 0.7)


def definition(*metrics: Metric) -> Definition:
    return Definition(SPACE, metrics)


def table(count: int, *metrics: Metric, failures: float = 0.1, seed: int = 0) -> Table:
    """Random values between 0 and 1; the first observation does not fail."""
    rng = np.random.default_rng(seed)
    failed = rng.random(count) < failures
    failed[:1] = False
    values = {metric.name: np.where(failed, np.nan, rng.random(count)) for metric in metrics}
    return Table(np.arange(count) + 1000, failed, np.ones(count, dtype=bool), values)


def drawn(figure: Figure, theme: str = "light") -> go.Figure:
    """The figure as Plotly takes it, after it has checked it against its schema."""
    made = figure.to_dict(THEMES[theme])
    return go.Figure(made)


def named(figure: Figure, name: str) -> dict:
    """The only trace of this name."""
    [trace] = [trace for trace in figure.data if trace.get("name") == name]
    return trace


def shown(figure: Figure) -> set[str]:
    """The ids of the observations that have a mark."""
    return {id_ for trace in figure.data for id_ in trace.get("customdata", ())}
