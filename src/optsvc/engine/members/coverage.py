"""What a point newly covers of a region whose edges nobody has seen."""

from collections.abc import Callable

import numpy as np

from optsvc.engine.acquisition.places import LogCoverage, log_covered
from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.members.situation import Situation
from optsvc.engine.problem import Seed
from optsvc.engine.randomness import Stage, experiment_generator

_MOST = 1.0 - 1e-12
"""No point covers more than that of another."""
_ROWS = 256
"""So many points at once, so that memory does not grow with their number."""


def new_coverage(
    situation: Situation, log_belongs: Callable[[HostArray], HostArray], points: HostArray, seed: Seed
) -> LogCoverage:
    """How much of a region a further point would cover that others do not; see `LogCoverage`.

    Evenly spread places stand for the space. Each is worth the probability that it belongs to the region, less what
    points that are likely to belong to it cover. Points at the rim of the space cover little, since around them
    there is little space.

    Args:
        situation: What is known.
        log_belongs: The logarithm of the probability that each of some features ``(m, d)`` belongs to it, ``(m,)``.
        points: Unit coordinates of those that cover it, shape ``(n, p)``.
        seed: Of the proposal.
    """
    encoder, sampler = situation.encoder, situation.sampler
    radius, power = DEFAULTS.coverage_radius * float(np.sqrt(encoder.dimension)), DEFAULTS.coverage_power
    rng = experiment_generator(seed, Stage.COVERAGE)
    places = encoder.features(sampler.evenly(DEFAULTS.coverage_places, rng))
    worth = log_belongs(places)
    features = encoder.features(points)
    belongs = np.minimum(np.exp(log_belongs(features)), _MOST)
    for first in range(0, len(points), _ROWS):
        rows = slice(first, first + _ROWS)
        covered = belongs[rows] * np.exp(log_covered(places, features[rows], radius, power))
        worth = worth + np.log1p(-covered).sum(axis=1)
    chosen = np.argsort(-worth, kind="stable")[: DEFAULTS.coverage_kept]
    return LogCoverage(places[chosen], worth[chosen], radius, power)
