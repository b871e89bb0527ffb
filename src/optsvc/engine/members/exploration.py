"""Exploration as a member: far from everything, whatever the model believes [Mitchell1991]_.

What a model overlooks (a second valley, a branch that looked poor) lies where it is sure that nothing is. So this asks
no model of the metric.

.. [Mitchell1991] D. P. Mitchell. Spectrally optimal sampling for distribution ray tracing. SIGGRAPH, 1991: the best of
   some random candidates is the one that is farthest from all points so far.
"""

import numpy as np
from scipy.spatial import cKDTree

from optsvc.engine.backend import BoolArray, HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.members.situation import Situation
from optsvc.engine.problem import Proposal, Seed, Source
from optsvc.engine.randomness import Stage, experiment_generator
from optsvc.engine.steps import Steps, answered


class Exploration:
    """Proposes the farthest from all others of some evenly spread points, in the branch that has been seen least.

    Args:
        situation: What is known.
    """

    def __init__(self, situation: Situation) -> None:
        self._situation = situation

    def propose(self, pending: HostArray, seed: Seed) -> Steps[tuple[HostArray, Proposal]]:
        """The point ``(p,)`` and the proposal of it.

        Args:
            pending: Unit coordinates of the pending points, shape ``(k, p)``.
            seed: Of the proposal.
        """
        situation, history = self._situation, self._situation.history
        others = np.vstack([history.points, history.failed, pending])
        points = self._candidates(others, seed)
        distances = self._distances(points, others)
        order = np.argsort(-distances, kind="stable")
        choice = situation.choose(points[order], pending, seed)
        reason = "A point far from all others, in case that the models overlook something."
        details = {
            **situation.facts(choice),
            "acquisition": "distance",
            "acquisition_value": float(distances[order[0]]),
        }
        proposal = Proposal(
            assignments=situation.encoder.decode(choice.point),
            source=Source.EXPLORE,
            reason=situation.sentences(reason, choice),
            ordinal=seed.ordinal,
            details=details,
        )
        return answered((choice.point, proposal))

    def p_better(self) -> float:
        """The probability that an evaluation anywhere succeeds and is among the good ones: what is so of the past."""
        history = self._situation.history
        return DEFAULTS.tpe_share * len(history.values) / (len(history.values) + len(history.failed))

    def _candidates(self, others: HostArray, seed: Seed) -> HostArray:
        """Points of the branch that has been seen least, those likely to succeed if there are any, shape ``(m, p)``."""
        sampler, encoder = self._situation.sampler, self._situation.encoder
        rng = experiment_generator(seed, Stage.EXPLORATION)
        points = sampler.evenly(DEFAULTS.explored_points, rng, seed.ordinal * DEFAULTS.explored_points, gates=True)
        if encoder.gates:
            gates = list(encoder.gates)
            seen = np.array([(others[:, gates] == point[gates]).all(axis=1).sum() for point in points])
            points = points[seen == seen.min()]
        if self._situation.classifier is not None:
            log_probability = self._situation.classifier.log_probability(encoder.features(points))
            likely: BoolArray = log_probability > np.log(DEFAULTS.likely_success)
            points = points[likely] if likely.any() else points
        return points

    def _distances(self, points: HostArray, others: HostArray) -> HostArray:
        """From each point to the nearest of the others, in features, shape ``(m,)``."""
        features = self._situation.encoder.features
        distances: HostArray = np.asarray(cKDTree(features(others)).query(features(points))[0])
        return distances
