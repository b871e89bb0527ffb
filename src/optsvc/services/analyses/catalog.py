"""All kinds of analyses, by name, in the order in which they are listed."""

from optsvc.services.analyses.judgement import BELIEF, CONVERGENCE, COVERAGE, HEALTH, ROBUSTNESS
from optsvc.services.analyses.kind import Kind
from optsvc.services.analyses.maps import RANDOM_FRONT, SUCCESS_MAP
from optsvc.services.analyses.matter import FAILURE_REGIONS, IMPORTANCES
from optsvc.services.analyses.past import BEST_SO_FAR, HYPERVOLUME, PREDICTIONS
from optsvc.services.analyses.response import CONTOUR, PARTIAL_DEPENDENCE, SLICES

_ALL = (
    BEST_SO_FAR,
    HYPERVOLUME,
    RANDOM_FRONT,
    BELIEF,
    IMPORTANCES,
    SLICES,
    CONTOUR,
    PARTIAL_DEPENDENCE,
    FAILURE_REGIONS,
    SUCCESS_MAP,
    ROBUSTNESS,
    COVERAGE,
    CONVERGENCE,
    PREDICTIONS,
    HEALTH,
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
