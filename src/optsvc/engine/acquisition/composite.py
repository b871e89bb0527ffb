"""Acquisition functions over points of the unit cube, put together from parts.

All parts are logarithms: what multiplies an improvement (a probability, a belief) is a term of a sum.
"""

from collections.abc import Sequence
from typing import Protocol

from optsvc.engine.backend import HostArray
from optsvc.engine.encoding import Encoder


class OnFeatures(Protocol):
    """What scores kernel features: more is better."""

    def value(self, features: HostArray) -> HostArray:
        """Scores ``(q,)`` of features ``(q, d)``."""

    def value_and_gradient(self, features: HostArray) -> tuple[HostArray, HostArray]:
        """Scores ``(q,)`` and their gradient in the features ``(q, d)``."""


class OnPoints(Protocol):
    """What scores points by their unit coordinates."""

    def value(self, points: HostArray) -> HostArray:
        """Scores ``(q,)`` of points ``(q, p)``."""

    def value_and_gradient(self, points: HostArray) -> tuple[HostArray, HostArray]:
        """Scores ``(q,)`` and their gradient in the coordinates ``(q, p)``; zero along categories."""


class Encoded:
    """A function of features as one of points.

    Args:
        function: Of features.
        encoder: From points to features.
    """

    def __init__(self, function: OnFeatures, encoder: Encoder) -> None:
        self.function = function
        self.encoder = encoder

    def value(self, points: HostArray) -> HostArray:
        """As `OnPoints.value`."""
        return self.function.value(self.encoder.features(points))

    def value_and_gradient(self, points: HostArray) -> tuple[HostArray, HostArray]:
        """As `OnPoints.value_and_gradient`."""
        value, gradient = self.function.value_and_gradient(self.encoder.features(points))
        return value, self.encoder.pull_back(points, gradient)


class Total:
    """The sum of several functions of points.

    Args:
        terms: At least one.
    """

    def __init__(self, terms: Sequence[OnPoints]) -> None:
        self.terms = tuple(terms)

    def value(self, points: HostArray) -> HostArray:
        """As `OnPoints.value`."""
        first, *others = [term.value(points) for term in self.terms]
        return sum(others, start=first)

    def value_and_gradient(self, points: HostArray) -> tuple[HostArray, HostArray]:
        """As `OnPoints.value_and_gradient`."""
        values, gradients = zip(*(term.value_and_gradient(points) for term in self.terms), strict=True)
        return sum(values[1:], start=values[0]), sum(gradients[1:], start=gradients[0])
