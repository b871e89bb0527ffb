"""What a problem gains from another point: an acquisition function for each kind of problem."""

import math
from dataclasses import dataclass

import numpy as np

from optsvc.engine.acquisition.composite import OnFeatures
from optsvc.engine.acquisition.expected_improvement import LogExpectedImprovement
from optsvc.engine.acquisition.exponential import in_values
from optsvc.engine.acquisition.feasibility import LogFeasibility
from optsvc.engine.acquisition.noisy import expected_hypervolume_improvement, expected_improvement
from optsvc.engine.acquisition.places import LogNovelty, Near
from optsvc.engine.acquisition.worlds import Aspect, Worlds, imagine
from optsvc.engine.backend import HostArray, IntArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.history import sorted_rows
from optsvc.engine.members.outlook import Outlook
from optsvc.engine.members.situation import Situation
from optsvc.engine.model import Models
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.pareto.hypervolume import hypervolume
from optsvc.engine.problem import Seed
from optsvc.engine.randomness import Stage, generator
from optsvc.engine.solutions import far_apart
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
            return self._coverage(pending, "Likely to meet the other constraints, and unlike the points that do")
        if not self._feasible:
            why = "Nothing has met all constraints yet, and this point is the likeliest to"
            return Gain("log_feasibility", why, ())
        if not problem.objectives:
            return self._coverage(pending, "Likely to meet all constraints, and unlike the points that do")
        if not goals:
            why = "The objectives have never changed, and this point is the likeliest to meet all constraints"
            return Gain("log_feasibility", why, ())
        if len(goals) > 1:
            return (yield from self._hypervolume(pending, seed))
        if problem.solutions > 1 and seed.ordinal % 3:
            return self._elsewhere(pending) if seed.ordinal % 3 == 1 else self._around_a_solution(pending, seed)
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
        terms = self._around(self._models.points[row], pending, seed)
        return Gain(self._called("improvement_of_other_categories"), why, terms, _SETTLED)

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

    def _coverage(self, pending: HostArray, why: str) -> Gain:
        """Points that meet the modelled constraints, as different as can be [Malkomes2021]_; see `LogNovelty`."""
        encoder, models = self._situation.encoder, self._models
        features = encoder.features(np.vstack([models.points, sorted_rows(pending)]))
        meeting = [LogFeasibility(model.posterior, model.bar).value(features) for model in models.constraints]
        probabilities = np.exp(sum(meeting, start=np.zeros(len(features))))
        radius = DEFAULTS.coverage_radius * np.sqrt(encoder.dimension)
        return Gain("log_coverage", why, (LogNovelty(features, probabilities, radius),))

    def _elsewhere(self, pending: HostArray) -> Gain:
        """Where a value among the good ones is likely, away from the solutions so far."""
        encoder, [model] = self._situation.encoder, self._models.objectives
        level = float(np.quantile(model.means, DEFAULTS.solution_share))
        taken = encoder.features(np.vstack([self._solutions(), sorted_rows(pending)]))
        radius = DEFAULTS.solution_radius * np.sqrt(encoder.dimension)
        novelty = LogNovelty(taken, np.ones(len(taken)), radius)
        why = "Likely to be among the good ones, and unlike the solutions so far"
        return Gain("log_other_solution", why, (LogFeasibility(model.posterior, level), novelty))

    def _around_a_solution(self, pending: HostArray, seed: Seed) -> Gain:
        """Expected improvement on one of the solutions, near it; each has its turn."""
        solutions = self._solutions()
        solution = solutions[seed.ordinal // 3 % len(solutions)]
        why = "Highest expected improvement on one of the solutions, near it"
        return Gain(self._called("improvement_of_a_solution"), why, self._around(solution, pending, seed))

    def _around(self, point: HostArray, pending: HostArray, seed: Seed) -> tuple[OnFeatures, ...]:
        """Expected improvement on a point ``(p,)`` and on what is pending near it, near it."""
        encoder, [model] = self._situation.encoder, self._models.objectives
        [centre] = encoder.features(point[None, :])
        radius = DEFAULTS.solution_radius * np.sqrt(encoder.dimension) / 2.0
        worlds = self._worlds(pending, seed)
        posterior, samples = worlds.posteriors[0], worlds.weights[0].shape[1]
        bars = np.full((1, samples), model.mean_at(centre[None, :])[0])
        if worlds.pending:
            distances = np.linalg.norm(encoder.features(sorted_rows(pending)) - centre, axis=1)
            bars = np.vstack([bars, worlds.values[0, -worlds.pending :][distances <= 2.0 * radius]])
        bar = posterior.backend.to_device(bars.min(axis=0))
        return LogExpectedImprovement(posterior, worlds.weights[0], bar), Near(centre, radius)

    def _solutions(self) -> HostArray:
        """Good points that lie far apart, as many as are sought, best first, shape ``(k, p)``."""
        wanted = self._situation.problem.solutions
        good = self._order[: max(int(np.ceil(DEFAULTS.solution_share * len(self._order))), wanted)]
        points = self._models.points[good]
        solutions: HostArray = points[far_apart(self._situation.encoder.features(points), wanted)]
        return solutions
