"""What is expected of several objectives, weighed against each other."""

from collections.abc import Sequence

from optsvc.engine.acquisition.exponential import LARGEST_EXPONENT, value_of
from optsvc.engine.backend import HostArray
from optsvc.engine.surrogates.gp import Posterior


class Expectation:
    """``-Σ_m w_m f_m(x)`` for the expected targets: more is better, as objectives are minimized.

    Args:
        posteriors: One for each objective.
        weights: ``w``, shape ``(m,)``.
        rates: For which ``f`` is what `exponential.in_values` makes of a target, shape ``(m,)``.
    """

    def __init__(self, posteriors: Sequence[Posterior], weights: HostArray, rates: HostArray) -> None:
        self._terms = list(zip(posteriors, weights.tolist(), rates.tolist(), strict=True))
        self._backend = posteriors[0].backend

    def value(self, features: HostArray) -> HostArray:
        """Shape ``(q,)`` at features ``(q, d)``."""
        device = self._backend.to_device(features)
        value = self._backend.xp.zeros(len(features))
        for posterior, weight, rate in self._terms:
            K = posterior.kernel.value(device, posterior.features)
            target = posterior.mean + K @ posterior.weights
            value -= weight * value_of(target, rate, self._backend)
        return self._backend.to_host(value)

    def value_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in the features, shape ``(q, d)``."""
        xp, device = self._backend.xp, self._backend.to_device(features)
        value, gradient = xp.zeros(len(features)), xp.zeros(features.shape)
        for posterior, weight, rate in self._terms:
            K, slopes = posterior.kernel.value_and_slopes(device, posterior.features)
            target = posterior.mean + K @ posterior.weights
            value -= weight * value_of(target, rate, self._backend)
            weights = weight * xp.exp(xp.minimum(rate * target, LARGEST_EXPONENT))[:, None] * posterior.weights
            gradient += posterior.kernel.gradient(weights, slopes, device, posterior.features)
        return self._backend.to_host(value), self._backend.to_host(gradient)
