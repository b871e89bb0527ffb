"""How well the region that meets all constraints is covered, as a constraint active search sees it: `new_coverage`.

What that region is, nobody knows; the models say how likely each of many evenly spread places belongs to it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from optsvc.domain.observation import Observation
from optsvc.domain.space import Assignments
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.readings import Readings, loss_limit
from optsvc.engine.analysis.truth import Modelled
from optsvc.engine.analysis.words import number_of, percent
from optsvc.engine.backend import NUMPY, HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.history import EncodedHistory
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.problem import EngineState, Problem, Seed
from optsvc.engine.randomness import Stage, experiment_generator
from optsvc.engine.success_model import fit_success
from optsvc.engine.surrogates.kernels import squared_distance

_LEAST_PLACES = 10.0
"""Of the places so many must be expected to belong to the region; fewer say nothing of it."""
_BLOCK = 256
"""So many observations at once, so that memory does not grow with their number."""


@dataclass(frozen=True, slots=True)
class RegionCoverage:
    """How well the region that meets all constraints is covered by the observations that do.

    Distances are in the space where each numeric parameter, in its own scale, is as long as 1, and two categories are 1
    apart.

    Args:
        satisfying: How many observations meet all constraints.
        observations: Of how many that have values.
        region_share: How much of the space is expected to meet all constraints, and not to fail.
        radius: How far an observation covers the region around it: a tenth of the root of the number of parameters.
        covered: The expected share of the region that is covered; None if so little of the space is expected to belong
            to it that nothing can be said.
        fill_distance: How far from all satisfying observations a point is that more likely than not belongs to the
            region, at most; None if no such point was looked at, or nothing satisfies.
        widest_gap: That point.
        sentence: The gist, for people.
    """

    satisfying: int
    observations: int
    region_share: float
    radius: float
    covered: float | None
    fill_distance: float | None
    widest_gap: Assignments | None
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        return asdict(self)


def coverage(
    problem: Problem, history: Sequence[Observation], *, seed: Seed, state: EngineState | None = None
) -> RegionCoverage | None:
    """How well the region that meets all constraints is covered.

    Args:
        problem: The search space and the metrics, at least one of them a constraint.
        history: What has been observed, in any order.
        seed: The key of the experiment; its ordinal does not matter.
        state: What `suggest` has left from the same observations; it spares the fits.

    Returns:
        None if there is no model of a constraint whose values say nothing of where it is met: there are too few, or all
        are equal and miss the threshold.
    """
    sampler = SpaceSampler.of(problem.space)
    encoder = sampler.encoder
    readings = Readings.of(problem, history, encoder)
    places = sampler.evenly(DEFAULTS.coverage_places, experiment_generator(seed, Stage.COVERAGE))
    belongs = _belongs(problem, history, readings, encoder, places, seed, state)
    if belongs is None:
        return None
    satisfying = readings.points[readings.satisfying]
    distances = _distances(encoder.features(places), encoder.features(satisfying))
    radius = float(DEFAULTS.coverage_radius * np.sqrt(encoder.dimension))
    expected = float(belongs.sum())
    covered = float(belongs[distances <= radius].sum()) / expected if expected >= _LEAST_PLACES else None
    likely = np.flatnonzero(belongs > 0.5)
    gap = int(likely[distances[likely].argmax()]) if len(likely) and len(satisfying) else None
    share = expected / len(places)
    return RegionCoverage(
        satisfying=len(satisfying),
        observations=len(readings.points),
        region_share=share,
        radius=radius,
        covered=covered,
        fill_distance=None if gap is None else float(distances[gap]),
        widest_gap=None if gap is None else encoder.decode(places[gap]),
        sentence=_sentence(len(satisfying), len(readings.points), covered, share),
    )


def _belongs(
    problem: Problem,
    history: Sequence[Observation],
    readings: Readings,
    encoder: Encoder,
    places: HostArray,
    seed: Seed,
    state: EngineState | None,
) -> HostArray | None:
    """The probability that each place meets all constraints and does not fail, shape ``(m,)``."""
    belongs = np.ones(len(places))
    for met, metric in zip(readings.met.T, problem.constraints, strict=True):
        fitted = FittedMetric.fit(problem, history, metric, seed=seed, state=state)
        if fitted is not None:
            belongs = belongs * Modelled(fitted, places).p_at_most(loss_limit(metric))
        elif not met.size or not met.all():
            return None
    encoded = EncodedHistory.of(problem, history, encoder)
    success = fit_success(encoded, len(history), encoder, state=state, defaults=DEFAULTS, backend=NUMPY)
    return belongs if success is None else belongs * np.exp(success[0].log_probability(encoder.features(places)))


def _distances(features: HostArray, others: HostArray) -> HostArray:
    """From each of some features ``(m, d)`` to the nearest of others ``(n, d)``, shape ``(m,)``; infinite if none."""
    nearest, unscaled = np.full(len(features), np.inf), np.ones(features.shape[1])
    for first in range(0, len(others), _BLOCK):
        square = squared_distance(features, others[first : first + _BLOCK], unscaled, NUMPY)
        nearest = np.minimum(nearest, square.min(axis=1))
    distances: HostArray = np.sqrt(nearest)
    return distances


def _sentence(satisfying: int, observations: int, covered: float | None, share: float) -> str:
    told = f"{satisfying} of {number_of(observations, 'observation')} meet all thresholds"
    if covered is None:
        return f"{told}. So little of the space is expected to do so that its coverage cannot be told."
    part = "less than 1 %" if share < 0.01 else percent(share)
    return f"{told} and cover {percent(covered)} of the region that is expected to, {part} of the space."
