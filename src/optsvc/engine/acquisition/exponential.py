"""Expected improvement of a value that is modelled in its logarithm, in the value's own units.

If ``t`` is normal with mean ``μ`` and standard deviation ``δ`` and the value is ``(e^{κt} - 1)/κ``, then what is
expected below a level ``(e^{κa} - 1)/κ`` is ``∫_{-∞}^a e^{κu} Φ((u - μ)/δ) du``, that is ``e^{κa} δ F(z, c)`` with
``z = (a - μ)/δ``, ``c = κδ`` and

    ``F(z, c) = ∫_0^∞ e^{-cv} Φ(z - v) dv = (Φ(z) - G)/c``,  ``G = e^{c²/2 - cz} Φ(z - c)``

(for ``κ > 0`` the price of a put option [BlackScholes1973]_). ``F(z, 0)`` is `log_h`'s ``φ(z) + z Φ(z)``. For ``κ < 0``
the value is the negative of one that is modelled in its logarithm and maximized.

.. [BlackScholes1973] F. Black and M. Scholes. The pricing of options and corporate liabilities. Journal of Political
   Economy, 1973.
"""

import math

import numpy as np

from optsvc.engine.acquisition.expected_improvement import log_h
from optsvc.engine.backend import Array, Backend, HostArray

_LOG_ROOT_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_TAIL = -1.0
"""Below this, the difference in ``F`` is taken of the two parts divided by their common factor ``φ(z)``."""
_STEEP = -30.0
"""Below this, ``F`` is ``φ(z) / (z (z - c))`` to three digits: enough for a slope."""
_FAR_TAIL = -1e4
_LINEAR = 1e-4
"""Where ``c v`` stays below this, ``F`` is linear in ``c`` to eight digits."""
_LARGEST = 600.0
LARGEST_EXPONENT = 300.0
"""Losses whose exponents are larger count as equal, so that products of them stay finite."""
_NEARLY_ALL = -1.0 + 1e-9
"""Of the way to a loss that no logarithm reaches."""
_MILLS_END = 37.0
"""Where ``Φ/φ`` is still a double."""


def in_values(targets: HostArray, rates: HostArray) -> HostArray:
    """Losses, shifted and scaled, of targets: ``(e^{κt} - 1)/κ``, or the target itself where ``κ`` is zero.

    Args:
        targets: Shape ``(…, m)``.
        rates: ``κ`` of each objective, shape ``(m,)``; see `OutputTransform.rate`.
    """
    safe = np.where(rates == 0.0, 1.0, rates)
    return np.where(rates == 0.0, targets, np.expm1(np.minimum(safe * targets, LARGEST_EXPONENT)) / safe)


def in_targets(losses: HostArray, rates: HostArray) -> HostArray:
    """The inverse of `in_values`; a loss that none can reach is the largest that can."""
    safe = np.where(rates == 0.0, 1.0, rates)
    return np.where(rates == 0.0, losses, np.log1p(np.maximum(safe * losses, _NEARLY_ALL)) / safe)


def value_of(target: Array, rate: float, backend: Backend) -> Array:
    """`in_values` of one objective, on the device."""
    xp = backend.xp
    return xp.expm1(xp.minimum(rate * target, LARGEST_EXPONENT)) / rate if rate else target


def log_f(z: Array, c: Array, backend: Backend) -> Array:
    """``log F(z, c)``.

    Args:
        z: Shape ``(l, q)``, finite.
        c: Shape ``(q,)``.
        backend: What computes.
    """
    xp = backend.xp
    linear, safe = _regimes(z, c, backend)
    near, far = xp.maximum(z, _TAIL), xp.minimum(z, _TAIL)
    direct = backend.ndtr(near) - xp.exp(xp.minimum(_log_g(near, safe, backend), _LARGEST))
    ratio = _mills(far, backend) - _mills(far - safe, backend)
    curved = xp.log(xp.where(z > _TAIL, direct, ratio) / safe) + xp.where(z > _TAIL, 0.0, _log_density(z))
    return xp.where(linear, log_h(z, backend) + c * _tilt(z, backend), curved)


def log_f_slopes(z: Array, c: Array, value: Array, backend: Backend) -> tuple[Array, Array]:
    """The derivatives of ``log F(z, c)`` by ``z`` and ``c``; `value` is ``log_f(z, c)``."""
    xp = backend.xp
    linear, safe = _regimes(z, c, backend)
    log_g = xp.where(linear, backend.log_ndtr(z), _log_g(z, safe, backend))
    by_z = xp.exp(xp.minimum(log_g - value, _LARGEST))
    bent = ((z - safe) * by_z + xp.exp(xp.minimum(_log_density(z) - value, _LARGEST)) - 1.0) / safe
    bent = xp.where(z < _STEEP, 1.0 / (xp.minimum(z, _STEEP) - safe), bent)
    return by_z, xp.where(linear, _tilt(z, backend), bent)


def _regimes(z: Array, c: Array, backend: Backend) -> tuple[Array, Array]:
    """Where ``log F`` is linear in ``c``, and a ``c`` that it is safe to divide by."""
    xp = backend.xp
    linear = (xp.abs(c) * xp.maximum(z, 1.0) < _LINEAR) | (z < _FAR_TAIL)
    return linear, xp.where(linear, 1.0, c)


def _log_g(z: Array, c: Array, backend: Backend) -> Array:
    return backend.log_ndtr(z - c) + c * (0.5 * c - z)


def _log_density(z: Array) -> Array:
    return -0.5 * z * z - _LOG_ROOT_TWO_PI


def _mills(x: Array, backend: Backend) -> Array:
    """``Φ(x)/φ(x)``."""
    reach = backend.xp.minimum(x, _MILLS_END)
    return math.sqrt(0.5 * math.pi) * backend.erfcx(-reach / math.sqrt(2.0))


def _tilt(z: Array, backend: Backend) -> Array:
    """``d log F/dc`` at ``c = 0``: ``-((z² + 1) Φ + z φ) / (2 h)``, which tends to ``1/z``."""
    xp = backend.xp
    near = xp.maximum(z, _STEEP)
    second = (near * near + 1.0) * backend.ndtr(near) + near * xp.exp(_log_density(near))
    return xp.where(z < _STEEP, 1.0 / xp.minimum(z, _STEEP), -0.5 * second / xp.exp(log_h(near, backend)))
