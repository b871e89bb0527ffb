"""Where next to nothing has succeeded: the points likeliest to, and evenly spread ones, by turns."""

import numpy as np

from optsvc.engine.acquisition.composite import Encoded
from optsvc.engine.acquisition.success import LogSuccess
from optsvc.engine.backend import HostArray
from optsvc.engine.candidates.mixed import CandidateSearch
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.initial import unused_point
from optsvc.engine.members.situation import Choice, Situation
from optsvc.engine.problem import Proposal, Seed, Source
from optsvc.engine.steps import Steps, answered
from optsvc.engine.surrogates.classifier import Classifier


class LikeliestSuccess:
    """Proposes by the classifier alone.

    Args:
        situation: What is known.
        classifier: Of successes and failures.
    """

    def __init__(self, situation: Situation, classifier: Classifier) -> None:
        self._situation = situation
        self._term = Encoded(LogSuccess(classifier, floor=0.0), situation.encoder)

    def propose(self, pending: HostArray, seed: Seed) -> Steps[tuple[HostArray, Proposal]]:
        """The point ``(p,)`` and the proposal of it.

        Args:
            pending: Unit coordinates of the pending points, shape ``(k, p)``.
            seed: Of the proposal; even ordinals go for success.
        """
        situation, history = self._situation, self._situation.history
        taken = np.vstack([history.points, history.failed, pending])
        point, exhausted = unused_point(situation.sampler, situation.problem, taken, seed)
        source, reason = Source.INITIAL, "Almost everything has failed so far: an evenly spread point."
        if seed.ordinal % 2 == 0:
            choice = situation.choose(self._ranked(point, seed), pending, seed)
            if not choice.exhausted:
                point, exhausted, source = choice.point, False, Source.GP
                reason = "Almost everything has failed so far: the point that is likeliest to succeed."
        choice = Choice(point, exhausted, situation.p_success(point))
        proposal = Proposal(
            assignments=situation.encoder.decode(point),
            source=source,
            reason=reason,
            ordinal=seed.ordinal,
            details=situation.facts(choice),
        )
        return answered((point, proposal))

    def _ranked(self, spread: HostArray, seed: Seed) -> HostArray:
        points, _ = CandidateSearch(
            self._term,
            self._situation.sampler,
            incumbents=self._situation.history.points if len(self._situation.history.points) else spread[None, :],
            length_scales=np.full(self._situation.encoder.dimension, DEFAULTS.blind_length_scale),
            raw_points=DEFAULTS.raw_points_large,
            seed=seed,
            defaults=DEFAULTS,
        ).ranked()
        return points
