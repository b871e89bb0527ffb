"""What the search for the best point asks of an acquisition function."""

from dataclasses import dataclass

import numpy as np

from optsvc.engine.acquisition.composite import OnPoints
from optsvc.engine.backend import HostArray
from optsvc.engine.candidates.constrained_search import minimize_in_polytope
from optsvc.engine.candidates.local_search import minimize_in_cube
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.points.spread import SpaceSampler


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What is the acquisition ``(q,)`` at legal points ``(q, p)``?"""

    acquisition: OnPoints
    sampler: SpaceSampler
    points: HostArray

    def answer(self) -> HostArray:
        """By itself."""
        return self.acquisition.value(self.points)


@dataclass(frozen=True, slots=True, eq=False)
class Climb:
    """Where does the acquisition have local maxima along the smooth axes, from these starts?

    Args:
        acquisition: What is maximized.
        sampler: The space.
        starts: Legal points, shape ``(b, p)``.
        step: Typical step along each axis, shape ``(p,)``.
        defaults: Iterations and tolerances.
    """

    acquisition: OnPoints
    sampler: SpaceSampler
    starts: HostArray
    step: HostArray
    defaults: EngineDefaults

    def answer(self) -> HostArray:
        """Points ``(b, p)``, not snapped, by itself."""
        encoder, region, smooth = self.sampler.encoder, self.sampler.region, self.sampler.encoder.smooth

        def objective(points: HostArray) -> tuple[HostArray, HostArray]:
            value, gradient = self.acquisition.value_and_gradient(encoder.deactivate(points))
            return -value, -np.where(smooth, gradient, 0.0)

        inside = encoder.fill(self.starts, np.full(self.starts.shape, 0.5))
        if region is None:
            return minimize_in_cube(objective, inside, self.step, self.defaults)[0]
        scale = np.where(smooth, self.step, 0.0)
        return minimize_in_polytope(objective, inside, scale, region.rows, region.bounds, self.defaults)[0]
