"""What a problem gains from another point: an acquisition function for each kind of problem."""

import math
from dataclasses import dataclass

import numpy as np

from optsvc.engine.acquisition.composite import OnFeatures
from optsvc.engine.acquisition.expected_improvement import LogExpectedImprovement
from optsvc.engine.acquisition.exponential import in_values
from optsvc.engine.acquisition.feasibility import LogFeasibility
from optsvc.engine.acquisition.noisy import expected_hypervolume_improvement, expected_improvement
from optsvc.engine.acquisition.places import Near
from optsvc.engine.acquisition.worlds import Aspect, Worlds, imagine
from optsvc.engine.backend import HostArray, IntArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.history import sorted_rows
from optsvc.engine.members.coverage import new_coverage
from optsvc.engine.members.outlook import Outlook
from optsvc.engine.members.situation import Situation
from optsvc.engine.model import Models
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.pareto.hypervolume import hypervolume
from optsvc.engine.problem import Seed
from optsvc.engine.randomness import Stage, experiment_generator, generator
from optsvc.engine.steps import Steps

_SETTLED = math.log(DEFAULTS.settled_improvement)


@dataclass(frozen=True, slots=True)
class Gain:
    """An acquisition function, constraints aside.

    Args:
        name: Of it.
        why: What is said of the point where it is largest.
        terms: Its parts, on features, to be summed; none if only constraints count.
        settled_below: So small a value of the first part is next to nothing; minus infinity if none is.
        little_below: So small a one is little.
    """

    name: str
    why: str
    terms: tuple[OnFeatures, ...]
    settled_below: float = -math.inf
    little_below: float = -math.inf


