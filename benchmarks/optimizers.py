"""The contestants: each is run on an instance and leaves the points it chose."""

import time
from collections.abc import Mapping

import numpy as np

from benchmarks.problems import Instance, uniform
from optsvc.domain.metrics import Metric, Objective
from optsvc.domain.observation import MetricEvaluation, Observation
from optsvc.domain.space import Value
from optsvc.engine import EngineState, Problem, Seed, suggest

_KEY = 0x6F707473  # any constant: the engine's randomness then depends on the seed alone


def run(optimizer: str, instance: Instance, seed: int, budgets: tuple[int, ...]) -> dict[str, list[float] | float]:
    """One optimization.

    Args:
        optimizer: ``"engine"``, ``"random"`` or ``"random-x2"``, which has twice the evaluations.
        instance: What is optimized.
        seed: Paired: all optimizers see the same instance and the same noise at the same evaluation.
        budgets: When to look, ascending.

    Returns:
        ``regret``: of the point with the best *reported* value after each budget, by its *true* value, in units of
        the instance, 1 if all have failed; ``failed``: which share of the evaluations did; ``seconds``: median time of
        a suggestion.
    """
    factor = 2 if optimizer == "random-x2" else 1
    noise = np.random.default_rng([seed, 1]).normal(0.0, instance.noise, factor * budgets[-1])
    draws = np.random.default_rng([seed, 2])
    crashed = np.random.default_rng([seed, 3]).random(factor * budgets[-1]) < instance.crashes
    problem = Problem(instance.space, Metric(objective=Objective.MINIMIZE), budget=budgets[-1])
    history: list[Observation] = []
    state: EngineState | None = None
    losses, reports, seconds = [], [], []
    for ordinal in range(factor * budgets[-1]):
        started = time.perf_counter()
        assignments: Mapping[str, Value]
        if optimizer == "engine":
            (proposal,), state = suggest(problem, history, [], seed=Seed(_KEY + seed, ordinal), state=state)
            assignments = proposal.assignments
        else:
            assignments = uniform(instance.space, draws)
        seconds.append(time.perf_counter() - started)
        losses.append(instance.loss(assignments))
        if crashed[ordinal] or instance.fails(assignments):
            reports.append(np.inf)
            history.append(Observation(assignments, failed=True))
            continue
        reports.append(losses[-1] + float(noise[ordinal]))
        history.append(Observation(assignments, (MetricEvaluation(None, reports[-1]),)))
    regret = []
    for budget in budgets:
        best = int(np.argmin(reports[: factor * budget]))
        regret.append(instance.regret(losses[best]) if np.isfinite(reports[best]) else 1.0)
    return {"regret": regret, "failed": float(np.isinf(reports).mean()), "seconds": float(np.median(seconds))}
