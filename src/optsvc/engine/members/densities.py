"""The tree-structured Parzen estimator as a member: a point like the good ones and unlike the others."""

import math
from functools import cached_property

import numpy as np

from optsvc.engine.acquisition.composite import Encoded
from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.history import sorted_rows
from optsvc.engine.members.situation import Choice, Situation
from optsvc.engine.problem import Proposal, Seed, Source
from optsvc.engine.randomness import Stage, experiment_generator, generator
from optsvc.engine.steps import Steps, answered
from optsvc.engine.success_model import success_term
from optsvc.engine.tpe.estimator import Tpe
from optsvc.engine.tpe.split import Split


class Densities:
    """Proposes the best of some points drawn where good ones are.

    Args:
        situation: What is known, at least one value.
        seed: Of the experiment; its ordinal does not matter. Decides between equal values.
    """

    def __init__(self, situation: Situation, seed: Seed) -> None:
        self._situation = situation
        self.split = Split.of(situation.history, situation.problem, experiment_generator(seed, Stage.TPE, 1), DEFAULTS)

    def propose(self, pending: HostArray, seed: Seed) -> Steps[tuple[HostArray, Proposal]]:
        """The point ``(p,)`` and the proposal of it.

        Args:
            pending: Unit coordinates of the pending points, shape ``(k, p)``; they count as bad.
            seed: Of the proposal.
        """
        situation = self._situation
        tpe = Tpe.of(self.split, sorted_rows(pending), situation.sampler, DEFAULTS)
        points = tpe.good.draw(DEFAULTS.tpe_candidates, generator(seed, Stage.TPE))
        scores = tpe.value(points)
        if situation.classifier is not None:
            term = success_term(situation.classifier, situation.history, situation.encoder, seed)
            scores = scores + Encoded(term, situation.encoder).value(points)
        choice = situation.choose(points[np.argsort(-scores, kind="stable")], pending, seed)
        return answered((choice.point, self._proposal(tpe, choice, seed)))

    def p_better(self, point: HostArray) -> float:
        """The probability that an evaluation at a point ``(p,)`` succeeds, as good as `Split.worst_good`."""
        p_good = float(np.exp(self._without_pending.log_probability(point[None, :])[0]))
        return p_good * self._situation.p_success(point)

    @cached_property
    def _without_pending(self) -> Tpe:
        nothing = np.empty((0, self._situation.encoder.dimension))
        return Tpe.of(self.split, nothing, self._situation.sampler, DEFAULTS)

    def _proposal(self, tpe: Tpe, choice: Choice, seed: Seed) -> Proposal:
        situation, split = self._situation, self.split
        log_ratio = float(tpe.value(choice.point[None, :])[0])
        good, count = len(split.good), len(split.good) + len(split.bad)
        ratio = f"{math.exp(min(log_ratio, 700.0)):.3g}"
        reason = (
            f"Like the best {good} of {count} points and unlike the others (tree-structured Parzen estimator): "
            f"points like this are {ratio} times as common among the best"
        )
        reason += "." if split.worst_good is None else f", which reach {split.worst_good:.4g}."
        details = {
            **situation.facts(choice),
            "acquisition": "log_density_ratio",
            "acquisition_value": log_ratio,
            "p_good": float(np.exp(tpe.log_probability(choice.point[None, :])[0])),
            "good": good,
            "worst_good": split.worst_good,
        }
        return Proposal(
            assignments=situation.encoder.decode(choice.point),
            source=Source.TPE,
            reason=situation.sentences(reason, choice),
            ordinal=seed.ordinal,
            details=details,
        )
