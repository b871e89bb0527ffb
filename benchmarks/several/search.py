"""Finds what the problems are measured against: ``python -m benchmarks.several.search [NAME ...]``.

Pareto sets without a closed form by an evolutionary search of some 200,000 evaluations: differential mutation, survival
by feasibility, rank and crowding, and an archive of all that was not dominated. Single optima by SciPy's differential
evolution, ten times, polished; several optima by Nelder and Mead from near them. The files are part of the definition
of a problem: once results rest on one, it stays.
"""

import sys

import numpy as np
from scipy.optimize import differential_evolution, minimize

from benchmarks.protocols import Array
from benchmarks.several.problem import MovedProblem
from benchmarks.several.problems import PROBLEMS
from benchmarks.several.references import CORNER, Reference, save
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.pareto.hypervolume import hypervolume

_POPULATION, _GENERATIONS = 300, 700
_CELLS = {2: 4000, 3: 80}
"""How finely the archive tells points apart, on each normalized loss, by the number of objectives."""
_KEPT = 100
_DRAWS = 200_000


def reference(problem: MovedProblem) -> Reference:
    """Search for it."""
    if problem.objectives >= 2:
        return _front(problem)
    rng = np.random.default_rng(0)
    points = _optima(problem) if problem.optima else _optimum(problem)
    draws = problem.own(problem.uniform(_DRAWS, rng))
    typical = float(np.median(problem.losses(draws[problem.feasible(draws)])))
    return Reference(points, problem.losses(points).min(axis=0), np.array([typical]))


def _front(problem: MovedProblem) -> Reference:
    points = _evolve(problem) if problem.pareto_set is None else problem.pareto_set()
    points = points[nondominated(problem.losses(points))]
    points = points[np.unique(problem.losses(points), axis=0, return_index=True)[1]]
    losses = problem.losses(points)
    whole = Reference(points, losses.min(axis=0), losses.max(axis=0))
    volume = hypervolume(whole.normalized(losses), np.full(problem.objectives, CORNER))
    return Reference(points[_spread(whole.normalized(losses))], whole.zero, whole.one, volume)


def _spread(losses: Array) -> list[int]:
    """Some that lie far from each other, the extremes among them, in the order of the first loss."""
    chosen = list(dict.fromkeys(int(index) for index in losses.argmin(axis=0)))
    distances = np.min([np.linalg.norm(losses - losses[index], axis=1) for index in chosen], axis=0)
    while len(chosen) < min(_KEPT, len(losses)):
        chosen.append(int(distances.argmax()))
        distances = np.minimum(distances, np.linalg.norm(losses - losses[chosen[-1]], axis=1))
    return sorted(chosen, key=lambda index: float(losses[index, 0]))


def _evolve(problem: MovedProblem) -> Array:
    """Non-dominated feasible points ``(n, d)``."""
    rng = np.random.default_rng(0)
    population = problem.uniform(_POPULATION, rng)
    archive = np.empty((0, population.shape[1]))
    for generation in range(_GENERATIONS):
        pool = np.vstack([population, _children(problem, population, archive, rng)])
        points = problem.own(pool)
        population = pool[_survivors(problem.losses(points), problem.violations(points), _POPULATION)]
        archive = np.vstack([archive, population[problem.feasible(problem.own(population))]])
        if generation % 25 == 24:
            archive = _thinned(problem, archive)
    return problem.own(_thinned(problem, archive))


def _children(problem: MovedProblem, population: Array, archive: Array, rng: np.random.Generator) -> Array:
    parents = np.vstack([population, archive])
    base, first, second = (parents[rng.integers(len(parents), size=len(population))] for _ in range(3))
    step = rng.choice([0.1, 0.5, 0.9], size=(len(population), 1)) * (first - second)
    small = rng.normal(0.0, 10 ** rng.uniform(-5, -1, (len(population), 1)), population.shape)
    crossed = rng.random(population.shape) < rng.choice([0.3, 0.9], size=(len(population), 1))
    children = np.clip(np.where(crossed, base + step + small * (rng.random(population.shape) < 0.3), base), 0, 1)
    fresh = problem.uniform(len(population), rng)
    children = np.where(rng.random(population.shape) < 0.02, fresh, children)
    for j, parameter in enumerate(problem.parameters):  # categories are taken over or drawn, never added up
        if hasattr(parameter, "values"):
            children[:, j] = np.where(rng.random(len(population)) < 0.1, fresh[:, j], base[:, j])
    return children


def _survivors(losses: Array, violations: Array, count: int) -> list[int]:
    """The feasible first, of them the lower ranks, of a rank the less crowded; then the least violations."""
    scale = np.median(np.where(np.isfinite(violations), np.abs(violations), 0.0), axis=0) + 1e-12
    broken = (np.maximum(violations, 0) / scale).sum(axis=1)
    left = np.flatnonzero(broken <= 0)
    chosen: list[int] = []
    while len(left) and len(chosen) < count:
        of_rank = nondominated(losses[left])
        rank = left[of_rank]
        chosen += rank[np.argsort(-_crowding(losses[rank]))].tolist()
        left = left[~of_rank]
    infeasible = np.flatnonzero(broken > 0)
    return (chosen + infeasible[np.argsort(broken[infeasible])].tolist())[:count]


def _crowding(losses: Array) -> Array:
    out = np.zeros(len(losses))
    for column in losses.T:
        order = np.argsort(column)
        gaps = np.concatenate([[np.inf], column[order][2:] - column[order][:-2], [np.inf]])
        out[order] += gaps[: len(order)] / max(float(np.ptp(column)), 1e-12)
    return out


def _thinned(problem: MovedProblem, archive: Array) -> Array:
    """What is not dominated, one in each cell of a fine grid."""
    losses = problem.losses(problem.own(archive))
    kept = nondominated(losses)
    archive, losses = archive[kept], losses[kept]
    span = np.maximum(np.ptp(losses, axis=0), 1e-12)
    cells = np.floor((losses - losses.min(axis=0)) / span * _CELLS[problem.objectives])
    return archive[np.unique(cells, axis=0, return_index=True)[1]]


def _optimum(problem: MovedProblem) -> Array:
    """The best of ten runs, ``(1, d)``."""

    def rated(units: Array) -> Array:
        points = problem.own(np.clip(units.T, 0, 1))
        broken = np.maximum(problem.violations(points), 0).sum(axis=1)
        return np.where(broken > 0, 1e9 + broken, problem.losses(points)[:, 0])

    bounds = [(0.0, 1.0)] * len(problem.parameters)
    runs = [
        differential_evolution(
            rated,
            bounds,
            rng=seed,
            popsize=20,
            maxiter=2500,
            tol=0,
            atol=0,
            vectorized=True,
            updating="deferred",
            polish=False,
        )
        for seed in range(10)
    ]
    return problem.own(min(runs, key=lambda run: float(run.fun)).x[np.newaxis])


def _optima(problem: MovedProblem) -> Array:
    def loss(point: Array) -> float:
        return float(problem.losses(point[np.newaxis])[0, 0])

    options = {"xatol": 1e-10, "fatol": 1e-14}
    return np.array([minimize(loss, start, method="Nelder-Mead", options=options).x for start in problem.optima])


if __name__ == "__main__":
    for problem in PROBLEMS:
        if problem.objectives and (problem.name in sys.argv[1:] or not sys.argv[1:]):
            found = reference(problem)
            save(problem.name, found)
            print(problem.name, len(found.points), found.zero, found.one, found.hypervolume, flush=True)
