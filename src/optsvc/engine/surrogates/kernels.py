"""Covariance functions of mixed spaces, made of Matérn-5/2 terms with one length scale per parameter."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optsvc.engine.backend import Array, Backend, IntArray

BLOCK = 2**15
"""So many numbers are computed at a time: few calls where data are few, little memory where they are many."""


def squared_distance(a: Array, b: Array, inverse_squared_scale: Array, backend: Backend) -> Array:
    """Scaled squared distances, by one matrix product.

    Args:
        a: Features, shape ``(n, d)``.
        b: Features, shape ``(m, d)``.
        inverse_squared_scale: Of the length scale of each feature's parameter, shape ``(d,)``.
        backend: What computes.

    Returns:
        Shape ``(n, m)``, >= 0.
    """
    xp = backend.xp
    root = xp.sqrt(inverse_squared_scale)
    # Distances do not depend on the origin; measured from the centre of the cube the product loses less to rounding.
    a, b = (a - 0.5) * root, (b - 0.5) * root
    out = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1) - 2.0 * (a @ b.T)
    return xp.maximum(out, 0.0)


def matern52(distance: Array, signal_variance: float, backend: Backend) -> tuple[Array, Array]:
    """Matérn-5/2 covariance, and what its derivatives are made of [RasmussenWilliams2006]_.

    Args:
        distance: Scaled squared distances ``D``, any shape.
        signal_variance: ``s²`` > 0.
        backend: What computes.

    Returns:
        ``K``, and ``P`` with ``∂K/∂D = -P/2``; ``P`` is smooth at zero, where ``∂K/∂√D`` is a 0/0.

    .. [RasmussenWilliams2006] C. Rasmussen and C. Williams. Gaussian Processes for Machine Learning. MIT Press, 2006.
    """
    return matern52_of_root(backend.xp.sqrt(5.0 * distance), signal_variance, backend)


def matern52_of_root(root: Array, signal_variance: float, backend: Backend) -> tuple[Array, Array]:
    """`matern52` where ``√(5D)`` is known."""
    decay = signal_variance * backend.xp.exp(-root)
    rise = decay * (1.0 + root)
    return rise + decay * root * root / 3.0, (5.0 / 3.0) * rise


def matern52_value(distance: Array, signal_variance: float, backend: Backend) -> Array:
    """`matern52` without ``P``."""
    xp = backend.xp
    r = math.sqrt(5.0) * xp.sqrt(distance)
    return signal_variance * xp.exp(-r) * (1.0 + r + r * r / 3.0)


@dataclass(frozen=True, slots=True)
class Alone:
    """What some consecutive parameters do alone.

    Args:
        parameters: Which, as a range of the ``p``.
        columns: Their features, as a range of the ``d``.
        owners: Of each of these features, its parameter, counted from the first of them; shape ``(f,)``.
        distance: Scaled squared distances in each of them, shape ``(g, n, m)``.
    """

    parameters: slice
    columns: slice
    owners: IntArray
    distance: Array


@dataclass(frozen=True, slots=True)
class Slopes:
    """What the gradient of a kernel is made of.

    Args:
        joint: ``P`` of the joint part, ``(n, m)``.
        alone: ``P`` of what parameters do alone, each ``(g, n, m)``.
    """

    joint: Array
    alone: Sequence[tuple[Alone, Array]]


@dataclass(frozen=True, slots=True)
class Kernel:
    """What the parameters do together, and what each of them does alone [Duvenaud2011]_.

    ``k(x, x') = s² m(D) + (a²/p) Σ_g m(D_g)`` with the Matérn-5/2 function ``m``, the scaled squared distance ``D`` in
    all parameters and ``D_g`` in parameter ``g`` alone. Where a function is nearly a sum, the second part sees it in
    few values, in each parameter by itself; where it is not, the first part is all.

    Args:
        inverse_squared_scale: ``w``, of the length scale of each feature's parameter, shape ``(d,)``.
        groups: The parameter of each feature, shape ``(d,)``; features of a parameter lie side by side.
        joint_variance: ``s²``.
        additive_variance: ``a²``.
        backend: What computes.

    .. [Duvenaud2011] D. Duvenaud, H. Nickisch and C. Rasmussen. Additive Gaussian processes. NeurIPS, 2011.
       arXiv:1112.4394.
    """

    inverse_squared_scale: Array
    groups: IntArray
    joint_variance: float
    additive_variance: float
    backend: Backend

    @property
    def variance(self) -> float:
        """``k(x, x)``."""
        return self.joint_variance + self.additive_variance

    @property
    def parameters(self) -> int:
        """``p``."""
        return int(self.groups[-1]) + 1

    @property
    def variance_alone(self) -> float:
        """``a²/p``: of what one parameter does alone."""
        return self.additive_variance / self.parameters

    def value(self, a: Array, b: Array) -> Array:
        """Covariances ``(n, m)`` of features ``(n, d)`` and ``(m, d)``."""
        K = matern52_value(self.distance(a, b), self.joint_variance, self.backend)
        for some in self.alone(a, b):
            K += matern52_value(some.distance, self.variance_alone, self.backend).sum(axis=0)
        return K

    def value_and_slopes(self, a: Array, b: Array) -> tuple[Array, Slopes]:
        """`value`, and what `gradient` needs."""
        K, joint = matern52(self.distance(a, b), self.joint_variance, self.backend)
        alone = []
        for some in self.alone(a, b):
            parts, P = matern52(some.distance, self.variance_alone, self.backend)
            K += parts.sum(axis=0)
            alone.append((some, P))
        return K, Slopes(joint, alone)

    def gradient(self, weights: Array, slopes: Slopes, a: Array, b: Array) -> Array:
        """``-Σ_j weights_ij ∂k(a_i, b_j)/∂a_i``, shape ``(n, d)``, with `weights` ``(n, m)``."""
        G = slopes.joint * weights
        out = G.sum(axis=1)[:, None] * a - G @ b
        for some, P in slopes.alone:
            # One product for each feature: those of a parameter share its G.
            G = (P * weights)[some.owners]
            away = self.backend.xp.matmul(G, b.T[some.columns, :, None])[:, :, 0]
            out[:, some.columns] += (G.sum(axis=2) * a.T[some.columns] - away).T
        return out * self.inverse_squared_scale

    def distance(self, a: Array, b: Array) -> Array:
        """Scaled squared distances ``(n, m)`` in all parameters."""
        distance = squared_distance(a, b, self.inverse_squared_scale, self.backend)
        if a is b:
            # Exactly: rounding would count for reported points far outside the bounds.
            diagonal = self.backend.xp.arange(len(a))
            distance[diagonal, diagonal] = 0.0
        return distance

    def alone(self, a: Array, b: Array) -> Iterator[Alone]:
        """Scaled squared distances in each parameter alone, in blocks of parameters."""
        xp, root = self.backend.xp, self.backend.xp.sqrt(self.inverse_squared_scale)
        a, b = (a * root).T, (b * root).T
        starts = np.searchsorted(self.groups, np.arange(self.parameters + 1))
        size = max(1, BLOCK // max(a.shape[1] * b.shape[1], 1))
        for first in range(0, self.parameters, size):
            last = min(first + size, self.parameters)
            columns = slice(int(starts[first]), int(starts[last]))
            squares = (a[columns, :, None] - b[columns, None, :]) ** 2
            if len(squares) > last - first:
                squares = xp.add.reduceat(squares, starts[first:last] - starts[first], axis=0)
            yield Alone(slice(first, last), columns, self.groups[columns] - first, squares)
