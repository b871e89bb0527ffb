"""What a problem gains from another point: an acquisition function for each kind of problem."""

import math
from dataclasses import dataclass

import numpy as np

from optsvc.engine.acquisition.composite import OnFeatures
from optsvc.engine.acquisition.expected_improvement import LogExpectedImprovement
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


@dataclass(frozen=True, slots=True)
class Gain:
    """An acquisition function, constraints aside.

    Args:
        name: Of it.
        why: What is said of the point where it is largest.
        terms: Its parts, on features, to be summed; none if only constraints count.
        settled_below: So small a value of the first part is next to nothing; minus infinity if none is.
    """

    name: str
    why: str
    terms: tuple[OnFeatures, ...]
    settled_below: float = -math.inf


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
        if not self._feasible:
            why = "Nothing has met all constraints yet, and this point is the likeliest to"
            return Gain("log_feasibility", why, ())
        if not problem.objectives:
            return self._coverage(pending)
        if not goals:
            why = "The objectives have never changed, and this point is the likeliest to meet all constraints"
            return Gain("log_feasibility", why, ())
        if len(goals) > 1:
            return (yield from self._hypervolume(pending, seed))
        if problem.solutions > 1 and seed.ordinal % 3:
            return self._elsewhere(pending) if seed.ordinal % 3 == 1 else self._around_a_solution(pending, seed)
        why = f"Highest expected improvement under a Gaussian process fitted to {self._count} values"
        term = expected_improvement(self._worlds(pending, seed))
        return Gain(self._called("improvement"), why, (term,), math.log(DEFAULTS.settled_improvement))

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
        term = expected_hypervolume_improvement(worlds, reference)
        so_far = worlds.values[: len(reference), worlds.feasible[:, 0], 0].T
        volume = hypervolume(so_far[nondominated(so_far)], reference)
        next_to_nothing = math.log(DEFAULTS.settled_growth * volume) if volume > 0.0 else -math.inf
        return Gain(self._called("hypervolume_improvement"), why, (term,), next_to_nothing)

    def _coverage(self, pending: HostArray) -> Gain:
        """Points that meet all constraints, as different as can be [Malkomes2021]_; see `LogNovelty`."""
        encoder, models = self._situation.encoder, self._models
        features = encoder.features(np.vstack([models.points, sorted_rows(pending)]))
        probabilities = np.exp(sum(LogFeasibility(m.posterior, m.bar).value(features) for m in models.constraints))
        radius = DEFAULTS.coverage_radius * np.sqrt(encoder.dimension)
        why = "Likely to meet all constraints, and unlike the points that do"
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
        encoder, [model] = self._situation.encoder, self._models.objectives
        solutions = self._solutions()
        centre = encoder.features(solutions[[seed.ordinal // 3 % len(solutions)]])
        worlds = self._worlds(pending, seed)
        posterior = worlds.posteriors[0]
        bar = np.full(worlds.weights[0].shape[1], float(model.mean_at(centre)[0]))
        improvement = LogExpectedImprovement(posterior, worlds.weights[0], posterior.backend.to_device(bar))
        near = Near(centre[0], DEFAULTS.solution_radius * np.sqrt(encoder.dimension) / 2.0)
        why = "Highest expected improvement on one of the solutions, near it"
        return Gain(self._called("improvement_of_a_solution"), why, (improvement, near))

    def _solutions(self) -> HostArray:
        """Good points that lie far apart, as many as are sought, best first, shape ``(k, p)``."""
        wanted = self._situation.problem.solutions
        good = self._order[: max(int(np.ceil(DEFAULTS.solution_share * len(self._order))), wanted)]
        points = self._models.points[good]
        solutions: HostArray = points[far_apart(self._situation.encoder.features(points), wanted)]
        return solutions
