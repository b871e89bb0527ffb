"""All kinds of charts, by name, in the order in which they are listed."""

from optsvc.services.plots.kind import PlotKind
from optsvc.services.plots.learnt import (
    CONTOUR,
    FAILURE_REGIONS,
    IMPORTANCES,
    PARTIAL_DEPENDENCE,
    PREDICTIONS,
    ROBUSTNESS,
    SLICES,
)
from optsvc.services.plots.past import HISTORY, HYPERVOLUME, PARETO, TIMELINE
from optsvc.services.plots.points import PARALLEL_COORDINATES, SCATTER

_ALL = (
    HISTORY,
    PARETO,
    HYPERVOLUME,
    PARALLEL_COORDINATES,
    SCATTER,
    IMPORTANCES,
    SLICES,
    CONTOUR,
    PARTIAL_DEPENDENCE,
    FAILURE_REGIONS,
    PREDICTIONS,
    ROBUSTNESS,
    TIMELINE,
)
PLOTS: dict[str, PlotKind] = {kind.name: kind for kind in _ALL}