class Gains:
    """Chooses what the next point is for.

    Args:
        situation: What is known.
        models: The processes fitted to it.
        order: The rows of the models, best first, shape ``(n,)``.
        feasible: Whether there is a point that seems to meet all constraints.
    """

    def __init__(self, situation: Situation, models: Models, order: IntArray, *, feasible: bool) -> None:
        self._situation = situation
        self._models = models
        self._order = order
        self._feasible = feasible

    def of(self, pending: HostArray, seed: Seed) -> Steps[Gain]:
        """What the proposal with this seed is for.

        Args:
            pending: Unit coordinates of the pending points, shape ``(k, p)``.
            seed: Of the proposal.
        """
        problem, goals = self._situation.problem, self._models.objectives
        if self._models.unmet:
            return self._coverage(pending, "Likely to meet the other constraints, and unlike the points that do", seed)
        if not self._feasible:
            why = "Nothing has met all constraints yet, and this point is the likeliest to"
            return Gain("log_feasibility", why, ())
        if not problem.objectives:
            return self._coverage(pending, "Likely to meet all constraints, and unlike the points that do", seed)
        if not goals:
            why = "The objectives have never changed, and this point is the likeliest to meet all constraints"
            return Gain("log_feasibility", why, ())
        if len(goals) > 1:
            return (yield from self._hypervolume(pending, seed))
        why = f"Highest expected improvement under a Gaussian process fitted to {self._count} values"
        term = expected_improvement(self._worlds(pending, seed))
        return Gain(self._called("improvement"), why, (term,), _SETTLED, math.log(DEFAULTS.little_improvement))

    def on_a_point(self, row: int, pending: HostArray, seed: Seed) -> Gain:
        """Expected improvement on an observed point of other categories than the best one's, near it.

        Args:
            row: Of the models, the point.
            pending: Unit coordinates of the pending points, shape ``(k, p)``.
            seed: Of the proposal.
        """
        why = "Little more is expected of the best categories: highest expected improvement on others, near their best"
        terms = self._around(row, pending, seed, strictness=2)
        return Gain(self._called("improvement_of_other_categories"), why, terms, _SETTLED)

    def on_a_solution(self, row: int, pending: HostArray, seed: Seed) -> Gain:
        """Expected improvement on one of several solutions, close to it.

        Args:
            row: Of the models, the solution.
            pending: Unit coordinates of the pending points, shape ``(k, p)``.
            seed: Of the proposal.
        """
        why = "Highest expected improvement on one of the solutions, near it"
        # Strictly near: a deeper valley may promise more even from afar.
        terms = self._around(row, pending, seed, strictness=8)
        return Gain(self._called("improvement_of_a_solution"), why, terms, _SETTLED)

    def of_another_solution(self, solutions: IntArray, pending: HostArray, seed: Seed) -> Gain:
        """Where another solution may be: the part of the space with good values is covered.

        Args:
            solutions: Rows of the models, of those known, the best first.
            pending: Unit coordinates of the pending points, shape ``(k, p)``.
            seed: Of the proposal.
        """
        situation, [model] = self._situation, self._models.objectives
        spread = situation.sampler.evenly(DEFAULTS.expected_front_points, experiment_generator(seed, Stage.REFERENCE))
        expected = model.mean_at(situation.encoder.features(spread))
        level = float(np.quantile(expected, DEFAULTS.solution_level))
        if len(solutions) == situation.problem.solutions:
            level = min(level, float(model.means[solutions[-1]]))
        good = LogFeasibility(model.posterior, level)
        points = np.vstack([self._models.points, sorted_rows(pending)])
        why = "Likely to be among the good ones, and unlike the points that are"
        return Gain("log_other_solution", why, (good, new_coverage(situation, good.value, points, seed)))

    @property
    def _count(self) -> int:
        return len(self._situation.history.values)

    def _called(self, improvement: str) -> str:
        noisy = "noisy_" if any(model.noisy for model in self._models.all) else ""
        return f"log_{noisy}expected_{improvement}"

    def _worlds(self, pending: HostArray, seed: Seed) -> Worlds:
        features = self._situation.encoder.features
        return imagine(
            [Aspect(model.posterior, model.noisy, model.bar) for model in self._models.all],
            features(sorted_rows(pending)),
            features(self._situation.history.failed),
            rng=generator(seed, Stage.FANTASIES),
            defaults=DEFAULTS,
        )

    def _hypervolume(self, pending: HostArray, seed: Seed) -> Steps[Gain]:
        reference = yield from Outlook(self._situation, self._models).reference(seed)
        why = f"Highest expected gain of the Pareto front under Gaussian processes fitted to {self._count} values each"
        worlds = self._worlds(pending, seed)
        rates = np.array([model.transform.rate for model in self._models.objectives])
        term = expected_hypervolume_improvement(worlds, reference, rates)
        so_far = worlds.values[: len(reference), worlds.feasible[:, 0], 0].T
        volume = hypervolume(in_values(so_far[nondominated(so_far)], rates), in_values(reference, rates))
        next_to_nothing = math.log(DEFAULTS.settled_growth * volume) if volume > 0.0 else -math.inf
        return Gain(self._called("hypervolume_improvement"), why, (term,), next_to_nothing)

    def _coverage(self, pending: HostArray, why: str, seed: Seed) -> Gain:
        """What newly covers the region that meets the modelled constraints."""
        terms = [LogFeasibility(model.posterior, model.bar) for model in self._models.constraints]

        def log_meets(features: HostArray) -> HostArray:
            return sum((term.value(features) for term in terms), start=np.zeros(len(features)))

        points = np.vstack([self._models.points, sorted_rows(pending)])
        return Gain("log_coverage", why, (new_coverage(self._situation, log_meets, points, seed),))

    def _around(self, row: int, pending: HostArray, seed: Seed, *, strictness: int) -> tuple[OnFeatures, ...]:
        """Expected improvement on an observed point, and on what is pending near it, near it."""
        encoder, [model] = self._situation.encoder, self._models.objectives
        [centre] = encoder.features(self._models.points[row][None, :])
        radius = DEFAULTS.near_radius * np.sqrt(encoder.dimension)
        worlds = self._worlds(pending, seed)
        posterior, samples = worlds.posteriors[0], worlds.weights[0].shape[1]
        bars = np.full((1, samples), model.mean_at(centre[None, :])[0])
        if worlds.pending:
            distances = np.linalg.norm(encoder.features(sorted_rows(pending)) - centre, axis=1)
            bars = np.vstack([bars, worlds.values[0, -worlds.pending :][distances <= 2.0 * radius]])
        bar = posterior.backend.to_device(bars.min(axis=0))
        near = Near(centre, radius, strictness)
        return LogExpectedImprovement(posterior, worlds.weights[0], bar), near
