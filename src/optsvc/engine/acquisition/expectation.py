"""What is expected of several objectives, weighed against each other."""

from collections.abc import Sequence

from optsvc.engine.backend import HostArray
from optsvc.engine.surrogates.gp import Posterior


class Expectation:
    """``-Σ_m w_m E[f_m(x)]``: more is better, as objectives are minimized.

    Args:
        posteriors: One for each objective.
        weights: ``w``, shape ``(m,)``.
    """

    def __init__(self, posteriors: Sequence[Posterior], weights: HostArray) -> None:
        self._terms = [(p, float(weight)) for p, weight in zip(posteriors, weights, strict=True)]
        self._backend = posteriors[0].backend

    def value(self, features: HostArray) -> HostArray:
        """Shape ``(q,)`` at features ``(q, d)``."""
        device = self._backend.to_device(features)
        value = self._backend.xp.zeros(len(features))
        for posterior, weight in self._terms:
            K = posterior.kernel.value(device, posterior.features)
            value -= weight * (posterior.mean + K @ posterior.weights)
        return self._backend.to_host(value)

    def value_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in the features, shape ``(q, d)``."""
        xp, device = self._backend.xp, self._backend.to_device(features)
        value, gradient = xp.zeros(len(features)), xp.zeros(features.shape)
        for posterior, weight in self._terms:
            K, slopes = posterior.kernel.value_and_slopes(device, posterior.features)
            value -= weight * (posterior.mean + K @ posterior.weights)
            weights = xp.broadcast_to(weight * posterior.weights, K.shape)
            gradient += posterior.kernel.gradient(weights, slopes, device, posterior.features)
        return self._backend.to_host(value), self._backend.to_host(gradient)
