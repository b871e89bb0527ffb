"""From where on a value of an objective counts: the search must neither stay where it is nor buy ends at any price.

An observed Pareto front that has not spread yet would keep the search at one end. So the reference point comes from the
front that the models expect, its ends included, which are searched for. Where the models know nothing they expect no
end either; so by turns everything counts that is better than the worst that was observed. What missed constraints is
meant as well: the front may go on where the models hardly expect that they are met.
"""

from collections.abc import Sequence

import numpy as np

from optsvc.engine.acquisition.composite import Encoded, OnFeatures, Total
from optsvc.engine.acquisition.expectation import Expectation
from optsvc.engine.acquisition.exponential import in_targets, in_values
from optsvc.engine.acquisition.feasibility import LogFeasibility
from optsvc.engine.backend import HostArray
from optsvc.engine.candidates.questions import Climb
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.members.situation import Situation
from optsvc.engine.model import Models
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.pareto.reference import extent, reference_point
from optsvc.engine.problem import Seed
from optsvc.engine.randomness import Stage, experiment_generator
from optsvc.engine.steps import Steps


class Outlook:
    """What the models of several objectives expect of their Pareto front.

    Args:
        situation: What is known.
        models: The processes fitted to it; some observed point seems to meet all constraints.
    """

    def __init__(self, situation: Situation, models: Models) -> None:
        self._situation = situation
        self._models = models
        self._rates = np.array([model.transform.rate for model in models.objectives])
        thresholds = np.array([model.good_enough for model in models.objectives])
        self._thresholds = in_values(thresholds, self._rates)
        values = self._values([model.means for model in models.objectives])
        self._seen = values[models.missed() == 0.0]
        self._worst = values.max(axis=0)

    def reference(self, seed: Seed) -> Steps[HostArray]:
        """From which target on a value of each objective counts for the proposal with this seed, shape ``(k,)``."""
        rng = experiment_generator(seed, Stage.REFERENCE)
        spread = self._situation.sampler.evenly(DEFAULTS.expected_front_points, rng)
        points = np.vstack([self._models.points, spread])
        values = np.vstack([self._seen, self._expected(spread)])
        trade = _trade(extent(values[nondominated(values)], values))
        ends = yield from self._ends(points, trade)
        values = np.vstack([values, self._expected(ends)])
        # On this front an end may not buy a little of one objective for much of another: such ends are mostly errors.
        front = values[nondominated(values @ trade.T)]
        reference = reference_point(front, values, self._thresholds, DEFAULTS.reference_margin)
        if seed.ordinal % DEFAULTS.wide_turns == 0:
            everything = np.maximum(reference, self._worst)
            reference = np.where(np.isnan(self._thresholds), everything, reference)
        return in_targets(reference, self._rates)

    def _values(self, targets: Sequence[HostArray]) -> HostArray:
        """In the objectives' own units, shifted and scaled, of targets ``(k,)`` of each, ``(k, m)``."""
        return in_values(np.column_stack(targets), self._rates)

    def _expected(self, points: HostArray) -> HostArray:
        """The expected values ``(m, k)`` at those of the points that are expected to meet all constraints."""
        features = self._situation.encoder.features(points)
        expected = self._values([model.mean_at(features) for model in self._models.objectives])
        meets = np.ones(len(points), dtype=bool)
        for model in self._models.constraints:
            meets &= model.mean_at(features) <= model.bar
        met: HostArray = expected[meets]
        return met

    def _ends(self, points: HostArray, trade: HostArray) -> Steps[HostArray]:
        """Where the least is expected of each row of `trade`, by climbs from the best of the points, ``(m, p)``."""
        models, sampler, encoder = self._models, self._situation.sampler, self._situation.encoder
        posteriors = [model.posterior for model in models.objectives]
        meeting = [LogFeasibility(model.posterior, model.bar) for model in models.constraints]
        ends = []
        for weights in trade:
            terms: list[OnFeatures] = [Expectation(posteriors, weights, self._rates), *meeting]
            hope = Total([Encoded(term, encoder) for term in terms])
            best = np.argsort(-hope.value(points), kind="stable")[: DEFAULTS.end_starts]
            climbed = yield Climb(hope, sampler, sampler.repair(points[best]), models.steps, DEFAULTS)
            ends.append(sampler.repair(climbed))
        return np.vstack(ends)


def _trade(units: HostArray) -> HostArray:
    """One row of weights for each objective: its own counts whole, the others a little, in units ``(k,)``."""
    k = len(units)
    weights: HostArray = (np.eye(k) + DEFAULTS.end_weight * (1.0 - np.eye(k))) / units
    return weights
