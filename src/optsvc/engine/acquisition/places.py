"""Where a point lies with respect to others, whatever is expected there."""

import numpy as np
from scipy.special import logsumexp

from optsvc.engine.backend import HostArray


def closeness(features: HostArray, others: HostArray, radius: float) -> HostArray:
    """``-|x - x'|²/(2 r²)``: the logarithm of how much points cover of each other, shape ``(q, n)``.

    Args:
        features: Shape ``(q, d)``.
        others: Shape ``(n, d)``.
        radius: ``r``, in features.
    """
    square = (features**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2.0 * features @ others.T
    return np.asarray(-0.5 * np.maximum(square, 0.0) / radius**2)


class LogCoverage:
    """How much of what is worth covering a point covers: ``log Σ_z w_z exp(-|x - z|²/(2 r²))``.

    A smooth form of expected coverage improvement [Malkomes2021]_: there a point covers a ball; here each place by how
    near it is. What other points cover already is in the weights.

    Args:
        places: Features of places ``z`` all over the space, shape ``(k, d)``.
        log_weights: ``log w_z``: how much each is worth covering, shape ``(k,)``.
        radius: ``r``, in features.

    .. [Malkomes2021] G. Malkomes et al. Beyond the Pareto efficient frontier: constraint active search for
       multiobjective experimental design. ICML, 2021.
    """

    def __init__(self, places: HostArray, log_weights: HostArray, radius: float) -> None:
        self._places = places
        self._log_weights = log_weights
        self._radius = radius

    def value(self, features: HostArray) -> HostArray:
        """Shape ``(q,)`` at features ``(q, d)``."""
        return np.asarray(logsumexp(self._terms(features), axis=1))

    def value_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in the features, shape ``(q, d)``."""
        terms = self._terms(features)
        value = np.asarray(logsumexp(terms, axis=1))
        center = np.exp(terms - value[:, None]) @ self._places
        return value, (center - features) / self._radius**2

    def _terms(self, features: HostArray) -> HostArray:
        return self._log_weights + closeness(features, self._places, self._radius)


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
