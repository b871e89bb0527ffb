"""Gaussian processes as a member: the point of the highest expected gain."""

import math

import numpy as np

from optsvc.engine.acquisition.composite import Encoded, OnPoints, Total
from optsvc.engine.acquisition.feasibility import LogFeasibility
from optsvc.engine.backend import HostArray, IntArray
from optsvc.engine.beliefs import BeliefTerm
from optsvc.engine.candidates.mixed import CandidateSearch
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.members.explanation import Explanation
from optsvc.engine.members.gains import Gain, Gains
from optsvc.engine.members.situation import Situation
from optsvc.engine.model import Models
from optsvc.engine.problem import Proposal, Seed, Source
from optsvc.engine.ranking import ranked
from optsvc.engine.steps import Steps
from optsvc.engine.success_model import success_term
from optsvc.engine.valleys import highest_between, valleys

_SOLUTION_TURNS = 3
"""Where several are sought: of so many turns the first is as ever, the second improves one, the third finds another."""


class Process:
    """Proposes by the fitted processes, and says what they expect anywhere.

    Args:
        situation: What is known.
        models: The processes fitted to it.
    """

    def __init__(self, situation: Situation, models: Models) -> None:
        self._situation = situation
        self._models = models
        self._missed = models.missed()
        goals = np.array([model.means for model in models.objectives]).reshape(-1, len(models.points))
        losses = goals[0] if len(models.all) == len(goals) == 1 else ranked(goals.T, self._missed)
        self._order = np.argsort(losses, kind="stable")
        self._gains = Gains(situation, models, self._order, feasible=self.feasible)

    @property
    def feasible(self) -> bool:
        """Whether there is a point that seems to meet all constraints."""
        return bool((self._missed == 0.0).any())

    @property
    def at_a_loss(self) -> bool:
        """Whether nothing has met all constraints, and no model says anything of where they may be met."""
        return not self.feasible and not self._models.constraints

    def propose(self, pending: HostArray, seed: Seed) -> Steps[tuple[HostArray, Proposal]]:
        """The point of the highest acquisition, ``(p,)``, and the proposal of it.

        Args:
            pending: Unit coordinates of the pending points, shape ``(k, p)``.
            seed: Of the proposal.
        """
        if self._seeks_solutions and seed.ordinal % _SOLUTION_TURNS:
            return (yield from self._propose_solution(pending, seed))
        gain = yield from self._gains.of(pending, seed)
        return (yield from self._search(gain, self._best, pending, seed))

    def propose_elsewhere(self, pending: HostArray, seed: Seed) -> Steps[tuple[HostArray, Proposal] | None]:
        """The most promising point of other categories than the best one's; None where none promises anything.

        What a process makes of a category is the less reliable the more it knows of it from others, and the best known
        point there may be far from its optimum. So the others are climbed on their own merits, the best one first.

        Args:
            pending: Unit coordinates of the pending points, shape ``(k, p)``.
            seed: Of the proposal.
        """
        for row in self._best_of_other_categories():
            gain = self._gains.on_a_point(row, pending, seed)
            point, proposal = yield from self._search(gain, np.array([row]), pending, seed)
            if not proposal.details["settled"]:
                return point, proposal
        return None

    @property
    def _seeks_solutions(self) -> bool:
        """Whether several solutions are sought, and something is known of them."""
        models, several = self._models, self._situation.problem.solutions > 1
        return several and self.feasible and len(models.objectives) == 1 and not models.unmet

    def _propose_solution(self, pending: HostArray, seed: Seed) -> Steps[tuple[HostArray, Proposal]]:
        """By turns what improves one of the solutions, if something does, or a point that may lead to another one."""
        solutions = self._solutions()
        if seed.ordinal % _SOLUTION_TURNS == 1:
            turned = np.roll(solutions, -(seed.ordinal // _SOLUTION_TURNS))
            for row in map(int, turned[: DEFAULTS.solution_attempts]):
                gain = self._gains.on_a_solution(row, pending, seed)
                point, proposal = yield from self._search(gain, np.array([row]), pending, seed)
                if not proposal.details["settled"] and self._in_valley(row, point):
                    return point, proposal
        gain = self._gains.of_another_solution(solutions, pending, seed)
        return (yield from self._search(gain, self._best, pending, seed))

    def _solutions(self) -> IntArray:
        """Rows of the best points of as many valleys as solutions are sought, the best first."""
        [model] = self._models.objectives
        rows = self._order[self._missed[self._order] == 0.0][: DEFAULTS.valley_rows]
        features = self._situation.encoder.features(self._models.points[rows])
        lowest = valleys(model.mean_at, features, model.means[rows], self._situation.problem.solutions)
        solutions: IntArray = rows[lowest]
        return solutions

    def _in_valley(self, row: int, point: HostArray) -> bool:
        """Whether nothing on the way from a solution to a point ``(p,)`` is worse than the solution."""
        [model] = self._models.objectives
        start, end = self._situation.encoder.features(np.vstack([self._models.points[row], point]))
        return bool(highest_between(model.mean_at, start, end[None, :])[0] <= model.means[row])

    @property
    def _best(self) -> IntArray:
        """Rows of the best points."""
        return self._order[: DEFAULTS.perturbed_incumbents]

    def _best_of_other_categories(self) -> list[int]:
        """The best row of each combination of categories but the best one's, conditionals included, best first.

        None where there may be many: to learn each by itself would take longer than what they have in common saves.
        """
        encoder = self._situation.encoder
        [axes] = np.nonzero(encoder.categorical)
        if math.prod(encoder.levelled[int(j)].levels for j in axes) > DEFAULTS.few_categories:
            return []
        rows = self._order[self._missed[self._order] == 0.0]
        _, firsts = np.unique(self._models.points[np.ix_(rows, axes)], axis=0, return_index=True)
        return [int(row) for row in rows[np.sort(firsts)[1:]]]

    def _search(
        self, gain: Gain, incumbents: IntArray, pending: HostArray, seed: Seed
    ) -> Steps[tuple[HostArray, Proposal]]:
        """The point of the highest gain; the search begins around some rows, and everywhere."""
        situation, models = self._situation, self._models
        acquisition = self._acquisition(gain, seed)
        large = len(models.points) > DEFAULTS.raw_large_rows
        points, _ = yield from CandidateSearch(
            acquisition,
            situation.sampler,
            incumbents=models.points[incumbents],
            length_scales=models.steps,
            raw_points=DEFAULTS.raw_points_large if large else DEFAULTS.raw_points,
            seed=seed,
            defaults=DEFAULTS,
        ).steps()
        choice = situation.choose(points, pending, seed)
        explanation = Explanation(models, int(self._order[0]) if self.feasible else None)
        reason = explanation.reason(gain, self.predict(choice.point), self.p_feasible(choice.point))
        details = explanation.details(gain, choice.point, acquisition, situation.encoder)
        proposal = Proposal(
            assignments=situation.encoder.decode(choice.point),
            source=Source.GP,
            reason=situation.sentences(reason, choice),
            ordinal=seed.ordinal,
            details={**situation.facts(choice), **details, "pending": len(pending)},
        )
        return choice.point, proposal

    def predict(self, point: HostArray) -> dict[str | None, tuple[float, float]]:
        """Mean and standard deviation of each noise-free metric at a point ``(p,)``, in its own units, by name."""
        features = self._situation.encoder.features(point[None, :])[0]
        return {model.metric.name: model.predict(features) for model in self._models.all}

    def p_feasible(self, point: HostArray) -> float:
        """The probability that all constraints are met at a point ``(p,)``."""
        features = self._situation.encoder.features(point[None, :])[0]
        return self._models.p_feasible(features)

    def p_better(self, point: HostArray, value: float) -> float:
        """The probability that an evaluation at a point ``(p,)`` succeeds with at most this loss, or better.

        Args:
            point: Unit coordinates.
            value: Of the only metric, in its own units.
        """
        [model] = self._models.objectives
        mean, variance = model.expect(self._situation.encoder.features(point[None, :])[0])
        bar = float(model.transform.targets(np.array([value]))[0])
        noise = model.posterior.noise_variance
        p_below = 0.5 * math.erfc((mean - bar) / math.sqrt(2.0 * (variance + noise)))
        return p_below * self._situation.p_success(point)

    def _acquisition(self, gain: Gain, seed: Seed) -> Total:
        situation, models, encoder = self._situation, self._models, self._situation.encoder
        terms: list[OnPoints] = [Encoded(term, encoder) for term in gain.terms]
        terms += [Encoded(LogFeasibility(model.posterior, model.bar), encoder) for model in models.constraints]
        if situation.sampler.beliefs:
            budget = situation.problem.budget
            decay = DEFAULTS.prior_decay if budget is None else DEFAULTS.prior_decay_share * budget
            terms.append(BeliefTerm(situation.sampler.beliefs, decay / len(situation.history.values)))
        if situation.classifier is not None:
            terms.append(Encoded(success_term(situation.classifier, situation.history, encoder, seed), encoder))
        return Total(terms)
