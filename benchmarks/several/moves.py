"""How a problem is moved for a seed: each axis is bent, folded or permuted so that its image stays the whole axis.

So the values that can be reached, and with them fronts and optima, stay as they are, while the points that reach them
lie elsewhere.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from benchmarks.protocols import Array
from optsvc.domain.space import CategoricalParameter, IntParameter, Parameter

_BEND = 0.8
"""Largest logarithm of a bend's slope at its start: the middle of the axis goes to 0.31 at the least, 0.69 at most."""
_FOLDS = (0.2, 0.8)


class Move(Protocol):
    """From where a peer searches on an axis to where the function is evaluated, both in 0…1 (categories: indices)."""

    def forward(self, u: Array) -> Array:
        """Where the function is evaluated."""

    def backward(self, z: Array) -> Array:
        """A place where a peer finds that; the inverse, or one of two."""


@dataclass(frozen=True)
class Bend:
    """The projective map that keeps 0 and 1, after a flip or not; with slope 1 it only flips.

    Args:
        slope: At 0, before the flip.
        flipped: Whether the axis is read from its other end.
    """

    slope: float
    flipped: bool

    def forward(self, u: Array) -> Array:
        """Flip and bend."""
        u = 1 - u if self.flipped else u
        return np.asarray(self.slope * u / (1 + (self.slope - 1) * u))

    def backward(self, z: Array) -> Array:
        """Its inverse."""
        u = z / (self.slope - (self.slope - 1) * z)
        return np.asarray(1 - u if self.flipped else u)


@dataclass(frozen=True)
class Fold:
    """Distance from a centre in units of the larger side: what was at the lower bound comes to lie inside.

    Args:
        centre: Where 0 comes to lie.
    """

    centre: float

    @property
    def _side(self) -> float:
        return max(self.centre, 1 - self.centre)

    def forward(self, u: Array) -> Array:
        """The distance."""
        return np.asarray(np.abs(u - self.centre) / self._side)

    def backward(self, z: Array) -> Array:
        """On the larger side."""
        return np.asarray(self.centre + z * self._side * (1 if self.centre < 0.5 else -1))


@dataclass(frozen=True)
class Permutation:
    """Of the categories.

    Args:
        order: Which category of the function each category of the peer is.
    """

    order: tuple[int, ...]

    def forward(self, u: Array) -> Array:
        """Look it up."""
        return np.asarray(self.order, dtype=float)[u.astype(int)]

    def backward(self, z: Array) -> Array:
        """Its inverse."""
        return np.argsort(self.order).astype(float)[z.astype(int)]


def draw(parameter: Parameter, rng: np.random.Generator, *, folded: bool) -> Move:
    """The move of one axis; whole numbers are only flipped, as a bend would not keep them whole."""
    if isinstance(parameter, CategoricalParameter):
        return Permutation(tuple(int(index) for index in rng.permutation(len(parameter.values))))
    if folded:
        return Fold(float(rng.uniform(*_FOLDS)))
    slope = 1.0 if isinstance(parameter, IntParameter) else float(np.exp(rng.uniform(-_BEND, _BEND)))
    return Bend(slope, bool(rng.integers(2)))
