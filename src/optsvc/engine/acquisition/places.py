"""Where a point lies with respect to others, whatever is expected there."""

import math

import numpy as np
from scipy.special import logsumexp

from optsvc.engine.backend import NUMPY, HostArray
from optsvc.engine.surrogates.kernels import squared_distance

_LOG_2 = math.log(2.0)


def log_covered(features: HostArray, others: HostArray, radius: float, power: int) -> HostArray:
    """The logarithm of how much points cover of each other: ``-log 2 (|x - x'|/r)^k``, shape ``(q, n)``.

    Args:
        features: Shape ``(q, d)``.
        others: Shape ``(n, d)``.
        radius: ``r``, in features: where half is covered.
        power: ``k``, even: 2 is the shape of a normal density, a large one nearly a ball.
    """
    return -_LOG_2 * _squares(features, others, radius) ** (power / 2)


class LogCoverage:
    """How much of what is worth covering a point covers: ``log Σ_z w_z 2^(-(|x - z|/r)^k)``.

    A smooth form of expected coverage improvement [Malkomes2021]_: there a point covers a ball; here each place by how
    near it is. What other points cover already is in the weights.

    Args:
        places: Features of places ``z`` all over the space, shape ``(n, d)``.
        log_weights: ``log w_z``: how much each is worth covering, shape ``(n,)``.
        radius: ``r``, in features.
        power: ``k``, as in `log_covered`.

    .. [Malkomes2021] G. Malkomes et al. Beyond the Pareto efficient frontier: constraint active search for
       multiobjective experimental design. ICML, 2021.
    """

    def __init__(self, places: HostArray, log_weights: HostArray, radius: float, power: int) -> None:
        self._places = places
        self._log_weights = log_weights
        self._radius = radius
        self._half_power = power / 2

    def value(self, features: HostArray) -> HostArray:
        """Shape ``(q,)`` at features ``(q, d)``."""
        return self._value(_squares(features, self._places, self._radius))[0]

    def value_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in the features, shape ``(q, d)``."""
        squares = _squares(features, self._places, self._radius)
        value, terms = self._value(squares)
        slopes = -_LOG_2 * self._half_power * squares ** (self._half_power - 1.0)
        pull = np.exp(terms - value[:, None]) * slopes
        away = pull.sum(axis=1)[:, None] * features - pull @ self._places
        return value, 2.0 * away / self._radius**2

    def _value(self, squares: HostArray) -> tuple[HostArray, HostArray]:
        """With what each place adds to it, in logarithms, ``(q, n)``."""
        terms = self._log_weights - _LOG_2 * squares**self._half_power
        return np.asarray(logsumexp(terms, axis=1)), terms


def _squares(features: HostArray, others: HostArray, radius: float) -> HostArray:
    """Squared distances in units of a radius, shape ``(q, n)``."""
    scale = np.full(features.shape[1], radius**-2.0)
    return np.asarray(squared_distance(features, others, scale, NUMPY))


class Near:
    """``-(|x - c|/r)^k / k``: keeps a search near a centre, the more strictly the greater ``k``.

    Args:
        center: Features ``c``, shape ``(d,)``.
        radius: ``r``, in features.
        power: ``k``, even.
    """

    def __init__(self, center: HostArray, radius: float, power: int = 2) -> None:
        self._center = center
        self._radius = radius
        self._power = power

    def value(self, features: HostArray) -> HostArray:
        """Shape ``(q,)`` at features ``(q, d)``."""
        return self.value_and_gradient(features)[0]

    def value_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in the features, shape ``(q, d)``."""
        away = (features - self._center) / self._radius
        square = (away**2).sum(axis=1)
        value = -(square ** (self._power // 2)) / self._power
        return value, -away * square[:, None] ** (self._power // 2 - 1) / self._radius
