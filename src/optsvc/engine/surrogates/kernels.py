"""The covariance function: Matérn-5/2 with one length scale per parameter, on mixed spaces."""

import math

from optsvc.engine.backend import Array, Backend


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
    xp = backend.xp
    r = xp.sqrt(5.0 * distance)
    decay = signal_variance * xp.exp(-r)
    return decay * (1.0 + r + r * r / 3.0), (5.0 / 3.0) * decay * (1.0 + r)


def matern52_value(distance: Array, signal_variance: float, backend: Backend) -> Array:
    """`matern52` without ``P``."""
    xp = backend.xp
    r = math.sqrt(5.0) * xp.sqrt(distance)
    return signal_variance * xp.exp(-r) * (1.0 + r + r * r / 3.0)
