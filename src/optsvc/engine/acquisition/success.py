"""What the chance of failure takes from an acquisition function."""

import math

import numpy as np

from optsvc.engine.backend import HostArray
from optsvc.engine.surrogates.classifier import Classifier


class LogSuccess:
    """``weight log max(P(success), floor)`` as a function of features.

    The floor keeps a few unlucky failures from walling off a region for ever.

    Args:
        classifier: Of successes and failures.
        floor: The least probability; 0 for the bare logarithm.
        weight: The power that the probability is raised to.
    """

    def __init__(self, classifier: Classifier, floor: float = 0.0, weight: float = 1.0) -> None:
        self._classifier = classifier
        self._log_floor = math.log(floor) if floor > 0.0 else -np.inf
        self._weight = weight

    def value(self, features: HostArray) -> HostArray:
        """Shape ``(q,)`` at features ``(q, d)``."""
        return self._weight * np.maximum(self._classifier.log_probability(features), self._log_floor)

    def value_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in the features, shape ``(q, d)``."""
        value, gradient = self._classifier.log_probability_and_gradient(features)
        above = value > self._log_floor
        kept = np.where(above[:, None], gradient, 0.0)
        return self._weight * np.maximum(value, self._log_floor), self._weight * kept


class LikelySuccess:
    """``log P(success)``, and a steep penalty where success is less likely than it should be.

    Args:
        classifier: Of successes and failures.
        least: The probability below which the penalty sets in.
        slope: Of the penalty, per unit of the logarithm.
    """

    def __init__(self, classifier: Classifier, least: float, slope: float) -> None:
        self._classifier = classifier
        self._log_least = math.log(least)
        self._slope = slope

    def value(self, features: HostArray) -> HostArray:
        """Shape ``(q,)`` at features ``(q, d)``."""
        value = self._classifier.log_probability(features)
        return value + self._slope * np.minimum(value - self._log_least, 0.0)

    def value_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in the features, shape ``(q, d)``."""
        value, gradient = self._classifier.log_probability_and_gradient(features)
        steepness = np.where(value < self._log_least, 1.0 + self._slope, 1.0)
        return value + self._slope * np.minimum(value - self._log_least, 0.0), steepness[:, None] * gradient
