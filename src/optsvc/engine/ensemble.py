"""Who makes a proposal: the members of the ensemble take turns.

No single optimizer wins everywhere [Turner2021]_. The process leads as long as it sees all values: no gain was seen of
shares of the Parzen estimator or of exploration beside it. With more values it sees a part of them, and the estimator,
which sees all, has a share.

A process can be sure of itself and wrong: a category that looked poor, a second valley. So where it expects little
more anywhere, every other turn goes to other categories, however poor they look, if there are few; and where it expects
next to nothing, to exploration.

.. [Turner2021] R. Turner et al. Bayesian optimization is superior to random search for machine learning hyperparameter
   tuning: analysis of the black-box optimization challenge 2020. 2021. arXiv:2104.10201.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS, EngineDefaults
from optsvc.engine.members.densities import Densities
from optsvc.engine.members.exploration import Exploration
from optsvc.engine.members.process import Process
from optsvc.engine.members.situation import Situation
from optsvc.engine.model import Models
from optsvc.engine.problem import Proposal, Seed, Source
from optsvc.engine.steps import Steps

_GOLDEN = 0.6180339887498949
"""The fractional parts of its multiples are spread more evenly than those of any other number."""
_FIRST_TURN = 0.75
"""So that an experiment that begins with imported results begins with the process."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How often each member leads; the rest of 1 is the process's.

    Args:
        rule: The situation that they are for.
        tpe: The Parzen estimator's share.
        explore: The share of points far from all others.
    """

    rule: str
    tpe: float
    explore: float

    @property
    def gp(self) -> float:
        """The process's share."""
        return 1.0 - self.tpe - self.explore

    def leader(self, ordinal: int) -> Source:
        """Whose turn it is.

        Turns are scheduled, not drawn: any stretch of suggestions comes close to the shares, and the same ordinal
        always has the same leader.
        """
        turn = (_FIRST_TURN + ordinal * _GOLDEN) % 1.0
        if turn < self.explore:
            return Source.EXPLORE
        return Source.TPE if turn < self.explore + self.tpe else Source.GP

    @classmethod
    def of(cls, values: int, defaults: EngineDefaults) -> "Shares":
        """The first rule that fits, for so many known values."""
        if values > defaults.huge_rows:
            return cls(f"more than {defaults.huge_rows} values", *defaults.huge_shares)
        if values > defaults.exact_rows:
            return cls(f"more than {defaults.exact_rows} values", *defaults.many_shares)
        return cls("usual", *defaults.usual_shares)


class Ensemble:
    """All members, and whose turn it is.

    Args:
        situation: What is known.
        models: The processes fitted to it.
        credits: How well the members have foretold; `credits.mean_losses`.
        seed: Of the experiment; its ordinal does not matter.
    """

    def __init__(self, situation: Situation, models: Models, credits: Mapping[str, float], seed: Seed) -> None:
        self._credits = credits
        self._situation = situation
        self._unmet = models.unmet
        self._process = Process(situation, models)
        self._densities = Densities(situation, seed)
        self._exploration = Exploration(situation)
        self._members = {
            Source.GP: self._process.propose,
            Source.TPE: self._densities.propose,
            Source.EXPLORE: self._exploration.propose,
        }

    def propose(self, pending: HostArray, seed: Seed) -> Steps[tuple[HostArray, Proposal]]:
        """The point of the member whose turn it is, ``(p,)``, and the proposal of it.

        Args:
            pending: Unit coordinates of the pending points, shape ``(k, p)``.
            seed: Of the proposal.
        """
        shares = Shares.of(len(self._situation.history.values), DEFAULTS)
        leader = shares.leader(seed.ordinal)
        if self._process.at_a_loss or (not self._process.feasible and seed.ordinal % DEFAULTS.infeasible_turns == 1):
            leader = Source.EXPLORE
        point, proposal = yield from self._members[leader](pending, seed)
        if leader is Source.GP and seed.ordinal % 2:
            point, proposal = yield from self._second_thoughts(point, proposal, pending, seed)
        details = {**proposal.details, **self._record(point, shares)}
        mean, stddev = self._process.predict(point).get(self._situation.problem.metrics[0].name, (None, None))
        reason = " ".join([*map(str, self._unmet), proposal.reason])
        return point, replace(proposal, reason=reason, mean=mean, stddev=stddev, details=details)

    def _second_thoughts(
        self, point: HostArray, proposal: Proposal, pending: HostArray, seed: Seed
    ) -> Steps[tuple[HostArray, Proposal]]:
        """The process's point, or another where it expects little: what there is to gain is where it errs."""
        if proposal.details.get("settled", False):
            return (yield from self._members[Source.EXPLORE](pending, seed))
        if proposal.details.get("little", False):
            elsewhere = yield from self._process.propose_elsewhere(pending, seed)
            return elsewhere or (point, proposal)
        return point, proposal

    def _record(self, point: HostArray, shares: Shares) -> dict[str, Any]:
        record: dict[str, Any] = {
            "rule": shares.rule,
            "shares": {Source.GP.value: shares.gp, Source.TPE.value: shares.tpe, Source.EXPLORE.value: shares.explore},
        }
        problem, bar = self._situation.problem, self._densities.split.worst_good
        if problem.constraints:
            record["p_feasible"] = self._process.p_feasible(point)
        if bar is None:
            predictions = self._process.predict(point).items()
            told = {str(name): {"mean": mean, "stddev": stddev} for name, (mean, stddev) in predictions}
            return {**record, "predictions": told}
        forecasts = {
            Source.GP.value: self._process.p_better(point, bar),
            Source.TPE.value: self._densities.p_better(point),
            Source.EXPLORE.value: self._exploration.p_better(),
        }
        return {**record, "credits": dict(self._credits), "forecasts": forecasts, "good_value": bar}
