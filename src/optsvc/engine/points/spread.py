"""Legal points that know nothing of values: evenly spread, random, all of them, the nearest to a given one.

Every proposer takes its points from here, so that what makes a point legal (conditions, linear constraints) and what is
believed of good ones (priors on parameters) is heeded in one place.
"""

import numpy as np

from optsvc.domain.space import SearchSpace
from optsvc.engine.backend import BoolArray, HostArray, IntArray
from optsvc.engine.beliefs import Beliefs
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.points.feasible import Region
from optsvc.engine.points.sobol import sobol_points


class SpaceSampler:
    """The legal points of one search space, as unit coordinates ``(n, p)``.

    Args:
        encoder: The space.

    Attributes:
        encoder: The space.
        beliefs: The priors on its parameters.
        region: What linear constraints leave of it; None without any.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.beliefs = Beliefs(encoder)
        self.region = Region.of(encoder)

    @classmethod
    def of(cls, space: SearchSpace) -> "SpaceSampler":
        """The sampler of a space, with the engine's defaults."""
        return cls(Encoder(space, DEFAULTS.relaxed_levels))

    def evenly(self, count: int, rng: np.random.Generator, first: int = 0, *, gates: bool = False) -> HostArray:
        """Consecutive points of a shifted Sobol sequence, drawn through the priors, snapped.

        Infeasible points of the sequence are passed over; where feasible ones are rare, random ones take their place
        along the constrained axes.

        Args:
            count: How many points.
            rng: Source of the shift; equal generators give parts of one sequence.
            first: Index of the first point.
            gates: Whether every conditional is to take each of its values once in so many consecutive points.
        """
        gates = gates and len(self.encoder.gates) > 0
        base = int(rng.integers(2**63)) if gates else 0
        points, indexes = self._even(count, rng, first)
        if gates:
            for j in self.encoder.gates:
                axis = self.encoder.levelled[j]
                for row, index in enumerate(indexes.tolist()):
                    block, place = divmod(index, axis.levels)
                    stream = np.random.Generator(np.random.Philox(np.random.SeedSequence((base, j, block))))
                    points[row, j] = axis.coordinate(stream.permutation(axis.levels)[place])
        return self.encoder.snap(points)

    def randomly(self, count: int, rng: np.random.Generator) -> HostArray:
        """Independent random points, drawn through the priors, snapped."""
        region, p = self.region, self.encoder.dimension
        if region is None:
            return self.encoder.snap(self.beliefs.stretch(rng.random((count, p))))
        points = np.empty((0, p))
        if region.share >= DEFAULTS.rejection_share:
            wanted = min(int(2.0 * count / region.share) + 8, DEFAULTS.rejection_points)
            drawn = self.encoder.snap(self.beliefs.stretch(rng.random((wanted, p))))
            points = drawn[region.holds(drawn)][:count]
        if len(points) < count:
            rest = self.beliefs.stretch(rng.random((count - len(points), p)))
            rest[:, region.columns] = self._believed(region, region.draw(4 * len(rest), rng), rng)[: len(rest)]
            points = np.vstack([points, self.encoder.snap(rest)])
        return points

    def repair(self, points: HostArray) -> HostArray:
        """The legal points nearest, or nearly so, to those given."""
        return self.encoder.snap(points if self.region is None else self.region.repair(points))

    def legal(self, points: HostArray) -> BoolArray:
        """Whether snapped points keep to the linear constraints, shape ``(n,)``."""
        return np.ones(len(points), dtype=bool) if self.region is None else self.region.holds(points)

    def keeps(self, point: HostArray) -> bool:
        """Whether what a point ``(p,)`` decodes to keeps to every linear constraint, in native units."""
        constraints = self.encoder.space.linear_constraints
        return not constraints or all(c.holds(self.encoder.decode(point)) for c in constraints)

    def all_points(self) -> HostArray:
        """Every legal point of a finite space."""
        points = self.encoder.all_points()
        return points[self.legal(points)]

    def _even(self, count: int, rng: np.random.Generator, first: int) -> tuple[HostArray, IntArray]:
        """Points of the cube, and their places in the sequence."""
        p, region = self.encoder.dimension, self.region
        places = first + np.arange(count, dtype=np.int64)
        if region is None:
            return self.beliefs.stretch(sobol_points(count, p, rng, first)), places
        if region.share >= DEFAULTS.rejection_share:
            wanted = min(int(1.5 * (first + count) / region.share) + 64, DEFAULTS.rejection_points)
            points = self.beliefs.stretch(sobol_points(wanted, p, rng))
            feasible = np.flatnonzero(region.holds(self.encoder.snap(points)))
            if len(feasible):
                return points[feasible[places % len(feasible)]], places
        points = self.beliefs.stretch(sobol_points(count, p, rng, first))
        pool = self._believed(region, region.pool(), rng)
        points[:, region.columns] = pool[places % len(pool)]
        return points, places

    def _believed(self, region: Region, coordinates: HostArray, rng: np.random.Generator) -> HostArray:
        """Rows of constrained coordinates in an order drawn in proportion to what is believed of them."""
        points = np.full((len(coordinates), self.encoder.dimension), 0.5)
        points[:, region.columns] = coordinates
        density = np.exp(np.minimum(self.beliefs.log_density(points)[0], 700.0))
        uniform = DEFAULTS.prior_uniform_share
        keys = np.log(uniform + (1.0 - uniform) * density) + rng.gumbel(size=len(points))
        ordered: HostArray = coordinates[np.argsort(-keys, kind="stable")]
        return ordered
