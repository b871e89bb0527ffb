"""What every member of the ensemble is told, and what all of them do alike."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.duplicates import first_free
from optsvc.engine.encoding import Encoder
from optsvc.engine.history import EncodedHistory
from optsvc.engine.initial import unused_point
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.problem import Problem, Seed
from optsvc.engine.surrogates.classifier import Classifier


@dataclass(frozen=True, slots=True)
class Choice:
    """A point and what is to be said of it whoever chose it.

    Args:
        point: Legal unit coordinates, shape ``(p,)``.
        exhausted: Whether it repeats a point because nothing else is left.
        p_success: The probability that its evaluation does not fail.
    """

    point: HostArray
    exhausted: bool
    p_success: float


@dataclass(frozen=True, slots=True)
class Situation:
    """A problem and what has been observed of it.

    Args:
        problem: What is optimized.
        history: What has been observed.
        sampler: Of the space.
        classifier: Of successes and failures; None if nothing has failed.
    """

    problem: Problem
    history: EncodedHistory
    sampler: SpaceSampler
    classifier: Classifier | None

    @property
    def encoder(self) -> Encoder:
        """Of the space."""
        return self.sampler.encoder

    def choose(self, ranked: HostArray, pending: HostArray, seed: Seed) -> Choice:
        """The first point that may be proposed.

        Args:
            ranked: Legal points, best first, shape ``(m, p)``, at least one.
            pending: Points not to repeat, beside those observed, shape ``(k, p)``. With measured noise, observing a
                point again makes sense.
            seed: Of the proposal; for a space-filling point where all ranked ones are taken.
        """
        taken = np.vstack([self.history.failed, pending])
        if not self.history.measured_noise:
            taken = np.vstack([self.history.points, taken])
        rank, exhausted = first_free(ranked, taken, DEFAULTS.min_separation), False
        point = ranked[rank or 0]
        if rank is None or not self.sampler.keeps(point):
            unused, exhausted = unused_point(self.sampler, self.problem, taken, seed)
            if not (exhausted and self.sampler.keeps(point)):
                point = unused
        return Choice(point, exhausted, self.p_success(point))

    def p_success(self, point: HostArray) -> float:
        """The probability that an evaluation at this point ``(p,)`` does not fail."""
        if self.classifier is None:
            return 1.0
        return float(np.exp(self.classifier.log_probability(self.encoder.features(point[None, :]))[0]))

    def sentences(self, reason: str, choice: Choice) -> str:
        """The member's reason, and what else is to be known."""
        if choice.exhausted:
            reason = f"Every point of the space has been used: this one is served again. {reason}"
        if self.classifier is not None:
            reason = f"{reason} It succeeds with a probability of about {100 * choice.p_success:.0f} %."
        return reason

    def facts(self, choice: Choice) -> dict[str, Any]:
        """What is recorded with every proposal."""
        return {
            "p_success": choice.p_success,
            "observations": len(self.history.values),
            "failures": len(self.history.failed),
            "exhausted": choice.exhausted,
        }
