"""Where a point lies with respect to others, whatever is expected there."""

import numpy as np

from optsvc.engine.backend import HostArray

_LEAST = 1e-12


class LogNovelty:
    """How much of the neighbourhood of a point is still fresh: ``Σ_i log(1 - p_i exp(-|x - x_i|²/(2 r²)))``.

    A smooth form of expected coverage improvement [Malkomes2021]_: there a point counts the part of its ball that no
    feasible point's ball covers; here each feasible point leaves of it what is farther away than the radius.

    Args:
        features: Of the points that are there already, shape ``(n, d)``.
        probabilities: That each of them counts, shape ``(n,)``.
        radius: ``r``, in features.

    .. [Malkomes2021] G. Malkomes et al. Beyond the Pareto efficient frontier: constraint active search for
       multiobjective experimental design. ICML, 2021.
    """

    def __init__(self, features: HostArray, probabilities: HostArray, radius: float) -> None:
        self._features = features
        self._probabilities = probabilities
        self._radius = radius

    def value(self, features: HostArray) -> HostArray:
        """Shape ``(q,)`` at features ``(q, d)``."""
        covered, _ = self._covered(features)
        return np.asarray(np.log1p(-covered).sum(axis=1))

    def value_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in the features, shape ``(q, d)``."""
        covered, difference = self._covered(features)
        pull = covered / (1.0 - covered) / self._radius**2
        return np.asarray(np.log1p(-covered).sum(axis=1)), np.einsum("qn,qnd->qd", pull, difference)

    def _covered(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """What each point covers of each candidate, ``(q, n)``, below 1; and the differences ``(q, n, d)``."""
        difference = features[:, None, :] - self._features[None, :, :]
        near = np.exp(-0.5 * (difference**2).sum(axis=2) / self._radius**2)
        return np.minimum(self._probabilities * near, 1.0 - _LEAST), difference


class Near:
    """``-|x - c|²/(2 r²)``: keeps a search near a centre.

    Args:
        center: Features ``c``, shape ``(d,)``.
        radius: ``r``, in features.
    """

    def __init__(self, center: HostArray, radius: float) -> None:
        self._center = center
        self._radius = radius

    def value(self, features: HostArray) -> HostArray:
        """Shape ``(q,)`` at features ``(q, d)``."""
        return self.value_and_gradient(features)[0]

    def value_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in the features, shape ``(q, d)``."""
        away = (features - self._center) / self._radius
        return -0.5 * (away**2).sum(axis=1), -away / self._radius
